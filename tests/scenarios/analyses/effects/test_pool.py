"""Draws of a model at several lengthscales, pooled."""

import numpy as np
import pytest
from scipy import stats

from ifonly.scenarios.analyses.effects import lengthscales, pool
from ifonly.scenarios.analyses.effects.assignment import learn_assignment
from ifonly.scenarios.analyses.effects.bases import bases_of
from ifonly.scenarios.analyses.effects.models import fit
from ifonly.scenarios.analyses.effects.pool import between, fit_pooled, pooled
from ifonly.scenarios.analyses.effects.table import read_effect_table

from .small import found, small_searches, table


def test_between_is_the_t_of_rubin() -> None:
    """One of K means more: its distance over sqrt(1 + 1/K) of their spread is t of K - 1."""
    count = 40_000
    for number, freedom in ((4, 3), (7, 6), (2, 3)):
        rng = np.random.default_rng(number)
        means = rng.normal(size=(number, 2)) @ [[1.0, 0.5], [0.0, 3.0]]
        drawn = between(means, count, rng)
        spread = np.sqrt((1 + 1 / number) * means.var(axis=0, ddof=1))
        for p in (0.6, 0.9, 0.975):
            x = stats.t.ppf(p, freedom)
            error = np.sqrt(p * (1 - p) / count) / stats.t.pdf(x, freedom)
            assert np.quantile(drawn / spread, p, axis=0) == pytest.approx(x, abs=4 * error)
        assert abs(drawn.mean(axis=0)).max() < 1e-9
        # The units go together as the means do.
        ratio = np.quantile(abs(drawn @ [1.0, -1.0]), 0.5) / np.quantile(abs(drawn[:, 0]), 0.5)
        apart = (means @ [1.0, -1.0]).std() / means[:, 0].std()
        assert ratio == pytest.approx(apart, rel=0.05)


def test_what_lengthscales_differ_by_is_in_the_intervals() -> None:
    part = found().parts["linear"]
    # At outcomes of which the treated have 1 more, all effects are 1 larger.
    shifted = table().assign(y=lambda d: d["y"] + d["t"])
    rows = read_effect_table(shifted, "t", "y")
    other = fit(rows, part.assignment, "linear", seed=3, draws=60, tune=60)
    plain = fit(part.table, part.assignment, "linear", seed=4, draws=60, tune=60)
    both = pooled([plain, other])
    draws = [plain.effects(), other.effects()]
    means = np.stack([d.mean(axis=0) for d in draws])
    np.testing.assert_allclose(both.effects().mean(axis=0), means.mean(axis=0))
    # Two numbers 1 apart: the quartile of t of 3 times sqrt(1.5 / 2). Each of the 480 draws of the
    # average is off its mean by a tenth of that.
    average = both.effects().mean(axis=1) - means.mean()
    x, spread = stats.t.ppf(0.75, 3), np.sqrt(1.5 / 2)
    error = spread * np.sqrt(0.25 * 0.75 / 480) / stats.t.pdf(x, 3)
    assert np.quantile(average, 0.75) == pytest.approx(x * spread, abs=4 * error)
    assert both.log_likelihood(100).shape[1] == len(rows)
    assert both.r_hat == max(plain.r_hat, other.r_hat)
    worlds = [both.simulated(np.random.default_rng(k))[1].mean() for k in range(40)]
    # A coin falls on one side 40 times with probability 2^-39.
    assert np.ptp(worlds) > 0.8


def test_samples_of_units_scatter_as_estimates_from_all_do() -> None:
    """The mean of half of n numbers has the variance s^2 / n about that of all."""
    x = np.random.default_rng(1).normal(size=400)
    samples = [lengthscales.units_of(400, k) for k in range(1, 401)]
    assert {len(np.unique(s)) for s in samples} == {200}
    away = np.array([x[s].mean() for s in samples]) - x.mean()
    # A variance of 400 normal numbers has the relative error sqrt(2 / 400).
    assert away.var() / (x.var(ddof=1) / 400) == pytest.approx(1.0, abs=4 * np.sqrt(2 / 400))
    assert lengthscales.units_of(400, 0).tolist() == list(range(400))
    assert len(lengthscales.units_of(10**6, 5)) == lengthscales.UNITS


def test_lengthscales_are_learnt_from_each_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    small_searches(monkeypatch)
    bent = table().assign(y=lambda d: d["y"] + 2 * np.sin(2 * d["x"]) * (d["place"] == "west"))
    rows = read_effect_table(bent, "t", "y")
    part = fit_pooled(rows, learn_assignment(rows.held, rows.t), seed=1, draws=20, tune=20)
    [other] = part.others
    assert part.bases.outcome.inverse != other.bases.outcome.inverse
    assert part.seed != other.seed
    # As many as four chains of 20.
    assert part.effects().shape == (80, len(rows))


def test_a_search_that_found_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = read_effect_table(table(), "t", "y")
    assignment = learn_assignment(rows.held, rows.t)
    bases = bases_of(rows, assignment, "linear")
    for gains, kept in (
        ([150.0, 0.0, 20.0, -1.0], 2),
        ([0.0, 150.0, 0.0, -1.0], 1),
        ([50.0, 0.0, 2.0, 1.0], 4),
    ):
        monkeypatch.setattr(pool, "process_bases", lambda *_, gains=gains: (bases, gains[_[-1]]))
        monkeypatch.setattr(pool, "fit", lambda r, a, name, **o: fit(r, a, "linear", **o))
        part = fit_pooled(rows, assignment, seed=1, draws=20, tune=20)
        assert 1 + len(part.others) == kept
        assert len(part.effects()) == 80
        assert part.r_hat >= 1
