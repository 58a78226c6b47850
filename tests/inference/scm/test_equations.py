"""A model read as equations: kinds, parents, dimensions, and who depends on whom."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import DataError, ModelError
from ifonly.inference.scm.equations import Equations, with_units


def make_model() -> pm.Model:
    """age -> x -> twice -> y <- slope; the Potential ties x and y; level belongs to groups."""
    with pm.Model(coords={"unit": range(3), "group": ["a", "b"]}) as model:
        age = pm.Data("age", [1.0, 2.0, 3.0], dims="unit")
        slope = pm.Normal("slope")
        level = pm.Normal("level", dims="group")
        x = pm.Normal("x", age + level[0], 1.0, dims="unit")
        twice = pm.Deterministic("twice", 2.0 * x)
        y = pm.Normal("y", slope * twice, 1.0, dims="unit")
        pm.Deterministic("range", level[1] - level[0])
        pm.Potential("tie", -((x - y) ** 2))
        pm.Potential("prior", -(slope**2))
    return model


@pytest.fixture(scope="module")
def equations() -> Equations:
    return Equations(make_model())


def test_kinds(equations):
    assert equations.mechanisms == ("x", "y")
    assert set(equations.parameters) == {"slope", "level"}
    assert equations.unit_data == ("age",)
    assert {n for n in equations if equations[n].kind == "deterministic"} == {"twice", "range"}
    assert dict(equations.potentials) == {"tie": {"x", "y"}}, "the other reads no mechanism"


def test_parents_come_first(equations):
    place = {name: k for k, name in enumerate(equations)}
    assert len(place) == len(equations) == 9
    for name, equation in equations.items():
        assert all(place[p] < place[name] for p in equation.parents)
    assert equations["x"].parents == {"age", "level"}
    assert equations["y"].parents == {"slope", "twice"}
    assert equations["slope"].parents == frozenset()


def test_units_are_found_where_nobody_named_them(equations):
    """`twice` was registered without dims, and is computed unit by unit."""
    assert equations["twice"].dims == ("unit",)
    assert equations.has_units("twice")
    assert not equations.has_units("range")
    assert equations["level"].dims == ("group",)
    assert (equations.length("group"), equations.length("unit")) == (2, 3)
    assert (equations.named("group"), equations.named("week"), equations.named(None)) == (
        True,
        False,
        False,
    )


def test_how_many_values_there_are_is_no_cause():
    with pm.Model(coords={"unit": range(3)}) as model:
        age = pm.Data("age", np.arange(3.0), dims="unit")
        x = pm.Normal("x", 0.0, 1.0, shape=age.shape[0], dims="unit")
        pm.Deterministic("share", x / pt.shape(x)[0], dims="unit")
        pm.Deterministic("many", pt.zeros(x.shape) + age, dims="unit")
    equations = Equations(model)
    assert equations["x"].parents == frozenset()
    assert equations["share"].parents == {"x"}
    assert equations["many"].parents == {"age"}


def test_descendants_ancestors_and_causes(equations):
    assert equations.descendants({"x"}) == {"x", "twice", "y", "tie"}
    assert equations.descendants({"level"}) >= {"x", "twice", "y", "range"}
    assert equations.ancestors({"twice"}) == {"twice", "x", "age", "level"}
    assert equations.ancestors({"slope"}) == {"slope"}
    assert equations.causes("y", {"x", "slope"}) == {"x", "slope"}
    assert equations.causes("y", {"age", "twice"}) == {"twice"}, "a path ends where it is asked to"
    assert equations.causes("y", {"level"}) == {"level"}
    assert equations.causes("x", {"y"}) == frozenset()


def test_symbols_in_an_expression(equations):
    read = equations.read_by([equations["y"].expression])
    assert set(read.values()) == {"slope", "twice"}, "not what those are computed from"
    assert equations.read_by([]) == {}


def test_a_name_that_is_not_there(equations):
    assert equations.require("x", "`do` names", ModelError) is equations["x"]
    with pytest.raises(DataError, match=r"`do` names 'xx', which does not .*did you mean 'x'"):
        equations.require("xx", "`do` names", DataError)


@pytest.mark.parametrize("name", ["chain", "draw", ".", ".."])
def test_names_that_answers_keep_are_refused(name):
    with pm.Model(coords={"unit": range(2)}) as model:
        pm.Normal(name, dims="unit")
    with pytest.raises(ModelError, match="give it another"):
        Equations(model)


def test_a_model_is_given_other_units_and_left_as_it_was():
    model = make_model()
    labels, ages = np.array(["p", "q"]), np.array([5.0, 6.0])
    other = with_units(model, labels, {"age": ages})
    assert list(other.coords["unit"]) == ["p", "q"]
    np.testing.assert_array_equal(other["age"].get_value(), ages)
    np.testing.assert_array_equal(model["age"].get_value(), [1.0, 2.0, 3.0])
    assert tuple(model.coords["unit"]) == (0, 1, 2)
    assert Equations(other).length("unit") == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, r"own data \['age'\] fix its number of units"),
        ({"age": np.zeros(3)}, r"'age' have shape \(3,\); there are 2 units"),
        ({"age": 1.0}, r"'age' have shape \(\); there are 2"),
        ({"age": np.zeros(2), "aeg": np.zeros(2)}, "given for 'aeg'.*did you mean 'age'"),
    ],
    ids=str,
)
def test_units_that_do_not_fit_the_model_s_own_data(data, words):
    with pytest.raises(ModelError, match=words):
        with_units(make_model(), np.arange(2), data)


@pytest.mark.parametrize("dim", ["a/b", "a\0b"])
def test_a_dimension_that_no_file_can_have_is_refused(dim):
    with pm.Model(coords={dim: range(2)}) as model:
        pm.Normal("y", 0.0, 1.0, dims=dim)
    with pytest.raises(ModelError, match=r"'y' has the dimension .* give it another name"):
        Equations(model, dim)
