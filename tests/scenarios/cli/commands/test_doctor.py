"""`ifonly doctor`: what works and what fails."""

import json
import subprocess
import sys

import pytest

from ifonly.scenarios.cli.main import main

from ..commandline import told


def test_doctor_says_what_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ifonly.scenarios.cli.commands import doctor

    def breaks() -> str:
        raise RuntimeError("no compiler\nand more")

    checks = [
        doctor._tried("backend numba", lambda: doctor._compute("NUMBA"), needed=True),
        doctor._tried("sampler numpyro", breaks),
    ]
    monkeypatch.setattr(doctor, "_checks", lambda: iter(checks))
    facts = told(capsys, ["doctor"])
    assert facts["works"]
    assert facts["checks"][1]["says"] == "RuntimeError: no compiler"
    assert facts["defaults"]["backend"] in ("numba", "jax")
    monkeypatch.setattr(
        doctor, "_checks", lambda: iter([doctor._tried("all", breaks, needed=True)])
    )
    assert main(["doctor"]) == 1
    assert "FAILS" in capsys.readouterr().out


@pytest.mark.slow
def test_doctor_finds_this_machine_well() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "ifonly.scenarios.cli", "doctor", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout
    assert all(check["works"] for check in json.loads(found.stdout)["checks"])
