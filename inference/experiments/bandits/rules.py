"""Rules: which arm to pull next, from what the arms have paid so far.

A rule is a value. It scores the arms from a `Record` of all replications at once; the arm with the
highest score is pulled. `discount` forgets: each pull weighs a past reward less by that factor,
which follows arms that drift (Garivier and Moulines, 2011, doi:10.1007/978-3-642-24412-4_16).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ...errors import DataError
from ...inputs.arrays import numbers, shown
from ...inputs.scalars import checked_number, settle

__all__ = ["UCB1", "LinUCB", "NormalThompson", "Record", "Rule", "Thompson"]

Array = NDArray[np.float64]
FORGETTING = {"above": 0, "most": 1}


@dataclass(frozen=True, eq=False)
class Record:
    """What the arms have paid so far, in each replication.

    Attributes
    ----------
    pulls, total : array of shape (replication, arm)
        How often each was pulled, and the sum of its rewards; discounted where the rule forgets.
    inverse : array of shape (replication, arm, feature, feature) or None
        Of the ridge regression's matrix, where there are contexts.
    moment : array of shape (replication, arm, feature) or None
        Sums of context times reward, where there are contexts.
    square : array of shape (replication, arm, feature, feature) or None
        The ridge and the sum of products of contexts, each with the square of its weight, where a
        rule with contexts forgets.
    """

    pulls: Array
    total: Array
    inverse: Array | None = None
    moment: Array | None = None
    square: Array | None = None


@runtime_checkable
class Rule(Protocol):
    """What chooses arms."""

    binary: ClassVar[bool]
    contextual: ClassVar[bool]

    @property
    def discount(self) -> float:
        """By what each pull weighs a past reward less."""
        ...

    def scores(self, record: Record, context: Array | None, rng: np.random.Generator) -> Array:
        """Return the score of each arm, of shape (replication, arm).

        Parameters
        ----------
        record : Record
        context : Array, optional
        rng : np.random.Generator
        """
        ...


@dataclass(frozen=True)
class Thompson:
    """Thompson sampling for rewards of 0 and 1: each arm's probability is drawn from its posterior.

    Attributes
    ----------
    prior : tuple of two floats
        The Beta prior of each probability.
    discount : float
        Above 0 and at most 1, where nothing is forgotten.

    Notes
    -----
    Thompson (1933), doi:10.1093/biomet/25.3-4.285; its regret meets the bound of `lai_robbins`
    (Kaufmann, Korda and Munos, 2012, doi:10.1007/978-3-642-34106-9_18).

    Examples
    --------
    >>> Thompson().prior
    (1.0, 1.0)
    """

    prior: tuple[float, float] = (1.0, 1.0)
    discount: float = 1.0
    binary: ClassVar[bool] = True
    contextual: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Check the prior and the discount."""
        settle(self, DataError, discount=FORGETTING)
        found = numbers(self.prior)
        if found is None or found.shape != (2,):
            raise DataError(f"a Beta prior has two numbers above 0, not {shown(self.prior)}")
        one, zero = (
            checked_number("a number of the prior", v, DataError, above=0) for v in found.tolist()
        )
        object.__setattr__(self, "prior", (one, zero))

    def _posterior(self, record: Record) -> tuple[Array, Array]:
        won = record.total
        return self.prior[0] + won, self.prior[1] + record.pulls - won

    def scores(self, record: Record, context: Array | None, rng: np.random.Generator) -> Array:
        """Return a posterior draw of each arm's probability.

        Parameters
        ----------
        record : Record
            What each arm has given so far.
        context : Array, optional
            Of shape (context,): what is known of who comes next.
        rng : np.random.Generator
            Where random numbers come from.
        """
        return rng.beta(*self._posterior(record))

    def propensities(self, record: Record) -> Array:
        """Return the probability that each arm is pulled next, by quadrature.

        Returns
        -------
        array of shape (replication, arm)
            Within 1e-9.
        """
        a, b = self._posterior(record)
        # P(k is best) is the mean over u of the other arms' cdf at the u-quantile of arm k.
        u, weight = _on_unit(64)
        quantile = special.betaincinv(a[..., None], b[..., None], u)
        below = special.betainc(a[:, None, :, None], b[:, None, :, None], quantile[:, :, None, :])
        return _best(below, weight)


