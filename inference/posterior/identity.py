"""Which model a saved posterior belongs to: where it comes from, and whether it is the same."""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
import warnings
from abc import ABCMeta
from collections.abc import Collection, Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import pymc as pm
import pytensor
from pytensor.printing import debugprint

from ..errors import DataError, ModelError
from ..families.form import family_name
from ..scm.equations import Equations
from .likeness import labels_digest, likeness, value_digest

__all__ = [
    "check_same_model",
    "difference",
    "fingerprint",
    "import_model",
    "locate",
    "named_model",
    "weakness",
]

VERSION = 2
# What most variables of modules are; none of them is a model or has one.
BARE = frozenset({FunctionType, BuiltinFunctionType, ModuleType, type, ABCMeta, str, int, float})


def locate(model: pm.Model) -> str | None:
    """Return where `model` can be imported from, as ``package.module:name``, or None.

    A module's variable that is the model, or has it as its ``model`` attribute, is such a place.
    """
    for module_name, module in list(sys.modules.items()):
        if module_name in ("__main__", "__mp_main__") or module is None:
            continue
        for name, value in list(_attributes(module).items()):
            if type(value) in BARE:
                continue
            if value is model:
                return f"{module_name}:{name}"
            if _attributes(value).get("model") is model:
                return f"{module_name}:{name}.model"
    return None


def named_model(source: str, where: str, trust: str | None) -> pm.Model:
    """Return the model that a file names, once the caller has confirmed that very name.

    Importing runs the code that is found there, and a file can name any code of this machine.

    Parameters
    ----------
    source : str
        What the file names, ``package.module:name``; empty if nothing.
    where : str
        The file, for messages.
    trust : str or None
        What the caller trusts.

    Returns
    -------
    pm.Model

    Raises
    ------
    ModelError
        If the names differ, or there is no model.
    """
    if not source:
        raise ModelError(
            f"{where} does not say where its model can be imported from; give it: "
            "Posterior.load(path, model=...)"
        )
    if trust is None:
        raise ModelError(
            f"{where} names {source!r} as the place of its model, and importing it would run code; "
            f"give the model: Posterior.load(path, model=...), or say that you trust the name: "
            f"Posterior.load(path, trust={source!r})"
        )
    if trust != source:
        raise ModelError(
            f"{where} names {source!r} as the place of its model, not {trust!r}, which is trusted; "
            "nothing was imported"
        )
    return import_model(source)


def _attributes(value: object) -> dict[str, Any]:
    """Return what `value` holds without waking it: some modules load at any attribute access."""
    try:
        held = object.__getattribute__(value, "__dict__")
    except (AttributeError, TypeError):
        return {}
    return held if isinstance(held, dict) else {}  # of some C libraries' objects it is no dict


def import_model(source: str, **arguments: Any) -> pm.Model:
    """Return the model at ``package.module:name``; a function there is called with `arguments`.

    Raises
    ------
    ModelError
        If there is no model.
    """
    module, _, path = source.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for name in path.split("."):
            found = getattr(found, name)
    except (ImportError, AttributeError) as error:
        raise ModelError(
            f"the model {source} cannot be imported ({error}); give it by hand"
        ) from None
    if callable(found) and not isinstance(found, pm.Model):
        found = found(**arguments)
    if not isinstance(found, pm.Model):
        raise ModelError(f"{source} is no pymc.Model but {type(found).__name__}")
    return found


def fingerprint(equations: Equations, given: Collection[str] = ()) -> dict[str, Any]:
    """Return what identifies a model: all of it that can change an answer.

    Parameters
    ----------
    equations : Equations
        The length and labels of the unit dimension are no part of a model.
    given : collection of str
        ``pm.Data`` whose values the evidence holds, so that the model's own do not count.

    Returns
    -------
    dict
        ``variables``, ``coords`` and ``data`` mean the same everywhere; ``content``, a digest of
        all equations, says something only between equal versions of ``made_with``. ``equations``
        is the digest of earlier versions, which saw less, kept so that their files can be checked.
    """
    model = equations.model
    dims = {d for e in equations.values() for d in e.dims} - {equations.unit}
    return {
        "version": VERSION,
        **_first_fingerprint(equations),
        "coords": {
            d: labels_digest(model.coords[d])
            for d in sorted(dims)
            if model.coords.get(d) is not None
        },
        "data": {
            n: value_digest(model[n].get_value())
            for n, e in sorted(equations.items())
            if e.kind == "data" and n not in given and hasattr(model[n], "get_value")
        },
        "content": likeness(equations),
        "made_with": f"Python {sys.version_info[0]}.{sys.version_info[1]}, PyMC {pm.__version__}, "
        f"PyTensor {pytensor.__version__}",
    }


