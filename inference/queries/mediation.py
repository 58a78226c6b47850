"""Mediation: how much of an effect goes through mediators, and how much does not.

Robins and Greenland (1992), doi:10.1097/00001648-199203000-00013, split a total effect in two ways.
With M the mediators, x for ``do`` and x' for ``versus``:

    pure direct    Y(x, M(x')) - Y(x')      and    total indirect    Y(x) - Y(x, M(x'))
    total direct   Y(x) - Y(x', M(x))       and    pure indirect     Y(x', M(x)) - Y(x')

Each line adds up to Y(x) - Y(x'). "Total" is what contains the interaction of direct and indirect;
the lines agree where there is none. Pearl (2001), doi:10.48550/arXiv.1301.2300, calls the pure ones
natural.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, final, override

from pytensor.tensor import TensorVariable

from ..errors import QueryError
from ..scm.equations import Equations
from ..scm.interventions import Do, as_in
from .documented import documented
from .dos import interventions, targets, written
from .intervened import Intervened
from .means import MeanOrUnits
from .unit_level import what
from .view import View

__all__ = ["CDE", "NDE", "NIE"]


@dataclass(frozen=True, eq=False)
class _Natural(MeanOrUnits, Intervened, ABC):
    """What the two natural effects share: a third world, which takes mediators from another one.

    Parameters
    ----------
    mediators : str or sequence of str
        The variables between `do` and the outcome that an effect goes through.
    pure : bool
        Which of the two decompositions.
    """

    _: KW_ONLY
    mediators: str | Sequence[str]
    pure: bool = False
    nested: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check that there are mediators, each once."""
        super().__post_init__()
        if not isinstance(self.mediators, str | Sequence) or not all(
            isinstance(m, str) for m in self.mediators
        ):
            raise QueryError(f"mediators are names of variables, not {self.mediators!r}")
        names = self._mediators
        if not names or len(set(names)) < len(names):
            raise QueryError(
                f"{type(self).__name__} needs mediators, each once, such as mediators=['m']; "
                f"got {self.mediators!r}"
            )

    @property
    def _mediators(self) -> tuple[str, ...]:
        return (self.mediators,) if isinstance(self.mediators, str) else tuple(self.mediators)

    @override
    def worlds(self, dose: Do) -> dict[str, Do]:
        worlds = super().worlds(dose)
        own, other = ("versus", "do") if self.pure else ("do", "versus")
        worlds["cross"] = {**worlds[own], **{m: as_in(other) for m in self._mediators}}
        return worlds

    @override
    def check(self, equations: Equations) -> None:
        for name in self._mediators:
            equations.require(name, "`mediators` names", QueryError)
        for dose in self.doses:
            moved = targets(equations, dose, self.worlds(dose)["versus"])
            if replaced := moved & set(self._mediators):
                raise QueryError(
                    f"`mediators` names {min(replaced)!r}, which `do` or `versus` replaces, so "
                    "that no effect goes through it; to hold it fixed ask a CDE"
                )
            way = equations.descendants(moved) & equations.ancestors([self.outcome])
            between = [n for n in equations if n in way - moved - {self.outcome}]
            if astray := [m for m in self._mediators if m not in between]:
                raise QueryError(
                    f"`mediators` names {astray[0]!r}, which does not lie between "
                    f"{', '.join(sorted(moved)) or 'nothing done'} and {self.outcome!r}; there is "
                    f"{', '.join(between) or 'nothing'}"
                )

    @property
    def _through(self) -> str:
        return ", ".join(self._mediators)


@final
@documented
@dataclass(frozen=True, eq=False)
class NDE(_Natural):
    """The natural direct effect: the mean of Y_i(do, M_i(versus)) - Y_i(versus).

    What `do` does to the outcome while each unit's mediators stay as they are in `versus`. NDE and
    NIE with the same `pure` add up to the ATE.

    Parameters
    ----------
    mediators : str or sequence of str
        The variables between `do` and the outcome whose way is closed. What lies between them and
        is not named goes with the direct effect.
    pure : bool
        Which of the two decompositions: by default the pure direct effect above, which goes with
        the total indirect one; with ``pure=True`` the direct effect that goes with the *pure
        indirect* one, Y_i(do) - Y_i(versus, M_i(do)), which is the total direct effect of Robins
        and Greenland (1992), doi:10.1097/00001648-199203000-00013.

    Notes
    -----
    No linearity is assumed: the mediators' values are
    each unit's own, under the coupling that the answer's attributes state. Pearl (2001),
    doi:10.48550/arXiv.1301.2300.

    Examples
    --------
    >>> NDE("y", do={"t": 1}, versus={"t": 0}, mediators=["m"]).worlds({"t": 1})["cross"]
    {'t': 1, 'm': as_in('versus')}
    """

    @override
    def contrast(self, view: View) -> TensorVariable:
        pair = ("do", "cross") if self.pure else ("cross", "versus")
        return view.difference(self, *pair)

    @override
    def describe_estimand(self) -> str:
        formula, kind = (
            ("Y_i(do) - Y_i(versus, M_i(do))", "total")
            if self.pure
            else ("Y_i(do, M_i(versus)) - Y_i(versus)", "pure")
        )
        return (
            f"{self.whose}{formula}, M being {self._through}: the natural ({kind}) direct effect "
            f"on {what(self)}"
        )


