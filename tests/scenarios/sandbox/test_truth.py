"""The reference's knobs, in the words of three tables."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.generators.knobs import Expression
from ifonly.scenarios.sandbox.truth import LEVELS, TABLES, knobs, queries


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("level", LEVELS)
def test_knobs_read_the_tables_columns_alone(name: str, level: int) -> None:
    asked = knobs(name, level)
    for text in (asked.effect, asked.overlap, asked.confounding):
        assert set(Expression(str(text)).columns) <= {*TABLES[name].covariates, "t"}
    assert knobs(name, level, hidden=False).confounding is None


def test_the_third_of_births_is_the_references_formula() -> None:
    asked = knobs("births", 3)
    table = pd.DataFrame(
        {"alcohol": [0, 1], "mage": [1.0, -1.0], "order": [0.5, 2.0], "deadkids": [1, 0],
         "mmarried": ["married", "notmarried"]}
    )  # fmt: skip
    ones = dict.fromkeys(("mage", "order"), (0.0, 1.0))
    cvd, age, charlson, dementia = (
        table[n].to_numpy() for n in ("alcohol", "mage", "order", "deadkids")
    )
    tau = 0.02 + 0.05 * np.tanh(0.4 * cvd + 0.2 * age + 0.2 * charlson + 0.4 * dementia)
    np.testing.assert_allclose(Expression(str(asked.effect), ones)(table), tau)
    for t in (0, 1):
        kappa = 0.05 - 0.01 * (2 * t - 1) * np.tanh(0.5 * charlson + 0.6 * cvd + 0.2 * age)
        np.testing.assert_allclose(Expression(str(asked.confounding), ones)(table, t=t), kappa)
    assert Expression(str(asked.overlap))(table).tolist() == [2.0, -2.0]


def test_every_table_has_an_average_effect() -> None:
    assert all(f"average effect of {TABLES[n].treatment}" in queries(n) for n in TABLES)