def _first_fingerprint(equations: Equations) -> dict[str, str]:
    """Return what version 1 knew of a model: its variables, and its equations as PyTensor prints.

    That printing leaves out arrays, shared variables, Potentials and the inside of operations.
    """
    variables, printed = [], []
    for name, equation in sorted(equations.items()):
        random = equation.kind == "random"
        family = family_name(equation.expression) if random else equation.kind
        variables.append(f"{name}: {family}{list(equation.dims)}")
        if equation.kind == "data":
            continue
        inputs = equation.expression.owner.inputs[2:] if random else [equation.expression]
        text = debugprint(inputs, stop_on_name=True, id_type="", file="str").replace("\n", ";")
        printed.append(name + re.sub(r" at 0x[0-9a-f]+", "", text))  # no two runs share addresses
    return {
        "variables": "; ".join(variables),
        "equations": hashlib.sha256("\n".join(printed).encode()).hexdigest(),
        "pytensor": pytensor.__version__,
    }


def check_same_model(
    equations: Equations, saved: Mapping[str, Any], where: str, given: Collection[str] = ()
) -> None:
    """Return nothing if `equations` are those that `saved` is the fingerprint of.

    Parameters
    ----------
    equations : Equations
    saved : mapping of str to object
    where : str
    given : collection of str

    Raises
    ------
    DataError
        If it is another.

    Warns
    -----
    UserWarning
        If only a part could be compared: the file is of an earlier version, or was made with
        other versions of PyMC, PyTensor or Python.
    """
    now = fingerprint(equations, given)
    if changed := difference(now, saved):
        raise DataError(f"{where} belongs to another model: {changed}")
    if weak := weakness(now, saved):
        warnings.warn(f"{where} {weak}", UserWarning, stacklevel=3)


def difference(now: Mapping[str, Any], saved: Mapping[str, Any]) -> str:
    """Return in words how two fingerprints differ, in what both know; empty if they do not.

    Parameters
    ----------
    now : mapping of str to object
    saved : mapping of str to object
    """
    if now["variables"] != saved["variables"]:
        old, new = (set(str(f["variables"]).split("; ")) for f in (saved, now))
        return f"it has {sorted(old - new)}, where this one has {sorted(new - old)}"
    for key, what in (("coords", "labels of the dimension"), ("data", "values of the data")):
        old, new = saved.get(key, now[key]), now[key]
        if names := sorted(n for n in {*old, *new} if old.get(n) != new.get(n)):
            return f"it has other {what} {names[0]!r}, or in another order"
    alike = now["pytensor"] == saved["pytensor"] and now["equations"] == saved["equations"]
    if now["pytensor"] == saved["pytensor"] and not alike:
        return "same variables, other equations"
    if now["made_with"] == saved.get("made_with") and now["content"] != saved["content"]:
        return "same variables, other numbers or functions in their equations"
    return ""


def weakness(now: Mapping[str, Any], saved: Mapping[str, Any]) -> str:
    """Return what two fingerprints leave open, in words; empty if nothing.

    Parameters
    ----------
    now : mapping of str to object
    saved : mapping of str to object
    """
    if "content" not in saved:
        return (
            "was written by an earlier version, whose weaker check was used: numbers in arrays, "
            "shared variables and Potentials were not compared"
        )
    if now["made_with"] != saved["made_with"] and now["content"] != saved["content"]:
        return (
            f"was made with {saved['made_with']}, and this is {now['made_with']}: variables, "
            "labels and data were compared, equations could not be"
        )
    return ""
