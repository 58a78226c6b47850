"""What holds for every query: how it is built, what it says of itself, what it keeps."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import QueryError, queries
from ifonly.inference.queries import (
    ATE,
    CATE,
    CDE,
    PN,
    PNS,
    PS,
    Counterfactual,
    PotentialOutcome,
    Query,
)
from ifonly.inference.queries.documented import parameters_in


def below(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


# Not the queries that other tests make.
CLASSES = sorted({c for c in below(Query) if c.__module__.startswith("ifonly.")}, key=str)
CONCRETE = [c for c in CLASSES if not inspect.isabstract(c)]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda c: c.__name__)
def test_a_class_is_abstract_or_final(kind: type) -> None:
    assert inspect.isabstract(kind) != getattr(kind, "__final__", False)
    assert [b for b in kind.__mro__[1:] if b in CONCRETE] == []


def test_all_that_is_concrete_is_public():
    assert {c.__name__ for c in CONCRETE} == set(queries.__all__) - {"Query", "View"}


@pytest.mark.parametrize("kind", CONCRETE, ids=lambda c: c.__name__)
def test_help_lists_every_parameter(kind: type) -> None:
    doc = kind.__doc__ or ""
    assert list(parameters_in(doc)) == list(inspect.signature(kind).parameters)
    assert doc.count("Parameters\n-----") == 1


@pytest.mark.parametrize("kind", CONCRETE, ids=lambda c: c.__name__)
def test_the_engine_reads_the_same_of_all(kind: type) -> None:
    """What a class does not take has a value all the same."""
    given = set(inspect.signature(kind).parameters)
    assert "where" in given or kind.where is None
    assert "summary" in given or kind.summary is False
    assert set(kind.needs) <= given


@pytest.mark.parametrize("kind", [CATE, PN, PNS, PS], ids=lambda c: c.__name__)
def test_what_is_needed_is_asked_for(kind: Any) -> None:
    [name] = kind.needs
    with pytest.raises(QueryError, match=name):
        kind("y", do={"t": 1})


@pytest.mark.parametrize("kind", [Counterfactual, PotentialOutcome], ids=lambda c: c.__name__)
def test_one_world_is_compared_with_none(kind: Any) -> None:
    with pytest.raises(QueryError, match="compares none"):
        kind("y", do={"t": 1}, versus={"t": 0})


def functions() -> Iterator[Any]:
    """The public functions and methods around queries."""
    places = ["families.form", "scm.interventions", "scm.structural"]
    for place in [*places, *(f"queries.{m.name}" for m in pkgutil.iter_modules(queries.__path__))]:
        module = importlib.import_module(f"ifonly.inference.{place}")
        own = [c for c in vars(module).values() if inspect.isclass(c)]
        own = [c for c in own if c.__module__ == module.__name__ and c.__name__[0] != "_"]
        for owner in [module, *own]:
            for name, one in vars(owner).items():
                known = inspect.isfunction(one) and one.__module__ == module.__name__
                if known and not name.startswith("_") and not hasattr(one, "__override__"):
                    yield one


def takes_several(function: Any) -> bool:
    return len(set(inspect.signature(function).parameters) - {"self"}) > 1


@pytest.mark.parametrize(
    "function", list(filter(takes_several, functions())), ids=lambda f: f.__qualname__
)
def test_functions_list_their_parameters(function: Any) -> None:
    assert "Parameters\n---" in inspect.getdoc(function).replace("\n    ", "\n")


def test_a_query_keeps_nothing_that_its_maker_can_change():
    one, other, held = np.zeros(2), pd.Series([0.0, 0.0]), np.zeros(2)
    selected = np.array([True, False])
    do, versus, hold, groups = {"x": [one, 2.0]}, {"x": other}, {"m": held}, {"z": [1.0, 2.0]}
    effect = ATE("y", do=do, versus=versus, where=selected)
    direct = CDE("y", do={"x": 1}, versus=versus, hold=hold)
    conditional = CATE("y", do={"x": 1}, by=groups)
    for array in (one, held):
        array[:] = 9.0
    other[:] = 9.0
    selected[:] = True
    groups["z"].append(3.0)
    do["x"].append(3.0)
    for mapping in (do, versus, hold, groups):
        mapping.clear()
    np.testing.assert_array_equal(effect.doses[0]["x"].amount, [0.0, 0.0])
    np.testing.assert_array_equal(effect.worlds(effect.doses[0])["versus"]["x"].amount, [0.0, 0.0])
    np.testing.assert_array_equal(direct.worlds(direct.doses[0])["do"]["m"].amount, [0.0, 0.0])
    np.testing.assert_array_equal(effect.where, [True, False])
    assert effect.is_ladder
    assert conditional.by == {"z": [1.0, 2.0]}
