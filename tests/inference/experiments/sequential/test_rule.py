"""Stopping rules: power, expected sample and inflation against published tables and simulation."""

import numpy as np
import pytest

from ifonly.inference import QueryError
from ifonly.inference.experiments import StoppingRule, equivalence_rule, group_sequential


@pytest.mark.parametrize(
    ("looks", "kind", "power", "published"),
    [
        # Jennison and Turnbull (2000, doi:10.1201/9780367805326), tables 2.2 and 2.4.
        (5, "pocock", 0.8, 1.229),
        (5, "pocock", 0.9, 1.207),
        (10, "pocock", 0.8, 1.301),
        (5, "obrien_fleming", 0.8, 1.028),
        (5, "obrien_fleming", 0.9, 1.026),
        (10, "obrien_fleming", 0.9, 1.037),
    ],
)
def test_inflation_is_the_published_one(
    looks: int, kind: str, power: float, published: float
) -> None:
    assert group_sequential(looks, kind).inflation(power) == pytest.approx(published, abs=5e-4)  # type: ignore[arg-type]


def test_all_there_is_to_stopping_against_simulated_runs() -> None:
    rule = equivalence_rule(1 / np.sqrt([2.0, 3.0, 7.0, 10.0, 16.0]), region=0.6, mass=0.9)
    drift, runs = 1.5, 200_000
    rng = np.random.default_rng(4)
    times = np.array(rule.times)
    steps = np.diff(times, prepend=0.0)
    score = np.cumsum(rng.normal(drift * steps, np.sqrt(steps), (runs, 5)), axis=1)
    look, why = rule.stops(score / np.sqrt(times))
    table = rule.stopping(drift)
    for k in range(5):
        for code, word in enumerate(("above", "below", "within")):
            share = np.mean((look == k) & (why == code))
            expected = table.loc[k + 1, word]
            assert abs(share - expected) <= 4 * np.sqrt(expected / runs) + 1e-5
    assert times[look].mean() == pytest.approx(rule.expected(drift), abs=4 * 0.4 / np.sqrt(runs))
    assert table["on"].iloc[-1] == pytest.approx(np.mean(why < 0), abs=4 * 0.5 / np.sqrt(runs))
    assert rule.power(drift) == pytest.approx(table["above"].sum())
    assert rule.power(-drift) == pytest.approx(rule.power(drift), abs=1e-12)


def test_the_drift_has_the_power_that_was_asked_for() -> None:
    rule = group_sequential(4, "lan_demets_pocock", times=[0.1, 0.5, 0.8, 1.0])
    assert rule.power(rule.drift(0.85)) == pytest.approx(0.85, abs=1e-9)


def test_a_run_is_decided_at_its_first_crossing() -> None:
    rule = StoppingRule((0.5, 1.0), (2.5, 2.0), (-2.5, -2.0), ((-0.1, 0.1), (0.0, 0.0)))
    assert rule.decide([1.0]) is None
    assert rule.decide([0.05]) == (1, "within")
    assert rule.decide([1.0, -2.1]) == (2, "below")
    assert rule.decide([2.6, 0.0]) == (1, "above")


@pytest.mark.parametrize(
    ("times", "upper", "words"),
    [
        ((0.5, 0.4, 1.0), (2, 2, 2), "rise to 1"),
        ((0.5, 0.9), (2, 2), "rise to 1"),
        ((0.5, 1.0), (2,), "each of its 2 looks"),
        ((0.5, 1.0), (-3, 2), "not in order"),
    ],
)
def test_what_is_no_rule_is_refused(
    times: tuple[float, ...], upper: tuple[float, ...], words: str
) -> None:
    with pytest.raises(QueryError, match=words):
        StoppingRule(times, upper, (-2,) * len(times))


def test_statistics_that_do_not_fit_are_refused() -> None:
    rule = group_sequential(2, "pocock")
    with pytest.raises(QueryError, match="3 statistics for 2 looks"):
        rule.decide([1, 1, 1])
    with pytest.raises(QueryError, match="finite"):
        rule.decide([np.nan])
    with pytest.raises(QueryError, match="is not above"):
        rule.drift(0.02)
