"""`ifonly page`: an answer to play with, as one HTML file or with the engine behind it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ... import TITLES
from ...run import Clock
from ..files import check_distinct, check_inputs, check_writable
from ..frames import read_frame
from ..glance import check_names, glance
from ..options import add_sampling, scenario_name
from ..sampling import OPTIONS, kept_options, sample
from ..scenario_texts import variables_of
from ..terminal import Mistake, Terminal

if TYPE_CHECKING:
    from ifonly.inference import Posterior, World

    from ...pages.contents import Page

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """MODEL.py is executed. It holds a pymc.Model, or a function without arguments that
returns one. In its place the name of a scenario can stand; its truth is drawn as well.

examples:
  ifonly example nhefs
  ifonly page nhefs.py nhefs.csv --outcome wt82_71 --levers qsmk -o whatif.html
  ifonly page nhefs.py p.nc --outcome wt82_71 -o whatif.html
  ifonly page linear_walkthrough -o whatif.html
  ifonly page nhefs.py nhefs.csv --outcome wt82_71 --serve"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add model, data, levers and files."""
    parser.add_argument("model", metavar="MODEL", help="MODEL.py, or a scenario's name")
    parser.add_argument(
        "data", metavar="DATA", nargs="?", help="columns, in .csv or .parquet; or a posterior, .nc"
    )
    parser.add_argument("--outcome", metavar="NAME", help="default: where most arrows lead")
    parser.add_argument("--levers", metavar="A,B,...", help="default: up to three of its causes")
    parser.add_argument("--output", "-o", metavar="PATH", help="the page, as .html (whatif.html)")
    parser.add_argument(
        "--serve", action="store_true", help="serve it on this machine; every setting is asked"
    )
    group = parser.add_argument_group("model and data")
    group.add_argument("--model-name", metavar="NAME", help="variable or function in MODEL.py")
    group.add_argument("--unit", default="unit", metavar="DIM", help="the unit dimension's name")
    add_sampling(parser, method="auto")


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    """Condition, or load what was conditioned; compute the page; write it or serve it.

    Parameters
    ----------
    args : argparse.Namespace
    terminal : Terminal
    """
    if args.serve and args.output:
        raise Mistake("--serve and --output both say where the page goes; give one")
    is_kept = bool(args.data) and Path(args.data).suffix == ".nc"
    if is_kept and (given := [f"--{n.replace('_', '-')}" for n in OPTIONS if getattr(args, n)]):
        raise Mistake(f"{', '.join(given)} means nothing with a posterior: it is drawn already")
    is_scenario = Path(args.model).suffix != ".py" and args.model in TITLES
    if not is_scenario and Path(args.model).suffix != ".py":
        scenario_name(args.model)  # which names the nearest
    if is_scenario and (known := variables_of(args.model)):
        check_names(args, known, args.model)
    if not is_scenario:
        check_inputs(args.model, args.data)
        glance(args)
        _check_levers(args)
    if is_scenario:
        if args.data:
            raise Mistake(f"{args.model} is a scenario, which makes its own data; leave DATA out")
    elif not args.data:
        raise Mistake("give the data, as .csv or .parquet, or a kept posterior, as .nc")
    output = None if args.serve else check_writable(args.output or "whatif.html", (".html", ".htm"))
    check_distinct((args.model, args.data), (output,))
    clock = Clock()
    posterior, world = _posterior(args, terminal, clock, is_kept)
    from ...pages.contents import contents, page_of
    from ...pages.whatif import rendered

    named = [n.strip() for n in (args.levers or "").split(",") if n.strip()]
    terminal.say("Computing what the levers do")
    with clock("compute the page"):
        page = page_of(posterior, args.outcome, named, world=world, backend=args.backend)
        carried = contents(page)
    if args.serve:
        _serve(page, carried, terminal)
        return 0
    html = rendered(carried)
    from ifonly.inference.inputs.output_files import write_whole

    assert output is not None
    write_whole(output, html.encode())
    facts = _facts(carried, output, len(html.encode()), clock)
    terminal.answer(facts, lambda: terminal.say(_words(facts)))
    return 0


def _check_levers(args: argparse.Namespace) -> None:
    """Raise a `Mistake` for levers that are none."""
    if args.levers is None:
        return
    names = [n.strip() for n in args.levers.split(",") if n.strip()]
    if not names or len(set(names)) < len(names):
        raise Mistake(f"--levers {args.levers!r} should name levers, each once")
    if args.outcome in names:
        raise Mistake(f"--levers names {args.outcome!r}, the outcome; name what acts on it")


def _posterior(
    args: argparse.Namespace, terminal: Terminal, clock: Clock, is_kept: bool
) -> tuple[Posterior, World | None]:
    if args.model in TITLES and not args.data:
        from ... import get

        scenario = get(args.model)
        seed = scenario.seed if args.seed is None else args.seed
        terminal.say(f"Simulating {scenario.units} units with seed {seed}")
        with clock("simulate"):
            world = scenario.simulate(seed=seed)
        options = {"method": scenario.method, "draws": scenario.draws, **kept_options(args)}
        with clock("condition"):
            return sample(terminal, scenario.model, world.data, seed=seed, **options), world
    with clock("load PyMC, model and data"):
        from ifonly.inference import Posterior, completed
        from ifonly.inference.scm.equations import Equations

        from ..usermodel import load_model

        model = load_model(args.model, args.model_name)
        if is_kept:
            return completed(Posterior.load(args.data, model)), None
        frame = read_frame(args.data)
        equations = Equations(model, args.unit)
        known = [c for c in frame.columns if c in equations]
        if not known:
            has = ", ".join([*equations.mechanisms, *equations.unit_data])
            raise Mistake(f"{args.data} has no column that the model has: {has}")
        if left := [str(c) for c in frame.columns if c not in equations]:
            terminal.say(f"Left out, since the model has no such variable: {', '.join(left)}")
    with clock("condition"):
        options = {"method": "auto", **kept_options(args)}
        frame = frame[known]
        return sample(terminal, model, frame, seed=args.seed, unit=args.unit, **options), None


def _serve(page: Page, carried: dict[str, Any], terminal: Terminal) -> None:
    from ...pages.serve import DRAWS, Served, serve

    terminal.say("Serving on this machine alone; stop with Ctrl-C")
    served = Served(carried, page.asking(DRAWS), page.levers)
    serve(
        served,
        lambda address: terminal.answer({"address": address}, lambda: terminal.line(address)),
    )


def _facts(carried: dict[str, Any], output: Path, size: int, clock: Clock) -> dict[str, Any]:
    from ...reports.provenance import versions

    return {
        "page": str(output),
        "bytes": size,
        "outcome": carried["outcome"],
        "levers": [lever["name"] for lever in carried["levers"]],
        "exact": carried["exact"],
        "error": 0.0 if carried["exact"] else carried["observed"]["error"],
        "seconds": clock.seconds,
        "versions": versions(),
    }


def _words(facts: dict[str, Any]) -> str:
    how = (
        "exact at every setting"
        if facts["exact"]
        else f"interpolated on a grid, off by at most {100 * facts['error']:.1f} % of the range"
    )
    return (
        f"Wrote {facts['page']} ({facts['bytes'] / 1e6:.2f} MB): {facts['outcome']} by "
        f"{', '.join(facts['levers'])}; {how}"
    )
