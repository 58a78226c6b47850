"""Team-draft interleaving: every draft by hand, credit without bias, and the sign test."""

from collections import Counter

import numpy as np
import pytest
from scipy.stats import binom

from ifonly.inference import DataError
from ifonly.inference.experiments.interleaving import interleaving_test, team_draft


def test_every_draft_of_two_short_rankings() -> None:
    """One of "abc" and "bad": two coins, four lists, each a quarter of the time."""
    found = Counter()
    for seed in range(2_000):
        items, team = team_draft("abc", "bad", seed=seed, length=4)
        found["".join(items), *team.tolist()] += 1
    expected = {
        ("abcd", 0, 1, 0, 1),
        ("abdc", 0, 1, 1, 0),
        ("bacd", 1, 0, 0, 1),
        ("badc", 1, 0, 1, 0),
    }
    assert set(found) == expected
    for count in found.values():
        assert abs(count / 2_000 - 0.25) < 4 * np.sqrt(0.25 * 0.75 / 2_000)


def test_lists_end_where_a_ranking_has_nothing_left_or_as_asked() -> None:
    assert sorted(team_draft("ab", "ba", seed=1)[0]) == ["a", "b"]
    items, team = team_draft("abcde", "vwxyz", seed=1, length=3)
    assert len(items) == len(team) == 3
    assert abs(int((team == 0).sum()) - int((team == 1).sum())) == 1


def clicks(one: str, other: str, good: str, lists: int) -> tuple[np.ndarray, np.ndarray]:
    """A user who reads three items from the top and clicks on those that are good."""
    found = np.zeros((2, lists), dtype=int)
    for seed in range(lists):
        items, team = team_draft(one, other, seed=seed, length=3)
        for item, side in zip(items, team, strict=True):
            found[side, seed] += item in good
    return found[0], found[1]


def test_equal_rankings_are_not_told_apart_and_a_better_one_wins() -> None:
    same = interleaving_test(*clicks("abcdef", "abcdef", "ac", 400))
    assert same["p"] > 0.01
    better = interleaving_test(*clicks("abcdef", "defabc", "ab", 400))
    assert better["preference"] > 0.2
    assert better["p"] < 1e-6


def test_the_test_is_binomial() -> None:
    one, other = np.array([2] * 9 + [0] * 3 + [1] * 4), np.array([1] * 9 + [1] * 3 + [1] * 4)
    found = interleaving_test(one, other)
    assert found[["wins", "losses", "ties"]].to_list() == [9.0, 3.0, 4.0]
    assert found["p"] == pytest.approx(2 * binom.sf(8, 12, 0.5))
    assert found["preference"] == pytest.approx(11 / 16 - 0.5)
    assert binom.sf(8, 12, found["low"]) == pytest.approx(0.025, abs=1e-6)
    assert binom.cdf(9, 12, found["high"]) == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: team_draft("", "ab", seed=1), "each once"),
        (lambda: team_draft("aa", "ab", seed=1), "each once"),
        (lambda: team_draft("ab", "ab", seed=1, length=0), "positive whole"),
        (lambda: interleaving_test([1, 1], [1, 1]), "all 2 lists are ties"),
        (lambda: interleaving_test([1], [1, 1]), "same length"),
        (lambda: interleaving_test([-1], [1]), "0 or more"),
    ],
)
def test_what_is_no_interleaving_is_refused(call: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        call()  # type: ignore[operator]
