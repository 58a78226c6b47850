"""System 5's equations and those of its variants, held against NumPy."""

from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest
from numpy.typing import NDArray
from scipy import stats

from ifonly.models.experiment import experiment

Columns = dict[str, NDArray[Any]]
TRUTH: dict[str, Any] = {
    "segment_probability": [0.5, 0.4, 0.1],
    "age_mean": 35.0,
    "age_sd": 10.0,
    "activity_shape": 2.0,
    "activity_scale": 2.0,
    "pre_intercept": 5.0,
    "pre_on_activity": 0.25,
    "pre_on_age": 0.02,
    "pre_on_u": 0.8,
    "pre_sd": 1.0,
    "E_intercept": -0.5,
    "E_on_activity": 0.3,
    "Z_probability": 0.5,
    "T_intercept": -0.4,
    "T_on_Z": 1.2,
    "T_on_u": 0.6,
    "T_on_E": 0.5,
    "T_on_active": 0.15,
    "exposure_intercept": 0.3,
    "exposure_on_T": 1.2,
    "exposure_on_activity": 0.35,
    "exposure_on_E": 0.8,
    "C_intercept": -0.2,
    "C_on_T": 1.0,
    "C_on_u": 0.8,
    "Y_intercept": 2.0,
    "Y_on_T": 1.2,
    "Y_on_exposure": 0.15,
    "Y_on_age": 0.02,
    "Y_on_activity": 0.3,
    "Y_on_regular": 0.4,
    "Y_on_vip": 1.0,
    "Y_on_u": 1.0,
    "Y_sd": 1.0,
}
# What each argument adds.
MORE: dict[str, dict[str, float]] = {
    "gate": {},
    "heterogeneous": {
        "Y_on_T_x_activity": 0.4,
        "Y_on_T_x_regular": -0.15,
        "Y_on_T_x_vip": 0.6,
    },
    "placebo": {
        f"placebo_{name}": value
        for name, value in {
            "intercept": 1.0,
            "on_age": 0.03,
            "on_activity": 0.2,
            "on_regular": 0.5,
            "on_vip": 0.7,
            "on_u": 0.9,
            "sd": 1.1,
        }.items()
    },
    "randomised": {"T_on_arm": 8.0, "arm_probability": 0.5},
}


def sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))


def columns(units: int = 500, seed: int = 4) -> Columns:
    """Values of every mechanism; they need not have come from the model."""
    rng = np.random.default_rng(seed)
    flags = {n: rng.integers(0, 2, units) for n in ("Z", "E", "T", "C", "arm")}
    return {
        "segment": rng.integers(0, 3, units),
        "age": rng.uniform(18, 75, units),
        "activity": rng.gamma(2.0, 2.0, units),
        "u": rng.normal(size=units),
        "exposure": rng.poisson(3.0, units),
        **flags,
    }


def expected(v: Columns, changes: set[str]) -> dict[str, Columns]:
    """The sheet's equations: the parameters of each mechanism's family."""
    s = (v["activity"] - 4.0) / np.sqrt(8.0)
    level = np.array([0.0, 0.4, 1.0])[v["segment"]]
    years = v["age"] - 35.0
    log_odds = -0.4 + 1.2 * v["Z"] + 0.6 * v["u"] + 0.5 * v["E"] + 0.15 * (v["activity"] > 2.5)
    if "randomised" in changes:
        log_odds = log_odds + 8.0 * (v["arm"] - 0.5)
    chance = sigmoid(log_odds) * (v["E"] if "gate" in changes else 1)
    effect = 1.2
    if "heterogeneous" in changes:
        effect = 1.2 + 0.4 * s + np.array([0.0, -0.15, 0.6])[v["segment"]]
    y = 2.0 + effect * v["T"] + 0.15 * v["exposure"] + 0.02 * years + 0.3 * v["activity"] + level
    intensity = 0.3 + 1.2 * v["T"] + 0.35 * v["activity"] + 0.8 * v["E"]
    found = {
        "pre_metric": {"mu": 5.0 + 0.25 * v["activity"] + 0.02 * years + 0.8 * v["u"], "sd": 1.0},
        "E": {"p": sigmoid(-0.5 + 0.3 * s)},
        "Z": {"p": 0.5},
        "T": {"p": chance},
        "exposure": {"mu": np.maximum(intensity, 0.05)},
        "C": {"p": sigmoid(-0.2 + 1.0 * v["T"] + 0.8 * v["u"])},
        "Y": {"mu": y + v["u"], "sd": 1.0},
        "activity": {"shape": 2.0, "scale": 2.0},
        "segment": {"p": np.array([[0.5, 0.4, 0.1]])},
    }
    if "placebo" in changes:
        level = np.array([0.0, 0.5, 0.7])[v["segment"]]
        mean = 1.0 + 0.03 * years + 0.2 * v["activity"] + level + 0.9 * v["u"]
        found["placebo"] = {"mu": mean, "sd": 1.1}
    if "randomised" in changes:
        found["arm"] = {"p": 0.5}
    return found


