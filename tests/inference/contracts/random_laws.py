"""Laws of mechanisms in NumPy: how a unit's value moves with its parameters, by the coupling.

Written from the definitions of the couplings alone; nothing of the package is imported.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from scipy import special, stats

from .random_hurdles import (
    Inflated,
    bent,
    chosen,
    drawn_hurdle,
    hurdle,
    positive,
    positive_gamma,
    ranked_hurdle,
    shown,
    told,
)

Array = NDArray[Any]
CUTS = np.array([-1.0, 1.0])


@dataclass(frozen=True)
class Law:
    """A family at one linear predictor e.

    Attributes
    ----------
    rv : callable
        From PyTensor's e and the keywords of a variable to PyMC's variable.
    draw : callable
        From a generator and e to values.
    moves : mapping of str to callable
        By coupling, the default first: from a generator, values, e and another e to values.
    support : {"real", "positive", "unit", "whole", "draws"}
        Where values lie; of ``"draws"`` it moves with e.
    """

    rv: Callable[..., Any]
    draw: Callable[[np.random.Generator, Array], Array]
    moves: dict[str, Callable[..., Array]]
    support: str = "real"
    exact: bool = True
    width: int = 0


def _quantile(law: Callable[[Array], Any]) -> Callable[..., Array]:
    """Return the move that keeps the rank, told from its own tail."""

    def move(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
        below, above = law(old).cdf(y), law(old).sf(y)
        return np.where(below < above, law(new).ppf(below), law(new).isf(above))

    return move


def _draws(law: Callable[[Array], Any]) -> Callable[[np.random.Generator, Array], Array]:
    def draw(rng: np.random.Generator, e: Array) -> Array:
        return law(e).rvs(size=np.shape(e), random_state=rng)

    return draw


def _smooth(rv: Callable[..., Any], law: Callable[[Array], Any], support: str = "real") -> Law:
    return Law(rv, _draws(law), {"": _quantile(law)}, support)


def _ranked(law: Callable[[Array], Any]) -> Callable[..., Array]:
    """Return the move of a count that keeps a rank drawn from those of its value."""

    def move(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
        rank = law(old).cdf(y - 1) + rng.random(y.shape) * law(old).pmf(y)
        return np.where(old == new, y, law(new).ppf(np.clip(rank, 0, 1 - 1e-16)))

    return move


def _anew(law: Callable[[Array], Any]) -> Callable[..., Array]:
    def move(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
        return np.where(old == new, y, law(new).rvs(size=y.shape, random_state=rng))

    return move


def _count(rv: Callable[..., Any], law: Callable[[Array], Any], **others: Any) -> Law:
    moves = {**others, "monotone": _ranked(law), "independent": _anew(law)}
    return Law(rv, _draws(law), moves, "whole", exact=False)


def _points(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
    """Return points of a unit-rate process below a mean, given those below another."""
    kept = rng.binomial(y.astype(int), np.minimum(new / old, 1.0))
    return np.where(new > old, y + rng.poisson(np.maximum(new - old, 0.0)), kept)


def _poisson(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
    return _points(rng, y, np.exp(old), np.exp(new))


def _negative(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
    rate = rng.gamma(2.0 + y) / (2.0 / np.exp(old) + 1.0)
    return np.where(old == new, y, _points(rng, y, rate, rate * np.exp(new - old)))


def _trials(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
    p, q = special.expit(old), special.expit(new)
    fewer = rng.binomial(y.astype(int), np.minimum(q / p, 1.0))
    more = y + rng.binomial((5 - y).astype(int), np.maximum(q - p, 0.0) / (1 - p))
    return np.where(q > p, more, fewer)


def _chances(e: Array) -> Array:
    return special.softmax(np.stack([np.zeros_like(e), e, -0.5 * e], axis=-1), axis=-1)


def _ordered(e: Array) -> Array:
    upper = special.expit(CUTS - e[..., None])
    return np.diff(np.concatenate([0 * upper[..., :1], upper, 1 + 0 * upper[..., :1]], -1))


def _category(chances: Callable[[Array], Array], *names: str) -> dict[str, Callable[..., Array]]:
    def gumbel(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
        p, q = chances(old), chances(new)
        won = np.arange(p.shape[-1]) == y[..., None]
        # Given the winner its race has the greatest Gumbel, and the others stay below it.
        top = rng.gumbel(size=(*y.shape, 1))
        own = -np.log(np.exp(-rng.gumbel(size=p.shape) - np.log(p)) + np.exp(-top))
        noise = np.where(won, top, own) - np.log(p)
        return np.where(old == new, y, (np.log(q) + noise).argmax(axis=-1))

    def rank(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
        p, q = chances(old), chances(new)
        here = y.astype(int)[..., None]
        below = np.take_along_axis(np.cumsum(p, -1) - p, here, -1)[..., 0]
        u = below + rng.random(y.shape) * np.take_along_axis(p, here, -1)[..., 0]
        return np.where(old == new, y, (u[..., None] > np.cumsum(q, -1)[..., :-1]).sum(-1))

    def anew(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
        u = rng.random((*y.shape, 1))
        return np.where(old == new, y, (u > np.cumsum(chances(new), -1)[..., :-1]).sum(-1))

    moves = {"gumbel_max": gumbel, "monotone": rank, "independent": anew}
    return {name: moves[name] for name in names}


def _drawn(chances: Callable[[Array], Array]) -> Callable[..., Array]:
    return lambda rng, e: (rng.random((*e.shape, 1)) > chances(e).cumsum(-1)[..., :-1]).sum(-1)


def _censored(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
    below = special.ndtr(1.0 - old)
    beyond = old - special.ndtri((1 - below) * rng.random(y.shape))  # above 1, by its upper tail
    return np.minimum(np.where(y >= 1.0, beyond, y) + new - old, 1.0)


def _whole_trials(e: Array) -> Any:
    return stats.binom(5, sigmoid(e))


def _of_inflated(law: Callable[[Array], Any], process: Callable[..., Array]) -> dict[str, Any]:
    """Return the moves of a count that is zero more often than its law says."""

    def whole(e: Array) -> Inflated:
        return Inflated(law(e))

    return {
        "process": shown(law, process), "switch": shown(law, _ranked(law)),
        "monotone": _ranked(whole), "independent": _anew(whole),
    }  # fmt: skip


def _mixed(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
    return y + new - old  # both components stand at e plus a constant, so neither is told


def _pair(rng: np.random.Generator, y: Array, old: Array, new: Array) -> Array:
    return y + (new - old)[..., None] * np.array([1.0, -0.5])


def _normal_pair(rng: np.random.Generator, e: Array) -> Array:
    noise = rng.normal(size=(*e.shape, 2)) @ np.array([[1.0, 0.5], [0.0, 0.8]])
    return e[..., None] * np.array([1.0, -0.5]) + noise


def _of_pair(e: Any) -> Any:
    return e[:, None] * np.array([1.0, -0.5])


COV = np.array([[1.0, 0.5], [0.0, 0.8]]).T @ np.array([[1.0, 0.5], [0.0, 0.8]])
exp, sigmoid = np.exp, special.expit

LAWS = {
    "normal": _smooth(lambda n, e, **k: pm.Normal(n, e, 0.7, **k), lambda e: stats.norm(e, 0.7)),
    "normal of two": _smooth(
        lambda n, e, **k: pm.Normal(n, e, pt.exp(0.3 * e), **k),
        lambda e: stats.norm(e, exp(0.3 * e)),
    ),
    "laplace": _smooth(
        lambda n, e, **k: pm.Laplace(n, e, 0.8, **k), lambda e: stats.laplace(e, 0.8)
    ),
    "logistic": _smooth(
        lambda n, e, **k: pm.Logistic(n, e, 0.6, **k), lambda e: stats.logistic(e, 0.6)
    ),
    "gumbel": _smooth(
        lambda n, e, **k: pm.Gumbel(n, e, 0.9, **k), lambda e: stats.gumbel_r(e, 0.9)
    ),
    "student": _smooth(
        lambda n, e, **k: pm.StudentT(n, nu=4, mu=e, sigma=0.5, **k),
        lambda e: stats.t(4, e, 0.5),
    ),
    "skew": _smooth(
        lambda n, e, **k: pm.SkewNormal(n, mu=e, sigma=1.0, alpha=2.0, **k),
        lambda e: stats.skewnorm(2.0, e, 1.0),
    ),
    "moyal": _smooth(lambda n, e, **k: pm.Moyal(n, e, 0.7, **k), lambda e: stats.moyal(e, 0.7)),
    "lognormal": _smooth(
        lambda n, e, **k: pm.LogNormal(n, e, 0.5, **k),
        lambda e: stats.lognorm(0.5, scale=exp(e)), "positive",
    ),
    "exponential": _smooth(
        lambda n, e, **k: pm.Exponential(n, pt.exp(-e), **k),
        lambda e: stats.expon(scale=exp(e)), "positive",
    ),
    "gamma": _smooth(
        lambda n, e, **k: pm.Gamma(n, alpha=2.0, beta=pt.exp(-e), **k),
        lambda e: stats.gamma(2.0, scale=exp(e)), "positive",
    ),
    "gamma shape": _smooth(
        lambda n, e, **k: pm.Gamma(n, alpha=pt.exp(0.5 * e), beta=1.0, **k),
        lambda e: stats.gamma(exp(0.5 * e)), "positive",
    ),
    "weibull": _smooth(
        lambda n, e, **k: pm.Weibull(n, 1.5, pt.exp(e), **k),
        lambda e: stats.weibull_min(1.5, scale=exp(e)), "positive",
    ),
    "half normal": _smooth(
        lambda n, e, **k: pm.HalfNormal(n, pt.exp(e), **k),
        lambda e: stats.halfnorm(scale=exp(e)), "positive",
    ),
    "inverse gamma": _smooth(
        lambda n, e, **k: pm.InverseGamma(n, 3.0, pt.exp(e), **k),
        lambda e: stats.invgamma(3.0, scale=exp(e)), "positive",
    ),
    "beta": _smooth(
        lambda n, e, **k: pm.Beta(n, pt.exp(0.5 * e) + 0.5, 2.0, **k),
        lambda e: stats.beta(exp(0.5 * e) + 0.5, 2.0), "unit",
    ),
    "truncated": _smooth(
        lambda n, e, **k: pm.TruncatedNormal(n, e, 1.0, lower=-2.0, upper=3.0, **k),
        lambda e: stats.truncnorm(-2.0 - e, 3.0 - e, loc=e), "draws",
    ),
    "uniform": _smooth(
        lambda n, e, **k: pm.Uniform(n, e, e + 1.5, **k),
        lambda e: stats.uniform(e, 1.5), "draws",
    ),
    "triangular": _smooth(
        lambda n, e, **k: pm.Triangular(n, lower=e - 1.0, c=e, upper=e + 2.0, **k),
        lambda e: stats.triang(1 / 3, e - 1.0, 3.0), "draws",
    ),
    "pareto": _smooth(
        lambda n, e, **k: pm.Pareto(n, 3.0, pt.exp(e), **k),
        lambda e: stats.pareto(3.0, scale=exp(e)), "draws",
    ),
    "bernoulli": _count(
        lambda n, e, **k: pm.Bernoulli(n, logit_p=e, **k), lambda e: stats.bernoulli(sigmoid(e))
    ),
    "poisson": _count(
        lambda n, e, **k: pm.Poisson(n, pt.exp(e), **k),
        lambda e: stats.poisson(exp(e)), process=_poisson,
    ),
    "negative binomial": _count(
        lambda n, e, **k: pm.NegativeBinomial(n, mu=pt.exp(e), alpha=2.0, **k),
        lambda e: stats.nbinom(2.0, 2.0 / (2.0 + exp(e))), process=_negative,
    ),
    "geometric": _count(
        lambda n, e, **k: pm.Geometric(n, pt.sigmoid(e), **k), lambda e: stats.geom(sigmoid(e))
    ),
    "beta binomial": _count(
        lambda n, e, **k: pm.BetaBinomial(n, alpha=pt.exp(0.5 * e), beta=1.0, n=5, **k),
        lambda e: stats.betabinom(5, exp(0.5 * e), 1.0),
    ),
    "binomial": Law(
        lambda n, e, **k: pm.Binomial(n, 5, pt.sigmoid(e), **k),
        lambda rng, e: rng.binomial(5, sigmoid(e)),
        {"monotone": _ranked(_whole_trials), "process": _trials,
         "independent": _anew(_whole_trials)},
        "whole", exact=False,
    ),
    "inflated": Law(
        lambda n, e, **k: pm.ZeroInflatedPoisson(n, 0.7, pt.exp(e), **k),
        lambda rng, e: rng.poisson(exp(e)) * (rng.random(e.shape) < 0.7),
        _of_inflated(lambda e: stats.poisson(exp(e)), _poisson), "whole", exact=False,
    ),
    "categorical": Law(
        lambda n, e, **k: pm.Categorical(
            n, p=pm.math.softmax(pt.stack([0 * e, e, -0.5 * e], axis=-1), axis=-1), **k
        ),
        _drawn(_chances), _category(_chances, "gumbel_max", "monotone", "independent"),
        "whole", exact=False,
    ),
    "ordered": Law(
        lambda n, e, **k: pm.OrderedLogistic(n, e, CUTS, compute_p=False, **k),
        _drawn(_ordered), _category(_ordered, "monotone", "gumbel_max", "independent"),
        "whole", exact=False,
    ),
    "censored": Law(
        lambda n, e, **k: pm.Censored(n, pm.Normal.dist(e, 1.0), lower=None, upper=1.0, **k),
        lambda rng, e: np.minimum(rng.normal(e), 1.0), {"": _censored}, "draws", exact=False,
    ),
    "mixture": Law(
        lambda n, e, **k: pm.NormalMixture(
            n, [0.4, 0.6], pt.stack([e, e + 2.0], axis=-1), 0.5, **k
        ),
        lambda rng, e: rng.normal(e + 2.0 * (rng.random(e.shape) < 0.6), 0.5), {"": _mixed},
    ),
    "told mixture": Law(
        lambda n, e, **k: pm.Mixture(
            n, [0.4, 0.6], [pm.Normal.dist(e, 0.5), pm.Normal.dist(1.0 - e, 1.0)], **k
        ),
        lambda rng, e: np.where(
            rng.random(e.shape) < 0.4, rng.normal(e, 0.5), rng.normal(1.0 - e, 1.0)
        ),
        {"": told}, exact=False,
    ),
    "mixture of weights": Law(
        lambda n, e, **k: pm.NormalMixture(
            n, pt.stack([pt.sigmoid(0.7 * e), pt.sigmoid(-0.7 * e)], axis=-1), [-1.0, 1.5], 0.6, **k
        ),
        lambda rng, e: rng.normal(np.where(rng.random(e.shape) < bent(e), -1.0, 1.5), 0.6),
        {"gumbel_max": chosen(anew=False), "monotone": chosen(anew=False),
         "independent": chosen(anew=True)},
        exact=False,
    ),
    "hurdle gamma": Law(
        lambda n, e, **k: pm.HurdleGamma(
            n, psi=pt.sigmoid(0.7 * e), alpha=2.0, beta=pt.exp(-e), default_transform=None, **k
        ),
        drawn_hurdle(positive_gamma),
        {"switch": hurdle(bent, _quantile(positive_gamma), positive_gamma),
         "monotone": ranked_hurdle(
             bent, lambda u, y, e: positive_gamma(e).sf(y), positive_gamma)},
        "positive", exact=False,
    ),
    "hurdle poisson": Law(
        lambda n, e, **k: pm.HurdlePoisson(
            n, psi=pt.sigmoid(0.7 * e), mu=pt.exp(0.5 * e), **k
        ),
        drawn_hurdle(positive),
        {"switch": hurdle(bent, _ranked(positive), positive),
         "monotone": ranked_hurdle(
             bent, lambda u, y, e: positive(e).sf(y) + u * positive(e).pmf(y), positive)},
        "whole", exact=False,
    ),
    "inflated binomial": Law(
        lambda n, e, **k: pm.ZeroInflatedBinomial(n, 0.7, 5, pt.sigmoid(e), **k),
        lambda rng, e: rng.binomial(5, sigmoid(e)) * (rng.random(e.shape) < 0.7),
        _of_inflated(_whole_trials, _trials), "whole", exact=False,
    ),
    "mv normal": Law(
        lambda n, e, **k: pm.MvNormal(n, _of_pair(e), COV, **k), _normal_pair, {"": _pair},
        width=2,
    ),
    "items": Law(
        lambda n, e, **k: pm.Normal(n, _of_pair(e), 0.5, **k),
        lambda rng, e: rng.normal(e[..., None] * np.array([1.0, -0.5]), 0.5), {"": _pair},
        width=2,
    ),
}  # fmt: skip
