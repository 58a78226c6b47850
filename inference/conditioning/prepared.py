"""A model prepared: what is compiled for it serves all data of one kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pymc as pm
from pytensor.compile.sharedvalue import SharedVariable

from ..scm.equations import Equations
from ..scm.evidence import Evidence
from ..scm.observe import observe
from ..scm.written import Written
from .compiled.density import compiled_density
from .latents.integrated import Integrated, Pattern, patterns

__all__ = ["Compiled", "Prepared"]


@dataclass(frozen=True)
class JointKey:
    """What the joint density of parameters and latents is compiled for.

    Attributes
    ----------
    labels : tuple
        Of the units.
    columns : tuple of (str, shape)
    gaps : tuple of (str, bytes)
        Which values of a column are missing.
    given : tuple of (str, bytes)
        What the model takes as given, on which it may depend where chains begin.
    keep : tuple of str
        The variables that draws have.
    """

    labels: tuple[Any, ...]
    columns: tuple[tuple[str, tuple[int, ...]], ...]
    gaps: tuple[tuple[str, bytes], ...]
    given: tuple[tuple[str, bytes], ...]
    keep: tuple[str, ...]


@dataclass(frozen=True)
class ObservedKey:
    """What an observed model is made for; the fields are those of `JointKey`."""

    unit: str
    labels: tuple[Any, ...]
    columns: tuple[tuple[str, tuple[int, ...]], ...]
    gaps: tuple[tuple[str, bytes], ...]
    given: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class IntegratedKey:
    """What the density of the parameters alone is compiled for."""

    unit: str
    patterns: tuple[Pattern, ...]
    names: tuple[str, ...]
    exact: bool


@dataclass(eq=False)
class Latest[K, V]:
    """What was made last, under the key that says what it serves."""

    _key: K | None = None
    _value: V | None = None

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return what serves `key`, made where need be.

        Parameters
        ----------
        key : K
        make : callable
        """
        if self._value is None or self._key != key:
            self._value = make()  # may raise, and then serves nothing
            self._key = key
        return self._value


@dataclass(eq=False)
class Compiled:
    """What is compiled for one model: the last density of either kind."""

    _joint: Latest[JointKey, Any] = field(default_factory=Latest)
    _integrated: Latest[IntegratedKey, Integrated] = field(default_factory=Latest)
    _blocks: dict[str, Compiled] = field(default_factory=dict)

    def block(self, name: str) -> Compiled:
        """Return what is compiled for one block of the model."""
        return self._blocks.setdefault(name, Compiled())

    def joint_density(self, model: pm.Model, keep: Sequence[str], evidence: Evidence) -> Any:
        """Return the density of parameters and latents, as nutpie takes it.

        Parameters
        ----------
        model : pm.Model
            With its data observed as shared variables.
        keep : sequence of str
            The variables that draws have.
        evidence : Evidence
            What is observed in `model`.

        Returns
        -------
        nutpie.compile_pymc.CompiledPyMCModel
            With the data of `model`.
        """
        key = JointKey(
            tuple(evidence.labels.tolist()),
            tuple((n, v.shape) for n, v in evidence.columns.items()),
            tuple((n, v.tobytes()) for n, v in evidence.gaps.items()),
            tuple((v.name, v.get_value(borrow=True).tobytes()) for v in model.data_vars),
            tuple(keep),
        )
        density = self._joint.get(key, lambda: compiled_density(model, keep))
        data = [model.rvs_to_values[v] for v in model.observed_RVs]
        read = {v.name for v in density.shared_var_keys}
        return density.with_data(
            **{
                v.name: v.get_value(borrow=True)
                for v in data
                if isinstance(v, SharedVariable) and v.name in read
            }
        )

    def integrated(
        self,
        equations: Equations,
        evidence: Evidence,
        names: Sequence[str],
        make: Callable[[], Integrated],
        exact: bool = True,
    ) -> Integrated:
        """Return the density of the parameters alone.

        Parameters
        ----------
        equations : Equations
        evidence : Evidence
        names : sequence of str
            The parameters, and what is computed from them, that draws have.
        make : callable
            Compiles it.
        exact : bool
            As for `without_latents`.
        """
        key = IntegratedKey(equations.unit, patterns(equations, evidence), tuple(names), exact)
        return self._integrated.get(key, make)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A model that keeps what is compiled for it; `condition` takes one in place of a model.

    Attributes
    ----------
    model : pm.Model
        Not to be changed from now on.

    Notes
    -----
    The posterior is the one that `condition` gives of the model itself: the same draws for the
    same data and seed. With nutpie only the first of several data sets of the same units and
    columns waits for the compiler; where latents are integrated out, units may differ too. With
    NumPyro the process keeps what is compiled for data of the same shape; PyMC compiles each time.
    Only what serves the last data is kept.

    Examples
    --------
    >>> import pymc as pm
    >>> from ifonly.inference import condition
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     y = pm.Normal("y", pm.Normal("mean"), 1, dims="unit")
    >>> prepared, short = Prepared(model), {"draws": 50, "tune": 50, "progress": False}
    >>> one = condition(prepared, {"y": [1.0, 2.0]}, seed=1, **short)  # compiles
    >>> two = condition(prepared, {"y": [3.0, 0.0]}, seed=1, **short)  # does not
    """

    model: pm.Model
    compiled: Compiled = field(default_factory=Compiled, repr=False)
    _written: dict[str, Written] = field(default_factory=dict, repr=False)
    _observed: Latest[ObservedKey, tuple[pm.Model, Equations]] = field(
        default_factory=Latest, repr=False
    )

    def observed(self, written: Written, evidence: Evidence) -> tuple[pm.Model, Equations]:
        """Return the model observed, as `observe` does: the very same for data of one kind.

        Its numbers are then those of the data given last, so that a posterior that is kept longer
        than that has a model of other data. It is for who asks a posterior and lets go of it.

        Parameters
        ----------
        written : Written
            Of `written`.
        evidence : Evidence
        """
        data = written.equations.unit_data
        key = ObservedKey(
            written.unit,
            tuple(evidence.labels.tolist()),
            tuple((n, v.shape) for n, v in evidence.columns.items()),
            tuple((n, v.tobytes()) for n, v in evidence.gaps.items()),
            tuple((n, evidence.columns[n].tobytes()) for n in data),
        )
        make = partial(observe, written.model, evidence, written.unit)
        model, equations = self._observed.get(key, make)
        for rv in model.observed_RVs:
            model.rvs_to_values[rv].set_value(evidence.columns[rv.name].astype(rv.dtype))
        return model, equations

    def written(self, unit: str) -> Written:
        """Return the model as it is read, once for each name of the unit dimension."""
        return self._written.setdefault(unit, Written(self.model, unit))
