r"""The nodes at which a latent is summed over, put where each unit's own latent is likely.

A continuous latent is written on the whole line, :math:`q`, by the logarithm or logit where its
support is bounded. Given a mean :math:`m_i` and a root :math:`C_i` of the covariance of each unit's
:math:`q`, Gauss-Hermite nodes :math:`x_k` with weights :math:`w_k` give

.. math:: \int g(q)\,dq \approx \sum_k \frac{w_k}{\phi(x_k)} |C_i|\, g(m_i + C_i x_k).

The moments come from the same sum (Naylor and Smith, 1982, doi:10.2307/2347995). A discrete latent
with finitely many values is summed over all of them, with a placement of its own for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymc.pytensorf import constant_fold
from pytensor.graph.basic import Variable

from ...errors import ModelError
from ...families.form import family_name, structural_form
from ...scm.equations import Equations
from .blocks import Block

__all__ = ["Axis", "Grid", "axes", "standard_nodes"]

Floats = NDArray[np.float64]
# Values that one unit's discrete latents may take together, and continuous latents it may have:
# nodes multiply with each.
MOST_VALUES = 64
MOST_AXES = 2
# No step narrows a grid's variance beyond this share, so that one step too far can be taken back.
NARROWEST = 0.01
# Of a latent whose draws are all the same.
LEAST_SPREAD = 1e-6


@dataclass(frozen=True, eq=False)
class Axis:
    """One latent's scale: an interval, or a finite set of values.

    Attributes
    ----------
    name : str
    lower, upper : float
        The ends of a continuous latent's support, infinite where it has none.
    values : ndarray or None
        All values of a discrete latent.
    """

    name: str
    lower: float = -np.inf
    upper: float = np.inf
    values: NDArray[np.int64] | None = None

    def value(self, q: Floats) -> Floats:
        """Return the latent's value at `q` on the whole line."""
        if np.isfinite(self.lower) and np.isfinite(self.upper):
            return self.lower + (self.upper - self.lower) / (1.0 + np.exp(-q))
        if np.isfinite(self.lower):
            return self.lower + np.exp(q)
        return self.upper - np.exp(-q) if np.isfinite(self.upper) else q

    def line(self, value: Floats) -> Floats:
        """Return where on the whole line `value` is."""
        if np.isfinite(self.lower) and np.isfinite(self.upper):
            return np.log(value - self.lower) - np.log(self.upper - value)
        if np.isfinite(self.lower):
            return np.log(value - self.lower)
        return -np.log(self.upper - value) if np.isfinite(self.upper) else value

    def log_slope(self, q: Floats) -> Floats | float:
        """Return the logarithm of the derivative of `value`."""
        if np.isfinite(self.lower) and np.isfinite(self.upper):
            return np.log(self.upper - self.lower) - np.logaddexp(0, q) - np.logaddexp(0, -q)
        if np.isfinite(self.lower):
            return q
        return -q if np.isfinite(self.upper) else 0.0


def axes(equations: Equations, block: Block, most: int = MOST_VALUES) -> tuple[Axis, ...]:
    """Return the scale of each latent of a block.

    Parameters
    ----------
    equations : Equations
    block : Block
    most : int
        Values that a unit's discrete latents may take together.

    Raises
    ------
    ModelError
        If a latent's support is not known, or there are too many nodes to sum over.
    """
    found = tuple(_axis(equations, name) for name in block.latents)
    several = int(np.prod([len(a.values) for a in found if a.values is not None]))
    lines = sum(a.values is None for a in found)
    if several > most or lines > MOST_AXES:
        raise ModelError(
            f"{len(block.rows)} units have the latents {', '.join(block.latents)} together: at "
            f"most {MOST_AXES} continuous ones, and {most} values of discrete ones, can be "
            "integrated out; condition with method='nuts'"
        )
    return found


