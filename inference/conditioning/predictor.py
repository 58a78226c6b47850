"""The linear predictor of a mechanism, and by which parameters it is linear."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor
from numpy.typing import NDArray
from pymc.logprob.transforms import LogTransform
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable

from ..scm.evidence import Evidence
from ..symbolic.evaluate import evaluated

__all__ = ["Predictor", "Slope"]

Floats = NDArray[np.float64]

MOST_SLOPES = 100  # a model with more of them relies on its priors


@dataclass(frozen=True)
class Slope:
    """One number among the parameters."""

    name: str
    at: tuple[int, ...]
    positive: bool

    def __str__(self) -> str:
        return self.name + (f"[{', '.join(map(str, self.at))}]" if self.at else "")


@dataclass(frozen=True, eq=False)
class Predictor:
    """The linear predictor of a mechanism as a function of what it reads.

    Attributes
    ----------
    run : callable
    shape : tuple of int
        Of the mechanism's column.
    columns : mapping of str to ndarray
    points : tuple of mapping of str to ndarray
        Two arbitrary values of the parameters and latents.
    slopes : tuple of Slope
        Of the parameters that depend on no other parameter.
    """

    run: Callable[..., Floats]
    shape: tuple[int, ...]
    columns: Mapping[str, NDArray[Any]]
    points: tuple[dict[str, NDArray[Any]], ...]
    slopes: tuple[Slope, ...]

    @classmethod
    def of(
        cls,
        observed: pm.Model,
        predictor: TensorVariable,
        shape: tuple[int, ...],
        evidence: Evidence,
        unit: str,
    ) -> Predictor | None:
        """Return it; None where a shape is not known, or there are too many parameters.

        Parameters
        ----------
        observed : pm.Model
            With the evidence's units.
        predictor : TensorVariable
            What the link is taken of.
        shape : tuple of int
            Of the outcome: the units first.
        evidence : Evidence
            What is seen of each unit.
        unit : str
            Name of the unit dimension.
        """
        rvs = set(observed.basic_RVs)
        given = [v for v in observed.data_vars if v.name in evidence.columns]
        above = set(ancestors([predictor], blockers=rvs))
        read = [v for v in (*observed.basic_RVs, *given) if v in above]
        names = {v.name for v in read}
        columns = {n: v for n, v in evidence.columns.items() if n in names}
        unknown = [v for v in read if v.name not in columns]
        shapes: dict[Any, tuple[int, ...]] = {}
        for variable in unknown:
            if (found := _shape(observed, variable)) is None:
                return None
            shapes[variable] = found
        slopes = tuple(
            Slope(v.name, at, observed.rvs_to_transforms[v] is not None)
            for v in unknown
            if _is_free(observed, v, unit)
            for at in np.ndindex(shapes[v])
        )
        if len(slopes) > MOST_SLOPES:
            return None
        inputs = {v: v.type(v.name) for v in read}
        [graph] = graph_replace([predictor], inputs, strict=False)
        # Python mode, unoptimised: it runs some dozen times, and compiling would take seconds.
        run = pytensor.function(
            list(inputs.values()), graph, mode=Mode("py", None), on_unused_input="ignore"
        )
        rng = np.random.default_rng(0)
        points = tuple(
            {v.name: rng.uniform(0.1, 0.9, s).astype(v.dtype) for v, s in shapes.items()}
            for _ in range(2)
        )
        return cls(run, shape, columns, points, slopes)

    @property
    def rows(self) -> str:
        """What the rows of the design are, in words."""
        return "units" if len(self.shape) == 1 else "values"

    def design(self, point: int, slopes: Sequence[Slope], columns: Mapping[str, Any]) -> Floats:
        """Return the derivative by each slope, of shape (row, slope); a row is a value.

        Parameters
        ----------
        point : int
            At which of the two points.
        slopes : sequence of Slope
        columns : mapping of str to ndarray
            What is seen.
        """
        values = {**columns, **self.points[point]}
        base = self._rows(values)
        found = np.zeros((len(base), len(slopes)))
        for k, slope in enumerate(slopes):
            raised = values[slope.name].copy()
            raised[slope.at] += 1.0
            found[:, k] = self._rows({**values, slope.name: raised}) - base
        return found

    def _rows(self, values: Mapping[str, Any]) -> Floats:
        # Without a parent that has units the predictor is one number for all of them.
        return np.broadcast_to(self.run(**values), self.shape).ravel()

    def linear(self) -> tuple[Floats, list[Slope]]:
        """Return the design of the slopes that add the same at both points."""
        with np.errstate(invalid="ignore"):  # infinity less infinity, where a gate is shut
            one, other = (self.design(k, self.slopes, self.columns) for k in range(2))
        same = np.isclose(one, other, rtol=1e-6, atol=1e-9, equal_nan=True).all(axis=0)
        return one[:, same], [s for s, kept in zip(self.slopes, same, strict=True) if kept]

    def causes(self, slopes: Sequence[Slope]) -> list[str]:
        """Return the columns that decide what these slopes add."""
        found = []
        for name, column in self.columns.items():
            other = {**self.columns, name: np.roll(column, 1, axis=0)}
            here, there = (self.design(0, slopes, c) for c in (self.columns, other))
            if not np.allclose(here, there, equal_nan=True):
                found.append(name)
        return found


def _shape(observed: pm.Model, variable: TensorVariable) -> tuple[int, ...] | None:
    dims = observed.named_vars_to_dims.get(variable.name)
    if dims is None:
        return None if None in variable.type.shape else tuple(variable.type.shape)
    lengths = [observed.dim_lengths[d] for d in dims]
    return tuple(map(int, evaluated(lengths)))


def _is_free(observed: pm.Model, variable: TensorVariable, unit: str) -> bool:
    """Return whether it is a parameter without an upper bound, and with a fixed prior."""
    transform = observed.rvs_to_transforms.get(variable)
    return (
        unit not in (observed.named_vars_to_dims.get(variable.name) or ())
        and variable.dtype.startswith("float")
        and (transform is None or isinstance(transform, LogTransform))
        and not set(ancestors(variable.owner.inputs)) & set(observed.basic_RVs)
    )
