"""The frame's names are no names of a model's data, and differ."""

from ifonly.inference.conditioning.compiled.frame import CENTRE, ROOT


def test_a_frame_s_names_cannot_be_those_of_a_variable_in_python() -> None:
    assert CENTRE != ROOT
    assert not CENTRE.isidentifier()
    assert not ROOT.isidentifier()