@dataclass(frozen=True)
class NormalThompson:
    """Thompson sampling for normal rewards of known spread.

    Attributes
    ----------
    sd : float
        Of a reward around its arm's mean.
    prior_mean, prior_sd : float
        The normal prior of each mean.
    discount : float
        Above 0 and at most 1, where nothing is forgotten.

    Examples
    --------
    >>> NormalThompson(sd=2.0).prior_sd
    10.0
    """

    sd: float = 1.0
    prior_mean: float = 0.0
    prior_sd: float = 10.0
    discount: float = 1.0
    binary: ClassVar[bool] = False
    contextual: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Check the spreads and the discount."""
        settle(self, DataError, discount=FORGETTING)
        settle(self, DataError, prior_mean={}, sd={"above": 0}, prior_sd={"above": 0})

    def _posterior(self, record: Record) -> tuple[Array, Array]:
        precision = 1 / self.prior_sd**2 + record.pulls / self.sd**2
        mean = (self.prior_mean / self.prior_sd**2 + record.total / self.sd**2) / precision
        return mean, 1 / np.sqrt(precision)

    def scores(self, record: Record, context: Array | None, rng: np.random.Generator) -> Array:
        """Return a posterior draw of each arm's mean.

        Parameters
        ----------
        record : Record
            What each arm has given so far.
        context : Array, optional
            Of shape (context,): what is known of who comes next.
        rng : np.random.Generator
            Where random numbers come from.
        """
        return rng.normal(*self._posterior(record))

    def propensities(self, record: Record) -> Array:
        """Return the probability that each arm is pulled next, by quadrature.

        Returns
        -------
        array of shape (replication, arm)
        """
        mean, sd = self._posterior(record)
        u, weight = _on_unit(64)
        drawn = mean[..., None] + sd[..., None] * special.ndtri(u)
        z = (drawn[:, :, None, :] - mean[:, None, :, None]) / sd[:, None, :, None]
        return _best(special.ndtr(z), weight)


@dataclass(frozen=True)
class UCB1:
    """The arm with the highest upper confidence bound, mean + sqrt(width log(t) / pulls).

    Attributes
    ----------
    width : float
        2 in the original.
    discount : float
        Above 0 and at most 1, where nothing is forgotten.

    Notes
    -----
    Auer, Cesa-Bianchi and Fischer (2002), doi:10.1023/A:1013689704352, for rewards from 0 to 1.

    Examples
    --------
    >>> UCB1().width
    2.0
    """

    width: float = 2.0
    discount: float = 1.0
    binary: ClassVar[bool] = False
    contextual: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Check the width and the discount."""
        settle(self, DataError, discount=FORGETTING)
        settle(self, DataError, width={"least": 0})

    def scores(self, record: Record, context: Array | None, rng: np.random.Generator) -> Array:
        """Return the bounds; infinite for an arm that was never pulled.

        Parameters
        ----------
        record : Record
            What each arm has given so far.
        context : Array, optional
            Of shape (context,): what is known of who comes next.
        rng : np.random.Generator
            Where random numbers come from.
        """
        n = record.pulls
        t = np.maximum(n.sum(axis=1, keepdims=True), 1.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            bound = record.total / n + np.sqrt(self.width * np.log(t) / n)
        return np.where(n > 0, bound, np.inf)


@dataclass(frozen=True)
class LinUCB:
    """The arm with the highest upper bound of a ridge regression on the context, one for each arm.

    Attributes
    ----------
    width : float
        Half-width of the bound, in standard errors of a reward's mean with noise of 1.
    ridge : float
        Precision of the coefficients' prior.
    discount : float
        Above 0 and at most 1, where nothing is forgotten.

    Notes
    -----
    Li, Chu, Langford and Schapire (2010), doi:10.1145/1772690.1772758, with disjoint models; what
    forgets is D-LinUCB of Russac, Vernade and Cappe (2019), arXiv:1909.09146.

    Examples
    --------
    >>> LinUCB(width=0.5).ridge
    1.0
    """

    width: float = 1.0
    ridge: float = 1.0
    discount: float = 1.0
    binary: ClassVar[bool] = False
    contextual: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the width, the ridge and the discount."""
        settle(self, DataError, width={"least": 0}, ridge={"above": 0}, discount=FORGETTING)

    def scores(self, record: Record, context: Array | None, rng: np.random.Generator) -> Array:
        """Return the bounds at the context.

        Parameters
        ----------
        record : Record
            What each arm has given so far.
        context : Array, optional
            Of shape (context,): what is known of who comes next.
        rng : np.random.Generator
            Where random numbers come from.
        """
        assert context is not None
        assert record.inverse is not None
        assert record.moment is not None
        reach = np.einsum("rkfg,rg->rkf", record.inverse, context)
        if record.square is None:
            variance = np.einsum("rkf,rf->rk", reach, context)
        else:
            variance = np.einsum("rkf,rkfg,rkg->rk", reach, record.square, reach)
        return np.einsum("rkf,rkf->rk", reach, record.moment) + self.width * np.sqrt(variance)


def _on_unit(nodes: int) -> tuple[Array, Array]:
    """Return nodes and weights on (0, 1), for functions that bend sharply at the ends."""
    x, weight = np.polynomial.legendre.leggauss(nodes)
    v, weight = (x + 1) / 2, weight / 2
    return v**3 * (10 - 15 * v + 6 * v**2), weight * 30 * v**2 * (1 - v) ** 2


def _best(below: Array, weight: Array) -> Array:
    """Return how likely each arm is best, from the others' cdf: (replication, arm, other, node)."""
    arms = below.shape[1]
    below[:, np.arange(arms), np.arange(arms)] = 1.0
    found = below.prod(axis=2) @ weight
    return found / found.sum(axis=1, keepdims=True)
