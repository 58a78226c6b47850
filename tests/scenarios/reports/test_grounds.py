"""What an answer rests on, in words that the graph and the data decide."""

import pytest

from ifonly.inference import ATE, set_to, shift
from ifonly.scenarios.reports.grounds import frame_of, grounds, treatment_of

from .questions import QUERY, posterior


@pytest.fixture(scope="module")
def known():
    return posterior()


def test_what_is_adjusted_for_and_what_would_break_it(known):
    text = grounds(QUERY, known)
    assert "adjusts for z. That is enough in this graph" in text
    assert "A common cause of the two that is left out of it would break the answer" in text
    assert "t is 1 for" in text
    alone = grounds(ATE("y", do={"z": shift(1.0)}), known)
    assert "Nothing has to be adjusted for" in alone
    assert "z was seen between" in alone
    assert "the model extrapolates" in grounds(ATE("y", do={"z": set_to(50.0)}), known)


def test_the_treatment(known):
    assert treatment_of(QUERY, known) == "t"
    assert treatment_of(ATE("y", do={"t": 1, "z": 0.0}), known) is None
    assert treatment_of(ATE("y", do={"gain": 0.0}), known) is None
    assert set(frame_of(known)) == {"z", "t", "k", "y"}
