"""Whether the chains of a mixture agree, by what does not depend on the order of its components."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import ndtr

from ..errors import ConvergenceWarning
from .binormal import excess

__all__ = ["quadrants", "traces_of", "warn_of_chains"]

Floats = NDArray[np.float64]

# Beyond the root of 2 chains differ more than each of them varies. Of many quantities of short
# chains the worst twentieth is left out.
MOST_R_HAT, SHARE = 1.41, 0.95
# How many components there are is no matter of the law, and mixes slowly.
COUNTS = ("concentration", "occupied")
FEWEST = 60  # sweeps of a chain; below, R-hat says nothing
MOST_PAIRS = 100  # of scores, evenly spread
GREATEST = 0.99999  # correlation; at 1 the integral has no end


def quadrants(
    cuts: Floats, weights: Floats, means: Floats, covariances: Floats
) -> dict[str, Floats]:
    """Return the probabilities that a mixture gives to each score's, and two scores', lower part.

    A score within the interval of a value that many units share is the prior's, not the table's,
    and mixes slowly. So a mixture is known by probabilities between values alone.

    Parameters
    ----------
    cuts : ndarray of shape (score,)
        Each between two values of its column.
    weights : ndarray of shape (component,)
    means : ndarray of shape (component, score)
    covariances : ndarray of shape (component, score, score)

    Returns
    -------
    mapping of str to ndarray
        ``below``, of shape (score,); and ``dependence``, of shape (pair,): the probability that
        both are below, less the product of the two.
    """
    spread = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
    apart = (cuts - means) / spread
    i, j = np.tril_indices(len(cuts), -1)
    some = np.linspace(0, len(i) - 1, min(len(i), MOST_PAIRS)).round().astype(int)
    i, j = i[some], j[some]
    share = ndtr(apart)
    below = weights @ share
    together = excess(
        apart[:, i], apart[:, j], covariances[:, i, j] / (spread[:, i] * spread[:, j])
    )
    together = together + (share[:, i] - below[i]) * (share[:, j] - below[j])
    return {"below": below, "dependence": weights @ together}


def traces_of(chains: Sequence[Sequence[Mapping[str, Floats]]]) -> xr.Dataset:
    """Return the traces of quantities, with their R-hat and effective sample sizes.

    Parameters
    ----------
    chains : sequence of sequence of mapping
        Of each chain, of each sweep: the quantities, each of shape (element,).

    Returns
    -------
    xarray.Dataset
        ``trace``, of dims chain, sweep and quantity; ``r_hat``, ``ess_bulk`` and ``ess_tail``, of
        dim quantity: NaN for one chain, for too few sweeps, and for what never moves.
    """
    first = chains[0][0]
    names = [
        name if len(values) == 1 else f"{name}_{k}"
        for name, values in first.items()
        for k in range(len(values))
    ]
    trace = np.array([[np.concatenate(list(s.values())) for s in chain] for chain in chains])
    found = xr.Dataset(
        {"trace": (("chain", "sweep", "quantity"), trace)}, coords={"quantity": names}
    )
    figures = {n: np.full(len(names), np.nan) for n in ("r_hat", "ess_bulk", "ess_tail")}
    moving = np.ptp(trace, axis=(0, 1)) > 0
    if trace.shape[0] > 1 and trace.shape[1] >= FEWEST and moving.any():
        from arviz_stats import ess, rhat

        seen = xr.Dataset({"x": (("chain", "draw", "quantity"), trace[:, :, moving])})
        figures["r_hat"][moving] = rhat(seen)["x"].to_numpy()
        for kind in ("bulk", "tail"):
            figures[f"ess_{kind}"][moving] = ess(seen, method=kind)["x"].to_numpy()
    return found.assign({n: ("quantity", v) for n, v in figures.items()})


def warn_of_chains(traces: xr.Dataset) -> None:
    """Warn where the chains do not agree; return nothing.

    Parameters
    ----------
    traces : xarray.Dataset
        Of `traces_of`.

    Warns
    -----
    ConvergenceWarning
    """
    r_hat = traces["r_hat"].dropna("quantity")
    law = [not str(name).startswith(COUNTS) for name in r_hat["quantity"].to_numpy()]
    r_hat = r_hat[law]
    if not r_hat.size or float(r_hat.quantile(SHARE)) <= MOST_R_HAT:
        return
    values = r_hat.to_numpy()
    worst = r_hat["quantity"].to_numpy()[values.argmax()]
    warnings.warn(
        f"the chains of the covariates' law do not agree: R-hat is above {MOST_R_HAT:g} for "
        f"{int((values > MOST_R_HAT).sum())} of {values.size} quantities, and greatest "
        f"({values.max():.2f}) for {str(worst)!r}; ask for more draws, or compare the drawn table "
        "with yours",
        ConvergenceWarning,
        stacklevel=3,
    )
