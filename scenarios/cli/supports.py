"""What a variable's family says of a question, as far as the text of its model tells.

The file is read and not executed, and PyMC is not loaded. Where the text leaves a doubt, nothing is
said here: the engine looks at all of it again.
"""

from __future__ import annotations

import argparse
import ast
from pathlib import Path

from .frames import columns_of
from .literals import literal_calls, literal_dims
from .phrases import parsed
from .terminal import Mistake

__all__ = ["check_supports"]

# As the families' own forms have it, which a test holds these to.
COUNTS = {
    "BetaBinomial", "Binomial", "Categorical", "DiscreteWeibull", "Geometric",
    "HurdleNegativeBinomial", "HurdlePoisson", "HyperGeometric", "NegativeBinomial",
    "OrderedLogistic", "OrderedProbit", "Poisson", "ZeroInflatedBinomial",
    "ZeroInflatedNegativeBinomial", "ZeroInflatedPoisson",
}  # fmt: skip
POSITIVE = {
    "ChiSquared", "Exponential", "Gamma", "HalfCauchy", "HalfNormal", "HalfStudentT",
    "HurdleGamma", "HurdleLogNormal", "InverseGamma", "LogNormal", "Lognormal", "Rice", "Wald",
    "Weibull",
}  # fmt: skip
SHARES = {"Beta", "Kumaraswamy", "LogitNormal"}


def check_supports(args: argparse.Namespace) -> None:
    """Return nothing if the question may fit the families that the model's file names.

    Parameters
    ----------
    args : argparse.Namespace
        With ``model``, the path of a Python file.

    Raises
    ------
    Mistake
        If a value is set that a family cannot have, the outcome is a parameter, or there is
        nothing that is observed.
    """
    path = Path(args.model)
    calls = literal_calls(path)
    if not calls:
        return
    text = path.read_text(encoding="utf-8", errors="replace")
    for option in ("do", "versus", "hold"):
        for name, steps in parsed(getattr(args, option, None) or (), f"--{option}").items():
            family = calls[name][0] if name in calls else ""
            for sign, value in steps:
                if sign == "=" and (said := _outside(family, value, "level" in text)):
                    given = f"{value:g}" if isinstance(value, float) else repr(value)
                    raise Mistake(
                        f"--{option} sets {name!r} to {given}, and it is {family}: {said}"
                    )
    data = getattr(args, "data", None)
    _check_outcome(args, calls, path)
    nothing = "observe" not in text and "Data(" not in text
    if not data and not getattr(args, "posterior", None) and nothing and hasattr(args, "save"):
        raise Mistake("give the data, as .csv or .parquet: the model observes nothing itself")


def _outside(family: str, value: float | str, levels: bool) -> str:
    """Return what a family takes, where that is not the value; else nothing."""
    if isinstance(value, str):
        whole = family == "Bernoulli" or family in COUNTS
        return "" if levels or not whole else "the model names no levels for it; give a number"
    if family == "Bernoulli" and value not in (0, 1):
        return "give 0 or 1"
    if family in COUNTS and (value < 0 or value != int(value)):
        return "give a whole number, 0 or more"
    if family in POSITIVE and value < 0:
        return "give a number that is not negative"
    if family in SHARES and not 0 <= value <= 1:
        return "give a number between 0 and 1"
    return ""


def _check_outcome(
    args: argparse.Namespace, calls: dict[str, tuple[str, ast.Call]], path: Path
) -> None:
    """Raise a `Mistake` where the outcome is a parameter: a prior of constants, without units."""
    outcome, unit = getattr(args, "outcome", None), getattr(args, "unit", "unit")
    if outcome not in calls or unit not in literal_dims(path):
        return
    call = calls[outcome][1]
    numbers = [*call.args[1:], *(k.value for k in call.keywords if k.arg != "name")]
    beside = columns_of(args.data) if getattr(args, "data", None) else ()
    if all(_is_number(node) for node in numbers) and outcome not in beside:
        raise Mistake(
            f"--outcome {outcome!r} is a parameter (it has no dimension {unit!r}); ask about a "
            "mechanism, and read parameters from the posterior itself"
        )


def _is_number(node: ast.expr) -> bool:
    try:
        return isinstance(ast.literal_eval(node), int | float)
    except ValueError:
        return False
