"""Wald's test: its expected sample is half of the fixed one, and its errors are as simulated."""

import numpy as np
import pytest

from ifonly.inference import QueryError
from ifonly.inference.experiments import Sprt


def test_half_the_units_of_a_fixed_design() -> None:
    """0.49 by Wald's formula; exactly, the share falls to that as a unit says less."""
    test = Sprt(0.02)
    assert test.wald_units / test.fixed_units == pytest.approx(0.49, abs=0.005)
    shares = [Sprt(d).characteristics(0.0)["units"] / Sprt(d).fixed_units for d in (0.4, 0.1, 0.05)]
    assert shares[0] > shares[1] > shares[2] > 0.4897
    # The overshoot adds 0.5826 steps to each bound, to first order.
    assert shares[2] == pytest.approx(0.4897, abs=0.02)


@pytest.mark.parametrize("effect", [0.0, 0.25, 0.5])
def test_errors_and_units_are_those_of_simulated_runs(effect: float) -> None:
    test, runs = Sprt(0.5, sd=1.5, alpha=0.05, beta=0.1), 40_000
    rng = np.random.default_rng(3)
    low, high = np.log(0.1 / 0.95), np.log(0.9 / 0.05)
    at, units = np.zeros(runs), np.zeros(runs)
    on = np.ones(runs, dtype=bool)
    while on.any():
        x = rng.normal(effect, 1.5, on.sum())
        at[on] += 0.5 / 1.5**2 * (x - 0.25)
        units[on] += 1
        on = (at > low) & (at < high)
    found = test.characteristics(effect)
    share = np.mean(at >= high)
    assert abs(found["rejects"] - share) < 3.5 * np.sqrt(share * (1 - share) / runs)
    assert abs(found["units"] - units.mean()) < 3.5 * units.std() / np.sqrt(runs)
    if effect == 0.0:
        assert found["rejects"] < 0.05


def test_a_run_ends_at_its_first_exit() -> None:
    test = Sprt(1.0)
    assert test.decide([1.0, 1.0, 1.0]) is None
    assert test.decide([3.0, 3.0, -9.0]) == (2, "reject")  # 2.5 + 2.5 > ln 19
    assert test.decide([-2.0, -2.0]) == (2, "accept")
    assert Sprt(-1.0).decide([-3.0, -3.0]) == (2, "reject")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Sprt(0.0), "other than 0"),
        (lambda: Sprt(1.0, sd=0.0), "sd of Sprt is a finite number above 0"),
        (lambda: Sprt(1.0, alpha=0.6), "alpha is an error below one half"),
        (lambda: Sprt(1.0).decide([np.inf]), "finite"),
        (lambda: Sprt(1e-5).characteristics(), "look at groups of units"),
    ],
)
def test_what_has_no_meaning_is_refused(call, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(QueryError, match=words):
        call()
