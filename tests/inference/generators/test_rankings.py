"""Rankings over the posterior of generators, held against scores made by hand."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.inference import QueryError
from ifonly.inference.generators import Generator, Prior, Rankings, learn, rank


def made(scores: list[list[float]]) -> Rankings:
    """Rankings of two methods, one replication, a row for each draw."""
    values = np.array(scores)[:, None, :]
    return Rankings(xr.DataArray(values, {"method": ["a", "b"]}, ("draw", "replication", "method")))


def test_probabilities_and_regret_by_hand() -> None:
    found = made([[1.0, 2.0], [1.0, 4.0], [3.0, 2.0], [2.0, 2.0]])
    assert found.better("a", "b") == pytest.approx(2.5 / 4)
    assert found.better("b", "a") == pytest.approx(1.5 / 4)
    # What a loses: 0, 0, 1, 0; what b loses: 1, 3, 0, 0.
    assert found.regret("a", 0.5) == pytest.approx((0.25, 0.0, 0.25))
    assert found.regret("b")[0] == pytest.approx(1.0)
    table = found.table()
    assert table.index.tolist() == ["a", "b"]
    assert table["best"].tolist() == pytest.approx([2.5 / 4, 1.5 / 4])
    assert table["score"].tolist() == pytest.approx([1.75, 2.5])


def test_replications_are_averaged_within_a_draw() -> None:
    values = np.array([[[0.0, 1.0], [4.0, 2.0]]])  # one draw, two tables
    found = Rankings(
        xr.DataArray(values, {"method": ["a", "b"]}, ("draw", "replication", "method"))
    )
    assert found.better("b", "a") == 1.0
    assert found.table().loc["a", "error"] == pytest.approx(np.sqrt(8.0 / 2))


@pytest.fixture(scope="module")
def generator() -> Generator:
    """Learnt from few rows, so that the prevalence is uncertain."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"x": rng.normal(size=40), "seen": [True, False] * 20})
    return learn(frame, seed=1, draws=30, prior=Prior(components=5))


def test_uncertainty_about_the_generator_reaches_the_ranking(generator: Generator) -> None:
    """Guess whether the share of True is above one half: the posterior does not know."""

    def score(single: Generator, seed: int) -> Mapping[str, float]:
        assert single.draws == 1
        share = single.covariates(4_000, seed)["seen"].mean()
        return {"high": (1 - share) ** 2, "low": share**2}

    found = rank(generator, score, seed=1)
    # Of a flat prior and 20 of 40: half of the posterior is on each side.
    assert 0.2 < found.better("high", "low") < 0.8
    one = rank(generator.single(0), score, seed=1, replications=20)
    assert one.better("high", "low") in (0.0, 1.0)
    again = rank(generator, score, seed=1)
    assert np.array_equal(again.scores, found.scores)


def test_an_adjusted_estimator_beats_a_naive_one_on_confounded_data() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=500)
    arm = (x + rng.normal(size=500) > 0).astype(int)
    frame = pd.DataFrame({"x": x, "arm": arm, "y": 2 * x + arm + rng.normal(size=500)})
    learnt = learn(frame, "arm", "y", seed=1, draws=12, prior=Prior(components=5))

    def score(single: Generator, seed: int) -> Mapping[str, float]:
        seen = single.table(300, seed)
        effect = (single.outcome(seen, 1) - single.outcome(seen, 0)).mean()
        design = np.column_stack([np.ones(300), seen["arm"], seen["x"]])
        adjusted = np.linalg.lstsq(design, seen["y"].to_numpy())[0][1]
        arms = seen.groupby("arm")["y"].mean()
        return {"naive": (arms[1] - arms[0] - effect) ** 2, "adjusted": (adjusted - effect) ** 2}

    found = rank(learnt, score, seed=1)
    assert found.better("adjusted", "naive") == 1.0
    # The naive one is off by 2 * E[x | 1] - 2 * E[x | 0] = 4 / sqrt(pi).
    assert found.regret("naive")[0] == pytest.approx(16 / np.pi, rel=0.25)


def test_draws_are_spread_evenly(generator: Generator) -> None:
    found = rank(generator, lambda g, s: {"a": 0.0, "b": 1.0}, seed=1, draws=3, replications=2)
    assert found.scores["draw"].to_numpy().tolist() == [0, 14, 29]
    assert found.scores.shape == (3, 2, 2)


def test_scores_that_cannot_be_ranked(generator: Generator) -> None:
    turns = iter(range(100))
    for score, said in [
        (lambda g, s: {"a": 0.0}, "two at least"),
        (lambda g, s: {"a": 0.0, f"b{next(turns)}": 1.0}, "the same methods each time"),
        (lambda g, s: {"a": 0.0, "b": np.nan}, "finite"),
    ]:
        with pytest.raises(QueryError, match=said):
            rank(generator, score, seed=1, draws=2)
    with pytest.raises(QueryError, match="keeps 30"):
        rank(generator, lambda g, s: {"a": 0.0, "b": 1.0}, seed=1, draws=31)
    with pytest.raises(QueryError, match="'c', which does not exist"):
        made([[1.0, 2.0]]).better("a", "c")
