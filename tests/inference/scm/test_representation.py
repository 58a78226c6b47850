"""PyMC's representation of a model, with initial values kept apart and aliases kept."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor.graph.traversal import ancestors

from ifonly.inference import ModelError
from ifonly.inference.scm.representation import (
    cloned,
    represented,
    resized,
    starts_of,
    with_starts,
)
from ifonly.inference.symbolic.replace import substituted


def started(value) -> pm.Model:
    with pm.Model(coords={"unit": range(2)}) as model:
        b = pm.Normal("b", initval=value)
        pm.Normal("y", b, 1.0, dims="unit")
    return model


def test_a_copy_has_no_initial_values_and_the_model_keeps_its_own():
    model = started(0.5)
    copy = cloned(model)
    assert copy is not model
    assert starts_of(copy) == {}
    assert starts_of(model) == {"b": 0.5}
    assert set(copy.named_vars) == {"b", "y"}
    assert copy["b"] is not model["b"]
    assert model.initial_point()["b"] == 0.5


@pytest.mark.parametrize("value", [0.5, np.array(0.5), pt.constant(0.5), "prior"], ids=str)
def test_initial_values_are_put_back(value):
    model = started(value)
    again = with_starts(cloned(model), starts_of(model))
    assert starts_of(again) == {"b": "prior" if isinstance(value, str) else 0.5}


def test_only_what_is_free_has_one():
    model = started(0.5)
    observed = pm.observe(cloned(model), {"b": 1.0})
    assert with_starts(observed, {"b": 0.5, "gone": 1.0}) is observed
    assert starts_of(observed) == {}


def test_an_expression_is_no_initial_value():
    with pytest.raises(ModelError, match="initial value of 'b' is an expression; give numbers"):
        starts_of(started(pt.scalar("s") + 1.0))


def test_no_initial_values_is_the_rule():
    assert starts_of(started(None)) == {}
    names = {
        node.op.name for node in represented(started(None)).apply_nodes if hasattr(node.op, "dims")
    }
    assert names == {"b", "y"}


def test_another_name_of_a_variable_is_read_by_its_readers():
    """To PyMC's representation, what reads the alias reads the variable itself."""
    with pm.Model(coords={"unit": range(2)}) as model:
        a = pm.Normal("a", dims="unit")
        alias = pm.Deterministic("alias", a, dims="unit")
        pm.Deterministic("after", alias + 1.0, dims="unit")
    moved = pm.do(cloned(model), {"alias": np.array([5.0, 7.0])})
    np.testing.assert_array_equal(moved["after"].eval(mode="FAST_COMPILE"), [6.0, 8.0])


def test_what_pymc_cannot_represent_is_said_in_our_words(monkeypatch):
    def refuse(*_, **__):
        raise NotImplementedError("no such thing")

    monkeypatch.setattr("ifonly.inference.scm.representation.fgraph_from_model", refuse)
    with pytest.raises(ModelError, match="this model cannot be read: no such thing"):
        represented(started(None))


def test_another_size_keeps_the_parameters_of_now() -> None:
    """PyMC's own function gives a CustomDist back the parameters that it was first given."""
    first, now = pt.scalar("first"), pt.scalar("now")
    rv = pm.CustomDist.dist(first, dist=lambda mu, size: pm.Normal.dist(mu, 1.0, size=size))
    [replaced] = substituted([rv], {first: now})
    found = resized(replaced, (3,))
    assert now in ancestors([found])
    assert first not in ancestors([found])
