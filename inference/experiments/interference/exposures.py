"""Exposure mapping: effects of what reaches a unit through a network, by the design alone."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.stats import norm

from ...errors import DataError
from ...inputs.arrays import numbers, shown
from ...inputs.ci_prob import takes_ci_prob
from ...inputs.containers import ordered
from ...inputs.scalars import are_finite, checked_choice, checked_probability
from ..inputs import together

__all__ = ["exposure_effect", "exposures", "neighbour_share"]

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


def neighbour_share(network: Any, assignment: ArrayLike) -> Array:
    """Return the weighted share of each unit's neighbours that are treated.

    Parameters
    ----------
    network : array or sparse matrix of shape (unit, unit)
        The weight of unit j for unit i, 0 or more, and 0 for i itself.
    assignment : array of shape (unit,) or (draw, unit)
        0 or 1.

    Returns
    -------
    ndarray of the assignment's shape
        From 0 to 1; NaN for a unit without neighbours.

    Raises
    ------
    DataError
        If the network is not square, has weights below 0 or of a unit for itself, or the assignment
        does not fit it.

    Examples
    --------
    >>> neighbour_share([[0, 1, 1], [1, 0, 0], [1, 0, 0]], [0, 1, 0]).tolist()
    [0.5, 0.0, 0.0]
    """
    weights, arm = _matched(network, assignment)
    whole = np.asarray(weights.sum(axis=1)).ravel()
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((weights @ arm.T).T / whole)


def exposures(network: Any, assignment: ArrayLike, *, kind: Literal["any", "all"] = "any") -> Codes:
    """Return the exposure of each unit: what of the treatment reaches it.

    Parameters
    ----------
    network : array or sparse matrix of shape (unit, unit)
        Not zero in row i and column j where j acts on i.
    assignment : array of shape (unit,) or (draw, unit)
        0 or 1; many draws of a design give the probabilities of exposures.
    kind : {"any", "all"}
        Whether the second digit below says that some neighbour is treated, or that all are; with
        ``"all"`` units with some but not all are -1, an exposure of no interest.

    Returns
    -------
    ndarray of int, of the assignment's shape
        0: neither the unit nor its neighbours are treated. 1: the unit alone. 2: its neighbours
        alone. 3: both. A unit without neighbours is 0 or 1.

    Raises
    ------
    DataError
        If network and assignment do not fit.

    Notes
    -----
    The four exposures of Aronow and Samii (2017), doi:10.1214/16-AOAS1005, section 3.

    Examples
    --------
    >>> ring = [[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]]
    >>> exposures(ring, [1, 1, 0, 0]).tolist()
    [3, 3, 2, 2]
    """
    checked_choice("kind", kind, ("any", "all"), DataError)
    share = np.nan_to_num(neighbour_share(network, assignment))
    own = _matched(network, assignment)[1].astype(np.int64)
    if kind == "any":
        return own + 2 * (share > 0)
    full = share > 1 - 1e-9
    return np.where(full | (share == 0), own + 2 * full, -1)


@takes_ci_prob
def exposure_effect(
    outcome: ArrayLike,
    exposure: ArrayLike,
    drawn: ArrayLike,
    *,
    of: int,
    versus: int,
    ci_prob: float = 0.95,
) -> pd.DataFrame:
    r"""Return the effect of one exposure against another, by inverse probabilities of the design.

    With :math:`\pi_i(d)` how often unit i has exposure d over the draws of the design,

    .. math::

        \hat\mu_{HT}(d) = \frac1n \sum_i \frac{1\{D_i = d\}}{\pi_i(d)} Y_i, \qquad
        \hat\mu_H(d) = \frac{\sum_i 1\{D_i = d\} Y_i / \pi_i(d)}{\sum_i 1\{D_i = d\} / \pi_i(d)}

    Parameters
    ----------
    outcome, exposure : array of shape (unit,)
        As they were.
    drawn : array of shape (draw, unit)
        The exposures of many assignments of the same design (or of all).
    of, versus : int
        The two exposures.
    ci_prob : float
        Probability of the intervals.

    Returns
    -------
    pandas.DataFrame
        Rows ``horvitz_thompson`` (no bias; its error is large where the outcome is far from 0) and
        ``hajek`` (a ratio, steadier); columns ``value``, ``se``, ``low``, ``high``. The errors are
        conservative: pairs of units that never have both exposures count with their bound.

    Raises
    ------
    DataError
        If shapes do not fit, no unit has one of the exposures, or a unit can never have it.

    Notes
    -----
    Aronow and Samii (2017), doi:10.1214/16-AOAS1005, with their variance bound; the ratio is
    linearised. Probabilities from R draws are off by about R to the power -1/2.

    Examples
    --------
    >>> drawn = [[0, 1], [1, 0]]
    >>> table = exposure_effect([1.0, 3.0], [0, 1], drawn, of=1, versus=0)
    >>> table["value"].to_list()
    [2.0, 2.0]
    """
    z = norm.ppf((1 + checked_probability("ci_prob", ci_prob)) / 2)
    y, now, draws = _read(outcome, exposure, drawn)
    for name, d in (("of", of), ("versus", versus)):
        if isinstance(d, bool) or not isinstance(d, int | np.integer):
            raise DataError(f"{name} is the number of an exposure, not {shown(d)}")
    mine = {d: now == d for d in (of, versus)}
    chance = {d: (draws == d).mean(axis=0) for d in (of, versus)}
    for d in (of, versus):
        if not mine[d].any():
            raise DataError(f"no unit has the exposure {d}; its mean is unknown")
        if (never := int((chance[d] == 0).sum())) > 0:
            raise DataError(
                f"{never} of {len(y)} units can never have the exposure {d} (probability 0 over "
                "the draws of the design); leave them out of outcome, exposure and drawn, or draw "
                "more"
            )
    weight = {d: np.where(mine[d], 1 / chance[d], 0.0) for d in (of, versus)}
    rows = {}
    for name in ("horvitz_thompson", "hajek"):
        whole = {d: len(y) if name == "horvitz_thompson" else weight[d].sum() for d in mine}
        mean = {d: (weight[d] * y).sum() / whole[d] for d in mine}
        # A ratio varies as the Horvitz-Thompson mean of what is left of the outcome.
        left = {d: y - (mean[d] if name == "hajek" else 0.0) for d in mine}
        variance = _variance(left, mine, chance, draws, (of, versus)) / len(y) ** 2
        value, se = mean[of] - mean[versus], np.sqrt(max(variance, 0.0))
        rows[name] = {"value": value, "se": se, "low": value - z * se, "high": value + z * se}
    return pd.DataFrame(rows).T.rename_axis("estimator")


def _variance(
    left: dict[int, Array],
    mine: dict[int, NDArray[np.bool_]],
    chance: dict[int, Array],
    draws: Codes,
    pair: tuple[int, int],
) -> float:
    """Return the conservative estimate of the variance of a difference of two totals."""
    value = 0.0
    had = {d: (draws == d).astype(np.float64) for d in pair}
    for d, e, sign in (*((d, d, 1.0) for d in pair), (*pair, -2.0)):
        joint = had[d].T @ had[e] / len(draws)
        a, b = (np.where(mine[k], left[k] / chance[k], 0.0) for k in (d, e))
        apart = joint - np.outer(chance[d], chance[e])
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(joint > 0, apart / joint, 0.0)
        found = a @ share @ b
        # Young's inequality for pairs that are never seen together.
        unseen = (joint == 0).astype(float)
        squares = (np.where(mine[k], left[k] ** 2 / chance[k], 0.0) / 2 for k in (d, e))
        bound = next(squares) @ unseen.sum(axis=1) + next(squares) @ unseen.sum(axis=0)
        value += sign * (found + (bound if d == e else -bound))
    return float(value)


def _matched(network: Any, assignment: Any) -> tuple[sparse.csr_array, Array]:
    """Return the network and the assignment, their units in one order."""
    if isinstance(network, pd.DataFrame):
        if not network.index.equals(network.columns):
            raise DataError("the network's rows and columns are the same units, in one order")
        dims = ("draw", "unit") if np.ndim(assignment) == 2 else ("unit",)
        labels = {d: network.index if d == "unit" else None for d in dims}
        assignment = ordered(assignment, labels, "assignment", DataError)
        network = network.to_numpy()
    weights = _network(network)
    return weights, _assignment(assignment, weights.shape[0])


def _network(network: Any) -> sparse.csr_array:
    try:
        weights = sparse.csr_array(network).astype(float)
    except (TypeError, ValueError):
        raise DataError(
            f"network is an array or a sparse matrix of shape (unit, unit), not {shown(network)}"
        ) from None
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1]:
        raise DataError(f"network has shape {weights.shape}; it is square, (unit, unit)")
    if not are_finite(weights.data) or (weights.data < 0).any():
        raise DataError("network has finite weights of 0 or more; some are not")
    if weights.diagonal().any():
        raise DataError(
            f"{int((weights.diagonal() != 0).sum())} units are their own neighbours; set the "
            "network's diagonal to 0"
        )
    return weights


def _assignment(assignment: ArrayLike, units: int) -> Array:
    arm = numbers(assignment)
    if arm is None or arm.ndim not in (1, 2) or arm.shape[-1] != units:
        raise DataError(
            f"assignment is of shape (unit,) or (draw, unit), and the network has {units} units; "
            f"got {shown(assignment)}"
        )
    if not np.isin(arm, (0, 1)).all():
        raise DataError("assignment holds 0 and 1 alone")
    return arm.astype(float)


def _read(outcome: ArrayLike, exposure: ArrayLike, drawn: ArrayLike) -> tuple[Array, Codes, Codes]:
    # With labels the units are the columns of what was drawn.
    turned = drawn.T if isinstance(drawn, pd.DataFrame | xr.DataArray) else None
    outcome, exposure, turned = together(outcome=outcome, exposure=exposure, drawn=turned)
    y, now = numbers(outcome), numbers(exposure)
    draws = numbers(drawn) if turned is None else numbers(turned.T)
    if y is None or y.ndim != 1 or not are_finite(y):
        raise DataError(f"outcome is one finite number for each unit, not {shown(outcome)}")
    if now is None or now.shape != y.shape or draws is None or draws.ndim != 2:
        raise DataError("exposure is of shape (unit,), and drawn of shape (draw, unit)")
    if any((codes != np.floor(codes)).any() for codes in (now, draws)):
        raise DataError("exposures are whole numbers, one for each kind")
    if draws.shape[1] != len(y):
        raise DataError(f"drawn is of {draws.shape[1]} units, and outcome of {len(y)}")
    return y.astype(float), now.astype(np.int64), draws.astype(np.int64)
