"""A policy's value from a log and from a model, the front of two goals, a bandit's price."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from ifonly.inference import Posterior, PotentialOutcome, World
from ifonly.inference.experiments import off_policy, pareto
from ifonly.inference.experiments.bandits import NormalThompson, Outcomes, arm_means, play
from ifonly.models.logged_bandit import TILT

from ..scenario import Section
from .truth import ARMS, BY_FEATURE, GAIN, GOALS, QUERIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..reports.findings import Pair

__all__ = ["propensities", "sections", "values"]

PULLS, REPLICATIONS, BATCH = 600, 200, 20


def sections(world: World, posterior: Posterior) -> Iterator[Section]:
    """Yield the value of a policy, the front of two goals, and what a bandit would have lost.

    Parameters
    ----------
    world : World
    posterior : Posterior

    Yields
    ------
    Section
    """
    from ..reports.findings import Pair

    pair = Pair(world, posterior)
    yield _policy(pair)
    yield _front(pair)
    yield _bandit(world)


def propensities(x: xr.DataArray) -> np.ndarray:
    """Return how likely each offer was for each user, of shape (unit, arm): the log's own rule.

    Examples
    --------
    >>> propensities(xr.DataArray([0.0], dims="unit")).round(3).tolist()
    [[0.333, 0.333, 0.333]]
    """
    odds = np.exp(x.to_numpy()[:, None] * np.array(TILT))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def values(world: World, posterior: Posterior) -> pd.DataFrame:
    """Return the revenue of the policy by feature: truth, three estimates off the log, the model's.

    Parameters
    ----------
    world : World
    posterior : Posterior
        Its mean outcomes also serve the doubly robust estimate.

    Returns
    -------
    pandas.DataFrame
        Columns value, low and high, with intervals of 90 %.
    """
    data = world.data
    # What each user would bring under each offer on average, by the posterior's mean parameters.
    means = posterior.ask(PotentialOutcome("revenue", do=ARMS, expectation=True))
    predicted = means.mean(["chain", "draw"]).transpose("unit", "dose").to_numpy()
    found = off_policy(
        data,
        BY_FEATURE,
        arm="arm",
        outcome="revenue",
        propensity=propensities(data["x"]),
        predicted=predicted,
        ci_prob=0.9,
    )
    before = float(data["revenue"].mean())
    draws = before + posterior.ask(GAIN)
    low, high = np.quantile(draws, [0.05, 0.95])
    names = {"ips": "IPS", "snips": "SNIPS", "dr": "doubly robust"}
    table = found.rename(names)[["value", "low", "high"]]
    table.loc["model"] = [float(draws.mean()), low, high]
    truth = before + float(world.ask(GAIN))
    return table.assign(truth=truth).rename_axis("estimate")


def _policy(pair: Pair) -> Section:
    table = values(pair.world, pair.posterior)
    before = float(pair.world.data["revenue"].mean())
    return Section(
        "What another policy would have earned",
        "The rule: the third offer to users above the mean of the feature, the first to the "
        f"others. The log earned {before:.3f} a user; the rule would have earned "
        f"{table['truth'].iloc[0]:.3f}. Three estimates from the log's known probabilities agree "
        "with the same rule asked of the model as an intervention. IPS weights a user by how "
        "unlikely the offer shown was, SNIPS divides by the sum of the weights, and the doubly "
        "robust estimate adds a model's prediction. Weights use only the users who "
        "got by chance what the rule says; the model uses all.",
        table.reset_index(),
        _estimates(table),
    )


def _estimates(table: pd.DataFrame) -> Figure:
    from ..display.figures import TRUTH, blank, finish, with_intervals

    figure, [[ax]] = blank(1, 1, (7.5, 2.4))
    at = np.arange(len(table))[::-1]
    with_intervals(ax, table["value"], at, (table["low"], table["high"]), ms=5)
    ax.axvline(table["truth"].iloc[0], color=TRUTH, lw=1.4, label="truth")
    ax.set_yticks(at, list(table.index))
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlabel("revenue of the rule, euros a user (intervals of 90%)")
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return finish(figure, "The log's estimates and the model's query agree")


def _front(pair: Pair) -> Section:
    asked = {g: QUERIES[f"{g} of each offer, less that of the first"] for g in GOALS}
    draws = {goal: pair.answer(query) for goal, query in asked.items()}
    found = pareto(draws)
    truth = pareto({goal: pair.truth(query) for goal, query in asked.items()})
    table = pd.DataFrame(
        {
            "offer": ["first", "second", "third"],
            "revenue": found["revenue"].to_numpy(),
            "retention": found["retention"].to_numpy(),
            "on the front, probability": found["front"].to_numpy(),
            "on the front, truth": truth["front"].to_numpy() > 0,
        }
    )
    return Section(
        "Two goals: which offers no other beats",
        "Revenue (euros) and retention (days) of each offer for everybody, less those of the "
        "first. An offer is on the Pareto front if no other is at least as good in both and better "
        "in one. The means alone would say yes or no; the posterior says how sure that is.",
        table,
        _cloud(draws),
    )


def _cloud(draws: dict[str, xr.DataArray]) -> Figure:
    from ..display.figures import COLOURS, blank, finish

    figure, [[ax]] = blank(1, 1, (6.5, 3.2))
    for k, name in enumerate(("first", "second", "third")):
        one, two = (draws[g].isel(offer=k).to_numpy().ravel() for g in GOALS)
        size, alpha = (40, 1.0) if k == 0 else (5, 0.3)
        ax.scatter(one, two, s=size, alpha=alpha, color=COLOURS[k], lw=0)
        ax.scatter([], [], s=30, color=COLOURS[k], label=f"{name} offer")
    ax.set_xlabel("revenue, euros more than the first offer")
    ax.set_ylabel("retention, days more")
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return finish(figure, "Draws of what each offer brings in both goals")


def _bandit(world: World) -> Section:
    arms = Outcomes(world.ask(PotentialOutcome("revenue", do=ARMS)).transpose("dose", "unit"))
    rule = NormalThompson(sd=1.2)
    log = play(
        rule, arms, PULLS, seed=1, replications=REPLICATIONS, batch=BATCH, floor=0.02, keep=True
    )
    even = play(rule, arms, PULLS, seed=1, replications=REPLICATIONS, batch=PULLS)
    truth = np.asarray(arms.table).mean(axis=1)
    found = arm_means(log)
    table = pd.DataFrame(
        {
            "offer": ["first", "second", "third"],
            "truth": truth,
            "shown, mean": log["pulled"].mean("replication").to_numpy(),
            "bias of the sample mean": found["sample_mean"].mean("replication").to_numpy() - truth,
            "bias with weights": found["estimate"].mean("replication").to_numpy() - truth,
        }
    )
    return Section(
        "What a bandit would have lost, and what its data say",
        "Thompson sampling shows the offer that is best in one draw from what is known so far. On "
        f"the same users, {PULLS} of them in batches of {BATCH}, "
        f"{REPLICATIONS} times: it loses {float(log['regret'].mean()):.0f} euros to the best "
        f"offer, and an experiment with equal arms {float(even['regret'].mean()):.0f}. Afterwards "
        "the sample means are too low, since an offer with an unlucky start is shown less and "
        "keeps its bad name; weights from the known probabilities repair most of that.",
        table,
    )
