"""Off-policy evaluation: what another policy would have been worth, from one policy's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from ..errors import DataError, QueryError
from ..inputs.arrays import numbers, shown
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.columns import read_columns
from ..inputs.scalars import are_finite, checked_probability
from ..inputs.tables import as_table
from .inputs import together

if TYPE_CHECKING:
    from ..scm.interventions import Intervention

__all__ = ["chosen_by", "off_policy"]

Array = NDArray[np.float64]


@takes_ci_prob
def off_policy(
    data: pd.DataFrame | xr.Dataset,
    policy: Intervention | ArrayLike,
    *,
    arm: str,
    outcome: str,
    propensity: ArrayLike,
    predicted: ArrayLike | None = None,
    ci_prob: float = 0.95,
) -> pd.DataFrame:
    r"""Return the value of a policy, estimated from a log of another one.

    With :math:`w_i = \pi(A_i) / e_i(A_i)` the weight of a unit:

    .. math::

        \text{IPS} &= \textstyle\frac1n \sum_i w_i Y_i \\
        \text{SNIPS} &= \textstyle\sum_i w_i Y_i / \sum_i w_i \\
        \text{DR} &= \textstyle\frac1n \sum_i
            \bigl[\sum_a \pi_i(a) \hat m_i(a) + w_i (Y_i - \hat m_i(A_i))\bigr]

    Parameters
    ----------
    data : pandas.DataFrame or xarray.Dataset
        A row per unit, with the arm that it got and its outcome.
    policy : Intervention or array of shape (unit, arm)
        A `policy` that computes the arm from columns of the data, or `set_to`; or how likely each
        arm is for each unit.
    arm, outcome : str
        Columns. Arms are 0, 1, ...
    propensity : array of shape (unit, arm)
        How likely each arm was for each unit when the log was written.
    predicted : array of shape (unit, arm), optional
        What the outcome of each unit would be on average under each arm, by a model; without it
        there is no doubly robust estimate.
    ci_prob : float
        Probability of the intervals.

    Returns
    -------
    pandas.DataFrame
        A row per estimator (``ips``, ``snips``, ``dr``): ``value``, ``se``, ``low``, ``high``; and
        ``effective``, how many units of equal weight say as much as these, by Kish's formula.

    Raises
    ------
    DataError
        If columns, shapes or probabilities do not fit, or the policy gives a unit an arm that it
        could never have got in the log.
    QueryError
        If `ci_prob` is no probability, or the policy is none that the data can compute.

    Notes
    -----
    Horvitz and Thompson (1952), doi:10.1080/01621459.1952.10483446; Swaminathan and Joachims
    (2015), doi:10.48550/arXiv.1502.02362; Dudík, Erhan, Langford and Li (2014),
    doi:10.1214/14-STS500. The same value by a model is the mean of
    ``PotentialOutcome(outcome, do={arm: policy})``.

    Examples
    --------
    >>> from ifonly.inference import set_to
    >>> log = pd.DataFrame({"a": [0, 1, 0, 1], "y": [1.0, 3.0, 2.0, 4.0]})
    >>> even = np.full((4, 2), 0.5)
    >>> table = off_policy(log, set_to(1), arm="a", outcome="y", propensity=even)
    >>> table["value"].to_list()
    [3.5, 3.5]
    """
    from ..scm.interventions import Intervention  # which loads PyMC

    z = norm.ppf((1 + checked_probability("ci_prob", ci_prob)) / 2)
    frame = read_columns(data, [arm, outcome], "off_policy is asked of the column")
    if not pd.api.types.is_numeric_dtype(frame[outcome]):
        raise DataError(f"the outcome {outcome!r} holds text or dates, and numbers are needed")
    y = frame[outcome].to_numpy(dtype=float)
    if isinstance(data, pd.DataFrame):  # tables of the units are matched with its rows
        told: dict[str, Any] = {"propensity": propensity, "predicted": predicted}
        told |= {} if isinstance(policy, Intervention) else {"policy": policy}
        propensity, predicted, *rest = together(data=data[outcome], **told)[1:]
        policy = rest[0] if rest else policy
    e = _probabilities(propensity, "propensity", len(y))
    taken = _arms(frame[arm].to_numpy(), e.shape[1], f"the column {arm!r} holds")
    if isinstance(policy, Intervention):
        given = chosen_by(policy, data, arm)
        wanted = np.eye(e.shape[1])[_arms(given, e.shape[1], "the policy gives")]
    else:
        wanted = _probabilities(policy, "policy", len(y), e.shape[1])
    _check_support(wanted, e, taken)
    every = np.arange(len(y))
    weight = wanted[every, taken] / e[every, taken]
    if not weight.any():
        raise DataError(
            "the log never does what the policy would do, for any unit, so it says nothing of it; "
            "log more units, or ask a model: PotentialOutcome"
        )
    ratio = float((weight * y).sum() / weight.sum())
    # Each estimate is the mean of one number per unit; that of a ratio is linearised.
    parts = {"ips": weight * y, "snips": ratio + weight * (y - ratio) / weight.mean()}
    if predicted is not None:
        m = _predicted(predicted, e.shape)
        parts["dr"] = (wanted * m).sum(axis=1) + weight * (y - m[every, taken])
    table = pd.DataFrame({"value": {k: part.mean() for k, part in parts.items()}})
    table["se"] = [part.std(ddof=1) / np.sqrt(len(part)) for part in parts.values()]
    table["low"], table["high"] = (table["value"] + s * z * table["se"] for s in (-1, 1))
    table["effective"] = weight.sum() ** 2 / (weight**2).sum()
    return table.rename_axis("estimator")


def _predicted(given: ArrayLike, shape: tuple[int, ...]) -> Array:
    found = numbers(given)
    if found is None or found.shape != shape or not are_finite(found):
        raise DataError(
            f"predicted is a finite number for each unit and arm, of shape {shape}, not "
            f"{shown(given)}"
        )
    return found


def chosen_by(
    policy: Intervention, data: pd.DataFrame | xr.Dataset, arm: str
) -> NDArray[np.float64]:
    """Return the arm that a policy gives to each unit, computed from the columns of the data.

    Parameters
    ----------
    policy : Intervention
        A `policy`, `set_to`, `shift` or `scale`.
    data : pandas.DataFrame or xarray.Dataset
        A row per unit.
    arm : str
        The column that it acts on; its own values are the natural ones.

    Returns
    -------
    ndarray of shape (unit,)

    Raises
    ------
    DataError
        If there is no column `arm`.
    QueryError
        If the intervention draws at random, reads another world, fails, or does not give one
        number to each unit.

    Examples
    --------
    >>> from ifonly.inference import policy
    >>> data = pd.DataFrame({"x": [-1.0, 2.0], "a": [0, 0]})
    >>> chosen_by(policy(lambda v: v["x"] > 0), data, "a").tolist()
    [0.0, 1.0]
    """
    import pytensor.tensor as pt

    from ..inputs.functions import called
    from ..scm.interventions import Intervention
    from ..scm.sites import Site
    from ..symbolic.evaluate import evaluated

    if not isinstance(policy, Intervention):
        raise QueryError(f"a policy is `policy`, `set_to`, `shift` or `scale`, not {shown(policy)}")
    data = as_table(data)
    read_columns(data, [arm], "the policy acts on the column")
    numeric = [str(n) for n in data if numbers(data[n]) is not None]
    frame = read_columns(data, numeric, "")
    values = {n: pt.constant(frame[n].to_numpy()) for n in numeric}

    def refuse(*_: Any) -> Any:
        raise QueryError(
            f"{policy!r} draws at random or reads another world, which a table has none of; give "
            "how likely each arm is, of shape (unit, arm)"
        )

    amount = None if policy.amount is None else pt.constant(policy.amount)
    site = Site(arm, values, lambda: values[arm], amount, refuse, refuse)
    chosen = policy.rule(site)
    if callable(policy.where):
        mask = called(policy.where, values, f"`where` of the policy on {arm!r}")
        chosen = pt.switch(mask, chosen, values[arm])
    elif policy.where is not None:
        chosen = pt.switch(pt.constant(policy.where), chosen, values[arm])
    [found] = evaluated([chosen])
    units = len(data[arm])
    if np.shape(found) not in ((), (1,), (units,)):
        raise QueryError(
            f"the policy on {arm!r} gives values of shape {np.shape(found)}; give one for each of "
            f"{units} units"
        )
    return np.broadcast_to(found, (units,)).astype(float)


def _probabilities(given: ArrayLike, what: str, units: int, arms: int | None = None) -> Array:
    found = numbers(given)
    wide = f"{arms} arms" if arms else "arm"
    if (
        found is None
        or found.ndim != 2
        or len(found) != units
        or arms not in (None, found.shape[1])
    ):
        raise DataError(
            f"{what} is how likely each arm is for each unit, of shape ({units} units, {wide}), "
            f"not {shown(given)}"
        )
    if not ((found >= 0) & (found <= 1)).all() or not np.allclose(found.sum(axis=1), 1):
        raise DataError(
            f"{what} holds probabilities of arms, from 0 to 1, that add up to 1 for each unit; "
            "these do not"
        )
    return found.astype(float)


def _arms(values: NDArray[Any], arms: int, what: str) -> NDArray[np.int64]:
    astray = ~np.isin(values, np.arange(arms))
    if astray.any():
        raise DataError(
            f"{what} {values[astray][0]!s}, and the arms are 0 to {arms - 1}, as many as "
            "propensity has"
        )
    return values.astype(np.int64)


def _check_support(wanted: Array, e: Array, taken: NDArray[np.int64]) -> None:
    """Raise a `DataError` for what could not be in the log."""
    never = (wanted > 0) & (e == 0)
    if never.any():
        arm = int(np.flatnonzero(never.any(axis=0))[0])
        raise DataError(
            f"the policy gives arm {arm} to {int(never[:, arm].sum())} of {len(e)} units that "
            "could not get it in the log (propensity 0), so nothing is known of it there; leave "
            "those units out, or ask a model: PotentialOutcome"
        )
    if impossible := int((e[np.arange(len(e)), taken] == 0).sum()):
        raise DataError(
            f"{impossible} of {len(e)} units got an arm of propensity 0, which cannot be; check "
            "the propensities"
        )
