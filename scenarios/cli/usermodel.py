"""A user's own model or scenario, from a Python file."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stdout, suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .files import check_inputs
from .terminal import Mistake

if TYPE_CHECKING:
    import pymc as pm

    from ..scenario import Scenario

__all__ = ["load_model", "load_scenario"]

MODULE = "ifonly_user_model"


def load_model(path: str | Path, name: str | None = None) -> pm.Model:
    """Return the model that a Python file makes.

    Parameters
    ----------
    path : str or path
        Executed, so it can do whatever Python can.
    name : str, optional
        The variable that is the model, or the function without arguments that returns it. By
        default the only model, or else the only such function, in the file.

    Returns
    -------
    pm.Model

    Raises
    ------
    Mistake
        If the file does not exist, cannot be executed, or has no model or several.
    """
    path = _python(path, "a model")
    module = _executed(path)
    return _made(path, *_chosen(path, module, name))


def load_scenario(path: str | Path) -> Scenario:
    """Return the scenario that a Python file makes: its variable ``scenario``.

    Parameters
    ----------
    path : str or path
        Executed, so it can do whatever Python can.

    Returns
    -------
    Scenario

    Raises
    ------
    Mistake
        If the file does not exist, cannot be executed, or has no such variable.
    """
    from ..scenario import Scenario

    path = _python(path, "a scenario")
    found = getattr(_executed(path), "scenario", None)
    if not isinstance(found, Scenario):
        raise Mistake(f"{path} has no variable `scenario` that is an ifonly Scenario")
    return found


def _python(path: str | Path, what: str) -> Path:
    path = Path(path)
    check_inputs(path)
    if path.suffix != ".py":
        raise Mistake(f"{path} is no Python file (.py) that makes {what}")
    return path


def _executed(path: Path) -> ModuleType:
    folder = str(path.resolve().parent)
    spec = importlib.util.spec_from_file_location(MODULE, path.resolve())
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name, and the file may import its neighbours.
    sys.modules[MODULE] = module
    sys.path.insert(0, folder)
    try:
        with _contained():
            spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the file raises whatever it likes, SystemExit too
        raise Mistake(f"{path} cannot be executed: {_reason(error, path)}") from None
    finally:
        with suppress(ValueError):
            sys.path.remove(folder)
        sys.modules.pop(MODULE, None)
    return module


@contextmanager
def _contained() -> Iterator[None]:
    """Keep what a user's file prints out of the answer, and the working folder where it is."""
    with redirect_stdout(sys.stderr), chdir("."):
        yield


def _reason(error: BaseException, path: Path) -> str:
    """Return an error as one line, with the line of the user's file that it came from."""
    here = str(path.resolve())
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == here]
    if isinstance(error, SyntaxError):
        lines, words = [error.lineno], error.msg
    else:
        words = next(iter(str(error).strip().splitlines()), "")
    where = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}{': ' if words else ''}{words}{where}"


def _chosen(path: Path, module: ModuleType, name: str | None) -> tuple[str, Any]:
    """Return what makes the model, with its name."""
    import pymc as pm

    if name is not None:
        if not hasattr(module, name):
            raise Mistake(f"{path} has no {name!r}; it has {_names(_candidates(module))}")
        return name, getattr(module, name)
    models = {n: v for n, v in vars(module).items() if isinstance(v, pm.Model)}
    found = models or _functions(module)
    if not found:
        raise Mistake(
            f"{path} has no pymc.Model, and no function without arguments that could return one"
        )
    if len({id(v) for v in found.values()}) > 1:
        raise Mistake(f"{path} has several models: {_names(found)}; choose with --model-name")
    return next(iter(found.items()))


def _functions(module: ModuleType) -> dict[str, Any]:
    """Return the public functions of the file that can be called without arguments."""
    public = getattr(module, "__all__", None)
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == MODULE
        and not name.startswith("_")
        and (public is None or name in public)
        and not _needs_arguments(value)
    }


def _needs_arguments(function: Any) -> bool:
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return any(
        p.default is p.empty and p.kind not in kinds
        for p in inspect.signature(function).parameters.values()
    )


def _candidates(module: ModuleType) -> dict[str, Any]:
    import pymc as pm

    models = {n: v for n, v in vars(module).items() if isinstance(v, pm.Model)}
    return models | _functions(module)


def _names(found: dict[str, Any]) -> str:
    return ", ".join(sorted(found)) or "no model"


def _made(path: Path, name: str, found: Any) -> pm.Model:
    import pymc as pm

    if inspect.isfunction(found) and not isinstance(found, pm.Model):
        try:
            with _contained():
                found = found()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # the function raises whatever it likes, SystemExit too
            raise Mistake(f"{name}() of {path} failed: {_reason(error, path)}") from None
        name = f"{name}()"
    if not isinstance(found, pm.Model):
        raise Mistake(f"{name} of {path} is no pymc.Model but {type(found).__name__}")
    return found
