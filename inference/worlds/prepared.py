"""A world prepared: what simulates a model is worked out once, for one truth after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pymc as pm
from numpy.typing import ArrayLike, NDArray

from ..engine.feeds import generator
from ..engine.state import State
from ..errors import DataError, ModelError, unknown
from ..families.form import structural_form
from ..inputs.scalars import checked_names, positive_whole
from ..scm.equations import Equations, with_units
from ..scm.evidence import Evidence
from ..scm.structural import checked_coupling, noise_name, structural
from ..scm.written import as_written
from .simulation import check_parameters, check_simulated, computing, given_values, noise_law

__all__ = ["PreparedWorld", "named"]

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class PreparedWorld:
    """What simulates a model, ready to be run; `World.simulate` says what the fields mean.

    Attributes
    ----------
    equations : Equations
        The model's, with the world's units.
    seen : tuple of str
        What the analyst sees.
    rows : tuple of str
        The variables that have units.
    noise : mapping of str to (law, shape)
        Of each mechanism.
    """

    equations: Equations
    coupling: Mapping[str, str]
    seen: tuple[str, ...]
    rows: tuple[str, ...]
    noise: Mapping[str, tuple[Any, tuple[int, ...]]]
    _function: Callable[..., list[NDArray[Any]]]

    @classmethod
    def of(
        cls,
        model: pm.Model,
        parameters: Mapping[str, ArrayLike],
        *,
        units: int,
        hidden: tuple[str, ...] = (),
        given: Mapping[str, ArrayLike] | None = None,
        coupling: Mapping[str, str] | None = None,
        unit: str = "unit",
    ) -> PreparedWorld:
        """Return what simulates a model.

        Parameters
        ----------
        model : pm.Model
        parameters : mapping of str to array
            Of one of the worlds: they are looked at before anything is worked out.
        units, hidden, given, coupling, unit
            As `World.simulate` takes them.
        """
        units = positive_whole("units", units, DataError)
        written = as_written(model, unit, parameters=named(parameters))
        held = given_values(written.equations, {} if given is None else given)
        coupling = checked_coupling(written.model, coupling)
        sized = with_units(written.model, np.arange(units), held, written.unit)
        equations = Equations(sized, written.unit)
        check_parameters(equations, parameters)
        if isinstance(hidden, str):
            raise ModelError(f"hidden is a tuple of names; write ({hidden!r},)")
        hidden = checked_names("hidden", hidden, ModelError)
        _check(equations, hidden)
        form = structural(sized, unit=written.unit, coupling=coupling)
        blank = State.of(equations, Evidence(MappingProxyType({}), np.arange(units)), {})
        rows = tuple(n for n in equations if equations.has_units(n))
        symbols = {n: form[noise_name(n, sized.named_vars)] for n in equations.mechanisms}
        noise, kept = {}, []
        for n in equations.mechanisms:
            noise[n] = noise_law(blank, n, coupling.get(n))
            law = structural_form.of(equations[n].expression, coupling.get(n))
            kept.append(law.embed(symbols[n]))
        inputs = [*(form[n] for n in equations.parameters), *symbols.values()]
        function = computing([*(form[n] for n in rows), *kept], inputs, units)
        seen = (*equations.mechanisms, *equations.unit_data)
        return cls(
            equations, coupling, tuple(n for n in seen if n not in hidden), rows, noise, function
        )

    def known(self, parameters: Mapping[str, ArrayLike]) -> Arrays:
        """Return the parameters, checked, as arrays."""
        return check_parameters(self.equations, parameters)

    def drawn(self, known: Arrays, seed: int) -> tuple[Arrays, Arrays]:
        """Return the variables that have units, and the noise behind the mechanisms.

        Parameters
        ----------
        known : dict of str to array
            Of `known`.
        seed : int
        """
        fresh = [
            law.sample(generator(seed, f"world {n}"), shape)
            for n, (law, shape) in self.noise.items()
        ]
        values = self._function(*(known[n] for n in self.equations.parameters), *fresh)
        rows = dict(zip(self.rows, values, strict=False))
        check_simulated(self.equations, rows, known)
        return rows, dict(zip(self.noise, values[len(rows) :], strict=True))


def named(parameters: object) -> tuple[str, ...]:
    """Return the names of parameters; none where they are no mapping."""
    return tuple(map(str, parameters)) if isinstance(parameters, Mapping) else ()


def _check(equations: Equations, hidden: tuple[str, ...]) -> None:
    for name, tied in equations.potentials.items():
        raise ModelError(
            f"the Potential {name!r} restricts {', '.join(sorted(tied))}, which nothing can "
            "simulate; write it as a mechanism (a truncated distribution, a selection)"
        )
    for name in hidden:
        if name not in equations.mechanisms:
            raise ModelError(unknown("the hidden variables name", name, equations.mechanisms))
