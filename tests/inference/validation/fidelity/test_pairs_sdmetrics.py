"""Margins and pairs, held against sdmetrics on the birth weights that statsmodels ships.

sdmetrics pins an old pandas, so its figures were computed once, by version 0.32.0 in an environment
of its own: KSComplement, TVComplement, CorrelationSimilarity (Spearman) and ContingencySimilarity,
each the mean over columns or pairs.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels

from ifonly.inference.validation.fidelity.margins import margins
from ifonly.inference.validation.fidelity.pairs import pairs
from ifonly.inference.validation.fidelity.tables import both

NUMBERS = ["mage", "medu", "fage", "monthslb"]
LEVELS = ["mmarried", "foreign", "fbaby"]
HALF = 2_321  # rows of the first table; the second one is the rest


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    path = Path(statsmodels.__file__).parent / "treatment/tests/results/cataneo2.csv"
    return pd.read_csv(path)[NUMBERS + LEVELS]


def test_halves(table: pd.DataFrame) -> None:
    one, other = table[:HALF], table[HALF:]
    alike = margins(both(one, other))
    assert alike["ks_complement"] == pytest.approx(0.9847048685911245)
    assert alike["tv_complement"] == pytest.approx(0.9961223610512709)
    numbers = pairs(both(one[NUMBERS], other[NUMBERS]))
    assert numbers["spearman_similarity"] == pytest.approx(0.9905219792603632)
    levels = pairs(both(one[LEVELS], other[LEVELS]))
    assert levels["contingency_similarity"] == pytest.approx(0.9902340944994973)


def test_columns_that_are_moved_against_each_other(table: pd.DataFrame) -> None:
    steps = dict(zip(NUMBERS + LEVELS, (1, 2, 3, 4, 10, 11, 12), strict=True))
    moved = pd.DataFrame({name: np.roll(table[name], step) for name, step in steps.items()})
    numbers = pairs(both(table[NUMBERS], moved[NUMBERS]))
    assert numbers["spearman_similarity"] == pytest.approx(0.8127544645559145)
    levels = pairs(both(table[LEVELS], moved[LEVELS]))
    assert levels["contingency_similarity"] == pytest.approx(0.9817607353152377)
