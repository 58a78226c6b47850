"""The fixed laws that noise has, which no parent moves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pymc as pm
from pytensor.tensor import TensorVariable

__all__ = ["LAWS", "Law"]


@dataclass(frozen=True)
class Law:
    """A fixed law of noise: how NumPy draws it, and the same law as a PyMC distribution."""

    name: str
    sample: Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
    dist: Callable[..., TensorVariable]


LAWS: Mapping[str, Law] = MappingProxyType(
    {
        law.name: law
        for law in (
            Law("normal", lambda g, s: g.standard_normal(s), lambda **k: pm.Normal.dist(0, 1, **k)),
            Law("uniform", lambda g, s: g.random(s), lambda **k: pm.Uniform.dist(0, 1, **k)),
            Law(
                "logistic", lambda g, s: g.logistic(size=s), lambda **k: pm.Logistic.dist(0, 1, **k)
            ),
            Law("laplace", lambda g, s: g.laplace(size=s), lambda **k: pm.Laplace.dist(0, 1, **k)),
            Law("gumbel", lambda g, s: g.gumbel(size=s), lambda **k: pm.Gumbel.dist(0, 1, **k)),
            Law("cauchy", lambda g, s: g.standard_cauchy(s), lambda **k: pm.Cauchy.dist(0, 1, **k)),
            Law(
                "half_normal",
                lambda g, s: np.abs(g.standard_normal(s)),
                lambda **k: pm.HalfNormal.dist(1, **k),
            ),
            Law(
                "half_cauchy",
                lambda g, s: np.abs(g.standard_cauchy(s)),
                lambda **k: pm.HalfCauchy.dist(1, **k),
            ),
            Law(
                "exponential",
                lambda g, s: g.standard_exponential(s),
                lambda **k: pm.Exponential.dist(1, **k),
            ),
        )
    }
)
