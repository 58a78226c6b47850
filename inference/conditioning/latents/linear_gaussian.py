r"""Latents of linear-Gaussian units, integrated out exactly.

Where latents :math:`l` enter normal mechanisms linearly, a unit's log-density is quadratic in them,

.. math:: \log p(l, y) = \log p(m, y) - \tfrac12 (l - m)^\top H (l - m), \qquad
          \log p(y) = \log p(m, y) + \tfrac d2 \log 2\pi - \tfrac12 \log |H|,

so that :math:`l` given :math:`y` is :math:`N(m, H^{-1})` (Bishop, 2006, section 2.3, ISBN
978-0-387-31073-2). Coefficients and spreads that units share are computed once for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, pi
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.gradient import disconnected_grad
from pytensor.graph.replace import graph_replace, vectorize_graph
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable
from pytensor.tensor.random.basic import LogNormalRV, NormalRV

from ...scm.equations import Equations
from ...symbolic.coefficients import coefficients
from ...symbolic.evaluate import in_python
from .blocks import Block
from .joint_density import UnitDensity, share_of

__all__ = ["Conditional", "Drawer", "conditional"]

# Latents of one unit: the graph grows with the square of their number.
MOST_LATENTS = 6
# Numbers that draws and units together have, held at once.
BATCH = 2_000_000

type Entries = dict[tuple[int, int], TensorVariable]


@dataclass(frozen=True, eq=False)
class Conditional:
    """The law of a unit's latents given what is seen of it and the parameters.

    Attributes
    ----------
    latents : tuple of TensorVariable
        What stands for them in the density.
    right : tuple of TensorVariable
        Of shape (unit,); ``root.T @ mean == right``.
    root : dict of (int, int) to TensorVariable
        The lower Cholesky factor of the precision; an entry that is not there is zero.
    """

    latents: tuple[TensorVariable, ...]
    right: tuple[TensorVariable, ...]
    root: Entries

    def at(self, normal: Sequence[TensorVariable]) -> list[TensorVariable]:
        """Return the latents that standard normal numbers stand for; zeros give their means.

        Parameters
        ----------
        normal : sequence of TensorVariable
            One a latent, of shape (unit,).
        """
        found: dict[int, TensorVariable] = {}
        for k in reversed(range(len(self.latents))):
            left = self.right[k] + normal[k]
            for j, value in found.items():
                if (j, k) in self.root:
                    left = left - self.root[j, k] * value
            found[k] = left / self.root[k, k]
        return [found[k] for k in range(len(self.latents))]

    def integral(self, density: UnitDensity) -> TensorVariable:
        """Return the logarithm of the integral of `density` over its latents, unit by unit.

        Parameters
        ----------
        density : UnitDensity
            The one that it is the conditional of.
        """
        joint = sum(density.terms(reached=True), start=pt.zeros(()))
        # At the top the slope along the latents is zero, whatever moves it.
        centre = map(disconnected_grad, self.at([pt.zeros(())] * len(self.latents)))
        top = dict(zip(self.latents, centre, strict=True))
        [joint] = graph_replace([joint], top, strict=False)
        volume = sum((pt.log(self.root[k, k]) for k in range(len(self.latents))), pt.zeros(()))
        return joint + 0.5 * len(self.latents) * log(2 * pi) - volume


def conditional(density: UnitDensity) -> Conditional | None:
    """Return the law of the latents; None where the model does not show that it is normal.

    Parameters
    ----------
    density : UnitDensity
    """
    symbols = tuple(density.latents.values())
    if not 0 < len(symbols) <= MOST_LATENTS:
        return None
    precision: Entries = {}
    score: dict[int, TensorVariable] = {}
    for name in density.reached:
        row = _row(density, name, symbols)
        if row is None:
            return None
        at, target, weight = row
        for j, a in at.items():
            weighed = a * weight
            _add(score, j, _per_unit(weighed * target))
            for k, b in at.items():
                if k <= j:
                    _add(precision, (j, k), _per_unit(weighed * b))
    root = _cholesky(precision, len(symbols))
    return Conditional(symbols, _forward(root, score), root)


def _row(
    density: UnitDensity, name: str, symbols: Sequence[TensorVariable]
) -> tuple[dict[int, TensorVariable], TensorVariable, TensorVariable] | None:
    """Return what a normal mechanism says of the latents: ``at @ latents`` is about `target`.

    With it comes the precision of that; None where the mechanism is another, or not linear.
    """
    rv = density.equations[name].expression
    value = density.value(name)
    if isinstance(rv.owner.op, LogNormalRV) and value not in symbols:
        value = pt.log(value)
    elif not isinstance(rv.owner.op, NormalRV):
        return None
    mean, sd = density.substituted(rv.owner.op.dist_params(rv.owner))
    found, rest = coefficients(mean, symbols)
    if set(symbols) & set(ancestors([sd, rest, *found.values()])):
        return None
    at = {symbols.index(s): v for s, v in found.items()}
    target = value - rest
    if value in symbols:  # the mean is about the latent itself
        own = symbols.index(value)
        at = {j: pt.neg(v) for j, v in at.items()} | {own: pt.ones((1,))}
        target = rest
    weight = 1.0 / pt.sqr(sd.astype("float64"))  # a constant of 0.5 is a float32
    if name in density.block.partly:
        weight = weight * density.value(share_of(name))
    # What units share stays one number of them.
    each = pt.zeros((1, *value.shape[1:]))
    return {j: v + each for j, v in at.items()}, target + each, weight


def _per_unit(term: TensorVariable) -> TensorVariable:
    return term.sum(axis=tuple(range(1, term.ndim))) if term.ndim > 1 else term


def _add(entries: dict[Any, TensorVariable], key: Any, term: TensorVariable) -> None:
    entries[key] = entries[key] + term if key in entries else term


def _cholesky(precision: Entries, size: int) -> Entries:
    root: Entries = {}
    for j in range(size):
        for k in range(j + 1):
            left = precision.get((j, k))
            for i in range(k):
                if (j, i) in root and (k, i) in root:
                    part = root[j, i] * root[k, i]
                    left = -part if left is None else left - part
            if left is not None:
                root[j, k] = pt.sqrt(left) if j == k else left / root[k, k]
    return root


def _forward(root: Entries, score: Mapping[int, TensorVariable]) -> tuple[TensorVariable, ...]:
    """Return what `root` takes to the score."""
    found: list[TensorVariable] = []
    for j in range(len(score)):
        left = score[j]
        for k in range(j):
            if (j, k) in root:
                left = left - root[j, k] * found[k]
        found.append(left / root[j, j])
    return tuple(found)


class Drawer:
    """Draws of a block's latents, exact, given what is seen and draws of the parameters.

    Parameters
    ----------
    equations : Equations
    block : Block
        With a `conditional`.
    columns : mapping of str to array
        What is seen of the block's units, and the unit data; only their types matter here.
    """

    def __init__(
        self, equations: Equations, block: Block, columns: Mapping[str, NDArray[Any]]
    ) -> None:
        self._equations, self._block = equations, block
        self._kinds = {n: (v.dtype, v.shape[1:]) for n, v in columns.items()}

    @cached_property
    def _function(self) -> Any:
        kinds = self._kinds.items()
        seen = {n: pt.tensor(n, dtype=d, shape=(None, *shape)) for n, (d, shape) in kinds}
        law = conditional(UnitDensity(self._equations, self._block, seen))
        assert law is not None
        normal = [pt.vector(f"normal:{n}") for n in self._block.latents]
        symbols = [self._equations[n].symbol for n in self._equations.parameters]
        many = [s.type.clone(shape=(None, *s.type.shape))() for s in symbols]
        wide = [pt.matrix(f"normals:{n}") for n in self._block.latents]
        replace = dict(zip([*symbols, *normal], [*many, *wide], strict=True))
        drawn = vectorize_graph(law.at(normal), replace)
        return in_python([*seen.values(), *many, *wide], drawn)

    def __call__(
        self,
        columns: Mapping[str, NDArray[Any]],
        parameters: Mapping[str, NDArray[Any]],
        count: int,
        rng: np.random.Generator,
    ) -> dict[str, NDArray[np.float64]]:
        """Return the latents, of shape (draw, unit), at `count` draws of the parameters."""
        seen = [columns[n] for n in self._kinds]
        units = len(seen[0])
        step = max(1, BATCH // units)
        parts = []
        for start in range(0, count, step):
            size = min(step, count - start)
            given = [parameters[n][start : start + size] for n in self._equations.parameters]
            normal = rng.standard_normal((len(self._block.latents), size, units))
            parts.append(self._function(*seen, *given, *normal))
        whole = [np.concatenate(p) for p in zip(*parts, strict=True)]
        return dict(zip(self._block.latents, whole, strict=True))
