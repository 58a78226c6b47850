"""The regression of counts, held against quadrature, statsmodels and what made the data."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import gammaln

from ifonly.inference.generators.counts import count_draws

UNITS = 4_000
Marginals = dict[str, tuple[float, float]]


def by_quadrature(x: np.ndarray, y: np.ndarray) -> Marginals:
    """Return mean and standard deviation of level, slope and log size, over a grid of all three.

    The slope's own spread is integrated out of its prior first.
    """
    level, slope, log_size = np.meshgrid(
        np.linspace(-1.2, 2.4, 50), np.linspace(-1.5, 2.5, 60), np.linspace(-2.5, 9, 80),
        indexing="ij",
    )  # fmt: skip
    log_spread = np.linspace(-8, 8, 801)
    spread = np.exp(log_spread)
    prior = np.exp(-0.5 * (slope[0, :, :1] / spread) ** 2) / (1 + spread**2)
    log_p = -0.5 * (level / 10) ** 2 + np.log(prior.sum(axis=1))[None, :, None]
    log_p += log_size - np.log1p(np.exp(2 * (log_size - np.log(10))))  # half-Cauchy, of a logarithm
    size = np.exp(log_size)
    for xi, yi in zip(x, y, strict=True):
        eta = level + slope * xi
        total = np.logaddexp(log_size, eta)
        log_p += gammaln(yi + size) - gammaln(size) + size * (log_size - total) + yi * (eta - total)
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    found = {}
    for name, values in (("level", level), ("slope", slope), ("log size", log_size)):
        mean = (p * values).sum()
        found[name] = float(mean), float(np.sqrt((p * values**2).sum() - mean**2))
    return found


def test_few_counts_have_the_posterior_that_quadrature_finds() -> None:
    """Forty counts: a normal law at the mode, of one size, would be far off."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=40)
    y = rng.poisson(rng.gamma(2.0, np.exp(0.5 + 0.6 * x) / 2.0)).astype(float)
    expected = by_quadrature(x, y)
    groups = {"level": np.ones((40, 1)), "line": x[:, None]}
    weights, size, _ = count_draws(groups, y, 1_000, np.random.default_rng(1))
    drawn = {"level": weights[:, 0], "slope": weights[:, 1], "log size": np.log(size)}
    for name, (mean, sd) in expected.items():
        # Of 1,000 thinned draws some 600 are worth independent ones.
        assert drawn[name].mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(600)), name
        assert drawn[name].std() == pytest.approx(sd, rel=4 / np.sqrt(2 * 600)), name


def test_with_much_data_it_is_the_likeliest_regression() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(UNITS, 2))
    mean = np.exp(0.6 + x @ [0.5, -0.4])
    counts = rng.poisson(rng.gamma(3.0, mean / 3.0)).astype(float)
    groups = {"level": np.ones((UNITS, 1)), "line": x}
    weights, size, spread = count_draws(groups, counts, 300, np.random.default_rng(2))
    theirs = sm.NegativeBinomial(counts, np.column_stack([np.ones(UNITS), x])).fit(disp=0)
    # The mean of 300 thinned draws is off by some 0.07 standard errors by chance.
    assert np.abs(weights.mean(axis=0) - theirs.params[:3]).max() < 0.3 * theirs.bse[:3].min()
    assert weights.std(axis=0) == pytest.approx(theirs.bse[:3], rel=0.2)
    assert np.median(size) == pytest.approx(1 / theirs.params[3], rel=0.15)
    # Two weights of 0.5 and -0.4, and a prior of half a Cauchy law: about 0.45, and wide.
    assert 0.3 < np.median(spread["line"]) < 1.0


def test_a_group_that_says_nothing_is_shrunk_away() -> None:
    rng = np.random.default_rng(3)
    groups = {"level": np.ones((UNITS, 1)), "line": rng.normal(size=(UNITS, 20))}
    counts = rng.poisson(2.0, UNITS).astype(float)
    weights, size, spread = count_draws(groups, counts, 50, rng)
    # An unshrunk weight has an error of 1 / sqrt(2 * 4000) = 0.011.
    assert np.abs(weights[:, 1:].mean(axis=0)).max() < 0.011
    assert np.median(spread["line"]) < 0.011
    assert size.min() > 20
    assert np.exp(weights[:, 0].mean()) == pytest.approx(2.0, abs=4 * np.sqrt(2 / UNITS))
