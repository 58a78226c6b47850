"""What tests of the command line share: a user's model, and what a command says."""

import json
from pathlib import Path
from typing import Any

import pytest

from ifonly.scenarios.cli.main import main

SAMPLING = ["--draws", "60", "--tune", "100", "--chains", "2", "--seed", "1"]
MODEL = """
import pymc as pm

def treated():
    with pm.Model(coords={"unit": range(1)}) as model:
        effect = pm.Normal("effect")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        z = pm.Normal("z", dims="unit")
        mu = pm.Deterministic("mu", effect * t + z, dims="unit")
        pm.Normal("y", mu, 0.5, dims="unit")
    return model
"""


# Short chains on purpose: what they warn of is part of what is tested.
SHORT_CHAINS = pytest.mark.filterwarnings(
    "always:this answer comes from:ifonly.inference.ConvergenceWarning"
)


def told(capsys: pytest.CaptureFixture[str], command: list[str]) -> Any:
    assert main([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def scolded(capsys: pytest.CaptureFixture[str], command: list[str], code: int = 2) -> str:
    """Return the one line that a mistake is answered with."""
    capsys.readouterr()
    assert main([*command, "--quiet"]) == code
    found = capsys.readouterr()
    assert found.out == ""
    [line] = [v for v in found.err.splitlines() if not v.startswith("warning: ")]
    assert line.startswith("ifonly: ")
    return line


def ask(home: Path, *rest: str, data: Path | str | None = None) -> list[str]:
    """Return a question of the posterior that was kept."""
    files = [str(home / "model.py"), *([str(data)] if data else [])]
    return ["ask", *files, "--posterior", str(home / "p.nc"), *rest]
