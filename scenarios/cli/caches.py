"""Folders in which what is compiled is kept: others are found where the usual ones are closed."""

from __future__ import annotations

import atexit
import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from .terminal import complain

__all__ = ["find_folders"]

# PyTensor takes the last one of a name.
FOLDER_FLAG = re.compile(r"(?:^|,)\s*((?:base_)?compiledir)=([^,]+)")
INSTEAD = "cannot be written; what is compiled is kept in a temporary one, for this run only"


def find_folders() -> None:
    """Take temporary folders where the user's home, or PyTensor's own folder, cannot be written.

    A container's home is often read-only; ``~/.pytensor`` belongs to another user where an earlier
    command was run as that user.
    """
    try:
        home = Path.home()
    except RuntimeError:  # nobody has told of one
        home = None
    if home is None or not _is_open(home):
        os.environ["HOME"] = _temporary()
        complain(f"the home folder {home or 'of this user'} {INSTEAD}")
    flags = os.environ.get("PYTENSOR_FLAGS", "")
    named = FOLDER_FLAG.findall(flags)
    name, folder = named[-1] if named else ("base_compiledir", "~/.pytensor")
    if not _is_open(path := Path(folder.strip()).expanduser()):
        changed = f"{name}={_temporary()}"
        os.environ["PYTENSOR_FLAGS"] = f"{flags},{changed}" if flags else changed
        complain(f"the folder {path} {INSTEAD}")


def _is_open(folder: Path) -> bool:
    """Return whether files can be made in a folder, or the folder itself where it is not there."""
    try:
        while not folder.exists():
            folder = folder.parent
        with TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _temporary() -> str:
    folder = TemporaryDirectory(prefix="ifonly-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return folder.name
