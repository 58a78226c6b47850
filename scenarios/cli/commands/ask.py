"""`ifonly ask`: a what-if question of the user's own model and data."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...run import Clock
from ..files import check_distinct, check_inputs, check_writable, is_store
from ..frames import check_table, columns_of, read_frame
from ..glance import check_columns, check_names, glance
from ..options import add_sampling
from ..question import add_question, check_question, read_question
from ..sampling import FAILED, OPTIONS, kept, kept_options, sample
from ..terminal import Mistake, Terminal

if TYPE_CHECKING:
    import pandas as pd
    import pymc as pm
    import xarray as xr

    from ifonly.inference import Posterior, Query

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """MODEL.py is executed. It holds a pymc.Model, or a function without arguments that
returns one.

interventions:
  --do "T=1"            set T to 1            --do "T*2"         multiply T by 2
  --do "T+0.5"          add 0.5 to T          --do "T=1, S+0.5"  both at once
  --do "T=0|1|2"        once for each dose

examples:
  ifonly example nhefs
  ifonly ask nhefs.py nhefs.csv --outcome wt82_71 --do "qsmk=1" --versus "qsmk=0" --save p.nc
  ifonly ask nhefs.py --posterior p.nc --outcome wt82_71 --do "qsmk=1" --query CATE --by age:4
  ifonly ask m.py d.csv --outcome Y --do "T=1" --versus "T=0" --query NDE --mediators M
  ifonly ask m.py d.csv --outcome Y --do "T=1" --versus "T=0" --query PSE --path "T > M > Y"
  ifonly ask m.py d.csv --outcome Y --query LATE --treatment T --instrument Z"""


OUTPUTS = (".csv", ".parquet", ".nc", ".zarr")
OUTPUT = (
    "the answer: its table as .csv or .parquet, or all its draws as .nc or .zarr, which "
    "`ifonly.read_answer` and xarray read"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add model, data, question and files."""
    parser.add_argument("model", metavar="MODEL.py", help="a Python file that makes a pymc.Model")
    parser.add_argument("data", metavar="DATA", nargs="?", help="columns, in .csv or .parquet")
    add_question(parser)
    group = parser.add_argument_group("model and data")
    group.add_argument("--model-name", metavar="NAME", help="variable or function in MODEL.py")
    group.add_argument("--columns", metavar="A,B,...", help="use only these columns")
    group.add_argument(
        "--only-matching",
        action="store_true",
        help="leave out the columns that the model does not have, which are kept to group by",
    )
    group.add_argument("--unit", default="unit", metavar="DIM", help="the unit dimension's name")
    add_sampling(parser, method="auto")
    group = parser.add_argument_group("files")
    group.add_argument("--save", metavar="P.nc", help="keep the posterior")
    group.add_argument(
        "--posterior",
        metavar="P.nc",
        help="use a posterior that was kept, or a fit of your own: any ArviZ file, netCDF or Zarr",
    )
    group.add_argument("--output", metavar="PATH", help=OUTPUT)
    group.add_argument("--report", metavar="PATH", help="a report, as .html")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Condition, or load what was conditioned; ask; show and write the answer.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    _check_options(args)
    store = args.posterior and is_store(args.posterior)
    check_inputs(args.model, args.data, None if store else args.posterior)
    check_table(args.data)
    glance(args)
    if args.columns is not None:
        check_columns(args.data, {"columns": args.columns})
    save = check_writable(args.save, (".nc",))
    output = check_writable(args.output, OUTPUTS)
    report = check_writable(args.report, (".html", ".htm"))
    check_distinct((args.model, args.data, args.posterior), (save, output, report))
    clock = Clock()
    with clock("load PyMC, model and data"):
        from ifonly.inference import rehearse

        from ..usermodel import load_model

        model = load_model(args.model, args.model_name)
        check_names(args, model.named_vars, "the model")
        query = read_question(args)
        frame = _frame(args, model, query)
        if not args.posterior:
            rehearse(model, frame, query, backend=args.backend, unit=args.unit)
    posterior = _posterior(args, terminal, model, frame, query, clock)
    if save and not kept(posterior, save, terminal):
        save = None
    terminal.say(f"Asking: {query.sentence()}")
    with clock("ask"):
        answer = posterior.ask(query, args.backend)
    from ...reports.answers import answer_table
    from ..answers import show_answer, write_answer

    table = answer_table(answer)
    if output:
        write_answer(answer, table, output)
    if report:
        from ifonly.inference.inputs.output_files import write_whole

        from ...reports.ask_report import ask_report

        made = {"model": Path(args.model).name, "data": args.data or args.posterior}
        html = ask_report(made, model, query, posterior, answer, clock.seconds)
        write_whole(report, html.encode())
    facts = _facts(
        answer, table, posterior, {"output": output, "report": report, "posterior": save}
    )
    terminal.answer(facts, lambda: show_answer(answer, table, terminal, output))
    for path in filter(None, (output, report)):
        terminal.say(f"Wrote {path}")
    return FAILED if args.save and not save else 0


