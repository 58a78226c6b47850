"""Finite unknowns are answered exactly, against textbooks and enumeration in NumPy."""

from itertools import product
from pathlib import Path

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference import (
    ITE,
    ConvergenceWarning,
    Counterfactual,
    DataError,
    ModelError,
    Posterior,
    condition,
)
from ifonly.inference.conditioning.starts import apart
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

OPTIONS = {"draws": 1000, "chains": 4, "seed": 3, "progress": False}
COUNT = 4000


def within(found, expected, errors=4.0):
    """Hold the mean of 4,000 independent draws of a binary variable within standard errors."""
    expected = np.asarray(expected)
    sd = np.sqrt(expected * (1 - expected) / COUNT)
    assert (np.abs(np.asarray(found) - expected) <= errors * sd).all()


def squad() -> pm.Model:
    """Pearl (2009), section 7.1.2: the court orders, or rifleman A is nervous; B obeys."""
    with pm.Model(coords={"unit": range(1)}) as model:
        order = pm.Bernoulli("order", 0.7, dims="unit")
        nervous = pm.Bernoulli("nervous", 0.2, dims="unit")
        captain = pm.Deterministic("captain", order, dims="unit")
        a = pm.Bernoulli("a", 1.0 * (captain | nervous), dims="unit")
        b = pm.Bernoulli("b", 1.0 * captain, dims="unit")
        pm.Bernoulli("death", 1.0 * (a | b), dims="unit")
    return model


@pytest.mark.usefixtures("quick_compile")
def test_the_firing_squad_when_only_the_death_is_known(tmp_path: Path) -> None:
    """Would he be alive had A not fired? P = (1 - p) q / (1 - (1 - p)(1 - q))."""
    posterior = condition(squad(), {"death": [1, 1, 0]}, **OPTIONS)
    answer = posterior.ask(Counterfactual("death", do={"a": 0}))
    alive = 1 - answer.mean(("chain", "draw")).to_numpy()
    within(alive, [0.06 / 0.76, 0.06 / 0.76, 1.0])
    within(posterior.latents["order"].mean(("chain", "draw")), [0.7 / 0.76, 0.7 / 0.76, 0.0])
    assert posterior.facts["method"] == "enumeration"
    assert posterior.diagnostics.converged
    posterior.save(tmp_path / "squad.nc")
    again = Posterior.load(tmp_path / "squad.nc", squad())
    np.testing.assert_array_equal(again.latents["nervous"], posterior.latents["nervous"])
    order = posterior.latents["order"].isel(unit=0).to_numpy()
    assert abs(np.corrcoef(order[:, 1:].ravel(), order[:, :-1].ravel())[0, 1]) < 4 / np.sqrt(COUNT)


def either(parameter: bool = False) -> pm.Model:
    """Return a model of two causes of which exactly one holds; alone, each is the other's flip."""
    with pm.Model(coords={"unit": range(1)}) as model:
        if parameter:
            pm.Normal("z", pm.Normal("mean"), 1.0, dims="unit")
        a = pm.Bernoulli("a", 0.3, dims="unit")
        b = pm.Bernoulli("b", 0.8, dims="unit")
        pm.Bernoulli("y", 1.0 * pm.math.neq(a, b), dims="unit")
    return model


@pytest.mark.usefixtures("quick_compile")
def test_two_causes_of_which_one_holds() -> None:
    posterior = condition(either(), {"y": [1, 0]}, **OPTIONS)
    within(posterior.latents["a"].mean(("chain", "draw")), [0.06 / 0.62, 0.24 / 0.38])
    answer = posterior.ask(ITE("y", do={"a": 1}, versus={"a": 0}))
    # The effect is 1 - 2 b, and b is 1 - a where y is 1.
    within((answer.isel(unit=0).to_numpy() + 1).mean() / 2, 0.06 / 0.62)


