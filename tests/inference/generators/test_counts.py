"""The regression of counts, held against statsmodels and against what made the data."""

import numpy as np
import pytest
import statsmodels.api as sm

from ifonly.inference.generators.counts import count_draws

UNITS = 4_000


def test_with_much_data_it_is_the_likeliest_regression() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(UNITS, 2))
    mean = np.exp(0.6 + x @ [0.5, -0.4])
    counts = rng.poisson(rng.gamma(3.0, mean / 3.0)).astype(float)
    groups = {"level": np.ones((UNITS, 1)), "line": x}
    weights, size, spread = count_draws(groups, counts, 2_000, np.random.default_rng(2))
    theirs = sm.NegativeBinomial(counts, np.column_stack([np.ones(UNITS), x])).fit(disp=0)
    # What shrinkage and the moments' size change is a part of a standard error.
    assert np.abs(weights.mean(axis=0) - theirs.params[:3]).max() < 0.3 * theirs.bse[:3].min()
    assert weights.std(axis=0) == pytest.approx(theirs.bse[:3], rel=0.1)
    assert size[0] == pytest.approx(1 / theirs.params[3], rel=0.15)
    # Two weights of 0.5 and -0.4: their root mean square is 0.45.
    assert spread["line"][0] == pytest.approx(0.45, abs=0.05)


def test_a_group_that_says_nothing_is_shrunk_away() -> None:
    rng = np.random.default_rng(3)
    groups = {"level": np.ones((UNITS, 1)), "line": rng.normal(size=(UNITS, 20))}
    counts = rng.poisson(2.0, UNITS).astype(float)
    weights, size, spread = count_draws(groups, counts, 50, rng)
    # An unshrunk weight has an error of 1 / sqrt(2 * 4000) = 0.011.
    assert np.abs(weights[:, 1:].mean(axis=0)).max() < 0.011
    assert spread["line"][0] < 0.011
    assert size[0] > 20
    assert np.exp(weights[:, 0].mean()) == pytest.approx(2.0, abs=4 * np.sqrt(2 / UNITS))
