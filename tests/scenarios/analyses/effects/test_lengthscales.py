"""Lengthscales by the marginal likelihood: short where a covariate matters."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.inputs.basis import Basis
from ifonly.inference.inputs.process_basis import LEFT
from ifonly.scenarios.analyses.effects import lengthscales
from ifonly.scenarios.analyses.effects.lengthscales import Side, processes

RNG = np.random.default_rng(9)
UNITS = 300
FRAME = pd.DataFrame(RNG.normal(size=(UNITS, 3)), columns=["a", "b", "c"])
A, B, C = FRAME.to_numpy().T
T = RNG.integers(0, 2, UNITS).astype(float)
NOISE = RNG.normal(size=UNITS)
BASIS = Basis.of(FRAME, knots=5, pairs=())
OUTCOME, EFFECT = Side(BASIS, FRAME, np.ones(UNITS)), Side(BASIS, FRAME, T)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lengthscales, "LANDMARKS", (80, 60))
    monkeypatch.setattr(lengthscales, "ROUNDS", 2)


def test_columns_are_a_constant_lines_and_curves_each_with_a_group() -> None:
    lines, curves = BASIS.terms(FRAME)["line"], BASIS.terms(FRAME)["curve"]
    whole = np.hstack([np.ones((UNITS, 1)), lines, curves])
    np.testing.assert_array_equal(EFFECT.columns, T[:, None] * whole)
    each = curves.shape[1] // 3
    assert OUTCOME.group.tolist() == [0, 1, 2, 3, *[4] * each, *[5] * each, *[6] * each]


def test_importance_is_the_spread_of_a_contribution() -> None:
    squares = np.zeros(OUTCOME.group.size)
    squares[1], squares[3], squares[-1] = 9.0, 4.0, 12.0
    np.testing.assert_allclose(OUTCOME.importance(squares), [0.75, 0.0, 1.0])


def test_what_acts_together_has_short_lengthscales() -> None:
    y = A + 2 * np.sin(2 * A) * np.cos(2 * B) + T * (1 + np.sin(2 * B) * C) + 0.5 * NOISE
    found = processes(OUTCOME, EFFECT, y)
    assert min(found.outcome.inverse[n] for n in "ab") > 10 * found.outcome.inverse["c"]
    assert min(found.effect.inverse[n] for n in "bc") > 10 * found.effect.inverse["a"]
    # The products of curves make up 1.5 of the variance of 1.75 that lines leave.
    assert found.gain > 50
    assert found.outcome.kept["line"].tolist() == [0, 1, 2]


def test_where_curves_are_the_truth_processes_explain_nothing() -> None:
    assert processes(OUTCOME, EFFECT, 2 * A + np.abs(B) + T * B + NOISE).gain < 5


def test_the_arm_of_the_simpler_outcome_is_the_baseline() -> None:
    """As on surface B of IHDP: the treated have a line, the untreated a curve in all covariates."""
    curved, line = np.exp(0.6 * (A + B + C)), A - B
    for simpler, y in ((1.0, np.where(T == 1, line, curved)), (0.0, np.where(T, curved, line))):
        assert processes(OUTCOME, EFFECT, y + 0.3 * NOISE).reference == simpler


def test_all_curves_of_the_effect_are_terms_and_of_the_outcome_those_that_matter() -> None:
    y = 2 * np.sin(2 * A) * np.cos(2 * B) + np.sin(3 * C) + T * (1 + np.sin(2 * B) * C)
    found = processes(OUTCOME, EFFECT, y + 0.5 * NOISE)
    count = BASIS.terms(FRAME)["curve"].shape[1]
    assert found.effect.kept["curve"].tolist() == list(range(count))
    assert 0 < len(found.outcome.kept["curve"]) < count


def test_what_reaches_next_to_nowhere_is_no_coordinate_of_landmarks() -> None:
    """A covariate of a lengthscale of 200 deviations; one of 50 stays."""
    inverse, all_terms = np.array([0.005, 0.4, 0.02]), np.ones(OUTCOME.group.size, dtype=bool)
    found = OUTCOME.process(inverse, 40, all_terms)
    assert found.inverse == {"a": 0.0, "b": 0.4, "c": 0.02}
    assert np.ptp(found.landmarks, axis=0)[0] == 0.0


def test_the_search_has_more_landmarks_where_there_is_less_noise() -> None:
    """A row may lack a fiftieth of the noise's variance, and a thousandth of the process'."""
    search = lengthscales._Search.of([OUTCOME, EFFECT], A + NOISE, 0.0)
    scales = replace(search.scales, amplitudes=np.log([2.0, 50.0]))
    shares = {
        noise: replace(search, scales=replace(scales, noise=np.log(noise))).left
        for noise in (0.5, 0.01, 1e-9)
    }
    assert shares[0.5] == pytest.approx([1e-3, 2e-4])
    assert shares[0.01] == pytest.approx([1e-4, 4e-6])
    assert shares[1e-9] == [LEFT, LEFT]
