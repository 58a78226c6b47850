"""Laws of an outcome whose mean and confounding are set: one class a law."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import nbinom, norm, poisson

from ..binormal import excess, excess_slope

__all__ = ["LAWS", "Bernoulli", "LogNormal", "NegativeBinomial", "Normal", "Outcome", "outcome_of"]

Array = NDArray[np.float64]
STEPS = 200  # of a safeguarded Newton search; five to ten are usual, halving alone needs 60


@dataclass(frozen=True)
class Outcome(ABC):
    r"""The law of a potential outcome Y(t) of known mean, which a standard normal U may move.

    U also moves the treatment: :math:`T = 1\{\lambda U + \sqrt{1 - \lambda^2} \xi > -h\}`, with
    :math:`h = \Phi^{-1}(e)`. Its `loading` on Y(t) decides the confounding
    :math:`\kappa = E[Y(t) | T = 1] - E[Y(t) | T = 0]`. In all methods, arrays have shape (unit,):
    `mean` is E[Y(t)], `threshold` is h, `strength` is :math:`\lambda`, a number.
    """

    kind: ClassVar[str]
    lowest: ClassVar[float] = -np.inf
    highest: ClassVar[float] = np.inf
    whole: ClassVar[bool] = False

    @property
    def scale(self) -> float:
        """The standard deviation, that of the logarithm, or the size of a negative binomial law."""
        return 1.0

    def allowed(self, mean: Array) -> NDArray[np.bool_]:
        """Return where a mean is inside the range of the outcome."""
        return np.isfinite(mean) & (mean > self.lowest) & (mean < self.highest)

    @abstractmethod
    def limits(self, mean: Array, threshold: Array, strength: float = 1.0) -> tuple[Array, Array]:
        """Return the least and the greatest confounding; with strength 1, the Fréchet limits.

        Parameters
        ----------
        mean : Array
        threshold : Array
        strength : float
        """

    @abstractmethod
    def confounding(self, mean: Array, threshold: Array, loading: Array, strength: float) -> Array:
        """Return the confounding that a loading makes.

        Parameters
        ----------
        mean : Array
        threshold : Array
        loading : Array
        strength : float
        """

    @abstractmethod
    def loading(self, mean: Array, threshold: Array, confounding: Array, strength: float) -> Array:
        """Return the one loading that makes this confounding.

        Parameters
        ----------
        mean : Array
        threshold : Array
        confounding : Array
        strength : float
        """

    @abstractmethod
    def given(self, mean: Array, loading: Array, latent: Array) -> Array:
        """Return E[Y(t) | x, U].

        Parameters
        ----------
        mean : Array
        loading : Array
        latent : Array
        """

    @abstractmethod
    def draw(self, mean: Array, loading: Array, latent: Array, noise: Array) -> Array:
        """Return Y(t) from the latent and the noise, both standard normal.

        Parameters
        ----------
        mean : Array
        loading : Array
        latent : Array
        noise : Array
        """


def _spread(threshold: Array) -> Array:
    """Return e (1 - e)."""
    return np.asarray(ndtr(threshold) * ndtr(-threshold))


def _shares(threshold: Array, confounding: Array, mean: Array) -> tuple[Array, Array]:
    """Return the treated units' share of a positive mean, and that of the others."""
    moved = _spread(threshold) * confounding / mean
    return ndtr(threshold) + moved, ndtr(-threshold) - moved


def _threshold_of(share: Array, rest: Array) -> Array:
    """Return the normal quantile of a share, exact in both tails."""
    return np.where(share <= 0.5, ndtri(share), -ndtri(rest))


def _moved(threshold: Array, by: Array | float) -> Array:
    """Return P(threshold + by) - P(threshold) over e (1 - e), exact in both tails."""
    there = threshold + by
    low = threshold + there <= 0
    change = np.where(low, ndtr(there) - ndtr(threshold), ndtr(-threshold) - ndtr(-there))
    return change / _spread(threshold)


