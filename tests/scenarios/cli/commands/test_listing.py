"""`ifonly list`: all scenarios, quickly."""

import json
import subprocess
import sys

import pytest

import ifonly.scenarios as scenarios
from ifonly.scenarios.cli.main import main

from ..commandline import told


def test_list_names_all_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; from ifonly.scenarios.cli.main import main; main(['list']);"
        "sys.exit(bool({'pymc', 'pytensor', 'jax', 'pandas', 'matplotlib'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for name, title in scenarios.TITLES.items():
        assert name in found.stdout
        assert title in found.stdout


def test_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert [one["name"] for one in told(capsys, ["list"])] == list(scenarios.names())
    assert main(["--json", "list"]) == 0
    json.loads(capsys.readouterr().out)
