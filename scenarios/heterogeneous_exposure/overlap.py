"""Finding 9: who could have been exposed or not, and of whom the data say nothing."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ifonly.inference import AssumptionWarning, Query, TrimmedATE
from ifonly.inference.errors import ExtraError
from ifonly.inference.experiments import effect_by_rank, trimming_margin, warn_of_no_contrast

from ..display.figures import MUTED, POSTERIOR, blank, finish, forest
from ..display.wording import interval
from ..reports.findings import between
from ..scenario import Section
from .analyses import Analyses
from .question import PROPENSITY
from .truth import COVARIATES, EXPOSED, NOT_EXPOSED, QUERIES
from .units import EACH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ASKED", "sections", "without_some"]

MARGIN, NARROW = 0.1, 0.2
ASKED: dict[str, Query] = {
    "all users (ATE)": QUERIES["average effect"],
    f"propensity {MARGIN:g} to {1 - MARGIN:g} (trimmed)": QUERIES[
        "effect without the nearly certain"
    ],
    f"propensity {NARROW:g} to {1 - NARROW:g} (trimmed)": TrimmedATE(
        "weekly_value", do=EXPOSED, versus=NOT_EXPOSED, margin=NARROW
    ),
    "weighted by overlap (ATO)": QUERIES["effect weighted by overlap"],
}
GROUPS = 5
CUT = 1.5  # intent above which, in the harder data, nobody is left unexposed


def sections(found: Analyses) -> Iterator[Section]:
    """Yield finding 9 in two parts."""
    yield _by_group(found)
    yield _trimmed(found)


def _by_group(found: Analyses) -> Section:
    effect = found.linear.answer(EACH).mean(("chain", "draw")).to_numpy()
    chance = found.linear.answer(PROPENSITY)
    groups = effect_by_rank(effect, chance, groups=GROUPS)
    mean = chance.mean(("chain", "draw")).to_numpy()
    # The very order by which `effect_by_rank` made its groups.
    ends = np.cumsum(groups["units"].to_numpy())[:-1]
    parts = np.split(mean[np.argsort(effect, kind="stable")], ends)
    outside = [(p < MARGIN) | (p > 1 - MARGIN) for p in parts]
    table = pd.DataFrame(
        {
            "fifth by predicted effect": groups.index,
            "users": groups["units"].to_numpy(),
            "mean propensity": groups["effect"].to_numpy(),
            "90% interval": [
                interval(*pair) for pair in groups[["low", "high"]].itertuples(index=False)
            ],
            "least": [p.min() for p in parts],
            "greatest": [p.max() for p in parts],
            f"outside {MARGIN:g} to {1 - MARGIN:g}": [f"{o.mean():.1%}" for o in outside],
        }
    )
    share = float(np.concatenate(outside).mean())
    return Section(
        "9a. Overlap, by predicted effect",
        "Who is predicted to gain more is exposed more often: the mean propensity rises from "
        f"{groups['effect'].iloc[0]:.2f} in the lowest fifth to {groups['effect'].iloc[-1]:.2f} in "
        f"the highest. {share:.1%} of the users are outside {MARGIN:g} to {1 - MARGIN:g}, most of "
        "them at the two ends: of these, few comparable users tell what the other arm would have "
        "been, and the model's equations say the rest.",
        table,
        _boxes(parts),
    )


def _boxes(parts: list[np.ndarray]) -> Figure:
    figure, [[ax]] = blank(1, 1, (7.6, 3.4))
    ax.axhspan(0, MARGIN, color=MUTED, alpha=0.18, lw=0)
    ax.axhspan(1 - MARGIN, 1, color=MUTED, alpha=0.18, lw=0, label="danger: nearly certain")
    shown = ax.violinplot(parts, showextrema=True, showmedians=True, widths=0.8)
    for body in shown["bodies"]:
        body.set_facecolor(POSTERIOR)
        body.set_alpha(0.45)
    for name in ("cmins", "cmaxes", "cbars", "cmedians"):
        shown[name].set_color(POSTERIOR)
        shown[name].set_linewidth(1.0)
    ax.set_xticks(range(1, len(parts) + 1))
    ax.set_ylim(0, 1)
    ax.set_xlabel("fifth by predicted effect, the lowest first")
    ax.set_ylabel("propensity of exposure")
    ax.legend(frameon=False, fontsize=8.5, loc="lower right")
    return finish(figure, "Who gains most is nearly sure to be exposed, who gains least is not")


def without_some(data: pd.DataFrame) -> pd.DataFrame:
    """Return the data without the unexposed whose intent is above `CUT`."""
    lost = (data["baseline_intent"] > CUT) & (data["exposure"] == 0)
    return data[~lost].reset_index(drop=True)


def _trimmed(found: Analyses) -> Section:
    rows = {label: found.linear.compare(query).table.iloc[0] for label, query in ASKED.items()}
    table = pd.DataFrame(
        {
            "of whom": list(rows),
            "true effect": [row["truth"] for row in rows.values()],
            "posterior mean": [row["mean"] for row in rows.values()],
            "90% interval": [between(row) for row in rows.values()],
            "covered": [bool(row["covered"]) for row in rows.values()],
        }
    )
    figure, [[ax]] = blank(1, 1, (8.2, 2.3))
    forest(ax, list(rows), pd.DataFrame(rows).T)
    ax.set_xlim(left=min(0.5, *(row["low"] - 0.05 for row in rows.values())))
    ax.set_xlabel("effect on weekly value (currency)")
    return Section(
        "9b. Trimming, and where the data hold no contrast",
        "Without the users whose exposure was nearly certain the question is another one, and so "
        "is its true answer: trimming and overlap weights leave out those who gain most, and the "
        f"effect falls. {_recommended(found)} {_regions(found.data, 'On these users')} "
        f"{_regions(without_some(found.data), _HARDER)}",
        table,
        finish(figure, "Each way to trim asks of other users, and has a truth of its own"),
    )


def _recommended(found: Analyses) -> str:
    """Return, in words, the margin at which the average effect is told most exactly."""
    margin = trimming_margin(found.linear.answer(PROPENSITY).mean(("chain", "draw")).to_numpy())
    if not margin:
        return "To tell an average most exactly, nobody has to be left out."
    return (
        "An average is told most exactly (Crump et al., 2009) without the users whose propensity "
        f"is below {margin:.3f} or above {1 - margin:.3f}."
    )


_HARDER = f"Were the unexposed with an intent above {CUT:g} not there"


def _regions(data: pd.DataFrame, when: str) -> str:
    """Return what the watch for regions without contrast says of some data."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", AssumptionWarning)
            warn_of_no_contrast(data, "exposure", list(COVARIATES))
    except ExtraError as error:
        return f"To see where there is no contrast, {error}."
    if not caught:
        return f"{when} no region of the covariates is without contrast."
    said = "; ".join(str(one.message).partition(";")[0] for one in caught)
    return f"{when}, the watch says: “{said}”."
