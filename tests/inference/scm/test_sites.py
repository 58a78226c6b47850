"""The keys of what interventions bring into a graph: equal where they share, else apart."""

from ifonly.inference.scm.sites import Acting


def test_keys_are_values():
    one, two = Acting("x", "amount", "do"), Acting("x", "amount", "do")
    assert one == two
    assert len({one, two, Acting("x", "where", "do"), Acting("x", "amount", "versus")}) == 3


def test_noise_has_a_random_stream_of_its_own_name():
    """The stream goes by this text: another text would be other draws in answers kept so far."""
    assert str(Acting("x", "noise", "normal")) == "do x|normal"
    assert str(Acting("x", "noise", "uniform(2,)")) == "do x|uniform(2,)"


def test_no_name_of_a_variable_spells_the_key_of_another():
    keys = [
        Acting("t", "where", "do"),
        Acting("t:where", "amount", "do"),
        Acting("t", "amount", "do"),
        Acting("t|amount", "amount", "do"),
    ]
    assert len({str(k) for k in keys}) == len(keys)
