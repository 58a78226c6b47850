"""Of a fit whose draws make the evidence impossible nothing is asked; no family is passed over."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
import xarray as xr

from ifonly.inference import ATE, DataError, Posterior

COUNTS = [1, 0, 3, 0, 1, 0]
BITS = [1, 0, 1, 0, 1, 0]
TALL = [1.3, 1.1, 1.3, 2.2, 2.1, 1.1]
SHORT = [0.3, 0.1, 0.3, 0.2, 0.1, 0.1]


def whole(a: Any, t: Any) -> Any:
    return pt.ceil(10 * a).astype("int64") + t


def thirds(a: Any, t: Any) -> Any:
    first = 0.5 + 0.1 * t
    return pt.stack([a * first, (1 - a) * first, 1 - first], axis=-1)


# Made of a parameter and a treatment; the evidence; what the parameter may be, and what not.
CASES: dict[str, tuple[Callable[[Any, Any], Any], list[Any], float, float]] = {
    "Bernoulli": (lambda a, t: pm.Bernoulli.dist(a * (0.2 + 0.5 * t)), BITS, 0.5, 0.0),
    "Poisson": (lambda a, t: pm.Poisson.dist(a * (1 + t)), COUNTS, 0.5, 0.0),
    "Binomial": (lambda a, t: pm.Binomial.dist(whole(a, t), 0.4), COUNTS, 0.5, 0.1),
    "BetaBinomial": (lambda a, t: pm.BetaBinomial.dist(1, 2, whole(a, t)), COUNTS, 0.5, 0.1),
    "HyperGeometric": (lambda a, t: pm.HyperGeometric.dist(20, whole(a, t), 5), COUNTS, 0.5, 0.1),
    "DiscreteUniform": (lambda a, t: pm.DiscreteUniform.dist(0, whole(a, t)), COUNTS, 0.5, 0.1),
    "NegativeBinomial": (
        lambda a, t: pm.NegativeBinomial.dist(mu=a * (1 + t), alpha=2.0), COUNTS, 0.5, 0.0
    ),
    "Geometric": (lambda a, t: pm.Geometric.dist(1 - a * (0.3 + t / 9)), TALL, 0.5, 0.0),
    "DiscreteWeibull": (
        lambda a, t: pm.DiscreteWeibull.dist(a * (0.5 + t / 9), 1.0), COUNTS, 0.5, 1e-320
    ),
    "Categorical": (lambda a, t: pm.Categorical.dist(p=thirds(a, t)), [1, 0, 2, 0, 1, 0], 0.5, 0.0),
    "OrderedLogistic": (
        lambda a, t: pm.OrderedLogistic.dist(t * 1.0, pt.stack([-a, a]), compute_p=False),
        [1, 0, 2, 0, 1, 0], 0.5, 0.0,
    ),
    "ZeroInflatedPoisson": (
        lambda a, t: pm.ZeroInflatedPoisson.dist(a * (0.5 + t / 9), 2.0), COUNTS, 0.5, 0.0
    ),
    "HurdleGamma": (
        lambda a, t: pm.HurdleGamma.dist(a * (0.5 + t / 9), 2.0, 1.0), COUNTS, 0.5, 0.0
    ),
    "Uniform": (lambda a, t: pm.Uniform.dist(0, a * (1 + t)), SHORT, 0.5, 0.01),
    "Triangular": (lambda a, t: pm.Triangular.dist(0, 2 * a + t, a / 2), SHORT, 0.5, 0.1),
    "Pareto": (lambda a, t: pm.Pareto.dist(2.0 + t, a), TALL, 0.5, 2.0),
    "TruncatedNormal": (lambda a, t: pm.TruncatedNormal.dist(t, 1, lower=a), TALL, 0.5, 2.0),
    "Censored": (
        lambda a, t: pm.Censored.dist(pm.Normal.dist(t, 1), lower=a, upper=None), TALL, 0.5, 2.0
    ),
    "shifted": (
        lambda a, t: pm.CustomDist.dist(
            a, 1.0 + t, dist=lambda s, rate, size: s + pm.Exponential.dist(rate, size=size)
        ),
        TALL, 0.5, 2.0,
    ),
    "no spread": (lambda a, t: pm.Normal.dist(1.0 * t, a), SHORT, 0.5, 0.0),
    "no scale": (lambda a, t: pm.Weibull.dist(1.0, a * (1 + t)), SHORT, 0.5, 0.0),
    "no number": (lambda a, t: pm.Normal.dist(pt.log(a - 0.1) * t, 1.0), SHORT, 0.5, 0.0),
}  # fmt: skip


def setting(case: str) -> tuple[pm.Model, dict[str, Any], float, float]:
    make, y, good, bad = CASES[case]
    with pm.Model(coords={"unit": range(6)}) as model:
        a = pm.HalfNormal("a")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        model.register_rv(make(a, t), "y", dims=("unit",), default_transform=None)
    values = np.ceil(y) if case == "Geometric" else np.array(y)
    return model, {"t": [0, 1, 0, 1, 1, 0], "y": values}, good, bad


def fit(*values: float) -> xr.Dataset:
    return xr.Dataset({"a": (("chain", "draw"), np.array([values, values]))})


# One of each kind; the others run with the slow tests.
QUICK = {"Bernoulli", "Binomial", "Categorical", "HurdleGamma", "Uniform", "Censored", "no spread"}


@pytest.mark.parametrize(
    "case", [pytest.param(c, marks=[] if c in QUICK else [pytest.mark.slow]) for c in CASES]
)
def test_one_draw_that_makes_the_evidence_impossible_is_told(case: str) -> None:
    model, data, good, bad = setting(case)
    with pytest.raises(DataError, match="first of them draw 1 of chain 0") as caught:
        Posterior.from_idata(model, fit(good, bad, bad), data, seed=1)
    assert "the column 'y' is impossible" in str(caught.value)
    assert "under 4 of the fit's 6 draws" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_was_drawn_is_held_to_its_own_prior_in_the_same_draw() -> None:
    with pm.Model(coords={"unit": range(2)}) as model:
        most = pm.HalfNormal("most")
        rate = pm.Uniform("rate", 0, most)
        pm.Poisson("y", rate, dims="unit")
    draws = fit(1.0, 2.0).rename(a="most").assign(rate=fit(0.5, 2.5)["a"])
    with pytest.raises(DataError, match=r"the fit's 'rate' is impossible .* 2 of the fit's 4"):
        Posterior.from_idata(model, draws, {"y": [1, 2]}, seed=1)
    with pytest.raises(DataError, match=r"the fit's 'most' is impossible .* 4 of the fit's 4"):
        Posterior.from_idata(model, -draws, {"y": [1, 2]}, seed=1)


@pytest.mark.filterwarnings("ignore::ifonly.inference.errors.ConvergenceWarning")
def test_what_is_merely_improbable_is_answered() -> None:
    """An outlier at 40 of the logit: a chance of exp(-40), which one less a sigmoid rounds to 0."""
    with pm.Model(coords={"unit": range(2)}) as model:
        a = pm.Normal("a")
        t = pm.Normal("t", dims="unit")
        pm.Bernoulli("y", p=pm.math.sigmoid(a * t), dims="unit")
    posterior = Posterior.from_idata(model, fit(40.0, 40.0), {"t": [1.0, 1.0], "y": [0, 1]}, seed=1)
    assert posterior.ask(ATE("t", do={"t": 2.0})).mean() == 1.0
