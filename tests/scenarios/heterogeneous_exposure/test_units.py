"""The finding about each user, of a small world whose answers are known."""

from io import BytesIO

import pytest

from ifonly.scenarios.heterogeneous_exposure import units
from ifonly.scenarios.heterogeneous_exposure.analyses import Analyses

from .test_truth import tau


def test_scores_of_a_posterior_that_knows_the_truth(found: Analyses) -> None:
    scores = units.scores(found.told)
    assert scores["pehe"] == pytest.approx(0.0, abs=1e-12)
    assert scores["correlation"] == pytest.approx(1.0)
    assert scores["slope"] == pytest.approx(1.0)
    assert scores["coverage"] == 1.0
    assert scores["width"] == pytest.approx(0.02)  # its draws are a hundredth off either way
    assert scores["harmed_low"] <= scores["harmed"] <= scores["harmed_high"]


def test_who_is_harmed_is_told(found: Analyses) -> None:
    section = units.section(found)
    share = (tau(found.data) < 0).mean()
    assert 0.02 < share < 0.15
    assert f"harms {share:.1%} of the users" in section.text
    assert section.table is not None
    assert section.table["model"].to_list() == ["told the form", "interactions"]
    assert section.figure is not None
    section.figure.savefig(BytesIO(), format="png", dpi=40)
