"""What a scenario's source says of it: read and not executed, so that PyMC is not loaded."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

from .literals import literal_names

__all__ = ["queries_of", "variables_of"]


def queries_of(name: str) -> tuple[str, ...] | None:
    """Return the labels of a scenario's queries, or None where some are computed.

    Parameters
    ----------
    name : str
        Of a scenario.

    Examples
    --------
    >>> queries_of("ab_test")
    ('effect on y', 'effect on staying')
    """
    for node in _assigned(_file(f"ifonly.scenarios.{name}.truth"), "QUERIES"):
        keys = node.keys if isinstance(node, ast.Dict) else [None]
        texts = [k.value for k in keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
        return tuple(texts) if len(texts) == len(keys) else None
    return None


def variables_of(name: str) -> frozenset[str] | None:
    """Return the names of a scenario's variables, or None where some are computed.

    Parameters
    ----------
    name : str
        Of a scenario.

    Examples
    --------
    >>> sorted(variables_of("ab_test"))
    ['before', 'effect', 'level', 'sigma', 'slope', 'stay', 'stayed', 'treated', 'y']
    """
    found: set[str] = set()
    for node in ast.walk(_tree(_file(f"ifonly.scenarios.{name}"))):
        if isinstance(node, ast.keyword) and node.arg == "source":
            if not isinstance(node.value, ast.Constant):
                return None
            path = _file(str(node.value.value).partition(":")[0])
            if path is None or (names := literal_names(path)) is None:
                return None
            found |= names
    return frozenset(found) or None


def _assigned(path: Path | None, name: str) -> list[ast.expr]:
    """Return what a module assigns to a name."""
    found = []
    for node in _tree(path).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
        if any(isinstance(t, ast.Name) and t.id == name for t in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            found += [node.value] if node.value is not None else []
    return found


def _file(module: str) -> Path | None:
    """Return the file of a module, whose packages are folders: nothing is imported."""
    package, *names = module.split(".")
    area = f"{package}.{names[0]}" if names else package
    spec = find_spec(area)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))).joinpath(*names[1:])
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    return path if path.is_file() else None


def _tree(path: Path | None) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8") if path is not None else "")