def test_finite_latents_are_summed_out_where_parameters_are_sampled() -> None:
    posterior = condition(
        either(True), {"y": [1, 0], "z": [0.5, 1.1]}, method="nuts", tune=300, **OPTIONS
    )
    within(posterior.latents["a"].mean(("chain", "draw")), [0.06 / 0.62, 0.24 / 0.38])
    assert posterior.facts["summed_out"] == "a, b"
    assert posterior.idata["posterior"]["a"].dims == ("chain", "draw", "unit")
    mean = posterior.idata["posterior"]["mean"].to_numpy()
    assert abs(mean.mean() - 1.6 / 3) < 5 * np.sqrt(1 / 3 / posterior.diagnostics.ess_bulk)


@pytest.mark.usefixtures("quick_compile")
def test_units_that_depend_on_each_other_are_enumerated_together() -> None:
    chances = np.array([0.2, 0.5, 0.7, 0.4])
    with pm.Model(coords={"unit": range(4)}) as model:
        p = pm.Data("p", chances, dims="unit")
        a = pm.Bernoulli("a", p, dims="unit")
        pm.Normal("y", a.sum() + a, 1.0, dims="unit")
    y = np.array([2.0, 3.1, 4.2, 1.9])
    total, inside = 0.0, np.zeros(4)
    for values in map(np.array, product([0, 1], repeat=4)):
        weight = stats.bernoulli.pmf(values, chances).prod()
        weight *= stats.norm.pdf(y, values.sum() + values).prod()
        total, inside = total + weight, inside + weight * values
    posterior = condition(model, {"y": y, "p": chances}, **OPTIONS)
    within(posterior.latents["a"].mean(("chain", "draw")), inside / total)


@pytest.mark.usefixtures("quick_compile")
def test_eight_causes_of_each_unit() -> None:
    """256 joint values of a unit are looked at, and of no two units together."""
    chances, weights = np.linspace(0.1, 0.8, 8), np.linspace(-1.0, 2.0, 8)
    with pm.Model(coords={"unit": range(1)}) as model:
        causes = [pm.Bernoulli(f"c{k}", chances[k], dims="unit") for k in range(8)]
        total = sum(w * c for w, c in zip(weights, causes, strict=True))
        pm.Normal("y", total, 0.5, dims="unit")
    y = np.random.default_rng(0).normal(1.0, 1.5, size=30)
    values = np.array(list(product([0, 1], repeat=8)))
    prior = np.where(values, chances, 1 - chances).prod(axis=1)
    joint = prior * stats.norm.pdf(y[:, None], values @ weights, 0.5)
    expected = (joint / joint.sum(axis=1, keepdims=True)) @ values
    posterior = condition(model, {"y": y}, **OPTIONS)
    found = np.stack([posterior.latents[f"c{k}"].mean(("chain", "draw")) for k in range(8)], 1)
    within(found, expected, errors=5.0)


@pytest.mark.usefixtures("quick_compile")
def test_a_discrete_parameter_and_a_missing_cause() -> None:
    """k is 0 ... 3; t is missing of one unit: both follow from Bayes' rule."""
    with pm.Model(coords={"unit": range(1)}) as model:
        k = pm.DiscreteUniform("k", 0, 3)
        pm.Deterministic("twice", 2 * k)
        t = pm.Bernoulli("t", 0.4, dims="unit")
        pm.Normal("y", k + t, 1.0, dims="unit")
    y = np.array([2.0, 1.5, 2.4])
    posterior = condition(model, {"t": [0, 1, np.nan], "y": y}, **OPTIONS)
    joint = np.array(
        [
            [stats.norm.pdf(y, [k, k + 1, k + t]).prod() * (0.4 if t else 0.6) for t in (0, 1)]
            for k in range(4)
        ]
    )
    joint /= joint.sum()
    drawn = posterior.idata["posterior"]["k"].to_numpy()
    within([(drawn == k).mean() for k in range(4)], joint.sum(axis=1))
    within(posterior.latents["t"].mean(("chain", "draw")), [0, 1, joint[:, 1].sum()])
    np.testing.assert_array_equal(posterior.idata["posterior"]["twice"], 2 * drawn)


