"""The command line: reads the arguments, runs one command, and turns mistakes into one line."""

from __future__ import annotations

import _thread
import argparse
import logging
import os
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from multiprocessing import active_children
from typing import Any, NoReturn

from .caches import find_folders
from .terminal import Mistake, Terminal, complain

__all__ = ["command", "main"]

# A command's module in `commands`, and what it does.
COMMANDS = {
    "list": ("listing", "name the scenarios"),
    "show": ("show", "show a scenario: its question, model, truth and queries"),
    "run": ("run", "run a scenario from data to answers, against the truth"),
    "ask": ("ask", "ask what-if questions of your own model and data"),
    "effects": ("effects", "say for whom a treatment works, from a table of units"),
    "experiment": ("experiment", "read the table of an experiment, and what to do next"),
    "page": ("page", "write a page on which levers move the answer"),
    "calibrate": ("calibrate", "check a scenario's answers over many simulated worlds"),
    "arena": ("arena", "compare estimators of unit effects with the known effects"),
    "sandbox": ("sandbox", "draw rows like those of a table, with effects of your choosing"),
    "guide": ("guide", "print a guide to the ten commonest tasks"),
    "example": ("example", "write a model and data to begin with"),
    "doctor": ("doctor", "check what works on this machine"),
}
OK, FAILED, MISTAKEN, INTERRUPTED = 0, 1, 2, 130
# Ours are told by their words: their class lives behind the import of PyMC.
OURS = r"this answer comes from (chains that did not converge|few draws)"


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Raise the mistake, with where to read on."""
        raise Mistake(f"{message}; see `{self.prog} --help`")


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        0 if all is well; 1 if something failed that is not the user's mistake; 2 for the user's;
        130 if interrupted.

    Examples
    --------
    >>> main(["--version"]) == 0
    ifonly ...
    True
    """
    try:
        args = _parser().parse_args(arguments)
        _check_given(args)
        terminal = Terminal(args.json, args.quiet)
        find_folders()
        with _warnings(terminal), _interrupts():
            return int(import_module(f"{__package__}.commands.{args.module}").run(args, terminal))
    except SystemExit as stop:  # argparse, after --help or --version
        return int(stop.code or OK)
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except MemoryError as error:
        return _fail(f"there is not enough memory for this ({error}); ask for less", MISTAKEN)
    except Exception as error:
        if isinstance(error, Mistake) or _is_ours(error):
            return _fail(str(error), MISTAKEN)
        raise


def command() -> NoReturn:
    """Run the command line and leave the process."""
    code = main()
    if code == INTERRUPTED:
        # Samplers' own threads may still run, and would find Python gone where it tidies up.
        for child in active_children():
            child.terminate()
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="ifonly",
        description="What-if questions in PyMC, held against the truth.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"ifonly {version('ifonly')}")
    _add_output(parser, default=False)
    commands = parser.add_subparsers(metavar="COMMAND", required=True, dest="command")
    for name, (module, summary) in COMMANDS.items():
        command = import_module(f"{__package__}.commands.{module}")
        one = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=command.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        command.add_arguments(one)
        # Given before the command they hold too, so a command has no default to overwrite them.
        _add_output(one, default=argparse.SUPPRESS)
        one.set_defaults(module=module)
    return parser


def _check_given(args: argparse.Namespace) -> None:
    """Raise a `Mistake` for an argument without a letter, which could be taken for none at all."""
    for name, given in vars(args).items():
        for text in given if isinstance(given, list) else [given]:
            if isinstance(text, str) and not text.strip():
                option = name.replace("_", "-")
                raise Mistake(f"{option} is given as {text!r}; give it a value, or leave it out")


def _add_output(parser: argparse.ArgumentParser, default: Any) -> None:
    parser.add_argument(
        "--json", action="store_true", default=default, help="the answer as JSON, for machines"
    )
    parser.add_argument(
        "--quiet", "-q", action="store_true", default=default, help="no messages, no progress"
    )


@contextmanager
def _warnings(terminal: Terminal) -> Iterator[None]:
    """Show each warning and each note of ours once, as one line."""
    said: set[str] = set()
    noted: set[str] = set()

    def is_new(record: logging.LogRecord) -> bool:
        text = record.getMessage()
        new = text not in noted
        noted.add(text)
        return new

    def show(message: Warning | str, *args: object, **options: object) -> None:
        if (text := str(message)) not in said:
            said.add(text)
            terminal.warn(text)

    with warnings.catch_warnings():
        warnings.filterwarnings("always", OURS, UserWarning)
        warnings.showwarning = show
        notes = logging.getLogger("ifonly")
        notes.addFilter(is_new)
        try:
            yield
        finally:
            notes.removeFilter(is_new)


@contextmanager
def _interrupts() -> Iterator[None]:
    """Repeat an interrupt that came inside a destructor, which Python reports and then ignores."""
    before = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            # A little later, when the destructor is over.
            threading.Timer(0.05, _thread.interrupt_main).start()
        else:
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def _is_ours(error: Exception) -> bool:
    """Return whether the engine says that the user made a mistake, without loading the engine."""
    errors = sys.modules.get("ifonly.inference.errors")
    return errors is not None and isinstance(error, errors.IfonlyError)


def _fail(message: str, code: int) -> int:
    complain(message)
    return code