def _check_options(args: argparse.Namespace) -> None:
    """Raise a `Mistake` for options that have no meaning together."""
    check_question(args)
    if args.columns is not None and not args.columns.replace(",", "").strip():
        raise Mistake("--columns should name columns, such as --columns x,y")
    columns = [name.strip() for name in (args.columns or "").split(",")]
    if twice := [name for k, name in enumerate(columns) if name and name in columns[:k]]:
        raise Mistake(f"--columns names {twice[0]!r} twice; name it once")
    if args.columns and args.only_matching:
        raise Mistake("--columns and --only-matching both choose columns; give one")
    if not args.data and (args.columns or args.only_matching):
        raise Mistake("--columns and --only-matching choose columns of the data; give the data")
    if args.posterior:
        given = [
            f"--{n.replace('_', '-')}" for n in (*OPTIONS, "save") if getattr(args, n) is not None
        ]
        if given:
            raise Mistake(f"{', '.join(given)} means nothing with --posterior: it is drawn already")


def _frame(args: argparse.Namespace, model: pm.Model, query: Query) -> pd.DataFrame | None:
    """Return the table: the columns that were chosen, or those that are read.

    Others stay in the file, unless the posterior is kept: a later question may group by any.
    """
    from ifonly.inference.scm.named_columns import tell_unread
    from ifonly.inference.scm.written import as_written

    if not args.data:
        if not args.posterior and not model.observed_RVs:
            raise Mistake("give the data, as .csv or .parquet: the model observes nothing itself")
        return None
    if args.columns:
        wanted = [c.strip() for c in args.columns.split(",") if c.strip()]
        frame = read_frame(args.data, wanted)
        missing = [c for c in wanted if c not in frame.columns]
        if missing:
            names = ", ".join(columns_of(args.data))
            raise Mistake(f"{args.data} has no column {missing[0]!r}; it has {names}")
        return frame[wanted]
    there = columns_of(args.data)
    if not set(there) & set(model.named_vars):
        there = tuple(map(str, read_frame(args.data)))  # what is wrong with the file is told first
    equations = as_written(model, args.unit, dict.fromkeys(there)).equations
    known = [*equations.mechanisms, *equations.unit_data]
    frame = read_frame(args.data, None if args.save else {*equations, *query.named_columns})
    matching = frame[[c for c in frame.columns if c in known]]
    if matching.columns.empty:
        raise Mistake(f"{args.data} has no column that the model has: {', '.join(known)}")
    if args.only_matching:
        return matching
    tell_unread(there, frame.columns, equations)
    return frame


def _posterior(
    args: argparse.Namespace,
    terminal: Terminal,
    model: pm.Model,
    frame: pd.DataFrame | None,
    query: Query,
    clock: Clock,
) -> Posterior:
    from ifonly.inference import Posterior, completed

    if not args.posterior:
        if frame is not None:
            names = ", ".join(map(str, frame))
            terminal.say(f"Conditioning on {len(frame)} units, columns {names}")
        with clock("condition"):
            options = {"method": "auto", **kept_options(args)}
            if options["method"] == "auto" and not args.save:
                options["asked"] = [query]  # what is kept is whole
            return sample(terminal, model, frame, seed=args.seed, unit=args.unit, **options)
    with clock("load the posterior"):
        from ifonly.inference.posterior.stored import is_kept

        if not is_kept(args.posterior):  # its data are checked as it is matched
            terminal.say(f"Matching the fit {args.posterior} to the model")
            return Posterior.from_idata(
                model, args.posterior, frame, seed=args.seed, unit=args.unit
            )
        posterior = completed(Posterior.load(args.posterior, model))
    if frame is not None:
        _check_same_data(posterior, frame, args)
    return posterior


def _check_same_data(posterior: Posterior, frame: pd.DataFrame, args: argparse.Namespace) -> None:
    import numpy as np

    from ifonly.inference.scm.evidence import read_evidence

    unit = posterior.state.unit
    seen = posterior.state.evidence.dataset(unit)
    given = read_evidence(posterior.state.equations, frame, allow_missing=True).dataset(unit)
    same = (
        set(seen) == set(given)
        and seen.sizes == given.sizes
        and all(np.allclose(seen[n], given[n], equal_nan=True) for n in seen)
    )
    if not same:
        raise Mistake(
            f"{args.posterior} was conditioned on other data than {args.data}; leave the data out, "
            "or leave --posterior out to condition again"
        )


def _facts(
    answer: xr.DataArray, table: pd.DataFrame, posterior: Posterior, files: dict[str, Path | None]
) -> dict[str, Any]:
    from ...reports.answers import described
    from ...reports.provenance import versions

    facts = described(answer)
    facts["diagnostics"] = posterior.diagnostics.attributes()
    facts["sampler"] = posterior.idata.attrs["sampler"]
    # What stands in a file of its own need not be said twice.
    facts["answer"] = None if files["output"] else table.to_dict(orient="records")
    facts["versions"] = versions()
    return facts | {name: path and str(path) for name, path in files.items()}