def _axis(equations: Equations, name: str) -> Axis:
    rv = equations[name].expression
    form = structural_form.of(rv)
    parameters = form.parameters(rv)
    ends = [_number(b) for b in form.bounds(*parameters)]
    if np.dtype(rv.dtype).kind == "f":
        if any(isinstance(e, Variable) for e in ends):
            raise ModelError(
                f"the support of the latent {name!r} ({family_name(rv)}) depends on other "
                "variables, so it cannot be integrated out; condition with method='nuts'"
            )
        low, high = ends
        return Axis(name, -np.inf if low is None else low, np.inf if high is None else high)
    if any(e is None or isinstance(e, Variable) for e in ends):
        raise ModelError(
            f"the latent {name!r} ({family_name(rv)}) has no fixed, finite set of values, so it "
            "cannot be summed over; condition with method='nuts'"
        )
    return Axis(name, values=np.arange(int(ends[0]), int(ends[1]) + 1))


def _number(bound: Any) -> Any:
    if isinstance(bound, Variable):
        [bound] = constant_fold([bound], raise_not_constant=False)
    return bound if bound is None or isinstance(bound, Variable) else float(np.max(bound))


def standard_nodes(count: int, dimensions: int) -> tuple[Floats, Floats]:
    """Return Gauss-Hermite nodes of shape (node, dimension), and log weights less the density.

    Parameters
    ----------
    count : int
    dimensions : int
    """
    x, w = np.polynomial.hermite_e.hermegauss(count)
    one = np.log(w) + x**2 / 2  # the constants of the weight and of the density cancel
    nodes = np.array(list(product(x, repeat=dimensions))).reshape(count**dimensions, dimensions)
    return nodes, np.array([sum(p) for p in product(one, repeat=dimensions)], dtype=float)


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the nodes of a block's units are.

    Attributes
    ----------
    axes : tuple of Axis
    mean : array of shape (choice, unit, line)
        Of the continuous latents on the whole line, for each choice of the discrete ones.
    root : array of shape (choice, unit, line, line)
        Lower triangular root of their covariance.
    """

    axes: tuple[Axis, ...]
    mean: Floats
    root: Floats

    @property
    def lines(self) -> tuple[Axis, ...]:
        """The continuous latents."""
        return tuple(a for a in self.axes if a.values is None)

    @property
    def choices(self) -> NDArray[np.int64]:
        """All values of the discrete latents, of shape (choice, latent)."""
        sets = [a.values for a in self.axes if a.values is not None]
        combinations = list(product(*sets))
        return np.array(combinations, dtype=np.int64).reshape(len(combinations), len(sets))

    @classmethod
    def standard(cls, axes: tuple[Axis, ...], units: int) -> Grid:
        """Return the grid about zero, with spread one, for all units.

        Parameters
        ----------
        axes : tuple of Axis
        units : int
        """
        count = int(np.prod([len(a.values) for a in axes if a.values is not None]))
        lines = sum(a.values is None for a in axes)
        root = np.tile(np.eye(lines), (count, units, 1, 1))
        return cls(axes, np.zeros((count, units, lines)), root)

    def around(self, draws: Mapping[str, Floats]) -> Grid:
        """Return the grid about `draws`, of shape (draw, unit), of each latent."""
        if not self.lines:
            return self
        q = np.stack([a.line(draws[a.name]) for a in self.lines], axis=-1)
        sd = np.maximum(q.std(axis=0), LEAST_SPREAD)
        mean = np.broadcast_to(q.mean(axis=0), self.mean.shape)
        root = np.broadcast_to(np.eye(len(self.lines)) * sd[:, None, :], self.root.shape)
        return replace(self, mean=mean, root=root)

    @classmethod
    def mixed(cls, grids: Sequence[Grid]) -> Grid:
        """Return the grid with the moments of the mixture of several, of the same units."""
        means = np.stack([g.mean for g in grids])
        mean = means.mean(axis=0)
        off = means - mean
        between = np.einsum("gcui,gcuj->cuij", off, off) / len(grids)
        within = sum(np.einsum("cuik,cujk->cuij", g.root, g.root) for g in grids) / len(grids)
        return replace(grids[0], mean=mean, root=lower_root(within + between))

    def points(
        self, x: Floats, choice: NDArray[np.int64] | None = None
    ) -> tuple[dict[str, Any], Floats]:
        """Return the values and the log volume at standard positions.

        Parameters
        ----------
        x : array of shape (node, line) or (node, unit, line)
            The same for every choice of the discrete latents.
        choice : array of shape (unit,), optional
            The choice of each unit; by default all, one after the other along the nodes.

        Returns
        -------
        dict of str to array of shape (node, unit)
        array of shape (node, unit)
        """
        units = self.mean.shape[1]
        picked = range(len(self.choices)) if choice is None else [choice]
        values: dict[str, list[Any]] = {a.name: [] for a in self.axes}
        volumes = []
        for c in picked:
            here = (c, np.arange(units))
            mean, root = self.mean[here], self.root[here]
            at = np.broadcast_to(x[:, None, :], (len(x), units, x.shape[-1])) if x.ndim == 2 else x
            q = mean + np.einsum("uij,kuj->kui", root, at)
            volume = np.log(np.einsum("uii->ui", root)).sum(-1) + np.zeros((len(x), 1))
            for k, axis in enumerate(self.lines):
                values[axis.name].append(axis.value(q[..., k]))
                volume = volume + axis.log_slope(q[..., k])
            discrete = [a for a in self.axes if a.values is not None]
            for k, axis in enumerate(discrete):
                values[axis.name].append(np.broadcast_to(self.choices[c, k], (len(x), units)))
            volumes.append(volume)
        return {n: np.concatenate(v) for n, v in values.items()}, np.concatenate(volumes)

    def quadrature(self, count: int) -> tuple[dict[str, Any], Floats]:
        """Return the nodes with `count` along each line, and their log weights."""
        x, weights = standard_nodes(count, len(self.lines))
        values, volume = self.points(x)
        return values, volume + np.tile(weights, len(self.choices))[:, None]

    def moved(self, count: int, weighted: Floats) -> tuple[Grid, Floats]:
        """Return the grid at the moments of a density, and the log mass of each choice.

        Parameters
        ----------
        count : int
            Nodes along each line.
        weighted : array of shape (node, unit)
            The log-density at the nodes of `quadrature(count)`, log weights added.

        Returns
        -------
        Grid
        array of shape (choice, unit)
        """
        x, _ = standard_nodes(count, len(self.lines))
        shaped = weighted.reshape(len(self.choices), len(x), -1)
        top = shaped.max(axis=1, keepdims=True)
        top = np.where(np.isfinite(top), top, 0.0)
        p = np.exp(shaped - top)
        total = p.sum(axis=1)
        with np.errstate(divide="ignore"):
            mass = np.log(total) + top[:, 0]
        if not self.lines:
            return self, mass
        p /= np.where(total > 0, total, 1.0)[:, None]
        centre = np.einsum("cku,kl->cul", p, x)
        square = np.einsum("cku,kl,km->culm", p, x, x)
        spread = square - centre[..., :, None] * centre[..., None, :]
        lost = ~(total > 0) | ~np.isfinite(spread).all((-1, -2))
        centre[lost], spread[lost] = 0.0, np.eye(len(self.lines))
        inner = lower_root(spread + NARROWEST * np.eye(len(self.lines)))
        mean = self.mean + np.einsum("cuij,cuj->cui", self.root, centre)
        root = np.einsum("cuij,cujk->cuik", self.root, inner)
        return replace(self, mean=mean, root=root), mass


def lower_root(matrices: Floats) -> Floats:
    """Return the Cholesky roots of many small matrices; NumPy's own takes them one by one."""
    root = np.zeros_like(matrices)
    for i in range(matrices.shape[-1]):
        for j in range(i + 1):
            left = matrices[..., i, j] - (root[..., i, :j] * root[..., j, :j]).sum(axis=-1)
            root[..., i, j] = np.sqrt(left) if i == j else left / root[..., j, j]
    return root
