import pytest

from ifonly.inference.estimators.effects import FunctionEstimator
from ifonly.inference.validation.arena.bench import Bench, Match

from .lines import CASES, failing, oracle


def bench(**estimators) -> Bench:
    made = {n: FunctionEstimator(n, f) for n, f in estimators.items()}
    return Bench(CASES, made, 3, 0.95, 0.0, 1.0)


def test_a_match_is_scored_against_the_effects_of_its_world():
    [row] = bench(oracle=oracle).run(Match(2, "oracle"))
    assert row["pehe"] < 1e-12
    assert row["coverage"] == 1.0
    assert row["width"] == pytest.approx(0.2)
    assert row["ate_covered"] is True
    assert row["problem"] == ""
    assert row["seconds"] >= 0


def test_a_failure_is_a_row_that_says_why():
    [row] = bench(failing=failing).run(Match(0, "failing"))
    assert row["problem"] == "RuntimeError: 'this estimator\\nnever works'"
    assert row["pehe"] is None


def test_seeds_do_not_depend_on_who_plays():
    asked = {}

    def notes(data, roles, **options):
        asked[options["seed"]] = float(data["y"][0])
        return oracle(data, roles)

    bench(notes=notes, oracle=oracle).run(Match(1, "notes"))
    bench(notes=notes).run(Match(1, "notes"))
    assert len(asked) == 1


def test_estimators_take_turns_on_one_case(monkeypatch):
    made = []
    case = type(CASES).case
    monkeypatch.setattr(type(CASES), "case", lambda self, k, s: made.append(k) or case(self, k, s))
    both = bench(oracle=oracle, failing=failing)
    for k in (0, 1):
        for name in ("oracle", "failing"):
            both.run(Match(k, name))
    assert made == [0, 1]