@pytest.mark.usefixtures("quick_compile")
def test_known_parameters_leave_a_missing_treatment() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        effect = pm.Normal("effect")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", effect * t, 1.0, dims="unit")
    data = {"t": [1, np.nan], "y": [1.0, 1.2]}
    posterior = condition(pm.do(model, {"effect": 2.0}), data, **OPTIONS)
    odds = np.exp(stats.norm.logpdf(1.2, 2.0) - stats.norm.logpdf(1.2, 0.0))
    within(posterior.latents["t"].mean(("chain", "draw")), [1.0, odds / (1 + odds)])


@pytest.mark.usefixtures("quick_compile")
def test_too_many_values_together_are_refused() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Bernoulli("a", 0.5, dims="unit")
        pm.Normal("y", a.sum(), 1.0, dims="unit")
    with pytest.raises(ModelError, match=r"1,048,576 joint values; at most 16,384") as caught:
        condition(model, {"y": np.zeros(20)}, **OPTIONS)
    assert "depends on values of other units" in str(caught.value)


@pytest.mark.usefixtures("quick_compile")
def test_data_that_cannot_be_are_told() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Bernoulli("a", 0.5, dims="unit")
        pm.Bernoulli("yes", 1.0 * a, dims="unit")
        pm.Bernoulli("no", 1.0 * (1 - a), dims="unit")
    with pytest.raises(DataError, match="of unit 1 is impossible"):
        condition(model, {"yes": [1, 1], "no": [0, 1]}, **OPTIONS)


@pytest.mark.usefixtures("quick_compile")
def test_chains_begin_apart() -> None:
    """Of two causes of which one holds, some chains begin with the one and some with the other."""
    data = {"y": np.array([1] * 30)}
    model = either()
    observed, _ = observe(model, read_evidence(Equations(model), data), "unit")
    starts = apart(observed, "unit", 4, np.random.default_rng(1))
    a, b = (np.stack([s[n] for s in starts]) for n in ("a", "b"))
    assert (a != b).all(), "no chain begins where the data cannot be"
    assert (np.ptp(a, axis=0) == 1).all()


@pytest.mark.slow
def test_chains_that_are_stuck_are_told() -> None:
    """Sampled one value at a time, neither of two causes of which one holds can ever change."""
    options = OPTIONS | {"draws": 300}
    data = {"y": [1], "z": [0.5]}
    posterior = condition(either(True), data, sampler="pymc", tune=300, **options)
    a = posterior.latents["a"].isel(unit=0).to_numpy()
    assert (np.ptp(a, axis=1) == 0).all()
    assert np.ptp(a) == 1
    assert posterior.diagnostics.r_hat == np.inf
    with pytest.warns(ConvergenceWarning, match="R-hat inf"):
        posterior.ask(ITE("y", do={"a": 1}, versus={"a": 0}))


@pytest.mark.slow
def test_counts_without_an_end_are_sampled() -> None:
    """A Poisson count seen through noise, by chains that walk over whole numbers."""
    with pm.Model(coords={"unit": range(1)}) as model:
        n = pm.Poisson("n", 3.0, dims="unit")
        pm.Normal("y", n, 1.0, dims="unit")
    posterior = condition(model, {"y": [4.2]}, tune=500, **OPTIONS)
    counts = np.arange(40)
    weight = stats.poisson.pmf(counts, 3.0) * stats.norm.pdf(4.2, counts)
    mean = (counts * weight).sum() / weight.sum()
    drawn = posterior.latents["n"].to_numpy()
    assert abs(drawn.mean() - mean) < 5 * drawn.std() / np.sqrt(posterior.diagnostics.ess_bulk)
