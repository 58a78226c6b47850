"""Laws of outcomes, held against SciPy."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr

from ifonly.inference.generators.laws import LAWS, Law, drawn, law_of, mean_of, slopes

RNG = np.random.default_rng(1)
PREDICTOR = 0.4
SCALES: dict[Law, float] = {
    "bernoulli": 1.0,
    "normal": 0.7,
    "lognormal": 0.7,
    "negative_binomial": 2.5,
}


def scipy_law(law: Law, predictor: float) -> object:
    scale, mean = SCALES[law], np.exp(predictor)
    return {
        "bernoulli": stats.bernoulli(ndtr(predictor)),
        "normal": stats.norm(predictor, scale),
        "lognormal": stats.lognorm(scale, scale=mean),
        "negative_binomial": stats.nbinom(scale, scale / (scale + mean)),
    }[law]


@pytest.mark.parametrize(
    ("values", "law"),
    [
        (RNG.integers(0, 2, 50), "bernoulli"),
        (RNG.poisson(3.0, 200), "negative_binomial"),
        (np.exp(RNG.normal(size=500)), "lognormal"),
        (RNG.normal(size=500), "normal"),
        (RNG.normal(3_400, 500, 500).round(), "normal"),
    ],
)
def test_the_law_that_suits_an_outcome(values: np.ndarray, law: str) -> None:
    assert law_of(values.astype(float)) == law


@pytest.mark.parametrize("law", LAWS)
def test_mean_and_spread_are_those_of_scipy(law: Law) -> None:
    theirs, rows = scipy_law(law, PREDICTOR), 60_000
    mean = mean_of(law, np.full(1, PREDICTOR), SCALES[law])
    assert mean == pytest.approx(theirs.mean())  # type: ignore[attr-defined]
    found = drawn(law, np.full(rows, PREDICTOR), SCALES[law], np.random.default_rng(2))
    sd = theirs.std()  # type: ignore[attr-defined]
    assert abs(found.mean() - mean[0]) < 4 * sd / np.sqrt(rows)
    assert found.std() == pytest.approx(sd, rel=0.05)


def test_slopes_of_counts_are_those_of_their_log_likelihood() -> None:
    values, step, size = np.array([1.0, 2.0, 4.0]), 1e-5, SCALES["negative_binomial"]
    above, below = (
        scipy_law("negative_binomial", PREDICTOR + s).logpmf(values)  # type: ignore[attr-defined]
        for s in (step, -step)
    )
    slope, _ = slopes(values, np.full(3, PREDICTOR), size)
    assert slope == pytest.approx((above - below) / (2 * step), abs=1e-6)
    # The expected curvature is the variance of the slope.
    drawn = scipy_law("negative_binomial", PREDICTOR).rvs(40_000, random_state=3)  # type: ignore[attr-defined]
    found, curvatures = slopes(drawn * 1.0, np.full(40_000, PREDICTOR), size)
    assert found.var() == pytest.approx(curvatures[0], rel=0.05)
