"""Counts, seeds and whole numbers: what is one and what only looks like one."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import (
    ATE,
    DataError,
    ModelError,
    QueryError,
    World,
    calibrate,
    condition,
    scale,
    set_to,
)
from ifonly.inference.inputs.arrays import converted, numbers, plain, shown
from ifonly.inference.inputs.scalars import checked_seed, positive_whole

NO_COUNT = [True, np.True_, False, 0, -1, 2.0, np.float64(3), "3", None, [2], np.array([2]), 1j]
NO_SEED = [-1, 1.0, True, "1", [1], np.array([1]), 2**63, np.nan, np.random.SeedSequence(1)]


@pytest.mark.parametrize("value", NO_COUNT, ids=repr)
def test_what_is_no_count(value):
    with pytest.raises(DataError, match="units is a positive whole number, not"):
        positive_whole("units", value, DataError)


@pytest.mark.parametrize("value", NO_SEED, ids=repr)
def test_what_is_no_seed(value):
    with pytest.raises(QueryError, match="seed is a whole number from 0 to"):
        checked_seed(value)


def test_what_is_a_number_is_a_plain_one():
    for value in (3, np.int8(3), np.uint64(3)):
        assert positive_whole("n", value) == 3
        assert type(positive_whole("n", value)) is int
    assert checked_seed(0) == 0
    assert checked_seed(np.uint64(2**63 - 1)) == 2**63 - 1


@pytest.fixture(scope="module")
def model() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        k = pm.Normal("k")
        kind = pm.DiscreteUniform("kind", 0, 2**40)
        n = pm.Poisson("n", 2.0, dims="unit")
        pm.Normal("y", k + 0.0 * kind + n, 1.0, dims="unit")
    return model


TRUTH = {"k": 0.0, "kind": 1}
DATA = {"n": [1, 2], "y": [0.0, 1.0]}


@pytest.mark.parametrize("count", [True, 0, 2.0], ids=repr)
@pytest.mark.parametrize("name", ["draws", "tune", "chains", "cores"])
def test_counts_of_conditioning(name, count, model):
    with pytest.raises(QueryError, match=f"{name} is a positive whole number, not {count!r}"):
        condition(model, DATA, progress=False, **{name: count})


def test_counts_elsewhere(model):
    with pytest.raises(DataError, match="units is a positive whole number, not True"):
        World.simulate(model, TRUTH, units=True, seed=1)
    for size in (True, 1.0, np.float64(2)):
        with pytest.raises(QueryError, match="size is a positive whole number"):
            ATE("y", do={"n": 1}, units="new", size=size)
    assert ATE("y", do={"n": 1}, units="new", size=np.int64(5)).size == 5
    query = ATE("y", do={"n": 1})
    scenery = SimpleNamespace(model=model, parameters=TRUTH, hidden=(), units=2)
    for options in ({"replications": True}, {"units": 2.5}, {"jobs": 0}, {"draws": "many"}):
        with pytest.raises(QueryError, match=f"{next(iter(options))} is a positive whole number"):
            calibrate(scenery, query, **{"units": 2, "replications": 1, **options})


@pytest.mark.parametrize("seed", [-1, 1.5, True, "x", 2**64], ids=repr)
def test_seeds_everywhere(seed, model):
    query = ATE("y", do={"n": 1})
    for call in (
        lambda: World.simulate(model, TRUTH, units=2, seed=seed),
        lambda: World.from_evidence(model, TRUTH, DATA, seed),
        lambda: condition(model, DATA, seed=seed, progress=False),
        lambda: ATE("y", do={"n": 1}, seed=seed),
        lambda: calibrate(None, query, units=2, seed=seed),
    ):
        with pytest.raises(QueryError, match="seed is a whole number from 0 to"):
            call()


@pytest.mark.parametrize("sampler", ["pymc", "nutpie"])
def test_the_greatest_seed_is_one_that_samplers_take(sampler):
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Normal("y", pm.Normal("k"), 1.0, dims="unit")
    options = {"draws": 5, "tune": 5, "chains": 1, "cores": 1, "progress": False}
    posterior = condition(model, {"y": [0.0]}, sampler=sampler, seed=2**63 - 1, **options)
    assert posterior.state.seed == 2**63 - 1


TOO_GREAT = [
    np.array([1, 2**63], dtype=np.uint64),
    np.array([1.0, 1e19]),
    np.array([1.0, 2.0**63]),
    pd.array([1, 2**63], dtype="UInt64"),
]


@pytest.mark.parametrize("values", TOO_GREAT, ids=str)
def test_whole_numbers_that_would_wrap(values, model):
    with pytest.raises(DataError, match=r"column 'n' holds \d+, beyond what a int64 can hold"):
        World.from_evidence(model, TRUTH, {**DATA, "n": values}, seed=1)
    with pytest.raises(ModelError, match="'kind' is"):
        World.from_evidence(model, {"k": 0.0, "kind": values[1]}, DATA, seed=1)


@pytest.mark.usefixtures("quick_compile")
def test_amounts_that_would_wrap(model):
    world = World.from_evidence(model, TRUTH, DATA, seed=1)
    for amount in (np.uint64(2**63), 1e19, -(2.0**64)):
        with pytest.raises(QueryError, match="beyond what a int64 can hold"):
            world.ask(ATE("y", do={"n": amount}))
        with pytest.raises(QueryError, match="beyond what a int64 can hold"):
            world.ask(ATE("y", do={"n": int(amount)}))
    with pytest.raises(QueryError, match="takes a number"):
        ATE("y", do={"n": 10**400})


def test_whole_numbers_at_the_edge_do_not_wrap():
    edge = np.array([0, 2**63 - 1], dtype=np.uint64)
    assert converted(edge, "int64", "it is", DataError).tolist() == [0, 2**63 - 1]
    with pytest.raises(DataError, match="300, beyond what a int8 can hold"):
        converted(np.array([1, 300]), "int8", "it is", DataError)
    with pytest.raises(DataError, match="beyond what a float32 can hold"):
        converted(np.array([1e300]), "float32", "it is", DataError)
    assert converted(np.array([]), "int64", "it is", DataError).size == 0


def test_parameters_that_are_whole_numbers(model):
    with pytest.raises(ModelError, match=r"'kind' is 1.5, but the variable is integer"):
        World.simulate(model, {"k": 0.0, "kind": 1.5}, units=2, seed=1)


NO_NUMBERS = [
    ["1", "2"],
    [1j, 2],
    [[1], [2, 3]],
    [1, 10**400],
    pd.date_range("2026-01-01", periods=2),
    np.array(["1", 2], dtype=object),
    None,
    {"a": 1},
]


@pytest.mark.parametrize("values", NO_NUMBERS, ids=str)
def test_what_holds_no_numbers(values, model):
    calls = {
        DataError: lambda: World.from_evidence(model, TRUTH, {"y": values}, seed=1),
        ModelError: lambda: World.from_evidence(model, TRUTH | {"k": values}, DATA, seed=1),
        QueryError: lambda: ATE("y", do={"n": set_to(values)}),
    }
    for error, call in calls.items():
        with pytest.raises(error) as caught:
            call()
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 400


def test_numbers_in_many_dresses():
    for values in (
        [1, 0],
        pd.Series([1, 0], dtype="Int64"),
        pd.Series([1, 0], dtype="category"),
        pd.array([True, False]),
        np.array([True, False], dtype=object),
        np.array([1.0, 0], dtype=object),
        (np.uint8(1), np.uint8(0)),
    ):
        found = numbers(values)
        assert found is not None
        assert found.tolist() == [1, 0]
    assert plain(np.array([True, False], dtype=object)).dtype == bool


@pytest.mark.usefixtures("quick_compile")
def test_values_that_the_variable_s_own_type_cannot_hold():
    with pm.Model(coords={"unit": range(2)}) as model:
        flag = pm.Data("flag", np.array([True, False]), dims="unit")
        code = pm.Data("code", np.array([1, 2]), dims="unit")  # int32, as PyMC has it
        pm.Normal("y", flag + code, 1.0, dims="unit")
    world = World.from_evidence(model, {}, {"y": [1.0, 2.0]})
    assert float(world.ask(ATE("y", do={"flag": True, "code": 127}))) == 0.5 + 125.5
    for do in ({"flag": 2}, {"code": 2**31}, {"code": scale(2**30)}):
        with pytest.raises(QueryError, match="outside"):
            world.ask(ATE("y", do=do))


def test_what_is_given_has_the_shape_of_the_data():
    with pm.Model(coords={"unit": range(2)}) as model:
        age = pm.Data("age", [1.0, 2.0], dims="unit")
        pm.Normal("y", age, 1.0, dims="unit")
    for age in (np.zeros((2, 1)), 3.0, ["old", "young"], [np.nan, 1.0]):
        with pytest.raises(DataError, match="what is given for 'age'"):
            World.simulate(model, {}, units=2, seed=1, given={"age": age})
    with pytest.raises(DataError, match="given maps names"):
        World.simulate(model, {}, units=2, seed=1, given=[1.0])
    with pytest.raises(ModelError, match="parameters maps names"):
        World.simulate(model, [1.0], units=2, seed=1)


@pytest.mark.parametrize("nothing", [None, pd.NA, xr.Dataset({"a": 1.0})])
def test_what_is_no_array_is_no_number(nothing):
    """A gap is one among values; nothing at all is not a value that is missing."""
    assert numbers(nothing) is None
    assert np.isnan(numbers([1.0, None])[1])


@pytest.mark.parametrize("dtype", [">f8", ">i4", "<f4", "longdouble"])
def test_numbers_come_in_this_machine_s_order(dtype):
    found = plain(np.arange(3).astype(dtype))
    assert found.dtype.isnative
    assert found.dtype.itemsize <= 8
    np.testing.assert_array_equal(found, [0, 1, 2])


def test_a_message_shows_no_address():
    assert shown(iter([])) == "<list_iterator object>"


class Nameless:
    """A thing that has no repr."""

    def __repr__(self) -> str:
        raise RuntimeError


def test_what_cannot_say_what_it_is_is_shown_by_its_type() -> None:
    assert shown(Nameless()) == "a thing of type Nameless"
