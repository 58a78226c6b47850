"""What the engine offers, read from its source: importing it would load PyMC, which takes seconds.

A sampler, a method, a backend or a query that the engine gains is offered without a line here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

__all__ = ["Field", "Kind", "couplings", "estimators", "kinds", "one_of"]

QUERIES = "queries"


@dataclass(frozen=True)
class Field:
    """A parameter of a query.

    Attributes
    ----------
    annotation : str
        As it is written.
    required : bool
    given : bool
        Whether the constructor takes it.
    """

    annotation: str
    required: bool = False
    given: bool = True


@dataclass(frozen=True)
class Kind:
    """A class of queries.

    Attributes
    ----------
    fields : mapping of str to Field
    constants : mapping of str to object
        Its class variables, as far as they are literals.
    docs : mapping of str to str
        The first sentence on each parameter.
    """

    fields: Mapping[str, Field] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    docs: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs(self) -> tuple[str, ...]:
        """The parameters that it cannot do without."""
        return tuple(n for n, f in self.fields.items() if f.required or n in self._needed)

    @property
    def _needed(self) -> tuple[str, ...]:
        return tuple(self.constants.get("needs", ()))

    @property
    def takes(self) -> tuple[str, ...]:
        """All parameters that mean something to it."""
        idle = {"expectation"} if self.constants.get("counts") else set()
        if not self.constants.get("compares", True):
            idle.add("versus")
        return tuple(n for n, f in self.fields.items() if f.given and n not in idle)


def one_of(file: str, name: str) -> tuple[str, ...]:
    """Return the values of ``NAME = Literal[...]`` in a file of the engine.

    Parameters
    ----------
    file : str
        Its path inside the engine.
    name : str

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> one_of("engine/vectorized.py", "Backend")
    ('numba', 'jax', 'python')
    """
    for node in _tree(file).body:
        if isinstance(node, ast.Assign) and _named(node.targets[0]) == name:
            assert isinstance(node.value, ast.Subscript)
            found = ast.literal_eval(node.value.slice)
            return found if isinstance(found, tuple) else (found,)
    raise LookupError(f"{file} defines no {name}")


@cache
def kinds() -> Mapping[str, Kind]:
    """Return the public queries by name, as the package of queries imports them."""
    public = [
        alias.name
        for node in _tree(f"{QUERIES}/__init__.py").body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    classes: dict[str, ast.ClassDef] = {}
    for path in sorted((_engine() / QUERIES).glob("*.py")):
        body = _tree(f"{QUERIES}/{path.name}").body
        classes |= {node.name: node for node in body if isinstance(node, ast.ClassDef)}
    known: dict[str, Kind] = {}
    final = [n for n in public if "final" in map(_named, classes[n].decorator_list)]
    return {name: _kind(name, classes, known) for name in final}


@cache
def couplings() -> frozenset[str]:
    """Return the couplings that the engine's families have.

    Examples
    --------
    >>> {"monotone", "gumbel_max", "independent"} <= couplings()
    True
    """
    found = set()
    for path in sorted((_engine() / "families").glob("*.py")):
        for node in ast.walk(_tree(f"families/{path.name}")):
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if "coupling" in map(_named, targets) and isinstance(node.value, ast.Constant):
                found.add(str(node.value.value))
    return frozenset(found)


@cache
def estimators() -> tuple[str, ...]:
    """Return the names of the engine's estimators of unit effects.

    Examples
    --------
    >>> estimators()[:3]
    ('zero', 'constant', 'ols')
    """
    for node in _tree("estimators/effects/registry.py").body:
        if isinstance(node, ast.AnnAssign) and _named(node.target) == "_MADE":
            assert isinstance(node.value, ast.Dict)
            return tuple(str(ast.literal_eval(key)) for key in node.value.keys if key is not None)
    raise LookupError("the engine names no estimators")


def _kind(name: str, classes: Mapping[str, ast.ClassDef], known: dict[str, Kind]) -> Kind:
    """Return a class with all that it inherits; as in Python, the first base has the last word."""
    if name in known:
        return known[name]
    node = classes[name]
    found = Kind()
    for base in reversed([_named(b) for b in node.bases]):
        if base in classes:
            found = _over(found, _kind(base, classes, known))
    own = dict(_fields(node))
    constants = {
        _named(n.target): ast.literal_eval(n.value)
        for n in node.body
        if isinstance(n, ast.AnnAssign) and _is_constant(n) and isinstance(n.value, _LITERALS)
    }
    known[name] = _over(found, Kind(own, constants, _docs(ast.get_docstring(node) or "", own)))
    return known[name]


_LITERALS = (ast.Constant, ast.Tuple)


def _over(base: Kind, more: Kind) -> Kind:
    return Kind(
        {**base.fields, **more.fields},
        {**base.constants, **more.constants},
        {**base.docs, **more.docs},
    )


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, Field]]:
    if "dataclass" not in map(_named, node.decorator_list):
        return
    for one in node.body:
        if not isinstance(one, ast.AnnAssign) or _is_constant(one) or _named(one.target) == "_":
            continue
        options = {}
        if isinstance(one.value, ast.Call) and _named(one.value.func) == "field":
            options = {k.arg: k.value for k in one.value.keywords}
        given = ast.unparse(options["init"]) != "False" if "init" in options else True
        annotation = ast.unparse(one.annotation)
        yield _named(one.target), Field(annotation, given and one.value is None, given)


def _docs(doc: str, fields: Mapping[str, Field]) -> dict[str, str]:
    """Return the first sentence of the docstring on each field."""
    found = {}
    for name in fields:
        if entry := re.search(rf"^{name} : .*\n((?:    .*\n?)+)", doc, re.MULTILINE):
            text = " ".join(entry[1].split())
            found[name] = re.split(r"(?<=[.;])\s", text)[0].rstrip(".;")
    return found


def _is_constant(node: ast.AnnAssign) -> bool:
    return ast.unparse(node.annotation).startswith("ClassVar")


def _named(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


@cache
def _engine() -> Path:
    """Return the folder of the engine, which is found without being imported."""
    spec = find_spec("ifonly.inference")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations)))


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((_engine() / file).read_text(encoding="utf-8"))