def _root(a: Array, h: Array, goal: Array, most: float) -> Array:
    """Return the correlation of two normals with a given `excess`, between -most and most.

    Newton's steps, halving where one would leave the bracket; rows that are there go no further.
    """
    low, high = np.full(a.size, -most), np.full(a.size, most)
    rho = np.clip(goal / np.maximum(excess_slope(a, h, 0.0), 1e-300), low / 2, high / 2)
    todo = np.arange(a.size)
    for _ in range(STEPS):
        error = excess(a[todo], h[todo], rho[todo]) - goal[todo]
        low[todo] = np.where(error < 0, rho[todo], low[todo])
        high[todo] = np.where(error < 0, high[todo], rho[todo])
        with np.errstate(all="ignore"):  # where the density underflows, halving takes over
            step = rho[todo] - error / excess_slope(a[todo], h[todo], rho[todo])
        # At the root the bracket may be open on one side: the step says when it is there.
        near = (np.abs(step - rho[todo]) <= 1e-15) | (error == 0)
        inside = (step >= low[todo]) & (step <= high[todo])
        middle = (low[todo] + high[todo]) / 2
        rho[todo] = np.where(near, rho[todo], np.where(inside, step, middle))
        todo = todo[~near]
        if not todo.size:
            break
    return rho


@dataclass(frozen=True)
class Normal(Outcome):
    """A normal outcome.

    Attributes
    ----------
    sd : float
        Of Y(t) given x, in the outcome's unit.
    """

    sd: float
    kind: ClassVar[str] = "normal"

    @property
    def scale(self) -> float:
        """The standard deviation."""
        return self.sd

    def _most(self, threshold: Array) -> Array:
        return self.sd * norm.pdf(threshold) / _spread(threshold)

    def limits(self, mean: Array, threshold: Array, strength: float = 1.0) -> tuple[Array, Array]:
        """Return the least and the greatest confounding."""
        most = strength * self._most(threshold)
        return -most, most

    def confounding(self, mean: Array, threshold: Array, loading: Array, strength: float) -> Array:
        """Return the confounding that a loading makes."""
        return strength * loading * self._most(threshold)

    def loading(self, mean: Array, threshold: Array, confounding: Array, strength: float) -> Array:
        """Return the one loading that makes this confounding."""
        return confounding / (strength * self._most(threshold))

    def given(self, mean: Array, loading: Array, latent: Array) -> Array:
        """Return E[Y(t) | x, U]."""
        return mean + self.sd * loading * latent

    def draw(self, mean: Array, loading: Array, latent: Array, noise: Array) -> Array:
        """Return Y(t) from the latent and the noise."""
        return mean + self.sd * (loading * latent + np.sqrt(1.0 - loading**2) * noise)


@dataclass(frozen=True)
class Bernoulli(Outcome):
    """An outcome that is 0 or 1: whether a normal variable is above its threshold."""

    kind: ClassVar[str] = "bernoulli"
    lowest: ClassVar[float] = 0.0
    highest: ClassVar[float] = 1.0
    whole: ClassVar[bool] = True

    def limits(self, mean: Array, threshold: Array, strength: float = 1.0) -> tuple[Array, Array]:
        """Return the least and the greatest confounding."""
        if strength < 1.0:
            ends = (self.confounding(mean, threshold, np.full_like(mean, s), strength)
                    for s in (-1.0, 1.0))  # fmt: skip
            low, high = ends
            return low, high
        e, rest = ndtr(threshold), ndtr(-threshold)
        least = -np.minimum(mean / rest, (1.0 - mean) / e)
        return least, np.minimum(mean / e, (1.0 - mean) / rest)

    def confounding(self, mean: Array, threshold: Array, loading: Array, strength: float) -> Array:
        """Return the confounding that a loading makes."""
        return excess(ndtri(mean), threshold, strength * loading) / _spread(threshold)

    def loading(self, mean: Array, threshold: Array, confounding: Array, strength: float) -> Array:
        """Return the one loading that makes this confounding: a root, found by Newton's steps."""
        found = np.zeros(np.shape(mean))
        todo = np.flatnonzero(confounding != 0.0)
        found[todo] = _root(
            ndtri(mean[todo]),
            threshold[todo],
            confounding[todo] * _spread(threshold[todo]),
            strength,
        )
        return found / strength

    def given(self, mean: Array, loading: Array, latent: Array) -> Array:
        """Return E[Y(t) | x, U]."""
        return np.asarray(ndtr((ndtri(mean) + loading * latent) / np.sqrt(1.0 - loading**2)))

    def draw(self, mean: Array, loading: Array, latent: Array, noise: Array) -> Array:
        """Return Y(t) from the latent and the noise."""
        above = ndtri(mean) + loading * latent + np.sqrt(1.0 - loading**2) * noise > 0
        return above.astype(float)


