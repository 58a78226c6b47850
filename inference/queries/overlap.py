"""Average effects where the treatment is not all but certain: weighted by overlap, or trimmed.

Both read each unit's propensity e, the mean of the treatment given its causes, from the model's own
equation for the treatment: draw by draw of a posterior, so that an answer knows how uncertain the
propensity is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, final, override

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from ..errors import QueryError
from ..scm.equations import Equations
from .binary import check_binary
from .documented import documented
from .dos import describe
from .intervened import Intervened
from .means import Mean
from .unit_level import what
from .view import View, weights

__all__ = ["ATO", "TrimmedATE"]


@dataclass(frozen=True, eq=False)
class _Overlap(Mean, Intervened, ABC):
    """The mean of Y_i(do) - Y_i(versus), each unit weighted by how open its treatment was."""

    @property
    def treatment(self) -> str:
        """The variable whose propensity decides."""
        return next(iter(self.doses[0]))

    @override
    def __post_init__(self) -> None:
        """Check that one treatment is set."""
        super().__post_init__()
        for dose in self.doses:
            if len(dose) != 1 or set(dose) != set(self.doses[0]):
                raise QueryError(
                    f"{type(self).__name__} weighs units by the propensity of one treatment, and "
                    f"`do` is {describe(dose)}; set one binary variable"
                )

    @override
    def check(self, equations: Equations) -> None:
        check_binary(equations, self.treatment, "the treatment is")
        equation = equations[self.treatment]
        if equation.kind != "random" or not equations.has_units(self.treatment):
            raise QueryError(
                f"{type(self).__name__} reads the propensity of {self.treatment!r}, which has no "
                f"distribution for each {equations.unit!r}; ask the ATE"
            )

    @override
    def contrast(self, view: View) -> TensorVariable:
        return view.difference(self)

    @override
    def weight(self, view: View) -> TensorVariable:
        propensity = view.cross.natural.expectation(self.treatment)
        return weights(view, self.where) * self.openness(propensity)

    @abstractmethod
    def openness(self, propensity: TensorVariable) -> TensorVariable:
        """Return the weight of each unit, of shape (unit,), from its propensity."""

    @override
    def variance(self, view: View) -> TensorVariable:
        contrast, weight = self.contrast(view), self.weight(view)
        off = contrast - view.mean(contrast, weight)
        spread = pt.shape_padright(weight, contrast.ndim - 1) * off**2
        return view.mean(spread, weight) / weight.sum()

    @override
    def describe_estimand(self) -> str:
        return f"mean over {self.whom} of Y_i(do) - Y_i(versus), the average effect on {what(self)}"


@final
@documented
@dataclass(frozen=True, eq=False)
class ATO(_Overlap):
    """The overlap-weighted average effect: units weighted by e (1 - e), the most open count most.

    Of all weighted averages it is what the data tell most exactly where effects and noise are the
    same for all, and no weight explodes where a treatment is nearly certain.

    Notes
    -----
    Li, Morgan and Zaslavsky (2018), doi:10.1080/01621459.2016.1260466. Least squares without
    interactions tends to nearly the same number, whatever it is called.

    Examples
    --------
    >>> ATO("y", do={"t": 1}, versus={"t": 0}).treatment
    't'
    """

    subset: ClassVar[str] = "all units, weighted by e (1 - e) of their propensity e,"

    @property
    @override
    def whom(self) -> str:
        selected = "" if self.where is None else "those that `where` selects among "
        return selected + self.subset

    @override
    def openness(self, propensity: TensorVariable) -> TensorVariable:
        return propensity * (1.0 - propensity)


@final
@documented
@dataclass(frozen=True, eq=False)
class TrimmedATE(_Overlap):
    """The average effect on the units whose propensity is between `margin` and 1 - `margin`.

    Parameters
    ----------
    margin : float
        Above 0 and below 1/2. Units whose treatment is more certain than that are left out, draw by
        draw of their propensity.

    Notes
    -----
    Crump et al. (2009), doi:10.1093/biomet/asn055, who recommend 0.1.

    Examples
    --------
    >>> TrimmedATE("y", do={"t": 1}, versus={"t": 0}).margin
    0.1
    """

    _: KW_ONLY
    margin: float = 0.1

    @override
    def __post_init__(self) -> None:
        """Check the margin."""
        super().__post_init__()
        number = isinstance(self.margin, int | float | np.number)
        if isinstance(self.margin, bool) or not number or not 0 < self.margin < 0.5:
            raise QueryError(f"margin is a number above 0 and below 0.5, not {self.margin!r}")

    @property
    @override
    def whom(self) -> str:
        ends = f"with a propensity of {self.margin:g} to {1 - self.margin:g}"
        selected = "" if self.where is None else " that `where` selects,"
        return f"the units{selected} {ends}"

    @override
    def openness(self, propensity: TensorVariable) -> TensorVariable:
        inside = pt.and_(pt.ge(propensity, self.margin), pt.le(propensity, 1.0 - self.margin))
        return inside.astype("float64")
