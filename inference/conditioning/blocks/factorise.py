"""The blocks of a posterior: parameters that no term of the log-density joins are independent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from ...scm.equations import Equations

__all__ = ["Block", "blocks_of"]


@dataclass(frozen=True)
class Block:
    """Unknowns that share terms of the log-density, and those terms.

    Attributes
    ----------
    unknowns : tuple of str
        Random variables whose value is not seen, parents first.
    seen : tuple of str
        Mechanisms whose values are seen and whose likelihood reads an unknown of this block.
    potentials : tuple of str
        Potentials that read one.
    """

    unknowns: tuple[str, ...]
    seen: tuple[str, ...]
    potentials: tuple[str, ...]

    @property
    def name(self) -> str:
        """What tells this block from others of the same model: its unknowns, in order."""
        return ",".join(self.unknowns)


def blocks_of(equations: Equations, seen: Collection[str]) -> tuple[Block, ...]:
    """Return the independent blocks of the posterior given what is seen.

    The posterior density is a product of one factor a block: each term of the log-density (a
    prior, a likelihood, a Potential) reads the unknowns of one block only.

    Parameters
    ----------
    equations : Equations
        The model's.
    seen : collection of str
        Random variables whose every value is known.

    Returns
    -------
    tuple of Block
        In the order of their first unknown. A variable that holds several values (a vector) is
        never divided.

    Examples
    --------
    >>> import pymc as pm
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     a, b = pm.Normal("a"), pm.Normal("b")
    ...     x = pm.Normal("x", a, 1, dims="unit")
    ...     y = pm.Normal("y", b * x, 1, dims="unit")
    >>> [block.unknowns for block in blocks_of(Equations(model), {"x", "y"})]
    [('a',), ('b',)]
    """
    unknown = [n for n, e in equations.items() if e.kind == "random" and n not in seen]
    terms = dict(_terms(equations, set(unknown)))
    group = {name: [name] for name in unknown}
    for read in terms.values():
        for name in read[1:]:
            if group[name] is not group[read[0]]:
                group[read[0]] += group[name]
                group |= dict.fromkeys(group[name], group[read[0]])
    place = {name: k for k, name in enumerate(equations)}
    groups = {id(g): sorted(g, key=lambda n: place[n]) for g in group.values()}
    return tuple(
        _block(equations, g, terms) for g in sorted(groups.values(), key=lambda g: place[g[0]])
    )


def _terms(equations: Equations, unknown: set[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each term of the log-density with the unknowns that it reads."""
    random = {n for n, e in equations.items() if e.kind == "random"}
    for name, equation in equations.items():
        if equation.kind in ("random", "potential"):
            read = equations.causes(name, random) & unknown
            yield name, sorted(read | ({name} & unknown))


def _block(equations: Equations, group: Iterable[str], terms: dict[str, list[str]]) -> Block:
    members = set(group)
    touching = [n for n, read in terms.items() if members & set(read)]
    return Block(
        tuple(group),
        tuple(n for n in touching if equations[n].kind == "random" and n not in members),
        tuple(n for n in touching if equations[n].kind == "potential"),
    )
