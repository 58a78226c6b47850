"""Moves of hurdles and mixtures in NumPy: what is chosen, and the value of what is chosen."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Array = NDArray[Any]


def switched(rng: np.random.Generator, on: Array, old: Array, new: Array) -> Array:
    """Return whether a switch is on at another chance, the chance's own rank kept."""
    rank = np.where(on, rng.random(on.shape) * old, old + rng.random(on.shape) * (1 - old))
    return rank < new


def hurdle(
    chance: Callable[[Array], Array], kept: Callable[..., Array], law: Callable[[Array], Any]
) -> Callable[..., Array]:
    """Return the move of a switch and, beside it, of the value that it shows."""

    def move(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
        on = switched(rng, y > 0, chance(old), chance(new))
        fresh = law(new).ppf(rng.random(y.shape))
        moved = np.where(y > 0, kept(rng, np.where(y > 0, y, 1.0), old, new), fresh)
        return np.where(old == new, y, np.where(on, moved, 0.0))

    return move


def ranked_hurdle(
    chance: Callable[[Array], Array], above: Callable[..., Array], law: Callable[[Array], Any]
) -> Callable[..., Array]:
    """Return the move that keeps the rank of the whole, in which zeros are the lowest."""

    def move(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
        u, p, q = rng.random(y.shape), chance(old), chance(new)
        upper = np.where(y > 0, p * above(u, np.where(y > 0, y, 1.0), old), p + u * (1 - p))
        value = law(new).isf(np.clip(upper / q, 0, 1))
        return np.where(old == new, y, np.where(upper < q, value, 0.0))

    return move


class Positive:
    """A count given that it is not zero."""

    def __init__(self, law: Any) -> None:
        self.law = law

    def ppf(self, rank: Array) -> Array:
        """Return the count at a rank."""
        return self.law.ppf(np.clip(self.law.cdf(0) + rank * self.law.sf(0), 0, 1 - 1e-16))

    def isf(self, upper: Array) -> Array:
        """Return the count at an upper rank."""
        return self.law.isf(np.maximum(upper * self.law.sf(0), 1e-300))

    def cdf(self, y: Array) -> Array:
        """Return the rank of a count."""
        return (self.law.cdf(y) - self.law.cdf(0)) / self.law.sf(0)

    def sf(self, y: Array) -> Array:
        """Return the upper rank of a count."""
        return self.law.sf(y) / self.law.sf(0)

    def pmf(self, y: Array) -> Array:
        """Return the chance of a count."""
        return self.law.pmf(y) / self.law.sf(0)


class Inflated:
    """A count that is zero three times in ten whatever its law says."""

    on = 0.7

    def __init__(self, law: Any) -> None:
        self.law = law

    def ppf(self, rank: Array) -> Array:
        """Return the count at a rank."""
        return self.law.ppf(np.clip((rank - 1 + self.on) / self.on, 0, 1 - 1e-16)).clip(min=0)

    def cdf(self, y: Array) -> Array:
        """Return the rank of a count."""
        return np.where(y < 0, 0.0, 1 - self.on + self.on * self.law.cdf(y))

    def pmf(self, y: Array) -> Array:
        """Return the chance of a count."""
        return self.on * self.law.pmf(y) + (1 - self.on) * (y == 0)

    def rvs(self, size: Any, random_state: np.random.Generator) -> Array:
        """Return counts."""
        on = random_state.random(size) < self.on
        return np.where(on, self.law.rvs(size=size, random_state=random_state), 0)


def shown(law: Callable[[Array], Any], move: Callable[..., Array]) -> Callable[..., Array]:
    """Return the move of a count that a switch shows or hides, given that of the count."""

    def moved(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
        silent = Inflated.on * law(old).pmf(0)
        on = (y > 0) | (rng.random(y.shape) < silent / (1 - Inflated.on + silent))
        return np.where(old == new, y, np.where(on, move(rng, y, old, new), 0))

    return moved


def positive(e: Array) -> Positive:
    """Return the count above zero at e."""
    return Positive(stats.poisson(np.exp(0.5 * e)))


def positive_gamma(e: Array) -> Any:
    """Return the law of what a hurdle of a gamma shows."""
    return stats.gamma(2.0, scale=np.exp(e))


def bent(e: Array) -> Array:
    """Return the chance of a switch at e."""
    return special.expit(0.7 * e)


def drawn_hurdle(law: Callable[[Array], Any]) -> Callable[..., Array]:
    """Return the sampler of a hurdle."""

    def draw(rng: np.random.Generator, e: Array) -> Array:
        return np.where(rng.random(e.shape) < bent(e), law(e).ppf(rng.random(e.shape)), 0.0)

    return draw


def told(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
    """Return the value of the component that is likely behind y, whose mean moves its own way."""
    first = 0.4 * stats.norm(old, 0.5).pdf(y)
    other = 0.6 * stats.norm(1.0 - old, 1.0).pdf(y)
    is_first = rng.random(y.shape) * (first + other) < first
    return np.where(is_first, y + new - old, y - new + old)


def chosen(*, anew: bool) -> Callable[..., Array]:
    """Return the move of a mixture whose weights move, and no component."""

    def move(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
        p, q = bent(old), bent(new)
        first, other = p * stats.norm(-1.0, 0.6).pdf(y), (1 - p) * stats.norm(1.5, 0.6).pdf(y)
        was = rng.random(y.shape) * (first + other) < first
        now = rng.random(y.shape) < q if anew else switched(rng, was, p, q)
        fresh = rng.normal(np.where(now, -1.0, 1.5), 0.6)
        return np.where((old == new) | (was == now), y, fresh)

    return move