@final
@documented
@dataclass(frozen=True, eq=False)
class NIE(_Natural):
    """The natural indirect effect: the mean of Y_i(do) - Y_i(do, M_i(versus)).

    What the mediators alone do to the outcome. NDE and NIE with the same `pure` add up to the ATE.

    Parameters
    ----------
    mediators : str or sequence of str
        The variables between `do` and the outcome that the effect goes through.
    pure : bool
        Which of the two decompositions: by default the total indirect effect above, which goes with
        the pure direct one; with ``pure=True`` the pure indirect effect,
        Y_i(versus, M_i(do)) - Y_i(versus), the NIE of Pearl (2001), doi:10.48550/arXiv.1301.2300.

    Notes
    -----
    The two kinds differ where the effects of `do` and of
    the mediators interact: Robins and Greenland (1992), doi:10.1097/00001648-199203000-00013.

    Examples
    --------
    >>> NIE("y", do={"t": 1}, versus={"t": 0}, mediators="m", pure=True).worlds({"t": 1})["cross"]
    {'t': set_to(0), 'm': as_in('do')}
    """

    @override
    def contrast(self, view: View) -> TensorVariable:
        pair = ("cross", "versus") if self.pure else ("do", "cross")
        return view.difference(self, *pair)

    @override
    def describe_estimand(self) -> str:
        formula, kind = (
            ("Y_i(versus, M_i(do)) - Y_i(versus)", "pure")
            if self.pure
            else ("Y_i(do) - Y_i(do, M_i(versus))", "total")
        )
        return (
            f"{self.whose}{formula}, M being {self._through}: the natural ({kind}) indirect effect "
            f"on {what(self)}"
        )


@final
@documented
@dataclass(frozen=True, eq=False)
class CDE(MeanOrUnits, Intervened):
    """The controlled direct effect: the mean of Y_i(do, hold) - Y_i(versus, hold).

    Parameters
    ----------
    hold : mapping of str to intervention or number
        What is held in both worlds, usually mediators at chosen values.

    Notes
    -----
    Unlike an NDE it asks of nothing that could not be
    done, and there is one for each value held. Pearl (2001), doi:10.48550/arXiv.1301.2300.

    Examples
    --------
    >>> CDE("y", do={"t": 1}, versus={"t": 0}, hold={"m": 3}).worlds({})["versus"]
    {'t': set_to(0), 'm': set_to(3)}
    """

    _: KW_ONLY
    hold: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Check that something is held that the worlds do not set."""
        super().__post_init__()
        held = interventions(self.hold, "hold")
        if not held:
            raise QueryError("CDE needs variables to hold, such as hold={'m': 3}; else ask an ATE")
        for dose in self.doses:
            if both := set(held) & {*dose, *super().worlds(dose)["versus"]}:
                raise QueryError(
                    f"`hold` names {min(both)!r}, which `do` or `versus` sets too; name it once"
                )

    @override
    def check(self, equations: Equations) -> None:
        held = targets(equations, interventions(self.hold, "hold"))
        if self.outcome in held:
            raise QueryError(
                f"`hold` names {self.outcome!r}, the outcome, which no treatment moves then; "
                "hold what acts on it"
            )
        # A policy may read what the equations do not.
        ruled = [v for dose in self.doses for do in self.worlds(dose).values() for v in do.values()]
        idle = held - equations.ancestors([self.outcome])
        if idle and not any(v.free for v in ruled):
            causes = equations.ancestors([self.outcome]) - {self.outcome}
            raise QueryError(
                f"`hold` names {min(idle)!r}, which does not act on {self.outcome!r}, so that "
                f"holding it changes nothing; what does: {', '.join(sorted(causes)) or 'nothing'}"
            )

    @override
    def worlds(self, dose: Do) -> dict[str, Do]:
        held = interventions(self.hold, "hold")
        return {label: {**do, **held} for label, do in super().worlds(dose).items()}

    @override
    def contrast(self, view: View) -> TensorVariable:
        return view.difference(self)

    @override
    def describe_estimand(self) -> str:
        held = written(interventions(self.hold, "hold"))
        return (
            f"{self.whose}Y_i(do, hold) - Y_i(versus, hold), holding {held}: the controlled direct "
            f"effect on {what(self)}"
        )