@dataclass(frozen=True)
class NegativeBinomial(Outcome):
    r"""A count: Poisson, or negative binomial, around a mean that U multiplies.

    Given U its mean is :math:`\mu \exp(b U - b^2 / 2)` with loading b. Over U the mean is
    :math:`\mu`; where b is not 0 the count is more dispersed than its learnt law.

    Attributes
    ----------
    size : float
        Of the negative binomial, whose variance is m + m^2 / size; infinite for a Poisson law.
    """

    size: float = np.inf
    kind: ClassVar[str] = "negative_binomial"
    lowest: ClassVar[float] = 0.0
    whole: ClassVar[bool] = True

    @property
    def scale(self) -> float:
        """The size."""
        return self.size

    def limits(self, mean: Array, threshold: Array, strength: float = 1.0) -> tuple[Array, Array]:
        """Return the least and the greatest confounding, at which one arm would have mean 0."""
        return -mean / ndtr(-threshold), mean / ndtr(threshold)

    def confounding(self, mean: Array, threshold: Array, loading: Array, strength: float) -> Array:
        """Return the confounding that a loading makes."""
        return mean * _moved(threshold, strength * loading)

    def loading(self, mean: Array, threshold: Array, confounding: Array, strength: float) -> Array:
        """Return the one loading that makes this confounding."""
        there = _threshold_of(*_shares(threshold, confounding, mean))
        return np.where(confounding == 0, 0.0, (there - threshold) / strength)

    def given(self, mean: Array, loading: Array, latent: Array) -> Array:
        """Return E[Y(t) | x, U]."""
        return mean * np.exp(loading * latent - loading**2 / 2.0)

    def draw(self, mean: Array, loading: Array, latent: Array, noise: Array) -> Array:
        """Return Y(t) from the latent and the noise: the quantile at the noise's probability."""
        expected = self.given(mean, loading, latent)
        at = np.clip(ndtr(noise), 1e-300, 1.0 - 1e-16)
        if np.isinf(self.size):
            return np.asarray(poisson.ppf(at, expected), dtype=float)
        return np.asarray(nbinom.ppf(at, self.size, self.size / (self.size + expected)), float)


@dataclass(frozen=True)
class LogNormal(Outcome):
    """A positive outcome whose logarithm is normal.

    Attributes
    ----------
    sd : float
        Of log Y(t) given x.
    """

    sd: float
    kind: ClassVar[str] = "lognormal"
    lowest: ClassVar[float] = 0.0

    @property
    def scale(self) -> float:
        """The standard deviation of the logarithm."""
        return self.sd

    def limits(self, mean: Array, threshold: Array, strength: float = 1.0) -> tuple[Array, Array]:
        """Return the least and the greatest confounding."""
        by = strength * self.sd
        return mean * _moved(threshold, -by), mean * _moved(threshold, by)

    def confounding(self, mean: Array, threshold: Array, loading: Array, strength: float) -> Array:
        """Return the confounding that a loading makes."""
        return mean * _moved(threshold, (self.sd * strength) * loading)

    def loading(self, mean: Array, threshold: Array, confounding: Array, strength: float) -> Array:
        """Return the one loading that makes this confounding."""
        there = _threshold_of(*_shares(threshold, confounding, mean))
        return np.where(confounding == 0, 0.0, (there - threshold) / (strength * self.sd))

    def given(self, mean: Array, loading: Array, latent: Array) -> Array:
        """Return E[Y(t) | x, U]."""
        by = self.sd * loading
        return mean * np.exp(by * latent - by**2 / 2.0)

    def draw(self, mean: Array, loading: Array, latent: Array, noise: Array) -> Array:
        """Return Y(t) from the latent and the noise."""
        moved = loading * latent + np.sqrt(1.0 - loading**2) * noise
        return mean * np.exp(self.sd * moved - self.sd**2 / 2.0)


def outcome_of(kind: str, scale: float) -> Outcome:
    """Return the law of a kind with a scale.

    Parameters
    ----------
    kind : {"normal", "bernoulli", "negative_binomial", "lognormal"}
    scale : float
        Which a Bernoulli law has none of.
    """
    return Bernoulli() if kind == Bernoulli.kind else LAWS[kind](scale)


LAWS: dict[str, Callable[..., Outcome]] = {
    law.kind: law for law in (Normal, Bernoulli, NegativeBinomial, LogNormal)
}
