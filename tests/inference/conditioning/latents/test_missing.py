"""What is asked of units with missing values: known parameters, groups, pandas' own gaps."""

import arviz as az
import numpy as np
import pandas as pd
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference import CATE, Counterfactual, DataError, ModelError, condition, shift
from ifonly.inference.conditioning.latents.missing import completed
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

QUICK = {"draws": 2000, "tune": 500, "chains": 4, "seed": 1, "progress": False, "cores": 1}
GAP = np.nan
ARMS = {"do": {"t": 1}, "versus": {"t": 0}}


def moderated():
    """Return a model in which the effect of t is 1 where g is 0, and 5 where it is 1."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("a", 0, 1)
        g = pm.Bernoulli("g", 0.5, dims="unit")
        pm.Normal("z", g, 1, dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", a + (1 + 4 * g) * t, 1, dims="unit")
    return model


@pytest.fixture(scope="module")
def posterior():
    data = {
        "g": pd.array([True, True, False, False, pd.NA, pd.NA, pd.NA], dtype="boolean"),
        "z": [3.0, 3.1, 0.0, GAP, -8.0, 9.0, GAP],
        "t": [1, 0, 1, 0, 1, 0, 0],
        "y": [5.0, 0.0, 1.0, 0.0, 1.0, 0.0, GAP],
    }
    return condition(moderated(), data, **QUICK)


def test_a_unit_is_in_the_group_of_its_inferred_value(posterior):
    """Whichever group a unit is in, the effect on it is that group's, so each mean is exact."""
    answer = posterior.ask(CATE("y", **ARMS, by="g"))
    assert answer["g"].values.tolist() == [0, 1]
    np.testing.assert_allclose(answer, np.broadcast_to([1.0, 5.0], answer.shape), rtol=1e-9)
    # Of two units g is told by z, of one by nothing.
    drawn = posterior.latents["g"].mean(("chain", "draw")).to_numpy()
    np.testing.assert_allclose(drawn[:6], [1, 1, 0, 0, 0, 1], atol=0.01)
    assert 0.05 < drawn[6] < 0.95


def test_groups_are_made_of_the_values_that_are_seen(posterior):
    """The median of what is seen is 3: what stands for a missing value has no part in it."""
    answer = posterior.ask(CATE("y", **ARMS, by={"z": 2}))
    assert answer["z"].values.tolist() == ["Q1: <= 3", "Q2: > 3"]
    drawn = posterior.latents[["g", "z"]]
    effect = 1 + 4 * drawn["g"]
    for k, inside in enumerate((drawn["z"] <= 3.0, drawn["z"] > 3.0)):
        expected = effect.where(inside).mean("unit")
        np.testing.assert_allclose(answer.isel(z=k), expected, rtol=1e-9)
    both = posterior.ask(CATE("y", **ARMS, by={"g": None, "z": [1.5]}))
    np.testing.assert_allclose(both.sel(g=0, z="<= 1.5"), 1.0, rtol=1e-9)


def test_known_parameters_and_missing_values():
    """x is N(0, 1) and y is N(1.3 x, 1): given y = 2, x has mean 2.6 / 2.69, variance 1 / 2.69."""
    with pm.Model(coords={"unit": range(1)}) as model:
        gain = pm.Normal("gain")
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", gain * x, 1.0, dims="unit")
    data = {"x": [1.0, GAP], "y": [1.0, 2.0]}
    posterior = condition(pm.do(model, {"gain": 1.3}), data, **QUICK)
    assert posterior.diagnostics.ess_bulk > 200
    found = posterior.latents["x"].isel(unit=1)
    error = np.sqrt(1 / 2.69 / posterior.diagnostics.ess_bulk)
    assert abs(float(found.mean()) - 2.6 / 2.69) < 4 * error
    assert float(found.std()) == pytest.approx(np.sqrt(1 / 2.69), rel=0.15)
    answer = posterior.ask(Counterfactual("y", do={"x": shift(1.0)}))
    np.testing.assert_allclose(answer, np.broadcast_to([2.3, 3.3], answer.shape), rtol=1e-9)


