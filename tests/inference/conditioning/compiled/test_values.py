"""The log-density alone: as it is with its gradient, with what the data alone say computed once."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

from ifonly.inference.conditioning.compiled.values import Values, of_data


def test_what_the_data_alone_say_is_found() -> None:
    """Of a Poisson count the factorial, and of a covariate its logarithm; not what is in a view."""
    k, x = pytensor.shared(np.arange(3.0), name="k"), pytensor.shared(np.ones(3), name="x")
    a = pt.scalar("a")
    factorial, log = pt.gammaln(k + 1), pt.log(x)
    density = (k * a - pt.exp(a + log[None, :]) - factorial).sum()
    assert set(of_data(density)) == {factorial, log}


def test_what_is_repeated_is_left_to_the_compiler() -> None:
    x = pytensor.shared(np.ones(3), name="x")
    log = pt.log(x)
    density = (pt.alloc(log, 5, 3) * pt.scalar("a")).sum()
    assert of_data(density) == [log]


def test_a_density_with_nothing_of_data_alone() -> None:
    x = pytensor.shared(np.ones(3), name="x")
    a = pt.scalar("a")
    assert of_data((x * a).sum()) == []


@pytest.mark.slow
def test_the_value_is_that_of_the_law_with_any_data() -> None:
    """Counts and waiting times, by SciPy; and NaN where the density cannot be computed."""
    count = pytensor.shared(np.zeros(0), name="count")
    wait = pytensor.shared(np.zeros(0), name="wait")
    with pm.Model() as model:
        rate = pm.HalfNormal("rate", 1.0)  # PyMC takes the logarithm of 2.0 in single precision
        shift = pm.Normal("shift", shape=2)
        pm.Potential("counts", pm.logp(pm.Poisson.dist(rate * pt.exp(shift[0])), count).sum())
        pm.Potential("waits", pm.logp(pm.Gamma.dist(2.0, pt.exp(shift[1])), wait).sum())
    values = Values(model)
    rng = np.random.default_rng(1)
    for size in (4, 7):
        data = {"count": rng.poisson(3.0, size).astype(float), "wait": rng.gamma(2.0, 1.0, size)}
        points = rng.normal(size=(3, 3))
        expected = []
        for log_rate, *move in points:
            rate = np.exp(log_rate)
            expected.append(
                stats.halfnorm.logpdf(rate)
                + log_rate
                + stats.norm.logpdf(move).sum()
                + stats.poisson(rate * np.exp(move[0])).logpmf(data["count"]).sum()
                + stats.gamma(2.0, scale=np.exp(-move[1])).logpdf(data["wait"]).sum()
            )
        np.testing.assert_allclose(values.at(data)(points), expected, rtol=1e-12)
    nowhere = values.at(data)(np.array([[0.0] * 3, [np.nan] * 3, [0.0] * 3]))
    assert list(np.isnan(nowhere)) == [False, True, False]
