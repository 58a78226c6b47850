"""Counts as points of a process: what one seed fixes, by algebra, whatever its random numbers."""

import math

import numpy as np
import pytest
from scipy import special, stats

from ifonly.inference.families.special import bits, process
from ifonly.inference.families.special.process import (
    negative_gamma,
    negative_process,
    negative_regrown,
    poisson_process,
    trials_process,
)

from .plain import plain

SEEDS = (np.arange(200) + 0.5) / 200


@pytest.fixture(autouse=True)
def wrapping():
    """Products of 64 bits wrap, of which NumPy warns where numba does not."""
    with np.errstate(over="ignore"):
        yield


def close(numbers, mean, sd):
    return abs(np.mean(numbers) - mean) < 4.5 * sd / math.sqrt(len(numbers))


def test_a_mean_as_seen_gives_the_count_as_seen():
    assert plain(poisson_process)(7.0, 5.0, 0.3, 5.0) == 7
    assert plain(poisson_process)(7.0, 5.0, 0.3, 5.0 * (1 + 1e-13)) == 7
    assert plain(poisson_process)(7.0, 5.0, 0.3, 0.0) == 0
    assert plain(poisson_process)(0.0, 5.0, 0.3, 2.0) == 0


@pytest.mark.parametrize("seed", [0.1, 0.77])
def test_worlds_are_nested_in_order_of_the_mean(seed):
    means = [0.0, 1.0, 4.0, 5.0, 5.5, 20.0, 60.0, 300.0, 2_000.0]
    found = [plain(poisson_process)(7.0, 5.0, seed, m) for m in means]
    assert found == sorted(found)
    assert found[2] <= found[3] == 7


def test_a_mean_beyond_all_numbers_ends():
    """It is the greatest whole number, whatever family counts; what asks for it is refused."""
    greatest = 2**63 - 1024
    assert plain(poisson_process)(3.0, 1.0, 0.3, math.inf) == greatest
    assert poisson_process.scalar(3.0, 1.0, 0.3, math.inf) == greatest
    assert plain(negative_regrown)(3.0, 2.0, 0.5, 0.3, 2.0, 1e-300) == greatest


@pytest.mark.parametrize("count", [20.0, 5_000.0])
def test_thinning_keeps_a_part(count):
    """Each of the points lies below the part with that chance: y m' / m of them."""
    start = [plain(bits.state)(s, 1) for s in SEEDS[:60]]
    for part in (0.25, 0.7):
        kept = [plain(process.points_within)(count, part, s) for s in start]
        assert close(kept, count * part, math.sqrt(count * part * (1 - part)))
    assert plain(process.points_within)(count, 1.0, start[0]) == count
    assert plain(process.points_within)(count, 0.0, start[0]) == 0.0


@pytest.mark.parametrize("length", [3.0, 32.0, 150.0])
def test_new_points_have_the_rate_of_one(length):
    found = [plain(process.points_beyond)(length, plain(bits.state)(s, 2)) for s in SEEDS]
    assert close(found, length, math.sqrt(length))
    assert stats.poisson(length).cdf(max(found)) < 1 - 1e-6


def test_draws_of_a_normal_and_a_gamma_have_their_laws():
    starts = [plain(bits.state)(s, 4) for s in SEEDS]
    normal = [plain(process.normal_draw)(s, 0) for s in starts]
    assert stats.kstest(normal, "norm").pvalue > 1e-3
    for shape in (0.4, 3.0):
        gamma = [plain(process.gamma_draw)(shape, s) for s in starts]
        assert stats.kstest(gamma, stats.gamma(shape).cdf).pvalue > 1e-3


def test_a_gamma_keeps_its_rank():
    assert plain(process.moved_gamma)(1.5, 2.0, 2.0 * (1 + 1e-13)) == 1.5
    expected = special.gammaincinv(3.0, special.gammainc(2.0, 1.5))
    np.testing.assert_allclose(plain(process.moved_gamma)(1.5, 2.0, 3.0), expected, rtol=1e-11)


def test_the_gamma_behind_a_count():
    """Given y it is a gamma of shape n + y and scale p."""
    found = [plain(negative_gamma)(3.0, 2.5, 0.4, s) for s in SEEDS]
    assert stats.kstest(found, stats.gamma(5.5, scale=0.4).cdf).pvalue > 1e-3


@pytest.mark.parametrize("seed", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("new", [(2.5, 0.4), (2.5, 0.7), (2.5, 0.2), (4.0, 0.3)])
def test_regrowing_is_the_gamma_and_the_process_in_turn(seed, new):
    y, n, p = 3.0, 2.5, 0.4
    gamma = plain(negative_gamma)(y, n, p, seed)
    expected = plain(negative_process)(gamma, n, y, gamma * (1 - p) / p, seed, *new)
    assert plain(negative_regrown)(y, n, p, seed, *new) == expected
    if new == (n, p):
        assert expected == y


def test_a_fresh_negative_binomial_has_its_law():
    nothing = (0.0, 0.0, 0.0, 0.0)
    found = [plain(negative_process)(*nothing, s, 2.5, 0.4) for s in SEEDS]
    law = stats.nbinom(2.5, 0.4)
    assert close(found, law.mean(), law.std())


def test_trials():
    trials = plain(trials_process)
    for seed in SEEDS[:20]:
        assert trials(4.0, 10.0, 0.3, seed, 10.0, 0.3) == 4
        assert trials(4.0, 10.0, 0.3, seed, 10.0, 0.0) == 0
        assert trials(4.0, 10.0, 0.3, seed, 10.0, 1.0) == 10
        fewer, more = (
            trials(4.0, 10.0, 0.3, seed, 10.0, 0.2),
            trials(4.0, 10.0, 0.3, seed, 10.0, 0.6),
        )
        assert fewer <= 4 <= more
        assert 4 <= trials(4.0, 10.0, 0.3, seed, 13.0, 0.3) <= 7
    # Each of 4 successes stays with chance .2 / .3; each of 6 failures turns with .3 / .7.
    down = [trials(4.0, 10.0, 0.3, s, 10.0, 0.2) for s in SEEDS]
    up = [trials(4.0, 10.0, 0.3, s, 10.0, 0.6) for s in SEEDS]
    assert close(down, 4 * 2 / 3, math.sqrt(4 * 2 / 9))
    assert close(up, 4 + 6 * 3 / 7, math.sqrt(6 * 12 / 49))
