"""Compliance with an instrument: principal strata, and the effect on compliers.

Each unit has a treatment that it takes with the instrument on and one with it off; together they
are its principal stratum, which no treatment changes (Frangakis and Rubin 2002,
doi:10.1111/j.0006-341X.2002.00021.x). The strata are read from the treatment's own equation, unit
by unit, so that they depend on the coupling of the treatment's mechanism: under the monotone one an
instrument that raises everybody's chance makes no defiers, under the independent one it does. The
answer's attributes state the coupling; `across_couplings` shows the spread.
"""

from __future__ import annotations

from abc import ABC
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, final, override

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from ..errors import QueryError
from ..inputs.arrays import numbers, shown
from ..scm.equations import Equations
from ..scm.interventions import Do, set_to
from ..scm.table import Table
from .binary import check_binary, happened
from .documented import documented
from .dos import interventions
from .means import EVERYONE, MeanOrUnits
from .unit_level import what
from .view import View

__all__ = ["LATE", "PrincipalStrata"]

STRATA = ("complier", "always-taker", "never-taker", "defier")


@dataclass(frozen=True, eq=False)
class _Instrumented(MeanOrUnits, ABC):
    """What both share: the worlds ``"on"`` and ``"off"``, which set the instrument.

    Parameters
    ----------
    treatment : str
        A binary mechanism.
    instrument : str
        A cause of it.
    levels : tuple of (off, on)
        The two values of the instrument.
    """

    _: KW_ONLY
    treatment: str
    instrument: str
    levels: tuple[float, float] = (0, 1)
    nested: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check what can be checked without a model."""
        if not isinstance(self.treatment, str) or not isinstance(self.instrument, str):
            raise QueryError(
                f"treatment and instrument are names of variables, not {self.treatment!r} and "
                f"{self.instrument!r}"
            )
        if self.treatment == self.instrument:
            raise QueryError(f"treatment and instrument are both {self.treatment!r}; they differ")
        levels = numbers(self.levels)
        if levels is None or levels.shape != (2,) or levels[0] == levels[1]:
            raise QueryError(
                f"levels are two values of the instrument, off and on, not {shown(self.levels)}"
            )
        super().__post_init__()
        object.__setattr__(self, "doses", (interventions({self.treatment: 1}, "do"),))

    @override
    def worlds(self, dose: Do) -> dict[str, Do]:
        off, on = (set_to(level) for level in self.levels)
        return {"off": {self.instrument: off}, "on": {self.instrument: on}}

    @override
    def check(self, equations: Equations) -> None:
        check_binary(equations, self.treatment, "the treatment is")
        equations.require(self.instrument, "the instrument is", QueryError)
        if self.instrument not in equations.ancestors([self.treatment]):
            raise QueryError(
                f"the instrument {self.instrument!r} does not act on the treatment "
                f"{self.treatment!r} in this model, so that nobody complies; what acts on it: "
                f"{', '.join(sorted(equations[self.treatment].parents)) or 'nothing'}"
            )

    def takes(self, view: View, world: str) -> TensorVariable:
        """Return whether each unit takes the treatment in the world ``"on"`` or ``"off"``."""
        return happened(view, self.treatment, view.cross.world(world)[self.treatment])


@final
@documented
@dataclass(frozen=True, eq=False)
class LATE(_Instrumented):
    """The local average effect: the mean of Y_i(treated) - Y_i(untreated) over compliers.

    Compliers take the treatment with the instrument on and do not with it off.

    Parameters
    ----------
    outcome : str
        A mechanism, or a Deterministic with the unit dimension.
    where : boolean array of shape (unit,) or callable, optional
        The units among whom compliers are averaged over, by default all; a callable maps the
        natural world's variables to a boolean tensor.

    Notes
    -----
    Imbens and Angrist (1994), doi:10.2307/2951620. They
    identify it by the instrument acting through the treatment alone; here it is what the model says
    of the compliers, whether or not the instrument acts otherwise too. A draw without any is NaN.

    Examples
    --------
    >>> LATE("y", treatment="t", instrument="z").worlds({})["on"]
    {'z': set_to(1)}
    """

    outcome: str
    subset: ClassVar[str] = "compliers"

    @property
    @override
    def whom(self) -> str:
        return "compliers" + ("" if self.where is None else " among those that `where` selects")

    @override
    def worlds(self, dose: Do) -> dict[str, Do]:
        untreated = interventions({self.treatment: 0}, "versus")
        return {"do": dose, "versus": untreated, **super().worlds(dose)}

    @override
    def contrast(self, view: View) -> TensorVariable:
        return view.difference(self)

    @override
    def weight(self, view: View) -> TensorVariable:
        complies = pt.and_(self.takes(view, "on"), ~self.takes(view, "off"))
        return super().weight(view) * complies

    @override
    def describe_estimand(self) -> str:
        return (
            f"{self.whose}Y_i(do) - Y_i(versus), the local average effect on {what(self)} "
            f"({self.treatment} of compliers follows {self.instrument} from {self.levels[0]} to "
            f"{self.levels[1]}) under do({self.treatment} = 1) against do({self.treatment} = 0)"
        )


@final
@documented
@dataclass(frozen=True, eq=False)
class PrincipalStrata(_Instrumented):
    """The shares of compliers, always-takers, never-takers and defiers; dimension ``stratum``.

    ``by="unit"`` says of each unit, and draw by draw, which stratum it is in (1, else 0).
    Frangakis and Rubin (2002), doi:10.1111/j.0006-341X.2002.00021.x.

    Examples
    --------
    >>> PrincipalStrata(treatment="t", instrument="z").outcome
    't'
    """

    counts: ClassVar[str] = "treatments taken"

    def __post_init__(self) -> None:
        """The outcome is the treatment taken."""
        object.__setattr__(self, "outcome", self.treatment)
        super().__post_init__()

    @override
    def contrast(self, view: View) -> TensorVariable:
        on, off = self.takes(view, "on"), self.takes(view, "off")
        columns = [on & ~off, on & off, ~on & ~off, ~on & off]
        return pt.stack(columns, axis=-1).astype("float64")

    @override
    def coords(self, columns: Table, labels: NDArray[Any]) -> dict[str, Any]:
        return {**super().coords(columns, labels), "stratum": np.array(STRATA)}

    @override
    def describe_estimand(self) -> str:
        share = "stratum" if self.by else "shares of the strata"
        among = "" if self.whom == EVERYONE else f" among {self.whom}"
        return f"{share} of compliance of {self.treatment} with {self.instrument}{among}"

    @override
    def sentence(self) -> str:
        return f"{self.describe_estimand()}, from {self.levels[0]} to {self.levels[1]}"
