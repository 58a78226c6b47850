"""What is done and what it is compared with, as worlds and in words."""

import pytest

from ifonly.inference import ATE, Counterfactual, PotentialOutcome, QueryError, set_to, shift


def test_worlds_of_a_query_that_compares():
    query = ATE("y", do={"x": 1}, versus={"x": shift(2)})
    worlds = query.worlds(query.doses[0])
    assert list(worlds) == ["do", "versus"]
    assert repr(worlds["do"]["x"]) == "set_to(1)"
    assert repr(worlds["versus"]["x"]) == "shift(2)"
    assert ATE("y", do={"x": 1}).worlds({})["versus"] == {}


def test_one_world_is_compared_with_none():
    query = Counterfactual("y", do={"x": 1})
    assert list(query.worlds(query.doses[0])) == ["do"]
    for kind in (Counterfactual, PotentialOutcome):
        with pytest.raises(QueryError, match=f"{kind.__name__} asks of one world"):
            kind("y", do={"x": 1}, versus={"x": 0})


@pytest.mark.parametrize(
    ("do", "ladder"),
    [
        ({"x": 1}, False),
        ({}, False),
        ({"x": [1]}, True),
        ({"x": (1, 2), "z": 0}, True),
        ([{"x": 1}], True),
    ],
    ids=str,
)
def test_what_is_a_sequence(do, ladder):
    query = ATE("y", do=do)
    assert query.is_ladder is ladder
    assert all(set(dose) <= {"x", "z"} for dose in query.doses)


def test_sentences():
    one = Counterfactual("y", do={"x": set_to(1.0)}).sentence()
    assert one.endswith("under do(x = 1)")
    assert "against" not in one
    two = ATE("y", do={"x": 1, "z": shift(1)}).sentence()
    assert two.endswith("under do(x = 1, z = z + 1) against the world as it was")
    many = ATE("y", do={"x": [1, 2, 3, 4, 5]}, versus={"x": 0}).sentence()
    assert "do(x = 1) | do(x = 2) | do(x = 3) | ... against do(x = 0)" in many
    three = ATE("y", do={"x": [1, 2, 3]}).sentence()
    assert "..." not in three
