"""The recursion over looks, against the multivariate normal and what is known in closed form."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from ifonly.inference.experiments.sequential.passage import first_passage


def stay(times: list[float], regions: list[list[tuple[float, float]]], drift: float) -> float:
    """The probability to stay inside at two looks, from the bivariate normal."""
    root = np.sqrt(times)
    law = multivariate_normal(drift * root, [[1, root[0] / root[1]], [root[0] / root[1], 1]])
    total = 0.0
    for a, b in regions[0]:
        for c, d in regions[1]:
            total += law.cdf([b, d]) - law.cdf([a, d]) - law.cdf([b, c]) + law.cdf([a, c])
    return float(total)


@pytest.mark.parametrize("drift", [0.0, 1.3, -2.0])
@pytest.mark.parametrize(
    "regions",
    [
        [[(-1.5, 2.2)], [(-2.0, 1.8)]],
        [[(-2.5, -0.4), (0.2, 2.5)], [(-1.9, -0.6), (0.6, 1.9)]],
    ],
)
def test_two_looks_are_the_bivariate_normal(
    drift: float, regions: list[list[tuple[float, float]]]
) -> None:
    times = [0.3, 1.0]
    found = first_passage(times, regions, drift)
    assert 1 - found.sum() == pytest.approx(stay(times, regions, drift), abs=1e-7)


def test_the_first_look_is_the_normal_distribution() -> None:
    found = first_passage([0.25, 1.0], [[(-1.0, 2.0)], [(-1.0, 2.0)]], 3.0)
    assert found[0].tolist() == pytest.approx([norm.sf(2 - 1.5), norm.cdf(-1 - 1.5), 0.0])


def test_many_looks_near_brownian_motion() -> None:
    """The walk seen at n times leaves as Brownian motion does from a bound 0.5826 steps further.

    That is so but for terms of 1/n (Siegmund, 1979, doi:10.1214/aop/1176994933).
    """
    n, c = 100, 2.0
    times = (np.arange(1, n + 1) / n).tolist()
    found = first_passage(times, [[(-np.inf, c / np.sqrt(t))] for t in times], 0.0)
    assert found[:, 0].sum() == pytest.approx(2 * norm.sf(c + 0.5826 / np.sqrt(n)), abs=4e-4)
    assert found[:, 0].sum() < 2 * norm.sf(c) - 0.005
