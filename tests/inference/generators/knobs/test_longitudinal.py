"""Treatments at several times: knobs of each time, the oracle of each time, and regimes."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit, ndtr

from ifonly.inference import DataError
from ifonly.inference.errors import KnobError
from ifonly.inference.generators.knobs import (
    Bernoulli,
    Dial,
    Knobs,
    Longitudinal,
    Normal,
    Stage,
    longitudinal,
)
from ifonly.inference.generators.knobs.verification import by_oracle

UNITS = 20_000
AGE = pd.DataFrame({"age": np.random.default_rng(3).normal(50, 10, UNITS)})


class Learnt:
    """Treatment and outcome follow what was before, if there was anything."""

    def propensity(self, table: pd.DataFrame) -> np.ndarray:
        before = table["y1"].to_numpy() / 4 if "y1" in table else 0.0
        return expit(0.04 * (table["age"].to_numpy() - 50) + before)

    def outcome(self, table: pd.DataFrame, t: float) -> np.ndarray:
        before = 0.5 * table["y1"].to_numpy() if "y1" in table else 0.0
        return 0.05 * (table["age"].to_numpy() - 50) + before + 0.7 * t


class Share(Learnt):
    def outcome(self, table: pd.DataFrame, t: float) -> np.ndarray:
        return expit(super().outcome(table, t))


def stages(**second: object) -> list[Stage]:
    knobs = {
        "effect": "0.3 + 0.2*(t1 == 1)",
        "confounding": "0.2 - 0.1*t",
        "overlap": "0.5*t1 - 0.2",
    }
    return [
        Stage(
            Learnt(), Knobs("1 + 0.02*(age - 50)", Dial("auc", 0.7), 0.4), Normal(1.0), "t1", "y1"
        ),
        Stage(Learnt(), Knobs(**{**knobs, **second}), Normal(2.0), "t2", "y2"),
    ]


@pytest.fixture(scope="module")
def made() -> Longitudinal:
    return longitudinal(stages(), AGE, seed=1)


def test_knobs_hold_at_each_time_given_the_rows_own_history(made: Longitudinal) -> None:
    assert list(made.rows) == ["age", "t1", "y1", "t2", "y2"]
    for one in made.sandboxes:
        assert max(one.errors.values()) < 1e-12
    truth, rows = made.truth, made.rows
    np.testing.assert_allclose(truth["tau_2"], 0.3 + 0.2 * rows["t1"], atol=1e-12)
    np.testing.assert_allclose(truth["kappa_1_2"], 0.1, atol=1e-12)
    moved = logit(truth["e_2"]) + 0.5 * rows["t1"]
    assert np.ptp(moved) < 1e-9
    # What is drawn has them too: E[(Y(1) - Y(0) - tau)] is 0 in each group of histories.
    for k, (name, group) in [(1, ("age", rows["age"] > 50)), (2, ("t1", rows["t1"] == 1))]:
        off = (truth[f"y1_{k}"] - truth[f"y0_{k}"] - truth[f"tau_{k}"])[group]
        assert abs(off.mean()) < 4 * off.std() / np.sqrt(group.sum()) + 1e-12, name


def test_the_faithful_mode_keeps_the_means_of_each_time() -> None:
    """The effect of a time is what the confounding leaves of the learnt contrast, 0.7."""
    kappa = {1: (0.2, 0.2), 2: (0.3, 0.2)}
    plain = [
        Stage(Learnt(), Knobs(confounding="0.2"), Normal(1.0), "t1", "y1"),
        Stage(Learnt(), Knobs(overlap="0.5*t1 - 0.2", confounding="0.3 - 0.1*t"), Normal(2.0),
              "t2", "y2"),
    ]  # fmt: skip
    found = longitudinal(plain, AGE, seed=1)
    for k, one in enumerate(found.sandboxes, 1):
        assert max(one.errors.values()) < 1e-12
        e = one.propensity.values
        expected = 0.7 - (1 - e) * kappa[k][1] - e * kappa[k][0]
        np.testing.assert_allclose(found.truth[f"tau_{k}"], expected, atol=1e-12)
        t, y = (found.rows[f"{n}{k}"].to_numpy(dtype=float) for n in "ty")
        mean = np.where(t == 1, one.means.treated, one.means.untreated)
        load = np.where(t == 1, one.loadings[1], one.loadings[0])
        given_u = mean + one.law.scale * load * found.truth[f"u_{k}"].to_numpy()
        hidden = {1: (1 - e) * kappa[k][1], 0: -e * kappa[k][0]}
        for arm in (0, 1):
            rows = t == arm
            off = (y - given_u)[rows]
            assert abs(off.mean()) < 4 * off.std() / np.sqrt(rows.sum())
            off = (y - mean - hidden[arm])[rows]
            error = off.std() / np.sqrt(rows.sum())
            assert abs(off.mean()) < 4 * error < abs(hidden[arm][rows].mean())


def test_who_adjusts_for_the_history_and_u_is_right_at_each_time(made: Longitudinal) -> None:
    """Inverse probabilities of the history alone; and of the history and U, by the latent index."""
    rows, truth = made.rows, made.truth
    for k, before in ((1, ["age"]), (2, ["age", "t1", "y1"])):
        one = made.sandboxes[k - 1]
        kappa = by_oracle(one, draws=200)
        for arm in (0, 1):
            assert abs(np.mean(kappa[arm] - one.confounding[arm])) < 0.01
        e, u = one.propensity.values, truth[f"u_{k}"].to_numpy()
        # The raw contrast given the history is off by (1 - e) kappa_1 + e kappa_0.
        expected = ((1 - e) * one.confounding[1] + e * one.confounding[0]).mean()
        held = np.column_stack([np.ones(UNITS), rows[before]])
        biased, error = weighted(made, k, e, held)
        assert abs(biased - expected) < 4 * error
        assert expected > 4 * error
        right, error = weighted(made, k, _chance(made, k), np.column_stack([held, u]))
        assert abs(right) < 4 * error


def weighted(made: Longitudinal, k: int, e: np.ndarray, held: np.ndarray) -> tuple[float, float]:
    """How far the average effect by inverse probabilities is from the truth, and its error.

    A regression on what has mean 0 whatever the outcome lessens the noise.
    """
    t, y = (made.rows[f"{n}{k}"].to_numpy(dtype=float) for n in "ty")
    score = y * (t / e - (1 - t) / (1 - e)) - made.truth[f"tau_{k}"].to_numpy()
    null = held * ((t - e) / (e * (1 - e)))[:, None]
    score = score - null @ np.linalg.lstsq(null, score, rcond=None)[0]
    return float(score.mean()), float(score.std() / np.sqrt(UNITS))


def _chance(made: Longitudinal, k: int) -> np.ndarray:
    """P(T = 1 | history, U), by definition of the latent index."""
    one = made.sandboxes[k - 1]
    u = made.truth[f"u_{k}"].to_numpy()
    return ndtr((one.threshold + one.strength * u) / np.sqrt(1 - one.strength**2))


def test_the_regime_that_was_gives_the_outcomes_that_were(made: Longitudinal) -> None:
    rows = made.rows
    again = made.under([rows["t1"], rows["t2"]])
    np.testing.assert_allclose(again, rows[["y1", "y2"]], rtol=0, atol=1e-9)


def test_an_early_treatment_acts_through_the_outcome_between(made: Longitudinal) -> None:
    never, first = made.under([0, 0]), made.under([1, 0])
    effect = made.sandboxes[0].means.effect
    assert (first["y1"] - never["y1"]).mean() == pytest.approx(effect.mean(), abs=0.03)
    # By hand: Y2(0) | h is e m1 + (1 - e) m0 - e tau - e (1 - e) (kappa_1 - kappa_0).
    one = made.sandboxes[1]
    centre = logit(one.propensity.values.mean()) - one.propensity.shift
    means = []
    for t1, y1 in ((0, never["y1"]), (1, first["y1"])):
        e = expit(centre - (0.5 * t1 - 0.2))
        m0 = 0.05 * (AGE["age"] - 50) + 0.5 * y1
        tau = 0.3 + 0.2 * t1
        means.append(m0 + e * 0.7 - e * tau - e * (1 - e) * (0.1 - 0.2))
    found = (first["y2"] - never["y2"]).mean()
    assert found == pytest.approx((means[1] - means[0]).mean(), abs=0.05)


@pytest.mark.parametrize("overlap", [None, Dial("auc", 0.8), "0.5*t1 - 0.2"])
@pytest.mark.parametrize("prevalence", [None, 0.3])
def test_regimes_come_back_whatever_the_overlap(overlap: object, prevalence: float | None) -> None:
    made = longitudinal(stages(overlap=overlap, prevalence=prevalence), AGE.head(500), seed=2)
    again = made.under([made.rows["t1"], made.rows["t2"]])
    np.testing.assert_allclose(again, made.rows[["y1", "y2"]], rtol=0, atol=1e-8)


def test_binary_outcomes_and_the_same_seed() -> None:
    both = [
        Stage(Share(), Knobs(0.1), Bernoulli(), "t1", "y1"),
        Stage(Share(), Knobs("0.05*(1 + y1)", None, 0.02), Bernoulli(), "t2", "y2"),
    ]
    first, again = (longitudinal(both, AGE.head(400), seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(first.rows, again.rows)
    assert set(first.rows["y2"]) == {0, 1}


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"effect": "0.1*t3"}, "at time 2"),
        ({"confounding": 50.0}, "at time 2, the confounding"),
        ({"overlap": 1.0}, "at time 2, the overlap asks"),
    ],
)
def test_what_cannot_be_is_said_with_its_time(second: dict[str, object], said: str) -> None:
    with pytest.raises(KnobError, match=said) as caught:
        longitudinal(stages(**second), AGE.head(200), seed=1)
    assert "\n" not in str(caught.value)


def test_what_is_no_table_of_times(made: Longitudinal) -> None:
    one = stages()[0]
    for call, said in [
        (lambda: longitudinal([], AGE, seed=1), "no time"),
        (lambda: longitudinal([one, one], AGE, seed=1), "two columns are called 't1'"),
        (lambda: made.under([1]), "1 treatments for 2 times"),
        (lambda: made.under([1, 2]), "time 2 is 0, 1"),
        (lambda: made.under([1, [0, 1]]), "time 2 is 0, 1"),
        (lambda: made.under(["a", 1]), "time 1 is 0, 1"),
    ]:
        with pytest.raises(DataError, match=said):
            call()
