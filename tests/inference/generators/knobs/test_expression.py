"""Expressions: what they mean, and that they can do nothing else."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.errors import KnobError
from ifonly.inference.generators.knobs.expression import Expression

TABLE = pd.DataFrame(
    {
        "age": [20, 30, 40],
        "bmi": [22.0, np.nan, 31.0],
        "smokes": [True, False, True],
        "race": pd.Categorical(["black", "white", "other"]),
        "birth weight": [3.1, 2.9, 3.3],
        "visits": pd.array([1, None, 3], dtype="Int64"),
    }
)
AGE = np.array([20.0, 30.0, 40.0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1", [0.1] * 3),
        ("0.05 + 0.01*age", 0.05 + 0.01 * AGE),
        ("-age**2 / 10 % 7", -(AGE**2) / 10 % 7),
        ("tanh(0.1*age) - exp(-age)", np.tanh(0.1 * AGE) - np.exp(-AGE)),
        ("2*smokes - 1", [1, -1, 1]),
        ("(race == 'black') + 2*(race != 'black')", [1, 2, 2]),
        ("20 < age <= 40", [0, 1, 1]),
        ("not (age > 20 and smokes)", [1, 1, 0]),
        ("1 if age > 25 or smokes else pi", [1, 1, 1]),
        ("where(isnan(bmi), -1, bmi)", [22, -1, 31]),
        ("where(isnan(visits), 0, visits)", [1, 0, 3]),
        ("`birth weight` * 10", [31, 29, 33]),
        ("clip(age, 25, 35) + maximum(age, 30)", [55, 60, 75]),
        ("t * age", 2 * AGE),
    ],
)
def test_what_an_expression_means(text: str, expected: object) -> None:
    np.testing.assert_allclose(Expression(text)(TABLE, t=2), expected)


def test_z_standardises_by_the_given_scales() -> None:
    found = Expression("z(age) + z(`birth weight`)", {"age": (30, 10), "birth weight": (3, 1)})
    np.testing.assert_allclose(found(TABLE), [-1 + 0.1, -0.1, 1 + 0.3])
    assert found.columns == ("age", "birth weight")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("__import__('os').system('true')", "holds Call"),
        ("age.__class__", "Attribute"),
        ("(lambda: 1)()", "Lambda|Call"),
        ("[1 for _ in age]", "ListComp"),
        ("open('x')", "calls 'open'"),
        ("exp(age, out=age)", "Call"),
        ("age[0]", "Subscript"),
        ("f'{age}'", "JoinedStr"),
        ("age := 3", "cannot be read"),
        ("1 +", "cannot be read"),
        ("1j", "Constant"),
        ("b'x'", "Constant"),
        ("age @ age", "BinOp"),
        ("age is 3", "Compare"),
        ("(" * 400 + "1" + ")" * 400, "cannot be read"),
        ("1+" * 1500 + "1", "at most 2000"),
        ("exp(1, 2)", "takes 1 values"),
        ("z(2)", "name of a column"),
        ("", "cannot be read"),
        ("\0", "cannot be read"),
    ],
)
def test_anything_else_is_refused_before_it_is_evaluated(text: str, said: str) -> None:
    with pytest.raises(KnobError, match=said):
        Expression(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("agee", "did you mean 'age'"),
        ("race + 1", "calculates with text"),
        ("race < 'c'", "calculates with text"),
        ("race", "gives text"),
        ("z(age)", "z\\(\\) takes a column"),
    ],
)
def test_what_the_table_cannot_give_is_refused(text: str, said: str) -> None:
    with pytest.raises(KnobError, match=said):
        Expression(text)(TABLE)


def test_huge_powers_are_floats_and_cost_nothing() -> None:
    assert np.isinf(Expression("9**9**9**9")(TABLE)).all()


def test_a_level_that_no_row_has_is_refused() -> None:
    table = pd.DataFrame({"place": ["north", "south"], "age": [1.0, 2.0]})
    for text in ("place == 'north'", "where('south' != place, age, 0)", "age > 1 and age < 2"):
        Expression(text).check_levels(table)
    with pytest.raises(KnobError, match=r"with 'nort', which does not exist.*mean 'north'"):
        Expression("0.1*(`place` == 'nort')").check_levels(table)
    with pytest.raises(KnobError, match="the text 'old', and the column holds numbers"):
        Expression("age == 'old'").check_levels(table)
