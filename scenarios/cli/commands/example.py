"""`ifonly example`: a model and data to begin with, as two files."""

from __future__ import annotations

import argparse
import inspect
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from ... import TITLES
from ..files import check_writable
from ..terminal import Mistake, Terminal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EXAMPLES", "add_arguments", "run"]

REAL = "nhefs"
EXAMPLES = f"""examples:
  ifonly example {REAL}                      {REAL}.py and {REAL}.csv, in this folder
  ifonly example linear_walkthrough out     data simulated from a scenario"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which example, and where to."""
    names = ", ".join([REAL, *TITLES])
    parser.add_argument("name", metavar="NAME", help=f"one of {names}")
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default=".")
    parser.add_argument("--force", action="store_true", help="overwrite files that are there")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Write NAME.py and NAME.csv.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    name = args.name
    if name != REAL and name not in TITLES:
        raise Mistake(f"there is no example {name!r}; there is {', '.join([REAL, *TITLES])}")
    folder = Path(args.folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # of a name with a null character it is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise Mistake(f"{str(folder)!r} is no folder: {reason}") from None
    model, data = folder / f"{name}.py", folder / f"{name}.csv"
    for path in (model, data):
        if path.exists() and not args.force:
            raise Mistake(f"{path} is there already; --force overwrites it")
        check_writable(path)
    source, frame, question = _nhefs() if name == REAL else _scenario(name)
    from ifonly.inference.inputs.output_files import write_whole

    write_whole(model, source.encode())
    write_whole(data, frame.to_csv(index=False).encode())
    command = f"ifonly ask {model} {data} {question}"
    facts = {"model": str(model), "data": str(data), "units": len(frame), "try": command}

    def show() -> None:
        terminal.line(f"Wrote {model} and {data} ({len(frame)} units). Now try:\n  {command}")

    terminal.answer(facts, show)
    return 0


def _scenario(name: str) -> tuple[str, pd.DataFrame, str]:
    from ... import get

    scenario = get(name)
    source = inspect.getsource(import_module(scenario.source.partition(":")[0]))
    query = next(iter(scenario.queries.values()))
    worlds = query.worlds(query.doses[0])
    target, action = next(iter(worlds["do"].items()))
    frame = scenario.simulate().data.to_dataframe()
    question = f'--outcome {query.outcome} --do "{target}+0.5"'
    before = worlds.get("versus", {}).get(target)
    if action.sets and before is not None and before.sets:
        question = f'--outcome {query.outcome} --do "{target}={action.amount:g}"'
        question += f' --versus "{target}={before.amount:g}"'
    return source, frame, question


def _nhefs() -> tuple[str, pd.DataFrame, str]:
    """Return the model and data of Hernán and Robins, Causal Inference: What If (2020)."""
    try:
        from causaldata import nhefs_complete
    except ImportError:
        raise Mistake(
            f"the data of {REAL} come with the package causaldata: pip install causaldata"
        ) from None
    from ifonly.inference.scm.equations import Equations
    from ifonly.models import nhefs

    model = nhefs.nhefs()
    names = sorted(Equations(model).mechanisms, key=list(model.named_vars).index)
    frame = nhefs_complete.load_pandas().data[names].astype(float)
    # The model counts the levels of education from 0; the data begin with 1.
    frame["education"] -= 1
    whole = [n for n in frame if (frame[n] % 1 == 0).all()]
    frame[whole] = frame[whole].astype(int)
    return inspect.getsource(nhefs), frame, '--outcome wt82_71 --do "qsmk=1" --versus "qsmk=0"'
