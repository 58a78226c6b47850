"""Guardrails, one and several: their errors by simulation."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from ifonly.inference import QueryError
from ifonly.inference.experiments import guardrail_table, joint_power, non_inferiority


def test_five_guardrails_at_eighty_percent_pass_together_in_a_third_of_runs() -> None:
    assert joint_power([0.8] * 5) == pytest.approx(0.328, abs=5e-4)


def test_errors_of_one_and_of_several_are_what_they_say() -> None:
    rng = np.random.default_rng(3)
    runs = 800
    passed = harmed = 0
    for _ in range(runs):
        # One metric is worse by its margin, which must not pass.
        at_margin = rng.normal(-0.3, 0.1)
        passed += non_inferiority(at_margin, 0.1, 0.3) < 0.05
        # None is harmed, and none of four must be called so.
        some = {str(k): (float(rng.normal(0, 0.1)), 0.1) for k in range(4)}
        table = guardrail_table(some, dict.fromkeys(some, 0.3))
        harmed += bool((table["verdict"] == "harmed").any())
    error = 3.5 * np.sqrt(0.05 * 0.95 / runs)
    assert abs(passed / runs - 0.05) < error
    assert abs(harmed / runs - 0.05) < error


def test_harm_is_adjusted_by_holms_method() -> None:
    effects = {"a": (-0.25, 0.1), "b": (-0.2, 0.1), "c": (0.1, 0.1)}
    table = guardrail_table(effects, dict.fromkeys(effects, 0.5))
    plain = [non_inferiority(e + 1e-12 - 0.0, s, 1e-12) for e, s in effects.values()]
    expected = multipletests([1 - p for p in plain], method="holm")[1]
    np.testing.assert_allclose(table["p_harm"], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: non_inferiority(0.0, 1.0, 0.0),
            "the loss that can be borne, is a finite number above 0",
        ),
        (lambda: non_inferiority(0.0, 0.0, 1.0), "standard error is a finite number above 0"),
        (lambda: joint_power([]), "one number a guardrail"),
        (lambda: guardrail_table({}, {}), "no guardrail"),
        (lambda: guardrail_table({"speed": (0, 1)}, {"sped": 1.0}), "did you mean"),
    ],
)
def test_what_has_no_meaning_is_refused(call, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(QueryError, match=words):
        call()
