"""What a report shows of rankings of estimators: who is better, how surely, and at what loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ifonly.inference.generators import Rankings

from ...scenario import Section

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["ranking_section", "ranking_table"]


def ranking_table(rankings: Rankings) -> pd.DataFrame:
    """Return a row for each estimator, the one of least expected regret first."""
    table = rankings.table()
    return pd.DataFrame(
        {
            "estimator": table.index.astype(str),
            "mean score": table["score"].to_numpy(),
            "P(best)": table["best"].to_numpy(),
            "regret": table["regret"].to_numpy(),
            "regret, low": table["regret_low"].to_numpy(),
            "regret, high": table["regret_high"].to_numpy(),
        }
    )


def ranking_section(rankings: Rankings) -> Section:
    """Return the ranking in words, as a table and as a picture."""
    table, pairs = rankings.table(), rankings.pairs()
    first, second = table.index[:2]
    draws = rankings.scores.sizes["draw"]
    return Section(
        "",
        f"The score is the root mean square error of the effects of units. Each of {draws} draws "
        "of the generator is one process that may have made the real table; each estimator was "
        f"run on a table of each, with the same knobs. {first} is better than {second} with "
        f"probability {pairs.loc[first, second]:.2f}. The regret is what is lost by always taking "
        "one estimator in place of the best of each draw, with a 90% credible interval. It says "
        "how sure the choice is on data like these, and not whether the real effect is as asked.",
        ranking_table(rankings),
        figure=_drawn(rankings),
    )


def _drawn(rankings: Rankings) -> Figure:
    from ...display.figures import COLOURS, MUTED, blank, finish

    order = rankings.table().index[::-1]
    scores = rankings.expected
    figure, [[ax]] = blank(1, 1, (7.4, 0.8 + 0.42 * len(order)))
    for place, name in enumerate(order):
        values = scores.sel({"method": name}).to_numpy()
        ax.plot(values, [place] * len(values), "|", ms=13, mew=1.3, alpha=0.7, color=COLOURS[1])
        ax.plot(values.mean(), place, "o", ms=5, color=MUTED)
    ax.set_yticks(range(len(order)), list(map(str, order)))
    ax.set_ylim(-0.6, len(order) - 0.4)
    ax.set_xlim(left=0.0)
    ax.set_xlabel("error of the effects of units; a line for each draw, a dot for their mean")
    return finish(figure, f"{order[-1]} loses least over the draws of the generator")
