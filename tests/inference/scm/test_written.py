"""Models as their authors wrote them: observed inside, of any dimension, of none, of one unit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from scipy import stats

from ifonly.inference import (
    ATE,
    ITE,
    Counterfactual,
    DataError,
    ModelError,
    World,
    condition,
    rehearse,
    shift,
)
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.observe import observe
from ifonly.inference.scm.written import as_written

RNG = np.random.default_rng(4)
X = RNG.normal(size=(10, 2))
Y = X @ [1.0, -2.0] + RNG.normal(size=10)


def by_dims() -> pm.Model:
    with pm.Model(coords={"obs_id": np.arange(100, 110), "k": ["a", "b"]}) as model:
        x = pm.Data("x", X, dims=("obs_id", "k"))
        beta = pm.Normal("beta", dims="k", initval=[0.5, 0.5])
        seen = pm.Data("seen", Y, dims="obs_id")
        pm.Normal("y", x @ beta, 1.0, observed=seen, dims="obs_id")
    return model


def without_dims() -> pm.Model:
    with pm.Model() as model:
        beta = pm.Normal("beta", shape=2)
        x = pm.Data("x", X)
        mean = pm.Deterministic("mean", x @ beta)
        pm.Normal("y", mean, 1.0, observed=Y)
    return model


def with_arrays() -> pm.Model:
    with pm.Model(coords={"group": range(3)}) as model:
        level = pm.Normal("level", dims="group")
        y = pm.Normal("y", level[np.arange(10) % 3], 1.0, observed=Y)
        pm.Poisson("n", pm.math.exp(0.1 * y), observed=np.arange(10))
    return model


@pytest.mark.parametrize(
    ("make", "unit", "mechanisms", "data"),
    [
        (by_dims, "obs_id", ("y",), ("x",)),
        (without_dims, "unit", ("y",), ("x",)),
        (with_arrays, "unit", ("y", "n"), ()),
    ],
)
def test_units_are_found(
    make: Callable[[], pm.Model], unit: str, mechanisms: Any, data: Any
) -> None:
    model = make()
    written = as_written(model)
    assert written.unit == unit
    assert not written.model.observed_RVs
    np.testing.assert_array_equal(written.values["y"], Y)
    equations = Equations(written.model, unit)
    assert equations.mechanisms == mechanisms
    assert equations.unit_data == data
    assert model.observed_RVs  # the author's own is as it was


def test_a_model_that_says_all_stays_the_very_same() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Normal("y", dims="unit")
    assert as_written(model).model is model
    with pm.Model(coords={"person": range(1)}) as model:
        pm.Normal("y", dims="person")
    assert as_written(model).unit == "person"
    assert as_written(model).model is model


def test_priors_and_initial_values_are_kept() -> None:
    ours = as_written(by_dims()).model
    assert ours.initial_point()["beta"].tolist() == [0.5, 0.5]
    point = {"beta": np.array([0.3, -0.4])}
    evidence = as_written(by_dims()).evidence(None)
    observed, _ = observe(ours, evidence, "obs_id")
    normal = -0.5 * (point["beta"] ** 2).sum() - 0.5 * ((Y - X @ point["beta"]) ** 2).sum()
    expected = normal - 6.0 * np.log(2.0 * np.pi)  # 12 standard normals
    assert observed.compile_logp()(point) == pytest.approx(expected, rel=1e-12)


@pytest.mark.usefixtures("quick_compile")
def test_the_models_own_observations_are_the_evidence() -> None:
    known = {"beta": [1.0, -2.0]}
    for make in (by_dims, without_dims):
        world = World.from_evidence(make(), known)
        unit = "obs_id" if make is by_dims else "unit"
        moved = world.ask(Counterfactual("y", do={"x": shift(1.0)}))
        assert moved.dims == (unit,)
        np.testing.assert_allclose(moved, Y - 1.0, atol=1e-12)
        rehearse(make(), None, ATE("y", do={"x": shift(1.0)}))
    assert list(World.from_evidence(by_dims(), known).data["obs_id"]) == list(range(100, 110))
    other = World.from_evidence(by_dims(), known, {"y": [0.0, 1.0], "x": np.zeros((2, 2))})
    np.testing.assert_array_equal(other.data["y"], [0.0, 1.0])


def test_a_posterior_of_a_model_that_observes_itself(tmp_path: Any) -> None:
    options: Any = {"draws": 500, "tune": 300, "chains": 4, "seed": 1, "progress": False}
    posterior = condition(without_dims(), **options)
    precision = X.T @ X + np.eye(2)
    expected = np.linalg.solve(precision, X.T @ Y)
    error = 5 * np.sqrt(np.linalg.inv(precision).diagonal() / 400)
    found = posterior.idata["posterior"]["beta"].mean(("chain", "draw"))
    assert (np.abs(found.to_numpy() - expected) < error).all()
    posterior.save(tmp_path / "kept.nc")
    again = type(posterior).load(tmp_path / "kept.nc", model=without_dims())
    query = ATE("y", do={"x": shift(1.0)})
    np.testing.assert_array_equal(again.ask(query), posterior.ask(query))


@pytest.mark.usefixtures("quick_compile")
def test_one_unit() -> None:
    """Pearl's firing squad (Causality, 2nd ed., section 7.1.2), as scalars."""
    with pm.Model() as model:
        p = pm.Beta("p", 1, 1)
        court = pm.Bernoulli("court", p)
        a = pm.Deterministic("a", court)
        b = pm.Deterministic("b", court)
        pm.Deterministic("death", a | b)
        pm.Normal("grief", 2.0 * (a | b), 1.0)
    world = World.simulate(model, {"p": 1.0}, units=1, seed=1)
    assert world.everything["death"].to_numpy().tolist() == [1]
    # Had rifleman A not shot, the prisoner would be dead all the same.
    assert world.ask(Counterfactual("death", do={"a": 0})).to_numpy().tolist() == [1]
    assert world.ask(ITE("grief", do={"a": 0, "b": 0})).to_numpy().tolist() == [-2.0]
    known = World.from_evidence(model, {"p": 0.5}, {"court": [1], "grief": [2.5]})
    assert known.ask(Counterfactual("grief", do={"a": 0, "b": 0})).to_numpy() == [0.5]


