"""Censoring: the asked share, the earlier of two times, and knobs that stay."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from ifonly.inference.errors import DataError, KnobError
from ifonly.inference.generators.knobs import Drawn, Knobs, LogNormal, Normal, sandbox
from ifonly.inference.generators.knobs.survival import censored

TABLE = pd.DataFrame({"age": np.random.default_rng(13).normal(50, 10, 20_000)})


class Learnt:
    def propensity(self, table: pd.DataFrame) -> np.ndarray:
        return expit(0.03 * (table["age"].to_numpy() - 50))

    def outcome(self, table: pd.DataFrame, t: float) -> np.ndarray:
        return 20.0 - 0.1 * (table["age"].to_numpy() - 50) + 2.0 * t


def drawn() -> Drawn:
    knobs = Knobs(effect="3 - 0.05*(age - 50)", confounding=1.0)
    return sandbox(Learnt(), TABLE, knobs, LogNormal(0.5)).draw(seed=1)


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
