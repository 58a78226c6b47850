"""What a Python file says of a model, as far as that is certain: read, and not executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

__all__ = ["bound_names", "holds_scenario", "literal_calls", "literal_dims", "literal_names"]

# Packages whose import brings no variables into a model.
HARMLESS = {
    "__future__", "arviz", "collections", "dataclasses", "functools", "itertools", "jax", "math",
    "numpy", "os", "pandas", "pathlib", "pymc", "pytensor", "scipy", "sys", "typing", "xarray",
}  # fmt: skip
# By which a file binds names that do not stand in it.
ANYTHING = ("globals", "vars", "exec", "eval", "setattr", "__getattr__")
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
    calls = literal_calls(path)
    return frozenset(calls) or None if calls is not None else None


def literal_calls(path: Path) -> dict[str, tuple[str, ast.Call]] | None:
    """Return of each variable the class of PyMC and the call that make it, or None as above.

    Parameters
    ----------
    path : Path
        Read, not executed.
    """
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None  # which is told when the file is executed
    pymc, direct = _aliases(tree)
    found: dict[str, tuple[str, ast.Call]] = {}
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
        # Of a name that is given twice, in two models, the class is not certain.
        found[given[0].value] = ("" if given[0].value in found else name, node)
    return found


def literal_dims(path: Path) -> frozenset[str]:
    """Return the dimensions that a Python file gives to variables; none where one is computed.

    Parameters
    ----------
    path : Path
        Read, not executed.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if not isinstance(node, ast.keyword) or node.arg != "dims":
            continue
        try:
            dims = ast.literal_eval(node.value)
        except ValueError:
            return frozenset()
        found |= {dims} if isinstance(dims, str) else {d for d in dims or () if d is not None}
    return frozenset(found)


def bound_names(path: Path) -> frozenset[str] | None:
    """Return the names at which a Python file may hold a model; None if others may come about.

    Parameters
    ----------
    path : Path
        Read, not executed.
    """
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None  # which is told when the file is executed
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.alias) and node.name == "*":
            return None
        if isinstance(node, ast.Global):
            found |= set(node.names)
        if isinstance(node, ast.Name) and node.id in ANYTHING:
            return None
    for node in _outside_functions(tree):
        if isinstance(node, ast.ImportFrom):  # `import` alone binds modules, which are no models
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return None if "__getattr__" in found else frozenset(found)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a module runs when it is imported, and so binds."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            yield from _outside_functions(child)


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
