"""The margin, held against trying all sets and against its own condition."""

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import brentq

from ifonly.inference import DataError
from ifonly.inference.experiments import trimming_margin


def variance(e: np.ndarray) -> float:
    return float((1 / (e * (1 - e))).sum() / len(e) ** 2)


@pytest.mark.parametrize("seed", range(5))
def test_no_other_set_of_units_tells_more(seed: int) -> None:
    e = 1 / (1 + np.exp(-4 * np.random.default_rng(seed).normal(size=10)))
    margin = trimming_margin(e)
    inside = e[(e >= margin) & (e <= 1 - margin)]
    sets = (e[list(s)] for n in range(1, 11) for s in combinations(range(10), n))
    assert variance(inside) == pytest.approx(min(map(variance, sets)))


def test_it_solves_the_published_equation() -> None:
    """1 / (a (1 - a)) = 2 E[1 / (e (1 - e)) | a < e < 1 - a], of many units."""
    e = np.random.default_rng(1).beta(0.6, 0.6, 200_000)
    g = 1 / (e * (1 - e))

    def off(a: float) -> float:
        return 1 / (a * (1 - a)) - 2 * g[(e > a) & (e < 1 - a)].mean()

    assert trimming_margin(e) == pytest.approx(brentq(off, 1e-3, 0.4), abs=1e-3)


def test_nobody_is_left_out_of_an_even_lot() -> None:
    assert trimming_margin(np.full(10, 0.5)) == 0.0
    assert trimming_margin([0.3, 0.7, 0.5]) == 0.0


@pytest.mark.parametrize("wrong", [[0.0, 0.5], [0.5, 1.0], [], [[0.5]], [np.nan, 0.5], ["a"]])
def test_what_is_no_propensity_is_refused(wrong: list) -> None:
    with pytest.raises(DataError, match="propensity is a number above 0 and below 1"):
        trimming_margin(wrong)