SEEN = np.array([0.2, GAP, 0.7])
BOUNDED = {
    "Weibull": (lambda s: pm.Weibull("y", 2.0, s, dims="unit"), stats.weibull_min(2.0, scale=1.5)),
    "Gamma": (lambda s: pm.Gamma("y", 2.0, s, dims="unit"), stats.gamma(2.0, scale=1 / 1.5)),
    "LogNormal": (lambda s: pm.LogNormal("y", 0.3, s, dims="unit"),
                  stats.lognorm(1.5, scale=np.exp(0.3))),
    "Exponential": (lambda s: pm.Exponential("y", s, dims="unit"), stats.expon(scale=1 / 1.5)),
    "HalfNormal": (lambda s: pm.HalfNormal("y", s, dims="unit"), stats.halfnorm(scale=1.5)),
    "HalfStudentT": (lambda s: pm.HalfStudentT("y", 4.0, s, dims="unit"), None),
    "InverseGamma": (lambda s: pm.InverseGamma("y", 3.0, s, dims="unit"),
                     stats.invgamma(3.0, scale=1.5)),
    "Pareto": (lambda s: pm.Pareto("y", 3.0, s / 10, dims="unit"), stats.pareto(3.0, scale=0.15)),
    "Beta": (lambda s: pm.Beta("y", 2.0, s, dims="unit"), stats.beta(2.0, 1.5)),
    "Uniform": (lambda s: pm.Uniform("y", 0.1, s, dims="unit"), stats.uniform(0.1, 1.4)),
    "VonMises": (lambda s: pm.VonMises("y", 0.3, s, dims="unit"), stats.vonmises(1.5, 0.3)),
    "TruncatedNormal": (lambda s: pm.TruncatedNormal("y", 0, s, lower=0, upper=3, dims="unit"),
                        stats.truncnorm(0, 2, 0, 1.5)),
    "Truncated": (lambda s: pm.Truncated("y", pm.Gamma.dist(2.0, s), 0.0, 3.0, dims="unit"), None),
}  # fmt: skip


def lacking(family):
    """Return the model of one family whose second unit is missing, completed."""
    with pm.Model(coords={"unit": range(1)}) as model:
        family(pm.HalfNormal("s"))
    evidence = read_evidence(Equations(model), {"y": SEEN}, allow_missing=True)
    return completed(observe(model, evidence, "unit")[0], evidence)


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("name", BOUNDED)
def test_a_value_is_missing_of_a_family_with_bounds(name):
    """Whatever scale it is sampled on, it counts by the family's own density."""
    family, law = BOUNDED[name]
    model = lacking(family)
    point = model.initial_point(0)
    assert set(point) == {v.name for v in model.value_vars}
    point["s_log__"] = np.log(1.5)
    [free] = [v for v in model.free_RVs if v.name == "y_missing"]
    [seen] = model.observed_RVs
    [back] = model.replace_rvs_by_values([free])
    missing = back.eval({model.rvs_to_values[v]: point[model.rvs_to_values[v].name]
                         for v in model.free_RVs}, on_unused_input="ignore")  # fmt: skip
    found = model.compile_logp([free, seen], jacobian=False, sum=True)(point)
    assert np.isfinite(found)
    if law is not None:
        expected = law.logpdf(np.append(missing, [0.2, 0.7])).sum()
        assert found == pytest.approx(expected, rel=1e-7)


def test_bounds_that_other_variables_move_are_refused():
    with pytest.raises(ModelError, match=r"'y' lacks values.*fixed bounds"):
        lacking(lambda s: pm.Truncated("y", pm.Gamma.dist(2.0, 1.0), 0.0, 3.0 + s, dims="unit"))


@pytest.mark.parametrize("method", ["nuts", "marginal", "laplace"])
def test_a_missing_value_is_predicted(method):
    """Exponential values with a Gamma(2, 1) rate: given three, a fourth is Lomax."""
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Exponential("y", pm.Gamma("rate", 2.0, 1.0), dims="unit")
    y = np.array([0.5, 1.2, GAP, 0.4])
    posterior = condition(model, {"y": y}, method=method, **QUICK)
    drawn = posterior.latents["y"].isel(unit=2).to_numpy()
    rank = stats.lomax(5.0, scale=1.0 + np.nansum(y)).cdf(drawn)
    error = np.sqrt(1 / 12 / float(az.ess(rank)))
    assert abs(rank.mean() - 0.5) < 5 * error
    assert rank.var() == pytest.approx(1 / 12, rel=0.1)
    assert (posterior.latents["y"].isel(unit=[0, 1, 3]) == y[[0, 1, 3]]).all()


def test_missing_values_that_nothing_can_infer():
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Data("z", np.zeros(1), dims="unit")
        pm.Normal("y", pm.Normal("a") * z, 1.0, dims="unit")
    data = {"z": [1.0, np.nan], "y": [0.0, 1.0]}
    with pytest.raises(DataError, match="how 'z' comes about"):
        condition(model, data, **QUICK)
    with pytest.raises(DataError, match="drop the column"):
        condition(model, {"z": [1.0, 2.0], "y": [np.nan, np.nan]}, **QUICK)
