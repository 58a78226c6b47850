"""Laws of outcomes, held against SciPy."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from ifonly.inference.generators.laws import LAWS, Law, derivatives, drawn, law_of, mean_of

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
        "bernoulli": stats.bernoulli(expit(predictor)),
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


@pytest.mark.parametrize("law", LAWS)
def test_slopes_are_those_of_the_log_likelihood(law: Law) -> None:
    values = np.array([0.0, 1.0]) if law == "bernoulli" else np.array([1.0, 2.0, 4.0])

    def log(predictor: float) -> np.ndarray:
        theirs = scipy_law(law, predictor)
        if law == "lognormal":  # its response is the logarithm, which is normal
            theirs = scipy_law("normal", predictor)
        name = "logpmf" if law in ("bernoulli", "negative_binomial") else "logpdf"
        found: np.ndarray = getattr(theirs, name)(values)
        return found

    step = 1e-5
    numeric = (log(PREDICTOR + step) - log(PREDICTOR - step)) / (2 * step)
    predictor = np.full(len(values), PREDICTOR)
    slope, curvature = derivatives(law, values, predictor, SCALES[law])
    assert slope == pytest.approx(numeric, abs=1e-6)
    # The expected curvature is the variance of the slope.
    if law == "bernoulli":
        p = expit(PREDICTOR)
        assert curvature == pytest.approx(np.full(2, p * (1 - p)))
    draws = scipy_law("normal" if law == "lognormal" else law, PREDICTOR).rvs(  # type: ignore[attr-defined]
        40_000, random_state=3
    )
    slopes, curvatures = derivatives(law, draws * 1.0, np.full(40_000, PREDICTOR), SCALES[law])
    assert slopes.var() == pytest.approx(curvatures[0], rel=0.05)
