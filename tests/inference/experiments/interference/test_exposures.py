"""Exposure mapping: held against every assignment that a small design can make."""

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from ifonly.inference import DataError
from ifonly.inference.experiments.interference import (
    assign_clusters,
    exposure_effect,
    exposures,
    neighbour_share,
)

UNITS = 10
RING = np.roll(np.eye(UNITS), 1, axis=1) + np.roll(np.eye(UNITS), -1, axis=1)
EVERY = np.array(list(product((0, 1), repeat=UNITS)))  # a coin for each unit: all equally likely
BASE = np.random.default_rng(1).normal(1.0, 0.5, UNITS)


def outcomes(t: np.ndarray) -> np.ndarray:
    """Each unit's own treatment, and half of the share of its treated neighbours."""
    return BASE + t + 0.5 * (t @ RING) / 2


def difference(t: np.ndarray) -> float:
    y = outcomes(t)
    return float(y[t == 1].mean() - y[t == 0].mean())


def test_exposures_by_hand() -> None:
    t = np.array([1, 1, 0, 0, 0, 1, 0, 1, 0, 0])
    np.testing.assert_array_equal(exposures(RING, t), [3, 3, 2, 0, 2, 1, 2, 1, 2, 2])
    np.testing.assert_array_equal(
        exposures(RING, t, kind="all"), [-1, -1, -1, 0, -1, 1, 2, 1, -1, -1]
    )
    np.testing.assert_allclose(neighbour_share(sparse.csr_array(RING), t), (t @ RING) / 2)
    alone = np.zeros((2, 2))
    assert np.isnan(neighbour_share(alone, [1, 0])).all()
    assert exposures(alone, [1, 0]).tolist() == [1, 0]


def test_horvitz_thompson_has_no_bias_and_a_conservative_error() -> None:
    """Over all 1,024 assignments: everyone treated nearby against nobody, 1.5 by the algebra."""
    drawn = exposures(RING, EVERY, kind="all")
    values, variances, ratios = [], [], []
    for t, d in zip(EVERY, drawn, strict=True):
        if not {0, 3} <= set(d.tolist()):
            # Of such an assignment one of the means is a sum of nothing: 0.
            weight = (d == 3) * 8.0 - (d == 0) * 8.0
            values.append((weight * outcomes(t)).mean())
            continue
        table = exposure_effect(outcomes(t), d, drawn, of=3, versus=0)
        values.append(table.loc["horvitz_thompson", "value"])
        variances.append(table.loc["horvitz_thompson", "se"] ** 2)
        ratios.append(table.loc["hajek", "value"])
    assert np.mean(values) == pytest.approx(1.5, abs=1e-12)
    assert np.mean(variances) > np.var(values)
    # Of a ring of ten, few units have such an exposure at a time: a ratio is a little off.
    assert np.mean(ratios) == pytest.approx(1.5, abs=0.1)
    assert np.var(ratios) < 0.1 * np.var(values)


def test_the_error_is_that_of_the_design_where_all_pairs_can_be_seen() -> None:
    """One's own coin alone, 1 against 0: no pair is impossible but a unit with itself."""
    every, base = EVERY[:256, 2:], BASE[2:]  # of eight units
    got = [t for t in every if 0 < t.sum() < 8]
    tables = [exposure_effect(base + t, t, every, of=1, versus=0) for t in got]
    # The two assignments that put all units in one arm are refused; here they are by hand.
    values = [t.loc["horvitz_thompson", "value"] for t in tables]
    values += [2 * (base + 1).mean(), -2 * base.mean()]
    bounds = [t.loc["horvitz_thompson", "se"] ** 2 for t in tables]
    bounds += [4 * ((base + 1) ** 2).sum() / 64, 4 * (base**2).sum() / 64]
    # By the algebra of independent coins, with y1 = base + 1 and y0 = base. The cross term of a
    # unit with itself is never seen, and is bounded by squares.
    exact = ((2 * base + 1) ** 2).sum() / 64
    bound = (2 * (base + 1) ** 2 + 2 * base**2).sum() / 64
    assert np.mean(values) == pytest.approx(1.0, abs=1e-12)
    assert np.var(values) == pytest.approx(exact, rel=1e-10)
    assert np.mean(bounds) == pytest.approx(bound, rel=1e-10)
    assert bound >= exact


def test_a_difference_in_means_misses_the_spillover_and_clusters_see_most_of_it() -> None:
    """1.000 by units, 1.45 by clusters of ten, 1.5 in truth; all by the algebra of the ring."""
    half = EVERY[EVERY.sum(axis=1) == UNITS // 2]
    exact = np.mean([difference(t) for t in half])
    # Given one's own arm the others' share differs by 1 / (n - 1): it tends to 1.000 in n.
    assert exact == pytest.approx(1.0 - 0.5 / (UNITS - 1), abs=1e-12)
    n, size = 4_000, 10
    codes = np.repeat(np.arange(n // size), size)
    found = []
    for seed in range(40):
        t = assign_clusters(codes, seed=seed)
        y = t + 0.5 * (np.roll(t, 1) + np.roll(t, -1)) / 2
        found.append(y[t == 1].mean() - y[t == 0].mean())
    error = np.std(found) / np.sqrt(40)
    assert abs(np.mean(found) - (1.45 - 0.05 / (n // size - 1))) < 3 * error
    assert error < 1e-3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: neighbour_share(np.ones((2, 3)), [0, 1]), "square"),
        (lambda: neighbour_share(np.eye(2), [0, 1]), "2 units are their own neighbours"),
        (lambda: neighbour_share(-RING, EVERY[3]), "0 or more"),
        (lambda: neighbour_share("ring", [0, 1]), "network is"),
        (lambda: neighbour_share(RING, [0, 1]), "the network has 10 units"),
        (lambda: neighbour_share(RING, np.full(UNITS, 2)), "0 and 1 alone"),
        (lambda: exposures(RING, EVERY[3], kind="most"), "kind is any or all"),
        (
            lambda: exposure_effect(BASE, EVERY[0], EVERY, of=1, versus=0),
            "no unit has the exposure 1",
        ),
        (
            lambda: exposure_effect(BASE, EVERY[1], EVERY[1:3], of=1, versus=0),
            "8 of 10 units can never have the exposure 1",
        ),
        (lambda: exposure_effect(BASE, EVERY[1], EVERY[:, :5], of=1, versus=0), "of 5 units"),
        (lambda: exposure_effect(BASE[:5], EVERY[1], EVERY, of=1, versus=0), "of shape"),
    ],
)
def test_what_no_design_can_say_is_refused(call: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()  # type: ignore[operator]
