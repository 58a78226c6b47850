"""Many runs of a trial at once: one compiled function, over an axis of runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import ArrayLike, NDArray
from pytensor.graph.replace import graph_replace, vectorize_graph

from ...engine.feeds import noise_width
from ...engine.state import State
from ...errors import ModelError, QueryError, unknown
from ...families.form import LAWS, structural_form
from ...scm.equations import Equations, with_units
from ...scm.evidence import Evidence
from ...scm.structural import noise_name, structural
from ...symbolic.notes import without_notes
from ...worlds.simulation import check_parameters

__all__ = ["Simulator"]


class Simulator:
    """A model's units under an assigned treatment, many runs at a time.

    Parameters
    ----------
    model : pm.Model
    treatment : str
        The variable that is assigned.
    units : int
        Of each run.
    unit : str
        Name of the unit dimension.
    outputs : collection of str, optional
        The variables that are read; by default all that have units.

    Raises
    ------
    ModelError
        If the model has a Potential, or data with units, which nothing here can simulate.
    QueryError
        If there is no such treatment.
    """

    def __init__(
        self,
        model: Any,
        treatment: str,
        units: int,
        unit: str = "unit",
        outputs: Collection[str] | None = None,
    ) -> None:
        self.sized = with_units(model, np.arange(units), {}, unit)
        self.equations = Equations(self.sized, unit)
        self.treatment, self.units = treatment, units
        if treatment not in self.equations.mechanisms:
            raise QueryError(
                unknown("the design's treatment is", treatment, self.equations.mechanisms)
            )
        for name in (*self.equations.potentials, *self.equations.unit_data):
            raise ModelError(
                f"{name!r} is a Potential or data with units, which a trial cannot draw anew; "
                "write it as a mechanism"
            )
        form = structural(self.sized, unit=unit)
        read = list(self.equations) if outputs is None else outputs
        self.outputs = [
            n
            for n in self.equations
            if n in read and n != treatment and self.equations.has_units(n)
        ]
        self.noises = [n for n in self.equations.mechanisms if n != treatment]
        self.parameters = list(self.equations.parameters)
        blank = State.of(self.equations, Evidence(MappingProxyType({}), np.arange(units)), {})
        self.laws = {n: _law(blank, self.equations, n) for n in self.noises}
        self.function = self._compiled(form)

    def _compiled(self, form: Any) -> Any:
        """Return the function from arms, parameters and noise, each with runs, to the outputs."""
        sources = [form[self.treatment], *(form[p] for p in self.parameters)]
        sources += [form[noise_name(n, self.sized.named_vars)] for n in self.noises]
        single = [
            pt.tensor(f"one_{k}", dtype=v.dtype, shape=v.type.shape) for k, v in enumerate(sources)
        ]
        many = [
            pt.tensor(f"runs_{k}", dtype=v.dtype, shape=(None, *v.type.shape))
            for k, v in enumerate(single)
        ]
        swaps = dict(zip(sources, single, strict=True))
        graphs = graph_replace([form[n] for n in self.outputs], swaps, strict=False)
        graphs = vectorize_graph(graphs, dict(zip(single, many, strict=True)))
        with without_notes():
            return pytensor.function(many, graphs, mode="NUMBA", on_unused_input="ignore")

    def noise(self, rng: np.random.Generator, runs: int) -> list[NDArray[Any]]:
        """Return the noise of all runs, mechanism by mechanism.

        Parameters
        ----------
        rng : np.random.Generator
        runs : int
        """
        return [law.sample(rng, (runs, *shape)) for law, shape in self.laws.values()]

    def known(self, parameters: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
        """Return the parameters, checked, as arrays."""
        return check_parameters(self.equations, parameters)

    def columns(
        self,
        arm: NDArray[np.int64],
        parameters: Mapping[str, NDArray[Any]],
        noise: list[NDArray[Any]],
    ) -> dict[str, NDArray[Any]]:
        """Return all variables of the units, each of shape (run, unit).

        Parameters
        ----------
        arm : array of shape (run, unit)
        parameters : mapping of str to array of shape (run, ...)
        noise : list of array
            Of `noise`.
        """
        dtype = self.equations[self.treatment].expression.dtype
        values = [arm.astype(dtype), *(parameters[n] for n in self.parameters), *noise]
        found = self.function(*map(np.ascontiguousarray, values))
        # A variable that neither noise nor treatment moves comes without runs.
        shape = (len(arm), self.units)
        columns = {n: _spread(v, shape) for n, v in zip(self.outputs, found, strict=True)}
        return {**columns, self.treatment: arm}


def _law(state: State, equations: Equations, name: str) -> tuple[Any, tuple[int, ...]]:
    rv = equations[name].expression
    form = structural_form.of(rv, None)
    parameters = state.shaped(form.parameters(rv))
    shape = state.batch_shape(name) + noise_width(form.width(*parameters), name)
    return LAWS[form.law], tuple(shape)


def _spread(value: Any, shape: tuple[int, int]) -> NDArray[Any]:
    array = np.asarray(value)
    return np.broadcast_to(array, shape) if array.ndim <= 2 and array.shape != shape else array
