"""Traces of chains: figures of chains that agree and that do not."""

import warnings

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from ifonly.inference import ConvergenceWarning
from ifonly.inference.generators.convergence import quadrants, traces_of, warn_of_chains
from ifonly.inference.generators.gibbs import Evidence, Prior, Sweeps, sampled


def chains(apart: float, sweeps: int = 80) -> list[list[dict[str, np.ndarray]]]:
    rng = np.random.default_rng(1)
    return [
        [{"mean": rng.normal(k * apart, 1.0, 3), "still": np.ones(1)} for _ in range(sweeps)]
        for k in (0, 1)
    ]


def test_independent_draws_have_their_own_number() -> None:
    found = traces_of(chains(0.0))
    assert found["quantity"].to_numpy().tolist() == ["mean_0", "mean_1", "mean_2", "still"]
    assert found["r_hat"][:3].max() < 1.1
    assert found["ess_bulk"][:3].min() > 80
    assert np.isnan(found["r_hat"][3])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_chains(found)


def test_chains_that_differ_are_told() -> None:
    found = traces_of(chains(3.0))
    # Two means 3 apart, of spread 1: between 4.5, within 1, so about sqrt(1 + 4.5 / 2).
    assert float(found["r_hat"][:3].mean()) == pytest.approx(1.8, abs=0.25)
    with pytest.warns(ConvergenceWarning, match="above 1.41 for 3 of 3 quantities"):
        warn_of_chains(found)


def test_few_sweeps_say_nothing() -> None:
    assert np.isnan(traces_of(chains(3.0, sweeps=50))["r_hat"]).all()
    warn_of_chains(traces_of(chains(3.0, sweeps=50)))


def test_quadrants_are_those_of_the_mixture() -> None:
    rng = np.random.default_rng(2)
    cuts, weights, means = rng.normal(size=3), np.array([0.3, 0.7]), rng.normal(size=(2, 3))
    roots = rng.normal(size=(2, 3, 3))
    covariances = roots @ np.swapaxes(roots, 1, 2) + 0.5 * np.eye(3)
    found = quadrants(cuts, weights, means, covariances)
    parts = list(zip(weights, means, covariances, strict=True))
    below = [
        sum(w * norm.cdf(cuts[k], m[k], c[k, k] ** 0.5) for w, m, c in parts) for k in (0, 1, 2)
    ]
    np.testing.assert_allclose(found["below"], below, atol=1e-12)
    for at, pair in zip(found["dependence"], ([1, 0], [2, 0], [2, 1]), strict=True):
        grid = np.ix_(pair, pair)
        both = sum(w * multivariate_normal(m[pair], c[grid]).cdf(cuts[pair]) for w, m, c in parts)
        assert at == pytest.approx(both - below[pair[0]] * below[pair[1]], abs=1e-8)


def test_a_heap_of_equal_values_is_seen_at_its_end_alone() -> None:
    """60% of a column are 0: within their interval scores say nothing of the table."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=400)
    heap = np.quantile(x, 0.6)
    bounds = (np.where(x < heap, -np.inf, x), np.where(x < heap, heap, x))
    low, high = (np.column_stack([b, x]) for b in bounds)
    evidence = Evidence(low, high, np.empty((400, 0), dtype=np.int64), ())
    traces = sampled(evidence, Prior(components=5), Sweeps(60, 20), rng).traces["trace"]
    # The probability of the heap, and of the half of x that is wholly in it: 0.5 - 0.6 / 2.
    assert float(traces.sel(quantity="below_0").mean()) == pytest.approx(0.6, abs=0.05)
    assert float(traces.sel(quantity="dependence").mean()) == pytest.approx(0.2, abs=0.03)