@pytest.mark.parametrize("known", [True, False])
def test_dimensions_of_the_parts_of_a_whole_are_no_units(known: bool) -> None:
    """Counts over bins are one draw, whatever their dimension; beside units they are apart."""
    with pm.Model(coords={"bin": list("abc"), "row": range(4)}) as model:
        p = pm.Dirichlet("p", np.ones(3), dims="bin")
        pm.Multinomial("k", n=9, p=p, observed=[4, 3, 2], dims="bin")
        if known:
            pm.Normal("y", p[0], 1.0, observed=np.arange(4.0), dims="row")
    written = as_written(model)
    assert written.unit == ("row" if known else "unit")
    assert written.model.named_vars_to_dims["k"] == (("bin",) if known else ("unit", "bin"))
    assert list(written.values) == (["y"] if known else ["k"])
    with pytest.raises(ModelError, match="'bin' is the dimension of the parts of one draw of 'k'"):
        as_written(model, unit="bin")


def test_what_cannot_be_told_is_refused() -> None:
    with pm.Model(coords={"a": range(2), "b": range(3)}) as two:
        pm.Normal("x", observed=[0.0, 1.0], dims="a")
        pm.Normal("y", observed=[0.0, 1.0, 2.0], dims="b")
    with pytest.raises(ModelError, match="which dimension are the units"):
        condition(two)
    with pm.Model(coords={"unit": range(1)}) as nothing:
        pm.Normal("y", pm.Normal("mean"), dims="unit")
    with pytest.raises(DataError, match="observes nothing itself"):
        condition(nothing)
    for unit in ("", None, ["unit"], np.zeros(2), pd.NA):
        with pytest.raises(ModelError, match="unit is the name of a dimension, not"):
            World.from_evidence(nothing, {"mean": 0.0}, {"y": [1.0]}, unit=unit)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="fixes 10 units"):
        World.simulate(with_arrays(), {"level": [0.0, 1.0, 2.0]}, units=3, seed=1)


def test_a_minibatch_is_refused_by_name():
    with pm.Model() as model:
        x, y = pm.Minibatch(np.arange(6.0), np.arange(6.0), batch_size=3)
        pm.Normal("y", pm.Normal("a") + x, 1.0, observed=y, total_size=6)
    with pytest.raises(ModelError, match="Normal with total_size"):
        World.from_evidence(model, {"a": 1.0})


def test_whole_numbers_of_few_bits_are_widened() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        p = pm.Beta("p", alpha=100, beta=100)
        b = pm.Uniform("b", -100, 100)
        pm.Normal("y", p + b, 1.0, dims="unit")
    written = as_written(model).model
    plain = Mode(linker="py", optimizer=None)
    found = {n: pm.logp(written[n], 0.5).eval(mode=plain) for n in ("p", "b")}
    assert found["p"] == pytest.approx(stats.beta(100, 100).logpdf(0.5))
    assert found["b"] == pytest.approx(-np.log(200.0))
    start = written.rvs_to_transforms[written["b"]].forward(
        pt.constant(0.5), *written["b"].owner.inputs
    )
    assert start.eval(mode=plain) == pytest.approx(np.log(100.5 / 99.5))
