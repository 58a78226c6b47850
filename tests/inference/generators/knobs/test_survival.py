"""Censoring: the asked share, the earlier of two times, and knobs that stay."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from ifonly.inference.errors import DataError, KnobError
from ifonly.inference.generators.knobs import (
    Drawn,
    Knobs,
    LogNormal,
    Normal,
    Sandbox,
    sandbox,
)
from ifonly.inference.generators.knobs.survival import censored

TABLE = pd.DataFrame({"age": np.random.default_rng(13).normal(50, 10, 20_000)})


class Learnt:
    def propensity(self, table: pd.DataFrame) -> np.ndarray:
        return expit(0.03 * (table["age"].to_numpy() - 50))

    def outcome(self, table: pd.DataFrame, t: float) -> np.ndarray:
        return 20.0 - 0.1 * (table["age"].to_numpy() - 50) + 2.0 * t


def made(effect: str | None = "3 - 0.05*(age - 50)") -> Sandbox:
    knobs = Knobs(effect, overlap="0.5*z(age)", confounding="4 - t")
    return sandbox(Learnt(), TABLE, knobs, LogNormal(0.5))


def drawn() -> Drawn:
    return made().draw(seed=1)


@pytest.mark.parametrize("effect", ["3 - 0.05*(age - 50)", None], ids=("specified", "faithful"))
def test_knobs_of_times_to_an_event_are_exact_and_u_leaves_nothing_hidden(
    effect: str | None,
) -> None:
    found = made(effect)
    assert max(found.errors.values()) < 1e-12
    age, e = TABLE["age"].to_numpy() - 50, found.propensity.values
    kappa = np.array([4.0, 3.0])
    tau = 3 - 0.05 * age if effect else 2.0 - (1 - e) * kappa[1] - e * kappa[0]
    np.testing.assert_allclose(found.means.effect, tau, atol=1e-12)
    seen = censored(found.draw(seed=4), 0.3, seed=5)
    u, t = seen.truth["u"].to_numpy(), seen.rows["T"].to_numpy()
    means = found.means.untreated, found.means.treated
    for arm, hidden in ((0, -e * kappa[0]), (1, (1 - e) * kappa[1])):
        rows = t == arm
        # Times to the event: what is censored is their minimum with something independent.
        time = seen.truth[f"y{arm}"].to_numpy()
        by = 0.5 * found.loadings[arm] * u
        given_u = (time - means[arm] * np.exp(by - by**2 / 2))[rows]
        given_x = (time - means[arm])[rows]
        assert abs(given_u.mean()) < 4 * given_u.std() / np.sqrt(rows.sum())
        assert given_x.mean() == pytest.approx(
            hidden[rows].mean(), abs=4 * given_x.std() / np.sqrt(rows.sum())
        )
        assert abs(given_x.mean()) > 4 * given_x.std() / np.sqrt(rows.sum())


@pytest.mark.parametrize("share", [0.1, 0.3, 0.8])
def test_the_asked_share_is_censored_and_the_truth_stays(share: float) -> None:
    whole = drawn()
    found = censored(whole, share, seed=2)
    time, event, ends = found.rows["Y"], found.rows["event"], found.truth["censoring"]
    assert abs((1 - event.mean()) - share) < 4 * np.sqrt(share * (1 - share) / len(event))
    assert np.array_equal(time, np.minimum(whole.rows["Y"], ends))
    assert np.array_equal(event == 1, whole.rows["Y"] <= ends)
    assert found.truth[["tau", "y0", "y1"]].equals(whole.truth[["tau", "y0", "y1"]])
    # Independent of treatment and latent.
    for column in (found.rows["T"], found.truth["u"]):
        assert abs(np.corrcoef(np.log(ends), column)[0, 1]) < 4 / np.sqrt(len(ends))


def test_kaplan_and_meier_find_the_events_law() -> None:
    """The estimate from censored rows meets the share of uncensored times, which it never saw."""
    whole = drawn()
    found = censored(whole, 0.4, seed=3).rows.sort_values("Y")
    at_risk = np.arange(len(found), 0, -1)
    survival = np.cumprod(1 - found["event"].to_numpy() / at_risk)
    for time in (10.0, 20.0, 30.0):
        seen = survival[np.searchsorted(found["Y"].to_numpy(), time) - 1]
        assert abs(seen - (whole.rows["Y"] > time).mean()) < 0.015


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(KnobError, match="between 0 and 1"):
        censored(drawn(), 1.0)
    with pytest.raises(DataError, match="'T' already"):
        censored(drawn(), 0.3, event="T")
    normal = sandbox(Learnt(), TABLE, Knobs(effect=1.0), Normal(20.0)).draw(500)
    with pytest.raises(DataError, match="no time to an event"):
        censored(normal, 0.3)
