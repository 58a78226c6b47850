"""The two models of the findings, conditioned on the published rows."""

import numpy as np
import pytest

from ifonly.inference import World, condition
from ifonly.inference.testing import assert_recovers
from ifonly.scenarios import get
from ifonly.scenarios.heterogeneous_exposure import units
from ifonly.scenarios.heterogeneous_exposure.analyses import Analyses
from ifonly.scenarios.heterogeneous_exposure.truth import PARAMETERS, QUERIES, published

from .test_truth import tau

SCENARIO = get("heterogeneous_exposure")


@pytest.fixture(scope="module")
def both() -> Analyses:
    known = World.from_evidence(SCENARIO.model, PARAMETERS, published())
    posterior = condition(SCENARIO.model, known.data, draws=100, seed=1, progress=False)
    return Analyses.of(known, posterior)


def test_no_chain_is_needed(both: Analyses) -> None:
    for pair in both.pairs.values():
        assert pair.posterior.facts["sampler"] == "independent draws"
        assert pair.posterior.idata["posterior"].sizes["draw"] == 100


def test_told_the_form_the_average_and_the_units_are_found(both: Analyses) -> None:
    query = QUERIES["average effect"]
    # OLS with interactions and the kink finds 0.918 on these rows, and the prior hardly moves it.
    assert_recovers(both.told.answer(query), both.told.truth(query), min_ess=300, max_sd=0.05)
    assert float(both.told.answer(query).mean()) == pytest.approx(0.918, abs=0.006)
    scores = units.scores(both.told)
    assert scores["pehe"] == pytest.approx(0.0463, abs=0.004)
    assert scores["coverage"] > 0.93


def test_without_the_kink_the_units_are_ranked_and_not_covered(both: Analyses) -> None:
    """OLS with the same interactions has a PEHE of 0.0897 and a correlation of 0.9917."""
    scores = units.scores(both.linear)
    assert scores["pehe"] == pytest.approx(0.0897, abs=0.003)
    assert scores["correlation"] == pytest.approx(0.9917, abs=0.001)
    assert 0.5 < scores["coverage"] < 0.9
    mean = float(both.linear.answer(QUERIES["average effect"]).mean())
    assert mean == pytest.approx(0.909, abs=0.006)
    np.testing.assert_allclose(both.linear.truth(units.EACH), tau(published()), atol=1e-12)
