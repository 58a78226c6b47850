"""Conditioning as the commands do it: the posterior is never lost."""

import json
import resource
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError, Posterior
from ifonly.scenarios.cli.sampling import kept
from ifonly.scenarios.cli.terminal import Terminal


def test_a_posterior_that_cannot_be_kept_is_not_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Drawn:
        """Stands for a posterior; saving it fills the disk."""

        def save(self, path: Path) -> None:
            from ifonly.inference.inputs.output_files import write_whole

            write_whole(path, bytes(10_000))

    posterior: Posterior = Drawn()  # type: ignore[assignment]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        assert not kept(posterior, tmp_path / "p.nc", Terminal())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "not kept" in lines[0]
    assert "File too large" in lines[0]
    assert list(tmp_path.iterdir()) == []
    assert kept(posterior, tmp_path / "p.nc", Terminal())


def test_a_full_disk_costs_the_file_and_not_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ifonly.scenarios.cli.main import main

    (tmp_path / "m.py").write_text(
        "import pymc as pm\n"
        "with pm.Model(coords={'unit': range(1)}) as m:\n"
        "    x = pm.Normal('x', dims='unit')\n"
        "    pm.Normal('y', pm.Normal('gain') * x, 1.0, dims='unit')\n"
    )
    pd.DataFrame({"x": np.arange(8.0), "y": np.arange(8.0)}).to_csv(tmp_path / "d.csv")
    monkeypatch.chdir(tmp_path)

    def full(*_: object) -> None:
        raise DataError("p.nc cannot be written: No space left on device")

    monkeypatch.setattr(Posterior, "save", full)
    command = ["ask", "m.py", "d.csv", "--only-matching", "--outcome", "y", "--do", "x+1"]
    command += ["--draws", "20", "--tune", "50", "--chains", "2", "--seed", "1", "--save", "p.nc"]
    assert main([*command, "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["answer"][0]["mean"] > 0
    assert json.loads(out)["posterior"] is None
    assert "the posterior is not kept: p.nc cannot be written: No space left on device" in err