@pytest.mark.parametrize(
    "changes", [set(), *({name} for name in MORE), set(MORE)], ids=["none", *MORE, "all"]
)
def test_every_equation_is_the_sheets(changes: set[str]) -> None:
    model = experiment(**dict.fromkeys(changes, True))
    truth = TRUTH | {n: v for name in changes for n, v in MORE[name].items()}
    known = pm.do(model, truth)
    v = columns()
    mechanisms = expected(v, changes)
    inputs = [known[n] for n in v if n in known.named_vars]
    outputs = [
        parameter for n in mechanisms for parameter in known[n].owner.op.dist_params(known[n].owner)
    ]
    compiled = pytensor.function(inputs, outputs, mode="FAST_COMPILE", on_unused_input="ignore")
    found = iter(compiled(*(v[variable.name] for variable in inputs)))
    for name, wanted in mechanisms.items():
        for parameter, value in wanted.items():
            message = f"{name}: {parameter}"
            np.testing.assert_allclose(next(found), value, rtol=1e-12, atol=1e-12, err_msg=message)
    assert {x.name for x in model.free_RVs} - set(mechanisms) == {
        *truth,
        "signup_month",
        "age",
        "u",
    }


def test_exposure_has_a_floor() -> None:
    known = pm.do(experiment(), TRUTH | {"exposure_intercept": -9.0})
    [mean] = known["exposure"].owner.op.dist_params(known["exposure"].owner)
    given = {known["activity"]: [1.0], known["T"]: [0], known["E"]: [0]}
    assert mean.eval(given).item() == 0.05


def test_age_is_a_clipped_normal() -> None:
    units = 40_000
    known = pm.do(experiment(), TRUTH)
    known.set_dim("unit", units, coord_values=range(units))
    age, month = pm.draw([known["age"], known["signup_month"]], random_seed=2, mode="FAST_COMPILE")
    assert (age.min(), age.max() <= 75.0) == (18.0, True)
    share = stats.norm.cdf(-1.7)
    assert abs((age == 18.0).mean() - share) < 4.5 * np.sqrt(share * (1 - share) / units)
    inside = age[(age > 18.0) & (age < 75.0)]
    assert stats.kstest(inside, stats.truncnorm(-1.7, 4.0, 35.0, 10.0).cdf).pvalue > 1e-3
    assert stats.chisquare(np.bincount(month)[1:]).pvalue > 1e-3
    assert set(month) == set(range(1, 7))


def test_the_sign_of_the_latent_is_fixed_by_its_proxy() -> None:
    known = experiment()["pre_on_u"]
    draws = pm.draw(known, 200, random_seed=2, mode="FAST_COMPILE")
    assert (draws > 0).all()


def test_a_shut_gate_leaves_every_gradient_finite() -> None:
    """The log-odds of the ineligible are minus infinity, and their probability is zero."""
    model = experiment(gate=True)
    v = columns(6)
    model.set_dim("unit", 6, coord_values=range(6))
    v["T"] = v["T"] * v["E"]  # nobody else can be treated
    seen = {n: x for n, x in v.items() if n not in ("u", "arm")}
    observed = pm.observe(model, seen | {"Y": v["age"], "pre_metric": v["age"]})
    treated = observed.logp(vars=observed["T"])
    names = ("T_intercept", "T_on_u")
    slopes = pytensor.grad(treated, [observed.rvs_to_values[observed[n]] for n in names])
    compiled = observed.compile_fn(
        [treated, *slopes], inputs=observed.value_vars, point_fn=False, on_unused_input="ignore"
    )
    start = observed.initial_point()
    logp, intercept, on_u = compiled(*(start[x.name] for x in observed.value_vars))
    some = v["E"] == 1
    # At the initial point all log-odds are zero.
    assert logp == pytest.approx(some.sum() * np.log(0.5))
    assert intercept == pytest.approx((v["T"] - 0.5)[some].sum())
    assert np.isfinite(on_u)
