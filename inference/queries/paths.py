"""Effects along chosen paths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import KW_ONLY, dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, final, override

from pytensor.tensor import TensorVariable

from ..engine.pathgraph import Route
from ..errors import QueryError
from ..scm.equations import Equations
from .documented import documented
from .dos import targets
from .intervened import Intervened
from .means import MeanOrUnits
from .unit_level import what
from .view import View

__all__ = ["PSE"]


@final
@documented
@dataclass(frozen=True, eq=False)
class PSE(MeanOrUnits, Intervened):
    """The path-specific effect: what `do` does to the outcome along chosen paths alone.

    The mean of Y_i(path) - Y_i(versus), where in the world "path" each equation reads what `do`
    makes of its parents along the chosen paths, and all else as it is in `versus`. Along all paths
    it is the ATE; along all that avoid a mediator its NDE; along all that meet it its pure NIE.

    Parameters
    ----------
    path : sequence of str, or sequence of such sequences
        One directed path or several, each from a variable of `do` to the outcome, by names.
        Deterministics between may be left out: the step then goes all ways through them.

    Notes
    -----
    Pearl (2001), doi:10.48550/arXiv.1301.2300. Where a
    variable lies on a chosen path and on another that begins alike (a recanting witness), it takes
    one value for each, which no experiment could show; the model's equations and the stated
    coupling determine it. Avin, Shpitser and Pearl (2005), IJCAI 19, 357-363.

    Examples
    --------
    >>> PSE("y", do={"t": 1}, versus={"t": 0}, path=["t", "m", "y"]).paths
    (('t', 'm', 'y'),)
    """

    _: KW_ONLY
    path: Sequence[str] | Sequence[Sequence[str]]
    paths: tuple[Route, ...] = field(init=False, repr=False)
    nested: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check that paths are paths of names, from something done to the outcome."""
        super().__post_init__()
        object.__setattr__(self, "paths", _paths(self.path))
        for path in self.paths:
            if path[-1] != self.outcome:
                raise QueryError(f"the path {_arrows(path)} does not end at {self.outcome!r}")
            for dose in self.doses:
                if path[0] not in dose:
                    raise QueryError(
                        f"the path {_arrows(path)} does not begin at what `do` acts on "
                        f"({', '.join(dose) or 'nothing'})"
                    )
                if replaced := set(path[1:]) & set(dose):
                    raise QueryError(
                        f"the path {_arrows(path)} meets {min(replaced)!r}, which `do` replaces, "
                        "so that no effect goes through it; begin the path there"
                    )

    @override
    def check(self, equations: Equations) -> None:
        for dose in self.doses:
            targets(equations, dose, self.worlds(dose)["versus"])
        self._routes(equations)

    def _routes(self, equations: Equations) -> frozenset[Route]:
        """Return the chosen paths with every edge spelled out."""
        return frozenset(route for path in self.paths for route in _spelled(equations, path))

    @override
    def contrast(self, view: View) -> TensorVariable:
        along = view.cross.along(self._routes(view.cross.equations))
        return view.difference(self, along, "versus")

    @override
    def describe_estimand(self) -> str:
        along = " and ".join(_arrows(path) for path in self.paths)
        return (
            f"{self.whose}Y_i(path) - Y_i(versus), the path-specific effect on {what(self)} along "
            f"{along}"
        )


def _paths(given: Any) -> tuple[Route, ...]:
    """Return one path or several as such, or raise a `QueryError` if they are none."""
    several = given
    if isinstance(given, Sequence) and given and all(isinstance(name, str) for name in given):
        several = [given]
    if (
        isinstance(several, Sequence)
        and several
        and all(isinstance(path, list | tuple) and len(path) > 1 for path in several)
        and all(isinstance(name, str) for path in several for name in path)
    ):
        return tuple(map(tuple, several))
    raise QueryError(
        "path is a sequence of names from a variable of `do` to the outcome, such as "
        f"['t', 'm', 'y'], or several such; got {given!r}"
    )


def _arrows(path: Route) -> str:
    return " -> ".join(path)


def _spelled(equations: Equations, path: Route) -> list[Route]:
    """Return all ways that `path` stands for; raise a `QueryError` if it stands for none."""
    routes: list[Route] = [path[:1]]
    for cause, effect in pairwise(path):
        equations.require(effect, f"the path {_arrows(path)} names", QueryError)
        steps = list(_steps(equations, cause, effect))
        if not steps:
            causes = ", ".join(sorted(equations[effect].parents)) or "nothing"
            raise QueryError(
                f"the path {_arrows(path)} is none of this model's: {effect!r} does not depend on "
                f"{cause!r} directly; it depends on {causes}"
            )
        routes = [(*route, *step) for route in routes for step in steps]
    return routes


def _steps(equations: Equations, cause: str, effect: str) -> Iterator[Route]:
    """Yield the ways from `cause` to `effect` that meet Deterministics alone, without `cause`."""
    for parent in sorted(equations[effect].parents):
        if parent == cause:
            yield (effect,)
        elif equations[parent].kind == "deterministic":
            for way in _steps(equations, cause, parent):
                yield (*way, effect)
