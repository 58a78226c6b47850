"""The arm that is compared with, by what arms are called."""

import pytest

from ifonly.inference.inputs.arms import control_of


@pytest.mark.parametrize(
    ("arms", "control"),
    [
        (["aspirin", "Placebo"], "Placebo"),
        (["treated", "usual"], "usual"),
        (["1", "0"], "0"),
        (["x", "y"], "x"),
        (["new", "test"], "new"),
    ],
)
def test_it_is_called_so_or_not_called_a_treatment(arms: list[str], control: str) -> None:
    assert control_of(arms) == control
