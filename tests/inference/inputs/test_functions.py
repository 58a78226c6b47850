"""A user's functions of a world's variables: what they give is a tensor, or a mistake in a line."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
import xarray as xr

from ifonly.inference import QueryError
from ifonly.inference.inputs.functions import called
from ifonly.inference.symbolic.evaluate import evaluated

Z = pt.vector("z")
T = pt.vector("t", dtype="int64")
WORLD = {"z": Z, "t": T}


def test_an_expression_is_given_as_it_is():
    given = called(lambda v: v["z"] * 2.0 + v["t"], WORLD, "the policy")
    [value] = evaluated([given], {Z: [1.0, 2.0], T: [10, 20]})
    np.testing.assert_array_equal(value, [12.0, 24.0])
    assert called(lambda v: v["z"], WORLD, "the policy") is Z


@pytest.mark.parametrize("number", [3, 2.5, True, np.arange(3.0), [1, 2]], ids=str)
def test_numbers_become_constants(number):
    given = called(lambda v: number, WORLD, "the policy")
    np.testing.assert_array_equal(given.data, number)


def test_the_world_is_a_mapping():
    seen = {}
    called(lambda v: seen.update(names=list(v), size=len(v), has="z" in v) or 0.0, WORLD, "it")
    assert seen == {"names": ["z", "t"], "size": 2, "has": True}


WRONG = [
    (lambda v: v["z"].no_such_method(), r"^the policy fails with AttributeError: .*lambda v"),
    (lambda v: [][1], "fails with IndexError: list index out of range"),
    (lambda v: v["z"] * 1j, "gives complex128; a variable is real"),
    (lambda v: v["z"] + pt.vector("stranger"), "reads stranger, which has no value in a world"),
    (lambda v: pt.vector("stranger"), "reads stranger"),
    (lambda v: xr.DataArray([1.0], dims="unit"), "gives a DataArray, whose labels"),
    (lambda v: None, "gives NoneType"),
    (lambda v: pm.Normal.dist(v["z"], 1.0), "draws at random, .* replace_by"),
    (lambda v: "word", "gives str"),
    (lambda v: [1.0, np.nan], "gives NaN"),
    (lambda v: np.ma.array([1.0, 2.0], mask=[True, False]), "masked"),
]


@pytest.mark.parametrize(("function", "words"), WRONG)
def test_mistakes_name_the_function(function, words):
    with pytest.raises(QueryError, match=words) as caught:
        called(function, WORLD, "the policy")
    assert str(caught.value).startswith("the policy ")
    assert "\n" not in str(caught.value)


def test_our_own_mistakes_pass_through():
    """A name that the world lacks has its own words already."""
    told = QueryError("already told")

    def function(v):
        raise told

    with pytest.raises(QueryError) as caught:
        called(function, WORLD, "the policy")
    assert caught.value is told
