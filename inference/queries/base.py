"""What every query is: named worlds, and a functional of the outcomes in them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, fields
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable

from ..errors import QueryError
from ..inputs.arrays import copied, shown
from ..inputs.scalars import checked_seed, positive_whole
from ..scm.equations import Equations
from ..scm.evidence import Data
from ..scm.interventions import Do, Intervention
from ..scm.table import Table
from .dos import written
from .view import Subject, View, Where

__all__ = ["Query", "Units"]

Units = Literal["observed", "new"]


@dataclass(frozen=True, eq=False)
class Query(Subject, ABC):
    """An estimand as a value; ask it of a `World` or of a `Posterior`.

    A class is abstract or final, and lists all that it takes. What the engine reads of every query
    stands here, whether a class lets it be chosen or not.

    Parameters
    ----------
    units : {"observed", "new"}, optional
        The units of the evidence, each with its own noise (rung 3), or new ones of the model's own
        population (rung 2). By default the observed ones where there is evidence.
    size : int, optional
        How many new units a draw has; by default as many as were observed.
    given : table, optional
        What is known of the new units, a row for each: all ``pm.Data`` of units, and mechanisms
        whose causes are given too. By default the rows of the units seen.
    expectation : bool
        Whether the outcome's own noise is averaged out, which asks of the mean of its
        distribution given its parents instead of the outcome itself. Of a category that is the
        probability of each, along the dimension ``<outcome>_category``.
    coupling : str or mapping of str to str, optional
        The coupling of discrete mechanisms, for all or by name; by default each family's default.
    dose : str
        The name of the dimension of a sequence of interventions.
    seed : int, optional
        Of the noise to be drawn; by default that of the world or posterior.

    Attributes
    ----------
    outcome : str
        The variable asked about.
    where : boolean array of shape (unit,), callable or None
        The units asked about; None for all.
    summary : bool
        Whether the answer is the mean and the standard deviation over draws, not all draws.
    doses : tuple of mappings of str to Intervention
        What is done, once for each element of the answer along `dose`.
    """

    _: KW_ONLY
    units: Units | None = None
    size: int | None = None
    given: Data | None = field(default=None, repr=False)
    expectation: bool = False
    coupling: str | Mapping[str, str] | None = None
    dose: str = "dose"
    seed: int | None = None
    where: Where = field(init=False, repr=False, default=None)
    summary: bool = field(init=False, repr=False, default=False)

    # What must be given although it has a default, since it follows what has one.
    needs: ClassVar[tuple[str, ...]] = ()
    # What is counted, where an expectation has no meaning.
    counts: ClassVar[str] = ""
    rung_three_only: ClassVar[bool] = False
    # About one unit in several worlds at once, which is rung 3 for new units too.
    nested: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Keep what the caller may change, and check what can be checked without a model."""
        for one in fields(self):
            if one.init:
                object.__setattr__(self, one.name, _kept(self, one.name))
            if one.type == "bool" and not isinstance(getattr(self, one.name), bool | np.bool_):
                value = shown(getattr(self, one.name), 40)
                raise QueryError(f"{one.name} is True or False, not {value}")
        name = type(self).__name__
        if not isinstance(self.units, str | None):
            raise QueryError(
                f"units is 'observed' or 'new', not {shown(self.units, 40)}; which of the observed "
                "units are meant says where= (an average), or the answer's own .sel (unit by unit)"
            )
        if not isinstance(self.outcome, str):
            raise QueryError(f"the outcome is a variable's name, not {self.outcome!r}")
        if self.units not in (None, "observed", "new"):
            raise QueryError(f"units is 'observed' or 'new', not {self.units!r}")
        if self.rung_three_only and self.units == "new":
            raise QueryError(
                f"{name} is about observed units (rung 3); for new ones ask PotentialOutcome or ATE"
            )
        if self.size is not None:
            object.__setattr__(self, "size", positive_whole("size", self.size))
            if self.units != "new":
                raise QueryError("size is the number of new units; give units='new' with it")
        if self.given is not None and (self.units != "new" or self.size is not None):
            raise QueryError(
                "given is a table of new units, a row for each; give units='new' with it, no size"
            )
        if self.seed is not None:
            object.__setattr__(self, "seed", checked_seed(self.seed))
        if not isinstance(self.dose, str) or not self.dose:
            raise QueryError(f"dose is the name of a dimension, not {self.dose!r}")
        if self.counts and self.expectation:
            raise QueryError(f"{name} is about {self.counts}, not an expectation")

    @property
    def over_units(self) -> bool:
        """Whether the answer has the unit dimension."""
        return False

    @property
    def leaves_out(self) -> bool:
        """Whether an answer over units is NaN for the units that it is not about."""
        return False

    @property
    def is_ladder(self) -> bool:
        """Whether the query asks of a sequence of interventions."""
        return False

    @property
    def dose_labels(self) -> NDArray[Any]:
        """The coordinate of the dose dimension: the numbers, where that says it all."""
        if all(len(d) == 1 for d in self.doses) and len({n for d in self.doses for n in d}) == 1:
            steps = [next(iter(d.values())) for d in self.doses]
            if len({s.rule for s in steps}) == 1 and all(
                s.amount is not None and s.amount.ndim == 0 for s in steps
            ):
                return np.array([s.amount for s in steps])
        return np.array([written(d) or "as it was" for d in self.doses])

    @property
    def actions(self) -> list[tuple[str, Intervention]]:
        """Every intervention in every world of the query, with its target."""
        worlds = [do for dose in self.doses for do in self.worlds(dose).values()]
        return [action for do in worlds for action in do.items()]

    @property
    def conditions(self) -> list[Any]:
        """Every condition on units: the query's own, and those of its interventions."""
        return [self.where, *(action.where for _, action in self.actions)]

    @property
    def named_columns(self) -> frozenset[str]:
        """The columns that units are selected or grouped by, where they go by name."""
        return frozenset(str(n) for w in self.conditions if isinstance(w, Mapping) for n in w)

    @abstractmethod
    def worlds(self, dose: Do) -> dict[str, Do]:
        """Return the worlds that the query compares at one dose, by name."""

    def check(self, equations: Equations) -> None:
        """Raise a `QueryError` where the query has no meaning for a model with these equations."""
        return

    @abstractmethod
    def functional(self, view: View) -> TensorVariable:
        """Return the estimand in core shape, from the outcomes of the worlds in `view`."""

    def variance(self, view: View) -> TensorVariable | None:
        """Return the Monte Carlo variance that new units give the functional, if it is known."""
        return None

    @abstractmethod
    def coords(self, columns: Table, labels: NDArray[Any]) -> dict[str, Any]:
        """Return the functional's leading dimensions with their coordinates.

        Parameters
        ----------
        columns : Table
            Of the observed units.
        labels : array of shape (unit,)
            Of the units.

        Returns
        -------
        dict of str to array
        """

    @abstractmethod
    def describe_estimand(self) -> str:
        """Return the estimand in words."""

    def sentence(self) -> str:
        """Return the estimand with its interventions, in words."""
        return self.describe_estimand()


def _kept(query: Query, name: str) -> Any:
    """Return what the query was given, as it is now."""
    try:
        return copied(getattr(query, name))
    except RecursionError:
        raise QueryError(f"{name} is a list or a mapping that holds itself") from None
