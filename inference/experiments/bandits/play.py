"""Playing a bandit: a rule against arms, in many replications at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ...errors import DataError
from ...inputs.arrays import shown
from ...inputs.scalars import checked_number, checked_seed, positive_whole
from .arms import Arms, Offer
from .rules import LinUCB, Record, Rule

__all__ = ["play"]

Array = NDArray[np.float64]


def play(
    rule: Rule,
    arms: Arms,
    pulls: int,
    *,
    seed: int,
    replications: int = 1,
    batch: int = 1,
    floor: float = 0.0,
    keep: bool = False,
    at: Sequence[int] = (),
) -> xr.Dataset:
    """Return how a rule fares on arms: its regret, and on request each pull.

    Parameters
    ----------
    rule : Thompson, NormalThompson, UCB1 or LinUCB
        How the next arm is chosen.
    arms : Binary, Outcomes or Linear
        What the arms give: the truth.
    pulls : int
        How many choices, one after the other.
    seed : int
        Of all random numbers: the same seed gives the same result.
    replications : int
        Independent repetitions, computed together.
    batch : int
        How many pulls there are before their rewards are known.
    floor : float
        The least probability of an arm in a batch, for rules that choose at random.
    keep : bool
        Whether each pull is kept. With Thompson sampling that gives the probabilities of the arms
        too, which off-policy and adaptively weighted estimates need.
    at : sequence of int
        After how many pulls the regret is given; by default after all.

    Returns
    -------
    xarray.Dataset
        ``regret``, with dims replication and pulls: the sum of what the best arm's mean is above
        that of the arm pulled. ``pulled`` and ``total``, with dims replication and arm: how often
        each was pulled, and what it paid in all. With `keep` also ``chosen`` and ``reward``, with
        dims replication and pull; and ``propensity``, with the dim arm too, where the rule chooses
        at random.

    Raises
    ------
    DataError
        If the rule does not fit the arms, there are fewer pulls given than asked for, or `batch`,
        `floor` or `at` make no sense.
    QueryError
        If `seed` is no whole number from 0 to 2**63 - 1.

    Examples
    --------
    >>> from ifonly.inference.experiments.bandits import Binary, UCB1
    >>> found = play(UCB1(), Binary([1.0, 0.0]), 2, seed=1)
    >>> found["regret"].item()
    1.0
    """
    replications, pulls = (
        positive_whole(n, v, DataError)
        for n, v in (("replications", replications), ("pulls", pulls))
    )
    stops = _check(rule, arms, pulls, batch, floor, at)
    floor = float(floor)
    random = (keep or floor > 0) and hasattr(rule, "propensities")
    rng = np.random.default_rng(checked_seed(seed))
    record = known = _start(rule, arms, replications)
    pulled, total = np.zeros_like(record.pulls), np.zeros_like(record.pulls)
    lost, every = np.zeros(replications), np.arange(replications)
    regret: list[Array] = []
    kept: dict[str, list[NDArray[Any]]] = {"chosen": [], "reward": [], "propensity": []}
    for t in range(pulls):
        if t % batch == 0:
            known = record
            if random:
                propensity = _at_least(rule.propensities(known), floor)  # type: ignore[attr-defined]
        offer = arms.offer(t, replications, rng)
        if random:
            arm = _drawn(propensity, rng)
        else:
            arm = rule.scores(known, offer.context, rng).argmax(axis=1)
        reward = offer.reward[every, arm]
        record = _after(record, rule, arm, reward, offer)
        pulled[every, arm] += 1
        total[every, arm] += reward
        lost += offer.mean.max(axis=1) - offer.mean[every, arm]
        if t + 1 in stops:
            regret.append(lost.copy())
        if keep:
            kept["chosen"].append(arm)
            kept["reward"].append(reward)
            if random:
                kept["propensity"].append(propensity)
    found = {
        "regret": (("replication", "pulls"), np.stack(regret, axis=1)),
        "pulled": (("replication", "arm"), pulled.astype(int)),
        "total": (("replication", "arm"), total),
    }
    return xr.Dataset(found | _stacked(kept), coords={"pulls": sorted(stops)})


def _drawn(propensity: Array, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return one arm for each replication, drawn by its probabilities."""
    up_to = propensity.cumsum(axis=1)
    return (rng.random((len(propensity), 1)) * up_to[:, -1:] >= up_to).sum(axis=1)


