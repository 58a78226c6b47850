"""Means over new units, and the Monte Carlo error that they state."""

import numpy as np
import pytest
from scipy import stats

from ifonly.inference import (
    ATE,
    CATE,
    QTE,
    PotentialOutcome,
    set_to,
    shift,
)

from .varied import UNITS


@pytest.mark.usefixtures("quick_compile")
def test_new_units(asked):
    """The population's effect, within the Monte Carlo error that the answer states."""
    who, lead, _, _ = asked
    arms = {"do": {"t": shift(1.0)}, "units": "new", "size": 4000}
    answer = who.ask(ATE("y", **arms))
    p = who.parameters if not lead else who.idata["posterior"]
    expected = p["bt"] + 0.2 * 1.1  # E[z] = 0, E[kind] = 0.3 + 0.8
    error = answer.attrs["monte_carlo_error"]
    assert answer.dims == lead
    assert 0 < error < 0.03
    assert (abs(answer - expected) < 5 * error).all()
    assert answer.attrs["n_units"] == 4000
    assert (answer.attrs["rung"], answer.attrs["units"]) == (2, "new")
    outcome = who.ask(PotentialOutcome("y", do={"t": 1.0}, units="new", size=9))
    assert outcome.shape[-1] == 9
    groups = who.ask(CATE("y", by="kind", **arms))
    assert groups.dims == (*lead, "kind")
    expected = np.asarray(p["bt"])[..., None] + 0.2 * np.arange(3)
    assert (abs(groups - expected) < 5 * groups.attrs["monte_carlo_error"]).all()
    default = who.ask(PotentialOutcome("y", do={"t": 1.0}, units="new"))
    assert default.sizes["unit"] == UNITS
    quantiles = who.ask(
        QTE(
            "t",
            do={"t": set_to(1.0)},
            versus={"z": 0.0},
            q=[0.1, 0.5],
            **{k: v for k, v in arms.items() if k != "do"},
        )
    )
    assert (abs(quantiles - (1.0 - stats.norm.ppf([0.1, 0.5]))) < 0.15).all()


@pytest.mark.usefixtures("quick_compile")
def test_the_stated_monte_carlo_error_is_right(posterior):
    """Against the spread of the same answer over seeds; a chi-square interval of 60 repetitions."""
    query = {"do": {"t": shift(1.0)}, "units": "new", "size": 50}
    answers = [posterior.ask(ATE("y", **query, seed=s)) for s in range(60)]
    stated = np.sqrt(np.mean([a.attrs["monte_carlo_error"] ** 2 for a in answers]))
    spread = np.sqrt(np.var(np.stack(answers), axis=0, ddof=1).mean())
    assert 0.85 < spread / stated < 1.15
