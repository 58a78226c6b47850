"""What standard analyses say of the experiment, beside what the joint model says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ifonly.inference import CausalGraph, Posterior
from ifonly.inference.errors import ExtraError

from ..display.figures import MUTED, POSTERIOR, TRUTH, blank, finish, with_intervals
from ..display.wording import interval
from ..reports.findings import Pair
from ..scenario import Section
from .effects import again
from .truth import PARAMETERS, QUERIES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ifonly.inference.estimators import Roles

__all__ = [
    "EFFECTS",
    "EXPOSURES",
    "ON_EXPOSURE",
    "effects",
    "of_rows",
    "of_world",
    "on_published",
    "roles_of",
    "said",
]

LEVEL = 0.9
# By the algebra: a treated user is exposed 1.2 times more, and each exposure adds 0.15.
DIRECT, ON_EXPOSURE, EXPOSURES = (
    float(np.asarray(PARAMETERS[n])) for n in ("Y_on_T", "Y_on_exposure", "exposure_on_T")
)
EFFECTS = {
    "total": DIRECT + ON_EXPOSURE * EXPOSURES,
    "direct": DIRECT,
    "through exposure": ON_EXPOSURE * EXPOSURES,
}


def effects(posterior: Posterior) -> dict[str, Any]:
    """Return draws of the effects in the population of the homogeneous world, by their algebra."""
    drawn = posterior.idata["posterior"]
    direct = drawn["Y_on_T"].to_numpy().ravel()
    through = (drawn["Y_on_exposure"] * drawn["exposure_on_T"]).to_numpy().ravel()
    return {"total": direct + through, "direct": direct, "through exposure": through}


def said(data: pd.DataFrame, roles: Roles, truth: float, ci_prob: float = LEVEL) -> pd.DataFrame:
    """Return what each analysis says, one row each, as `would_say` has it.

    Parameters
    ----------
    data : pandas.DataFrame
        Complete rows.
    roles : Roles
    truth : float
    ci_prob : float
        Probability of the intervals.

    Returns
    -------
    pandas.DataFrame
        Without the learners, which take minutes where these take seconds.
    """
    from dataclasses import replace

    from ifonly.inference import estimators as e

    at: dict[str, Any] = {"ci_prob": ci_prob}
    basic = [kind(**at) for kind in (e.NaiveDifference, e.OLS, e.IPW, e.AIPW)]
    two_stage = e.TwoStageLeastSquares(**at)
    if data["E"].nunique() == 1:  # nobody else is left to compare the eligible with
        roles = replace(roles, adjust=tuple(n for n in roles.adjust if n != "E"))
        return e.would_say(data, roles, truth, estimators=[*basic, two_stage])
    eligible = data[data["E"] == 1].reset_index(drop=True)
    chance = e.propensity(data, "E", ["activity"])[(data["E"] == 1).to_numpy()]
    weighted = eligible.assign(weight=1.0 / chance.to_numpy())
    by_weight = e.TwoStageLeastSquares(weights="weight", **at)
    of_eligible = replace(roles, adjust=tuple(n for n in roles.adjust if n != "E"))
    ols = [e.OLS(**at)]
    parts = {
        "": e.would_say(data, roles, truth, estimators=[*basic, two_stage]),
        " with pre_metric": e.would_say(data, roles.adding("pre_metric"), truth, estimators=ols),
        " with C": e.would_say(data, roles.adding("C"), truth, estimators=ols),
        ", eligible only": e.would_say(eligible, of_eligible, truth, estimators=[two_stage]),
        ", eligible and weighted": e.would_say(
            weighted, of_eligible, truth, estimators=[by_weight]
        ),
    }
    named = [t.set_axis([f"{n}{suffix}" for n in t.index]) for suffix, t in parts.items()]
    return pd.concat(named).astype({"covered": "boolean"})


def roles_of(model: Any, data: pd.DataFrame) -> Roles:
    """Return the roles that an analyst who knows the graph would give.

    Parameters
    ----------
    model : object
    data : pd.DataFrame
    """
    from ifonly.inference.estimators import Roles

    return Roles.of_graph(CausalGraph.of(model, [str(n) for n in data]), "T", "Y")


def _direct(data: pd.DataFrame, roles: Roles) -> list[dict[str, Any]]:
    """Return the direct and the mediated effect by two instruments, Z and E, for T and exposure."""
    from dataclasses import replace

    from ifonly.inference.estimators import TwoStageLeastSquares

    held = tuple(n for n in roles.adjust if n != "E")
    both = replace(roles, adjust=held, instruments=("Z", "E"), endogenous=("exposure",))
    found = TwoStageLeastSquares(ci_prob=LEVEL).estimate(data, both)
    mean, low, high, sd = (found.sel(statistic=s, treatment="T").item() for s in
                           ("mean", "low", "high", "sd"))  # fmt: skip
    return [
        {"analysis": "2SLS with Z and E", "effect": "direct", "estimate": mean, "se": sd,
         "low": low, "high": high, "truth": EFFECTS["direct"],
         "seconds": found.attrs["seconds"], "problems": ""}
    ]  # fmt: skip


def _joint(draws: Any, effect: str, truth: float, name: str) -> dict[str, Any]:
    values = np.asarray(draws).ravel()
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"analysis": name, "effect": effect, "estimate": values.mean(),
            "se": values.std(ddof=1), "low": low, "high": high, "truth": truth,
            "seconds": np.nan, "problems": ""}  # fmt: skip


def of_world(pair: Pair) -> Section:
    """Return finding 8 on the rows of the world itself."""
    data = pair.world.data.to_dataframe()
    whole = data.dropna().reset_index(drop=True)
    total = QUERIES["total effect of T"]
    truth = float(pair.truth(total))
    joint = [_joint(pair.answer(total), "total", truth, "joint model")]
    left = len(data) - len(whole)
    note = f" They leave out the {left:,} users with values that were not seen." if left else ""
    return _section(pair.posterior.model, whole, joint, truth, "the same rows", note)


def of_rows(model: Any, rows: pd.DataFrame, posterior: Posterior) -> Section:
    """Return finding 8 on the published rows; the posterior may be of the first of them.

    Parameters
    ----------
    model : object
    rows : pd.DataFrame
    posterior : Posterior
    """
    units = posterior.state.units
    name = "joint model" if units == len(rows) else f"joint model, first {units:,} rows"
    drawn = effects(posterior)
    joint = [_joint(drawn[n], n, truth, name) for n, truth in EFFECTS.items()]
    return _section(model, rows, joint, EFFECTS["total"], "the published rows", "")


def on_published(posterior: Posterior, rows: pd.DataFrame) -> Posterior:
    """Return the posterior of as many published rows as `posterior` has units.

    Parameters
    ----------
    posterior : Posterior
    rows : pd.DataFrame
    """
    return again(posterior, rows.iloc[: posterior.state.units], seed=3)


def _section(
    model: Any, data: pd.DataFrame, joint: list[dict[str, Any]], truth: float, rows: str, note: str
) -> Section:
    title = "8. What others would say"
    try:
        roles = roles_of(model, data)
        others = said(data, roles, truth).rename_axis("analysis").reset_index()
        direct = _direct(data, roles) if len(joint) > 1 else []
    except ExtraError as error:
        return Section(title, f"To see it, {error}.", pd.DataFrame(joint))
    table = pd.concat([others.assign(effect="total"), pd.DataFrame([*direct, *joint])])
    table["bias"] = table["estimate"] - table["truth"]
    covered = table["low"].le(table["truth"]) & table["high"].ge(table["truth"])
    table["covered"] = covered.astype("boolean").where(table["low"].notna())
    ours = table[table["analysis"].str.startswith("joint")].iloc[0]
    best = others.set_index("analysis").loc["2SLS"]
    return Section(
        title,
        f"Standard analyses of {rows}, of what the graph tells to hold "
        f"({', '.join(roles.adjust)}).{note} Those without the instrument leave `u` open: more "
        "rows make their intervals shorter, not truer. The instrument alone is unbiased (where the "
        "effect varies, for compliers), with a standard error of "
        f"{best['se']:.3f}; the joint model uses the proxy and the collider "
        f"too, and has {ours['se']:.3f}.",
        _shown(table),
        _figure(table),
    )


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    ends = [
        interval(low, high) if np.isfinite(low) else "–"
        for low, high in table[["low", "high"]].to_numpy()
    ]
    return pd.DataFrame(
        {
            "analysis": _names(table),
            "truth": table["truth"].to_numpy(),
            "estimate": table["estimate"].to_numpy(),
            "se": table["se"].to_numpy(),
            f"{LEVEL:.0%} interval": ends,
            "covered": [None if pd.isna(c) else bool(c) for c in table["covered"]],
            "against it": [_briefly(p) for p in table["problems"]],
        }
    )


def _names(table: pd.DataFrame) -> list[str]:
    pairs = zip(table["analysis"], table["effect"], strict=True)
    return [a if e == "total" else f"{a}: {e}" for a, e in pairs]


def _briefly(problems: str) -> str:
    """Return the names of what is held or open wrongly, of which the estimators say why."""
    found = [f"{path} is open" for path in re.findall(r"leaves (.+?) open", problems)]
    found += [f"{n} is a collider" for n in re.findall(r"(\w+) is a collider", problems)]
    found += re.findall(r"separation: [^;]+", problems)
    return "; ".join(dict.fromkeys(found)) or problems.partition(";")[0]


def _figure(table: pd.DataFrame) -> Figure:
    drawn = table[np.isfinite(table["estimate"])].reset_index(drop=True)
    figure, [[ax]] = blank(1, 1, (8.6, 0.3 * len(drawn) + 1.3))
    at = np.arange(len(drawn))[::-1]
    ours = drawn["analysis"].str.startswith("joint").to_numpy()
    for chosen, colour, label in ((~ours, "#444444", "others"), (ours, POSTERIOR, "joint model")):
        part = drawn[chosen]
        ends = (part["low"].fillna(part["estimate"]), part["high"].fillna(part["estimate"]))
        style: dict[str, Any] = {"color": colour, "label": f"{label}, {LEVEL:.0%}"}
        with_intervals(ax, part["estimate"], at[chosen], ends, **style)
    ax.plot(
        drawn["truth"], at, ls="none", marker="D", ms=8, mfc="none", mec=TRUTH, mew=1.4,
        label="truth",
    )  # fmt: skip
    total = drawn["effect"] == "total"
    ax.axvline(drawn["truth"][total].iloc[0], color=MUTED, lw=0.8, zorder=0)
    ax.set_yticks(at, _names(drawn))
    ax.set_ylim(-0.6, len(drawn) - 0.4)
    ax.set_xlabel("effect of T on Y (score)")
    ax.legend(frameon=False, fontsize=8.5, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return finish(figure, "Without the instrument u stays in; with everything the truth is found")
