"""The Pythons that jobs are compared in: environments of their own, made when first asked for.

DoWhy 0.14 does not install beside PyMC 6, so the benchmarks run it in `.venv-peers`, in the
project's folder; and ifonly as its users install it in `.venv-plain`, since libraries that only the
tests need are loaded by others where they are there (xarray loads Dask, a third of a second). This
file needs nothing but the standard library; pip takes the packages from wherever it is set up to
take them.

By hand, from the project's folder: `python tests/benchmarks/peers/environment.py peers` prints the
path, and so with `plain`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
# What is installed from the project's folder, for either.
INSTALLED = {"peers": ("-r", str(REQUIREMENTS)), "plain": ("-c", "constraints.txt", ".")}
# Their bytecode is compiled as ours is: under PYTHONDONTWRITEBYTECODE each import would do it anew,
# and most of a job's time would be that. pip does so by itself.
COMPILED = "# with bytecode\n"
SOURCES = ("inference", "models", "scenarios", "pyproject.toml", "constraints.txt")
PYTHONS = ((3, 13), (3, 12))  # DoWhy 0.14 stops below 3.14, the project begins at 3.12


def ensure(root: Path, which: str) -> Path:
    """Path of a Python, after making its environment where it is missing or out of date.

    Parameters
    ----------
    root
        The project's folder.
    which
        ``"peers"`` or ``"plain"``, by which the environment's folder is called.

    Raises
    ------
    RuntimeError
        No Python that DoWhy 0.14 supports is at hand.
    subprocess.CalledProcessError
        Making the environment or installing into it failed; what the installer said is on stderr.
    """
    folder = root.resolve() / f".venv-{which}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "installed.txt"  # written last: a broken install is begun again
    wanted = REQUIREMENTS.read_text(encoding="utf-8") if which == "peers" else _digest(root)
    wanted += COMPILED
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    packages = INSTALLED[which]
    if shutil.which("uv"):
        _run("uv", "venv", "--clear", "--python", _interpreter(), folder)
        _run("uv", "pip", "install", "--compile-bytecode", "--python", python, *packages)
    else:
        _run(_interpreter(), "-m", "venv", "--clear", folder)
        _run(python, "-m", "pip", "install", "--disable-pip-version-check", *packages)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def _digest(root: Path) -> str:
    """What the project's own files are."""
    found = hashlib.sha256()
    for name in SOURCES:
        place = root / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            found.update(path.read_bytes())
    return found.hexdigest()


def _interpreter() -> str:
    """The running Python where DoWhy supports it, else the first supported one that runs."""
    if sys.version_info[:2] in PYTHONS:
        return sys.executable
    for major, minor in PYTHONS:
        found = shutil.which(f"python{major}.{minor}")
        if found and _answers(found):
            return found
    names = " or ".join(f"{major}.{minor}" for major, minor in PYTHONS)
    running = ".".join(map(str, sys.version_info[:2]))
    raise RuntimeError(
        f"DoWhy 0.14 needs Python {names}; this is {running}, and none of them is on the PATH. "
        f"Install one of them, or run this command with it."
    )


def _answers(python: str) -> bool:
    """Whether it runs at all: a pyenv shim may be on the PATH and select nothing."""
    return subprocess.run([python, "-V"], capture_output=True, check=False).returncode == 0


def _run(*command: str | Path) -> None:
    """Run it, its talk on stderr, so that stdout stays the caller's."""
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr)


if __name__ == "__main__":
    print(ensure(Path.cwd(), *sys.argv[1:]))
