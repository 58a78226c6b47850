"""Bounds and sizes, against published tables and against simulated walks."""

import numpy as np
import pytest

from ifonly.inference import QueryError
from ifonly.inference.experiments import bounds, group_sequential, size


@pytest.mark.parametrize(
    ("kind", "published"),
    [
        ("pocock", [2.4132] * 5),
        ("obrien_fleming", [4.5617, 3.2256, 2.6337, 2.2809, 2.0401]),
        ("lan_demets_obrien_fleming", [4.8769, 3.3570, 2.6803, 2.2898, 2.0310]),
    ],
)
def test_five_looks_have_the_published_bounds(kind: str, published: list[float]) -> None:
    np.testing.assert_allclose(bounds(5, kind), published, atol=5.1e-5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    # Jennison and Turnbull (2000, doi:10.1201/9780367805326), tables 2.1 and 2.3.
    ("looks", "pocock", "last"),
    [(2, 2.178, 1.977), (3, 2.289, 2.004), (10, 2.555, 2.087), (20, 2.672, 2.126)],
)
def test_other_numbers_of_looks_have_the_published_bounds(
    looks: int, pocock: float, last: float
) -> None:
    assert bounds(looks, "pocock")[0] == pytest.approx(pocock, abs=5.1e-4)
    assert bounds(looks, "obrien_fleming")[-1] == pytest.approx(last, abs=5.1e-4)


@pytest.mark.parametrize(
    ("looks", "published"),
    [(1, 0.0500), (2, 0.0831), (3, 0.1073), (4, 0.1262), (5, 0.1417), (10, 0.1934), (20, 0.2479)],
)
def test_looking_often_has_the_published_size(looks: int, published: float) -> None:
    assert size(looks) == pytest.approx(published, abs=5.1e-5)
    assert size(looks, 1.96) == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("kind", ["lan_demets_obrien_fleming", "lan_demets_pocock", "pocock"])
def test_unequal_looks_spend_what_they_should(kind: str, sides: int) -> None:
    """Simulated walks: the whole error, and for spending bounds that of each look."""
    times, runs = np.array([0.15, 0.4, 0.55, 1.0]), 400_000
    found = bounds(4, kind, 0.1, times=times.tolist(), sides=sides)  # type: ignore[arg-type]
    steps = np.diff(times, prepend=0.0)
    walk = np.random.default_rng(7).normal(size=(runs, 4)) * np.sqrt(steps)
    z = np.cumsum(walk, axis=1) / np.sqrt(times)
    out = (np.abs(z) if sides == 2 else z) >= found
    by_now = np.cumsum(out, axis=1) > 0
    error = by_now.mean(axis=0)
    assert abs(error[-1] - 0.1) < 3.5 * np.sqrt(0.09 / runs)
    if kind == "lan_demets_pocock":
        spent = 0.1 * np.log1p((np.e - 1) * times)
        assert (np.abs(error - spent) < 3.5 * np.sqrt(spent / runs)).all()


def test_a_spending_bound_does_not_depend_on_later_looks() -> None:
    few = bounds(3, "lan_demets_obrien_fleming", times=[0.3, 0.6, 1.0])
    many = bounds(5, "lan_demets_obrien_fleming", times=[0.3, 0.6, 0.7, 0.9, 1.0])
    np.testing.assert_allclose(few[:2], many[:2], atol=1e-9)


def test_a_look_too_early_to_spend_never_rejects() -> None:
    found = bounds(2, "lan_demets_obrien_fleming", times=[0.01, 1.0])
    assert found[0] == np.inf
    assert found[1] == pytest.approx(1.95996, abs=1e-5)
    rule = group_sequential(2, "lan_demets_obrien_fleming", times=[0.01, 1.0])
    assert rule.size == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: bounds(5, "pococ"), "did you mean 'pocock'"),  # type: ignore[arg-type]
        (lambda: bounds(0, "pocock"), "looks is a positive whole number"),
        (lambda: bounds(2, "pocock", 1.5), "alpha is a probability"),
        (lambda: bounds(2, "pocock", times=[0.5, 0.7, 1.0]), "3 values for 2 looks"),
        (lambda: bounds(2, "pocock", times=[1.0, 0.5]), "rise to 1"),
        (lambda: bounds(2, "pocock", sides=3), "sides is 1 or 2"),  # type: ignore[arg-type]
        (lambda: size(3, -1.0), "a critical value, is a number above 0"),
    ],
)
def test_what_has_no_meaning_is_refused(call, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(QueryError, match=words):
        call()
