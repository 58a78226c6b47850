"""Which arm is compared with, by the words that trials use."""

import pytest

from ifonly.inference.inputs.arms import control_of


@pytest.mark.parametrize(
    ("arms", "control"),
    [
        (["drug", "Placebo"], "Placebo"),
        (["1", "0"], "0"),
        (["B", "A"], "A"),
        (["treated", "usual care"], "usual care"),  # it alone is not called a treatment
        (["red", "blue"], "red"),
        (["new", "test"], "new"),
        (["standard", "old"], "standard"),
    ],
)
def test_the_control_is_known_by_its_name_or_else_the_first(arms: list[str], control: str) -> None:
    assert control_of(arms) == control
