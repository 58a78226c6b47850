"""The command line: it reads what was typed, runs one command, and says mistakes in one line."""

import os
from typing import NoReturn

__all__ = ["command"]


def command() -> NoReturn:
    """Run the command line and leave the process.

    Ctrl-C is told in one line from the first moment on, so nothing is imported before this.
    """
    try:
        from .main import command as run
    except KeyboardInterrupt:
        os.write(2, b"ifonly: interrupted\n")
        os._exit(130)
    run()
