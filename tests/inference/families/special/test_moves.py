"""Counts moved from one law to another: the rank that a draw takes, found again. Truth: scipy."""

import pytest
from scipy import special, stats

from ifonly.inference.families.special.moves import binomial_move, negative_move, poisson_move

from .plain import plain

CASES = {
    "Poisson up": (poisson_move, stats.poisson, (3.2,), (4.5,)),
    "Poisson down": (poisson_move, stats.poisson, (600.0,), (550.0,)),
    "trials": (binomial_move, stats.binom, (10.0, 0.3), (12.0, 0.6)),
    "likely trials": (binomial_move, stats.binom, (30.0, 0.8), (30.0, 0.7)),
    "negative": (negative_move, stats.nbinom, (2.0, 0.4), (2.7, 0.35)),
}
every = pytest.mark.parametrize("name", CASES)


@every
@pytest.mark.parametrize("draw", [-2.0, 0.1, 3.0])
def test_a_count_keeps_its_rank(name, draw):
    move, family, old, new = CASES[name]
    before, after = family(*old), family(*new)
    for y in before.ppf([0.02, 0.3, 0.6, 0.97]):
        # A fraction of its probability from below; of a likely outcome from above.
        rank = before.cdf(y - 1) + special.expit(draw) * before.pmf(y)
        assert plain(move)(y, *old, *new, draw) == after.ppf(rank)


@every
def test_the_same_law_gives_the_count(name):
    move, family, old, _ = CASES[name]
    for y in family(*old).ppf([1e-12, 0.5, 1 - 1e-12]):
        assert plain(move)(y, *old, *old, 0.7) == y


@every
def test_the_tails_go_to_the_tails(name):
    """Beyond a rank of 1e-9 the noise is checked by the search, and the count still fits."""
    move, family, old, new = CASES[name]
    before, after = family(*old), family(*new)
    for y in (before.ppf(1e-11), before.isf(1e-11)):
        if y < before.mean():
            low, high = after.ppf([before.cdf(y - 1), before.cdf(y)])
        else:
            low, high = after.isf([before.sf(y - 1), before.sf(y)])
        assert max(low, 0) <= plain(move)(y, *old, *new, 0.2) <= high
