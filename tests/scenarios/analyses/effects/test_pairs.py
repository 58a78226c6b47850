"""Which products are terms, and how many curves there are."""

import numpy as np
import pandas as pd

from ifonly.scenarios.analyses.effects.assignment import learn_assignment
from ifonly.scenarios.analyses.effects.pairs import knots_of, pairs_of
from ifonly.scenarios.analyses.effects.table import read_effect_table


def test_curves_are_as_many_as_units_can_tell() -> None:
    assert knots_of(4, 5_000) == 8
    assert knots_of(58, 5_000) == 6  # 400 curves over 58 covariates
    assert knots_of(200, 300) == 3


def test_the_products_that_matter_are_kept_where_not_all_can_be() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(800, 12))
    t = rng.integers(0, 2, 800)
    y = 2 * x[:, 3] * x[:, 7] + t * (1 + x[:, 0] * x[:, 5]) + rng.normal(size=800)
    frame = pd.DataFrame(x, columns=[f"x{k}" for k in range(12)]).assign(t=t, y=y)
    table = read_effect_table(frame, "t", "y", modifiers=["x0", "x5", "x9"])
    of_outcome, of_effect = pairs_of(table, learn_assignment(table.held, table.t))
    assert of_outcome[0] == ("x3", "x7")
    assert of_effect[0] == ("x0", "x5")
    assert len(of_outcome) == 200 // 9  # of 66 pairs of nine products each
    assert {n for pair in of_effect for n in pair} <= {"x0", "x5", "x9"}