def _stacked(
    kept: Mapping[str, list[NDArray[Any]]],
) -> dict[str, tuple[tuple[str, ...], NDArray[Any]]]:
    """Return what was kept of each pull, with dims."""
    dims = ("replication", "pull", "arm")
    return {
        name: (dims[: np.ndim(rows[0]) + 1], np.stack(rows, axis=1))
        for name, rows in kept.items()
        if rows
    }


def _check(
    rule: Rule, arms: Arms, pulls: int, batch: int, floor: float, at: Sequence[int]
) -> set[int]:
    """Return after which pulls the regret is given, once everything fits."""
    positive_whole("batch", batch, DataError)
    if not isinstance(arms, Arms):
        raise DataError(f"arms are Binary, Outcomes or Linear, not {shown(arms)}")
    if not isinstance(rule, Rule):
        raise DataError(f"a rule is Thompson, UCB1 or the like, not {shown(rule)}")
    checked_number(
        f"floor, up to the equal share of {arms.number} arms,",
        floor, DataError, least=0, most=1 / arms.number,
    )  # fmt: skip
    if rule.contextual and not arms.features:
        raise DataError(
            f"{type(rule).__name__} reads a context, and these arms have none; take Linear arms, "
            "or Thompson or UCB1"
        )
    if rule.binary and not arms.binary:
        raise DataError(
            f"{type(rule).__name__} takes rewards of 0 and 1, and these arms pay other numbers; "
            "take NormalThompson"
        )
    if arms.length is not None and pulls > arms.length:
        raise DataError(f"{pulls} pulls are asked for, and the arms are given for {arms.length}")
    if floor and not hasattr(rule, "propensities"):
        raise DataError(
            f"{type(rule).__name__} does not choose at random, so its arms have no probabilities "
            "to keep above a floor; take Thompson"
        )
    stops = {positive_whole("at", k, DataError) for k in _several(at)} or {pulls}
    if max(stops) > pulls:
        raise DataError(f"the regret is asked for after {max(stops)} pulls, and there are {pulls}")
    return stops


def _several(at: Sequence[int]) -> list[int]:
    if not isinstance(at, Iterable) or isinstance(at, str):
        raise DataError(f"at has numbers of pulls, such as (10, 100), not {shown(at)}")
    return list(at)


def _start(rule: Rule, arms: Arms, replications: int) -> Record:
    zeros = np.zeros((replications, arms.number))
    if not isinstance(rule, LinUCB):
        return Record(zeros, zeros)
    d = arms.features
    one = np.broadcast_to(np.eye(d), (*zeros.shape, d, d))
    square = one * rule.ridge if rule.discount < 1 else None
    return Record(zeros, zeros, one / rule.ridge, np.zeros((*zeros.shape, d)), square)


def _after(
    record: Record, rule: Rule, arm: NDArray[np.int64], reward: Array, offer: Offer
) -> Record:
    """Return the record with one more pull."""
    every, discount = np.arange(len(arm)), rule.discount
    pulls, total = discount * record.pulls, discount * record.total
    pulls[every, arm] += 1
    total[every, arm] += reward
    after = replace(record, pulls=pulls, total=total)
    if not isinstance(rule, LinUCB):
        return after
    x = offer.context
    assert x is not None
    assert record.inverse is not None
    assert record.moment is not None
    moment = discount * record.moment
    moment[every, arm] += x * reward[:, None]
    if record.square is None:
        inverse = record.inverse.copy()
        # The inverse after one more row, by Sherman and Morrison.
        reach = np.einsum("rfg,rg->rf", inverse[every, arm], x)
        scale = 1 + np.einsum("rf,rf->r", reach, x)
        inverse[every, arm] -= reach[:, :, None] * reach[:, None, :] / scale[:, None, None]
        return replace(after, inverse=inverse, moment=moment)
    # All fades but the ridge, which stays as it was; so the inverse is computed anew.
    ridge = rule.ridge * np.eye(x.shape[1])
    matrix = discount * np.linalg.inv(record.inverse) + (1 - discount) * ridge
    square = discount**2 * record.square + (1 - discount**2) * ridge
    row = x[:, :, None] * x[:, None, :]
    matrix[every, arm] += row
    square[every, arm] += row
    return replace(after, inverse=np.linalg.inv(matrix), moment=moment, square=square)


def _at_least(propensity: Array, floor: float) -> Array:
    """Return the probabilities, mixed with the equal share so that none is below `floor`."""
    mixed = floor * propensity.shape[1]
    return (1 - mixed) * propensity + floor
