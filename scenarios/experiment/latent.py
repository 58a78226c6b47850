"""What can be known of the hidden confounder of each user, and what is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pymc as pm
from numpy.typing import NDArray

from ifonly.inference import PotentialOutcome, World
from ifonly.inference.scm.equations import with_units

from ..display.figures import MUTED, POSTERIOR, TRUTH, blank, finish
from ..reports.findings import Pair
from ..scenario import Section

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["knowable", "section"]

AS_IT_WAS = PotentialOutcome("u", do={}, summary=True)
NODES = np.linspace(-6.0, 6.0, 121)  # of u, in its prior's standard deviations
MOST = 2_000  # users that the bound is computed from


def knowable(world: World, users: int = MOST) -> NDArray[np.float64]:
    """Return the least variance that ``u`` can have given all that is seen of each user.

    The parameters are taken as known, and the density of ``u`` is summed on a grid.

    Parameters
    ----------
    world : World
    users : int
        How many of them, from the first.

    Returns
    -------
    ndarray of shape (unit,)
    """
    columns = {str(n): v.to_numpy()[:users] for n, v in world.data.items()}
    seen = {n: v for n, v in columns.items() if np.isfinite(v).all()}
    some = np.isfinite(columns["Y"])
    size = len(some)
    model = with_units(world.model, np.arange(size))
    known = pm.do(model, {n: v.astype(model[n].dtype) for n, v in world.parameters.items()})
    y = {"Y": np.where(some, columns["Y"], 0.0)}
    observed = pm.observe(known, {**seen, **y})
    names = [n for n in ("pre_metric", "T", "C", "Y", "placebo") if n in observed.named_vars]
    terms = observed.logp(vars=[observed[n] for n in ("u", *names)], sum=False)
    value = observed.rvs_to_values[observed["u"]]
    compiled = observed.compile_fn(terms, inputs=[value], point_fn=False)
    log_density = np.empty((len(NODES), size))
    for k, node in enumerate(NODES):
        prior, *rest = compiled(np.full(size, node))
        by_name = dict(zip(names, rest, strict=True))
        by_name["Y"] = np.where(some, by_name["Y"], 0.0)  # an outcome not seen says nothing
        log_density[k] = prior + sum(by_name.values())
    weight = np.exp(log_density - log_density.max(axis=0))
    weight /= weight.sum(axis=0)
    mean = NODES @ weight
    return np.asarray(NODES**2 @ weight - mean**2)


def section(pair: Pair) -> Section:
    """Return finding 5."""
    comparison = pair.compare(AS_IT_WAS)
    row = comparison.summary.iloc[0]
    variance = knowable(pair.world)
    bound = float(np.sqrt(1.0 - variance.mean()))
    found = comparison.elements
    table = pd.DataFrame(
        [
            ("correlation of posterior mean and truth", bound, row["correlation"]),
            ("mean variance of one user's u", variance.mean(), float((found["sd"] ** 2).mean())),
            ("share of users whose 90% interval holds the truth", 0.9, row["coverage"]),
        ],
        columns=["of u", "were the parameters known", "found"],
    )
    return Section(
        "5. What is known of the hidden confounder",
        "`u` is seen through the metric before, the outcome, the treatment and the collider. Were "
        "all parameters known, its posterior means would correlate with the truth by "
        f"{bound:.3f}, the root of one less the mean variance that is left; here they do by "
        f"{row['correlation']:.3f}. More users teach the parameters, and no more of one user.",
        table,
        _figure(found["mean"].to_numpy(), found["truth"].to_numpy(), bound),
    )


def _figure(mean: NDArray[np.float64], truth: NDArray[np.float64], bound: float) -> Figure:
    figure, [[ax]] = blank(1, 1, (5.6, 4.2))
    ends = np.quantile(mean, [0.0, 1.0])
    step = max(1, len(mean) // 4_000)
    ax.plot(
        mean[::step], truth[::step], "o", ms=2.5, color=POSTERIOR, alpha=0.5, mec="none",
        rasterized=True, label="a user",
    )  # fmt: skip
    ax.plot(ends, ends, color=TRUTH, lw=1.2, label="where they are equal")
    left = 1.645 * np.sqrt(1.0 - bound**2)
    for sign in (-1.0, 1.0):
        label = "nine in ten users lie between" if sign > 0 else None
        ax.plot(ends, ends + sign * left, color=MUTED, lw=1.0, ls="--", label=label)
    ax.set_xlabel("posterior mean of u (prior standard deviations)")
    ax.set_ylabel("true u")
    ax.legend(frameon=False, fontsize=8.5, loc="upper left")
    return finish(figure, f"No method could correlate by more than {bound:.2f}")
