"""A first look at a question: the names in it against those of the model, before anything heavy."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from .files import check_inputs
from .frames import columns_of
from .phrases import parse_groups, parsed
from .terminal import Mistake

__all__ = ["check_columns", "check_names", "glance", "holds_scenario", "literal_names"]

# Packages whose import brings no variables into a model.
HARMLESS = {
    "__future__", "arviz", "collections", "dataclasses", "functools", "itertools", "jax", "math",
    "numpy", "os", "pandas", "pathlib", "pymc", "pytensor", "scipy", "sys", "typing", "xarray",
}  # fmt: skip
# Calls of PyMC that name no variable, and calls that may name one by other means.
NAMELESS = {"Model", "do", "observe", "draw", "set_data"}
HIDDEN = {
    "eval",
    "exec",
    "getattr",
    "setattr",
    "add_named_variable",
    "register_rv",
    "create_value_var",
}


def check_names(args: argparse.Namespace, known: Collection[str], where: str) -> None:
    """Return nothing if all that the question names is known, or begins with what is.

    PyMC gives some variables names of its own, which begin with one of the user's: `y_probs`.

    Parameters
    ----------
    args : argparse.Namespace
    known : collection of str
    where : str

    Raises
    ------
    Mistake
        If a name is not known; the nearest that is stands beside it.
    """
    if not known:
        return  # what is wrong then is told of the model, not of the question
    beside = columns_of(args.data) if getattr(args, "data", None) else ()
    for option, name in _named(args):
        if option == "by" and (name in beside or getattr(args, "posterior", None)):
            continue  # a column that the model does not know
        if name in known or any(name.startswith(f"{k}_") for k in known):
            continue
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise Mistake(
            f"--{option} names {name!r}, which {where} does not have; it has "
            f"{', '.join(sorted(known))}{hint}"
        )


def glance(args: argparse.Namespace) -> None:
    """Return nothing if what the question names stands in the model's file, as far as it tells.

    Parameters
    ----------
    args : argparse.Namespace
        With ``model``, the path of a Python file, which is read and not executed.

    Raises
    ------
    Mistake
        If a name is not there.
    """
    if names := literal_names(Path(args.model)):
        check_names(args, names, args.model)


def holds_scenario(path: Path) -> bool:
    """Return whether a Python file sets its variable ``scenario``, without executing it.

    Parameters
    ----------
    path : Path
    """
    try:
        body = ast.parse(path.read_bytes()).body
    except (OSError, ValueError, SyntaxError):
        return False  # which is told when it is executed
    targets = [t for node in body if isinstance(node, ast.Assign) for t in node.targets]
    targets += [node.target for node in body if isinstance(node, ast.AnnAssign)]
    return any(isinstance(t, ast.Name) and t.id == "scenario" for t in targets)


def check_columns(path: str, named: Mapping[str, str | Iterable[str] | None]) -> None:
    """Return nothing if the table has every column that an option names, as far as its header says.

    Parameters
    ----------
    path : str
        Of the table.
    named : mapping of str to str, iterable of str or None
        By option, what it names, with commas between.

    Raises
    ------
    Mistake
        If a column is not there; the nearest that is stands beside it.
    """
    check_inputs(path)  # a pipe would be waited for
    known = columns_of(path)
    if len(known) == 1 and set(known[0]) & set(";\t|"):
        return  # another separator, which is told when the table is read
    for option, given in named.items() if known else ():
        texts = [given] if isinstance(given, str) else given or ()
        for name in (part.strip() for text in texts for part in text.split(",")):
            if name and name not in known:
                near = get_close_matches(name, known, n=1, cutoff=0.4)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise Mistake(
                    f"--{option} names {name!r}, which does not exist in {path}; there is "
                    f"{', '.join(known)}{hint}"
                )


def _named(args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Yield each name of a variable in the question, with the option that it stands in."""
    for option in ("outcome", "treatment", "instrument"):
        if name := getattr(args, option, None):
            yield option, name
    for option in ("do", "versus", "hold"):
        for name in parsed(getattr(args, option, None) or (), f"--{option}"):
            yield option, name
    for option in ("mediators", "levers", "hidden"):
        for name in (getattr(args, option, None) or "").split(","):
            if name.strip():
                yield option, name.strip()
    for path in getattr(args, "path", None) or ():
        for name in path.replace("->", ">").split(">"):
            yield "path", name.strip()
    for name in parse_groups(getattr(args, "by", None) or ()):
        if name != "unit":
            yield "by", name.partition("[")[0]


def literal_names(path: Path) -> frozenset[str] | None:
    """Return the names of all variables that a Python file gives, or None if that is not certain.

    Parameters
    ----------
    path : Path
        Read, not executed.

    Returns
    -------
    frozenset of str or None
        None where a name is computed, a model is imported, or a file cannot be read.
    """
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None  # which is told when the file is executed
    pymc, direct = _aliases(tree)
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and not _is_harmless(node):
            return None
        if isinstance(node, ast.ClassDef) and node.bases:
            return None
        if not isinstance(node, ast.Call):
            continue
        name = _called(node.func, pymc, direct)
        if _last(node.func) in HIDDEN or (name == "Model" and _has_prefix(node)):
            return None
        if name is None or name in NAMELESS or not name[0].isupper():
            continue
        given = [*node.args[:1], *(k.value for k in node.keywords if k.arg == "name")]
        if (
            not given
            or not isinstance(given[0], ast.Constant)
            or not isinstance(given[0].value, str)
        ):
            return None
        found.add(given[0].value)
    return frozenset(found) or None


def _first(call: ast.Call) -> str | None:
    """Return the name that a call gives, where it is written out."""
    given = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "name")]
    value = given[0].value if given and isinstance(given[0], ast.Constant) else None
    return value if isinstance(value, str) else None


def _aliases(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Return what PyMC is called in a file, and what of it is imported by name."""
    pymc, direct = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            pymc |= {a.asname or a.name for a in node.names if a.name == "pymc"}
        elif isinstance(node, ast.ImportFrom) and node.module == "pymc":
            direct |= {a.asname or a.name for a in node.names}
    return pymc, direct


def _is_harmless(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.ImportFrom):
        plain = not node.level and all(a.name != "*" for a in node.names)
        # A variable renamed at its import could be any call.
        plain = plain and (node.module != "pymc" or all(a.asname is None for a in node.names))
        return plain and (node.module or "").partition(".")[0] in HARMLESS
    return all(a.name.partition(".")[0] in HARMLESS for a in node.names)


def _called(function: ast.expr, pymc: set[str], direct: set[str]) -> str | None:
    """Return which function of PyMC is called, if one is."""
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.attr if function.value.id in pymc else None
    return function.id if isinstance(function, ast.Name) and function.id in direct else None


def _last(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _has_prefix(call: ast.Call) -> bool:
    return bool(call.args) or any(k.arg in ("name", "model", None) for k in call.keywords)
