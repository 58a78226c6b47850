"""CUPED: the published figures, the algebra, statsmodels, and the model that conditions."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import statsmodels.api as sm

from ifonly.inference import ATE, DataError, condition
from ifonly.inference.experiments import cuped, cuped_outcome, difference
from ifonly.scenarios import get


def test_the_published_reduction_is_like_half_as_many_users_more() -> None:
    """Variance 4.0312 to 2.7241 with a slope of 0.7767: 32.4 % less, 48 % more users."""
    published = get("experiment").published
    assert published is not None
    data = published()
    adjusted, slope = cuped_outcome(data["Y"], data["pre_metric"])
    before, after = np.var(data["Y"], ddof=1), np.var(adjusted, ddof=1)
    # The published variances are of two arms that were drawn, these of all users.
    assert (before, after, slope) == pytest.approx((4.0312, 2.7241, 0.7767), abs=1.1e-4)
    assert 1 - after / before == pytest.approx(0.324, abs=5e-4)
    assert before / after == pytest.approx(1.48, abs=5e-3)
    # Labels that are drawn after the outcome do nothing, with CUPED or without.
    arm = np.random.default_rng(0).permutation(np.arange(len(data)) % 2)
    plain, with_cuped = difference(data["Y"], arm), cuped(data["Y"], arm, data["pre_metric"])
    assert plain.interval()[0] < 0 < plain.interval()[1]
    assert with_cuped.interval()[0] < 0 < with_cuped.interval()[1]
    assert with_cuped.variance_left == pytest.approx(0.676, abs=0.005)
    assert with_cuped.users_factor == pytest.approx(1.48, abs=0.01)


def drawn(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    arm, x = rng.permutation(np.arange(n) % 2), rng.normal(3, 2, (n, 2))
    return arm * (0.5 + 0.2 * x[:, 0]) + x @ [1.0, -0.5] + rng.normal(size=n), arm, x


def test_it_is_the_regression_with_products_and_hc2_errors() -> None:
    y, arm, x = drawn(1)
    c = x - x.mean(axis=0)
    fit = sm.OLS(y, sm.add_constant(np.column_stack([arm, c, arm[:, None] * c])))
    fit = fit.fit(cov_type="HC2", use_t=True)
    found = cuped(y, arm, x)
    assert (found.estimate, found.se) == pytest.approx((fit.params[1], fit.bse[1]))
    assert found.p == pytest.approx(fit.pvalues[1])


def test_its_interval_covers_and_its_error_is_the_smaller_one() -> None:
    truth = 0.5 + 0.2 * 3
    found = [cuped(y, arm, x) for y, arm, x in map(drawn, range(600))]
    inside = [e.interval()[0] <= truth <= e.interval()[1] for e in found]
    assert abs(np.mean(inside) - 0.95) < 3.5 * np.sqrt(0.95 * 0.05 / 600)
    plain = np.std([difference(y, arm).estimate for y, arm, _ in map(drawn, range(200))])
    assert np.std([e.estimate for e in found]) < 0.6 * plain


def test_in_the_model_it_is_conditioning_on_what_was_before() -> None:
    """The posterior of a linear model with the covariate has CUPED's estimate and error."""
    rng = np.random.default_rng(4)
    arm, x = rng.permutation(np.arange(600) % 2), rng.normal(size=600)
    y = 0.4 * arm + 1.5 * x + rng.normal(size=600)

    def model(slope: bool) -> pm.Model:
        with pm.Model(coords={"unit": range(1)}) as made:
            b = pm.Normal("b", 0, 10, shape=3)
            before = pm.Normal("x", 0, 1, dims="unit")
            t = pm.Bernoulli("t", 0.5, dims="unit")
            mean = b[0] + b[1] * t + (b[2] * before if slope else 0.0 * b[2])
            pm.Normal("y", mean, pm.HalfNormal("s", 5), dims="unit")
        return made

    frame = pd.DataFrame({"t": arm, "x": x, "y": y})
    query = ATE("y", do={"t": 1}, versus={"t": 0})
    answer = condition(
        model(True), frame, method="auto", asked=[query], seed=1, progress=False
    ).ask(query)
    found = cuped(y, arm, x)
    assert float(answer.mean()) == pytest.approx(found.estimate, abs=0.15 * found.se)
    assert float(answer.std()) == pytest.approx(found.se, rel=0.06)
    assert found.variance_left < 0.4


def test_clusters_of_one_are_no_clusters() -> None:
    y, arm, x = drawn(3)
    alone = cuped(y, arm, x, cluster=np.arange(len(y)))
    assert alone.estimate == pytest.approx(cuped(y, arm, x).estimate)
    assert alone.se == pytest.approx(cuped(y, arm, x).se, rel=0.01)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.ones(400), "does not vary"),
        (np.arange(399.0), "of 400"),
        (np.column_stack([np.arange(400.0), 2 * np.arange(400.0)]), "told by the others"),
        (np.r_[np.nan, np.arange(399.0)], "missing or infinite for 1 of 400"),
    ],
)
def test_covariates_that_cannot_serve_are_refused(x: np.ndarray, words: str) -> None:
    y, arm, _ = drawn(1)
    with pytest.raises(DataError, match=words):
        cuped(y, arm, x)


def test_an_outcome_that_is_told_to_the_last_digit_is_refused() -> None:
    arm = np.arange(100) % 2
    with pytest.raises(DataError, match="does not vary"):
        cuped_outcome(np.arange(5.0), np.ones(5))
    with pytest.raises(DataError, match="5 values, and what was before 4"):
        cuped_outcome(np.arange(5.0), np.arange(4.0))
    assert cuped_outcome(arm + np.arange(100.0), np.arange(100.0), arm)[1] == pytest.approx(1.0)
