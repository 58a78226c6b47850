"""CUSUM: published run lengths, by the integral equation, a Markov chain and simulation."""

import numpy as np
import pytest
from scipy.stats import norm

from ifonly.inference import DataError
from ifonly.inference.experiments.drift import average_run_length, cusum, decision_interval


def by_markov_chain(shift: float, states: int) -> float:
    """One side, after Brook and Evans (1972): the sum in a number of steps of equal width."""
    width = 2 * 5.0 / (2 * states - 1)
    j = np.arange(states)
    upper = norm.cdf((j - j[:, None] + 0.5) * width + 0.5 - shift)
    lower = norm.cdf((j - j[:, None] - 0.5) * width + 0.5 - shift)
    step = upper - lower
    step[:, 0] = upper[:, 0]
    return float(np.linalg.solve(np.eye(states) - step, np.ones(states))[0])


@pytest.mark.parametrize("shift", [0.0, 0.5, 1.0, 2.0])
def test_run_lengths_are_those_of_a_markov_chain(shift: float) -> None:
    """The chain's error falls as the square of the number of states; two of them give the limit."""
    coarse, fine = by_markov_chain(shift, 100), by_markov_chain(shift, 200)
    limit = fine + (fine - coarse) / 3
    assert average_run_length(shift, sides=1) == pytest.approx(limit, rel=1e-4)


def test_published_run_lengths_of_both_sides() -> None:
    """k 0.5 and h 5: 465 in control and 10.4 at one sigma (NIST handbook, section 6.3.2.3.1)."""
    assert average_run_length() == pytest.approx(465, abs=0.5)
    assert average_run_length(1.0) == pytest.approx(10.4, abs=0.05)
    assert average_run_length(-1.0) == pytest.approx(average_run_length(1.0))
    assert average_run_length(h=4.0) == pytest.approx(168, abs=0.5)
    assert average_run_length(1.0, h=4.0) == pytest.approx(8.38, abs=0.005)


def simulated(shift: float, runs: int, seed: int) -> np.ndarray:
    """Run lengths of a chart with both sides, all runs at once."""
    rng = np.random.default_rng(seed)
    up, down, length = np.zeros(runs), np.zeros(runs), np.zeros(runs)
    going, t = np.arange(runs), 0
    while len(going):
        t += 1
        z = rng.normal(shift, size=len(going))
        up[going] = np.maximum(0, up[going] + z - 0.5)
        down[going] = np.maximum(0, down[going] - z - 0.5)
        out = np.maximum(up[going], down[going]) > 5.0
        length[going[out]] = t
        going = going[~out]
    return length


@pytest.mark.parametrize(("shift", "published"), [(0.0, 462.0), (1.0, 10.4)])
def test_run_lengths_by_simulation(shift: float, published: float) -> None:
    """Within three standard errors, of the exact ones and of an independent simulation's."""
    found = simulated(shift, 6_000, seed=1)
    error = found.std() / np.sqrt(6_000)
    assert abs(found.mean() - average_run_length(shift)) < 3 * error
    assert abs(found.mean() - published) < 3 * error
    assert error < 0.015 * published


def test_the_chart_is_its_recursion_and_its_alarms_are_simulated_ones() -> None:
    rng = np.random.default_rng(2)
    x = np.concatenate([rng.normal(10.0, 2.0, 100), rng.normal(13.0, 2.0, 40)])
    found = cusum(x, mean=10.0, sd=2.0)
    up = down = 0.0
    for i, z in enumerate((x - 10.0) / 2.0):
        up, down = max(0.0, up + z - 0.5), max(0.0, down - z - 0.5)
        assert (found["up"][i], found["down"][i]) == pytest.approx((up, down))
        assert found["alarm"][i] == (max(up, down) > 5)
    first = int(found["alarm"].idxmax())
    assert 100 <= first < 125
    assert abs(int(found["since"][first]) - 100) < 10


def test_the_interval_of_a_run_length() -> None:
    assert decision_interval(average_run_length(k=0.25, h=8.0), k=0.25) == pytest.approx(8.0)
    assert average_run_length(h=decision_interval(370.0, sides=1), sides=1) == pytest.approx(370.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cusum([1.0, np.nan], mean=0.0, sd=1.0), "finite"),
        (lambda: cusum([1.0, 1.0], mean=1.0, sd=0.0), "above 0"),
        (lambda: cusum([1.0, 1.0], mean=1.0, sd=1.0, time=[2, 1]), "out of order"),
        (lambda: cusum([1.0], mean=0.0, sd=1.0, h=0.0), "h is a finite number above 0"),
        (lambda: average_run_length(k=-1.0), "k is a finite number above 0"),
        (lambda: average_run_length(sides=3), "sides"),
        (lambda: decision_interval(0.5), "no chart"),
    ],
)
def test_what_is_no_chart_is_refused(call: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()  # type: ignore[operator]
