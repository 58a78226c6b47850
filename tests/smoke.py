"""Run by the interpreter of an environment that holds the wheel alone, outside the repository."""

import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    for area in ("models", "inference", "scenarios"):
        module = import_module(f"ifonly.{area}")
        home = Path(str(module.__file__)).resolve()
        assert home.is_relative_to(Path(sys.prefix).resolve()), f"{home} is not the wheel's"
        lost = [
            name for name in contents(ROOT / area) if not files(module).joinpath(name).is_file()
        ]
        assert not lost, f"the wheel leaves out {lost} of {area}"

    ifonly = import_module("ifonly")
    assert ifonly.__version__ == version("ifonly")
    assert ifonly.condition is import_module("ifonly.inference").condition
    scenarios = import_module("ifonly.scenarios")
    command = Path(sys.executable).with_name("ifonly")
    assert version("ifonly") in say(command, "--version")
    listed = say(command, "list")
    missing = [name for name in scenarios.names() if name not in listed]
    assert not missing, f"`ifonly list` leaves out {missing}"
    print("The wheel works")


def contents(area: Path) -> list[str]:
    """What an area is made of, templates included."""
    found = (path for path in area.rglob("*") if path.is_file() and path.suffix != ".pyc")
    names = (path.relative_to(area) for path in found)
    return [str(name) for name in names if name.parts[0] != "root"]  # the package `ifonly` itself


def say(*command: str | Path) -> str:
    """What a command prints; its failure is ours."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
