"""Which model a saved posterior belongs to: where it comes from, and whether it is the same."""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
from typing import Any

import pymc as pm
import pytensor
from pytensor.printing import debugprint

from ..errors import DataError, ModelError
from ..families.form import family_name
from ..scm.equations import Equations

__all__ = ["check_same_model", "fingerprint", "import_model", "locate"]


def locate(model: pm.Model) -> str | None:
    """Return where `model` can be imported from, as ``package.module:name``, or None.

    A module's variable that is the model, or has it as its ``model`` attribute, is such a place.
    """
    for module_name, module in list(sys.modules.items()):
        if module_name in ("__main__", "__mp_main__") or module is None:
            continue
        for name, value in list(_attributes(module).items()):
            if value is model:
                return f"{module_name}:{name}"
            if _attributes(value).get("model") is model:
                return f"{module_name}:{name}.model"
    return None


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


def fingerprint(model: pm.Model, unit: str) -> dict[str, str]:
    """Return what identifies a model: its variables, and a digest of its equations.

    The digest is of PyTensor's own printing, so it says something only between equal versions.
    """
    equations = Equations(model, unit)
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


def check_same_model(model: pm.Model, unit: str, saved: dict[str, str], where: str) -> None:
    """Raise a `DataError` unless `model` is the one that `saved` is the fingerprint of."""
    now = fingerprint(model, unit)
    if now["variables"] != saved["variables"]:
        old, new = (set(f["variables"].split("; ")) for f in (saved, now))
        raise DataError(
            f"{where} belongs to another model: it has {sorted(old - new)}, where this one has "
            f"{sorted(new - old)}"
        )
    if now["pytensor"] == saved["pytensor"] and now["equations"] != saved["equations"]:
        raise DataError(f"{where} belongs to another model: same variables, other equations")
