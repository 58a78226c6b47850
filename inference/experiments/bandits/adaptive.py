"""The means of arms after a bandit: the sample mean is biased, and weights repair it."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.stats import norm

from ...errors import DataError
from ...inputs.arrays import numbers
from ...inputs.ci_prob import takes_ci_prob
from ...inputs.scalars import are_finite, checked_choice, checked_number, checked_probability

__all__ = ["arm_means"]

Array = NDArray[np.float64]
Weights = Literal["uniform", "constant", "two_point"]


@takes_ci_prob
def arm_means(
    log: xr.Dataset, *, weights: Weights = "constant", decay: float = 0.7, ci_prob: float = 0.95
) -> xr.Dataset:
    r"""Return each arm's mean after adaptive pulls: the sample mean, and one that is repaired.

    An arm that was unlucky early is pulled less, and stays underestimated: the sample mean is
    biased downwards. With the probability :math:`e_t` of the arm at each pull, the scores

    .. math:: \Gamma_t = \hat m_{t-1} + \frac{1\{W_t = w\}}{e_t} (Y_t - \hat m_{t-1})

    have no bias, and their mean with weights :math:`h_t` that hold its variance steady is normal.

    Parameters
    ----------
    log : xarray.Dataset
        ``chosen`` and ``reward`` with dims (replication, pull), or pull alone, and ``propensity``
        with the dim arm too: what `play` keeps.
    weights : {"constant", "two_point", "uniform"}
        :math:`h_t \propto \sqrt{e_t}`; the scheme of two points, which looks ahead to how fast the
        probabilities fall; or all equal, which has no bias and is not normal.
    decay : float
        For ``"two_point"``: the least probability of an arm falls as the pulls to minus this power.
    ci_prob : float
        Probability of the intervals.

    Returns
    -------
    xarray.Dataset
        With the dim arm: ``sample_mean`` and its ``sample_se``, ``estimate`` and ``se``, ``low``
        and ``high`` of the repaired estimate.

    Raises
    ------
    DataError
        If the log lacks something, an arm was never pulled, or its probability was 0 at a pull.

    Notes
    -----
    Hadad, Hirshberg, Zhan, Wager and Athey (2021), doi:10.1073/pnas.2014602118.

    Examples
    --------
    >>> log = xr.Dataset(
    ...     {
    ...         "chosen": ("pull", [0, 1, 0, 1]),
    ...         "reward": ("pull", [1.0, 0.0, 3.0, 2.0]),
    ...         "propensity": (("pull", "arm"), [[0.5, 0.5]] * 4),
    ...     }
    ... )
    >>> arm_means(log, weights="uniform")["sample_mean"].values.tolist()
    [2.0, 1.0]
    """
    checked_probability("ci_prob", ci_prob)
    decay = checked_number("decay", decay, DataError, least=0, below=1)
    checked_choice("the kind of weights", weights, get_args(Weights), DataError)
    chosen, reward, e = _read(log)
    mine = chosen[..., None] == np.arange(e.shape[-1])  # (..., pull, arm)
    paid = np.where(mine, reward[..., None], 0.0)
    count, total = mine.sum(axis=-2), paid.sum(axis=-2)
    if (count == 0).any():
        arm = int(np.argwhere(count == 0)[0, -1])
        raise DataError(f"arm {arm} was never pulled, so its mean is unknown; play longer")
    mean = total / count
    spread = np.where(mine, (reward[..., None] - mean[..., None, :]) ** 2, 0.0).sum(axis=-2)
    # What was known before the pull: the running mean, 0 before the first.
    before = np.maximum(mine.cumsum(axis=-2) - mine, 1)
    known = (paid.cumsum(axis=-2) - paid) / before
    score = known + np.where(mine, (reward[..., None] - known) / e, 0.0)
    h = _weights(weights, e, decay)
    whole = h.sum(axis=-2)
    estimate = (h * score).sum(axis=-2) / whole
    se = np.sqrt((h**2 * (score - estimate[..., None, :]) ** 2).sum(axis=-2)) / whole
    z = norm.ppf((1 + ci_prob) / 2)
    dims = (*log["chosen"].dims[:-1], "arm")
    found = {
        "sample_mean": mean,
        "sample_se": np.sqrt(spread / np.maximum(count - 1, 1) / count),
        "estimate": estimate,
        "se": se,
        "low": estimate - z * se,
        "high": estimate + z * se,
    }
    return xr.Dataset({name: (dims, values) for name, values in found.items()})


def _read(log: xr.Dataset) -> tuple[NDArray[np.int64], Array, Array]:
    if not isinstance(log, xr.Dataset) or not {"chosen", "reward", "propensity"} <= set(log):
        raise DataError(
            "the log is a Dataset with chosen, reward and propensity, as play(..., keep=True) "
            "gives it for a rule that chooses at random"
        )
    chosen, reward, e = (_numbers(log, name) for name in ("chosen", "reward", "propensity"))
    dims = log["chosen"].dims
    if (
        dims[-1:] != ("pull",)
        or log["reward"].dims != dims
        or log["propensity"].dims[:-1] != dims
        or not chosen.size
    ):
        raise DataError(
            "chosen and reward have the dim pull last, and propensity that and arm; got "
            f"{log['chosen'].dims} and {log['propensity'].dims}"
        )
    if not (e > 0).all():
        at = np.argwhere(~(e > 0))[0]
        raise DataError(
            f"the probability of arm {at[-1]} is 0 at pull {at[-2]}, so what it would have paid "
            "there is unknown; keep it above a floor (play(..., floor=0.01))"
        )
    if not np.allclose(e.sum(axis=-1), 1):
        raise DataError("the probabilities of the arms do not add up to 1 at each pull")
    if not np.isin(chosen, np.arange(e.shape[-1])).all():
        raise DataError(f"chosen holds arms other than 0 to {e.shape[-1] - 1}")
    return chosen.astype(np.int64), reward, e


def _numbers(log: xr.Dataset, name: str) -> Array:
    found = numbers(log[name])
    if found is None or not are_finite(found):
        raise DataError(f"the log's {name!r} holds finite numbers; some are not")
    return found.astype(float)


def _weights(kind: Weights, e: Array, decay: float) -> Array:
    """Return h of each pull and arm."""
    if kind == "uniform":
        return np.ones_like(e)
    if kind == "constant":
        return np.sqrt(e)
    length = e.shape[-2]
    t = np.arange(length)[:, None]
    # The share of the remaining variance that a pull takes: if the arm goes on for good, and if
    # its probability falls to the least.
    good = 1 / (length - t)
    poor = (1 - decay) / (1 - decay + length * ((t + 1) / length) ** decay - (t + 1))
    share = e * good + (1 - e) * poor
    left = np.cumprod(1 - share, axis=-2)
    before = np.concatenate([np.ones_like(left[..., :1, :]), left[..., :-1, :]], axis=-2)
    return np.sqrt(e * share * before)
