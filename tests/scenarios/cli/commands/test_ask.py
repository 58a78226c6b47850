"""`ifonly ask`: the answer, in every form that it is given."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import ITE, Posterior, read_answer
from ifonly.scenarios.cli.main import main

from ..commandline import MODEL, SAMPLING, SHORT_CHAINS, ask, told

pytestmark = SHORT_CHAINS


def treated() -> pm.Model:
    """The model of the folder."""
    names: dict[str, pm.Model] = {}
    exec(MODEL + "\nmodel = treated()", names)
    return names["model"]


def test_ask_gives_the_posterior_of_the_effect(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    import xarray as xr

    with xr.open_datatree(home / "p.nc", engine="h5netcdf") as tree:
        effect = tree["posterior"]["effect"].to_numpy()
    question = ["--outcome", "y", "--do", "t=1", "--versus", "t=0"]
    facts = told(capsys, ask(home, *question))
    [row] = facts["answer"]
    assert row["mean"] == pytest.approx(effect.mean())
    assert row["low"] == pytest.approx(np.quantile(effect, 0.05))
    assert facts["rung"] == 3
    # The data may be given again; they must be the same.
    assert told(capsys, ask(home, *question, data=home / "data.parquet"))["answer"] == [row]
    assert main(ask(home, *question)) == 0
    assert f"{effect.mean():.4f}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("phrases", "mean"),
    [(["z+-1|0|1e0"], [-1.0, 0.0, 1.0]), (["z-0.5, t*1"], [-0.5]), (["z*1", "t+0"], [0.0])],
)
def test_interventions_as_they_are_typed(
    capsys: pytest.CaptureFixture[str], home: Path, phrases: list[str], mean: list[float]
) -> None:
    do = [word for phrase in phrases for word in ("--do", phrase)]
    facts = told(capsys, ask(home, "--outcome", "y", *do))
    assert [row["mean"] for row in facts["answer"]] == pytest.approx(mean)


def test_groups_quantiles_and_new_units(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    do = ["--outcome", "y", "--do", "t=1", "--versus", "t=0"]
    groups = told(capsys, ask(home, *do, "--query", "cate", "--by", "t, z:-0.5|0.5"))["answer"]
    assert [row["t"] for row in groups] == [0, 0, 0, 1, 1, 1]
    assert groups[0]["z"] == "<= -0.5"
    quantiles = told(capsys, ask(home, *do, "--query", "QTE", "--quantiles", "0.25,0.75"))
    assert [row["q"] for row in quantiles["answer"]] == [0.25, 0.75]
    new = told(capsys, ask(home, *do, "--units", "new", "--size", "50"))
    assert new["rung"] == 2
    assert main(ask(home, "--outcome", "y", "--do", "t=1", "--query", "Counterfactual")) == 0
    assert "The first 20 of 40" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["csv", "parquet", "nc", "zarr"])
def test_answers_in_files(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"answers.{ending}"
    question = ask(home, "--outcome", "y", "--do", "t=1", "--query", "ITE", "--output", str(path))
    facts = told(capsys, question)
    assert facts["answer"] is None
    assert os.listdir(tmp_path) == [path.name]
    if ending in ("nc", "zarr"):
        answer = read_answer(path)
        assert answer.sizes == {"chain": 2, "draw": 60, "unit": 40}
        query = ITE("y", do={"t": 1})
        xr.testing.assert_identical(answer, Posterior.load(home / "p.nc", treated()).ask(query))
    else:
        frame = pd.read_csv(path) if ending == "csv" else pd.read_parquet(path)
        assert list(frame) == ["unit", "mean", "sd", "low", "high"]
        assert len(frame) == 40


def test_the_report_of_a_question(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    for query, more in (("CATE", ["--by", "z:3"]), ("ITE", [])):
        path = tmp_path / f"{query}.html"
        command = ask(home, "--outcome", "y", "--do", "t=1", "--query", query, *more)
        assert main([*command, "--report", str(path)]) == 0
        html = path.read_text()
        assert f"{query} of y" in html
        assert html.count("<img") >= 2  # and who gains, where units differ
        assert "intervened on" not in html  # it stands in the picture
        assert "y ~ Normal(mu, 0.5)" in html


def test_a_model_that_prints_and_moves_leaves_the_answer_alone(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    talks = "import os\nprint('hello')\nos.chdir('/')\n"
    (tmp_path / "talks.py").write_text(MODEL + talks)
    command = ["ask", "talks.py", "--posterior", str(home / "p.nc"), "--outcome", "y"]
    facts = told(capsys, [*command, "--do", "t=1", "--output", "a.csv"])
    assert facts["output"] == "a.csv"
    assert (tmp_path / "a.csv").is_file()


@pytest.mark.parametrize("ending", ["nc", "zarr"])
def test_a_fit_of_ones_own(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path, ending: str
) -> None:
    import xarray as xr

    with xr.open_datatree(home / "p.nc", engine="h5netcdf") as tree:
        fit = xr.DataTree.from_dict({"posterior": tree["posterior"].to_dataset().load()})
    path = tmp_path / f"fit.{ending}"
    if ending == "nc":
        fit.to_netcdf(path)
    else:
        fit.to_zarr(path, consolidated=False)
    question = ["--outcome", "y", "--do", "t=1", "--versus", "t=0"]
    model, data = str(home / "model.py"), str(home / "data.csv")
    command = ["ask", model, data, "--posterior", str(path), *question]
    assert told(capsys, command)["answer"] == told(capsys, ask(home, *question))["answer"]


def test_groups_by_a_column_that_the_model_does_not_know(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    home: Path,
    tmp_path: Path,
) -> None:
    frame = pd.read_csv(home / "data.csv").assign(region=["north", "south"] * 20)
    frame.to_csv(tmp_path / "more.csv", index=False)
    command = ["ask", str(home / "model.py"), str(tmp_path / "more.csv"), *SAMPLING]
    command += ["--outcome", "y", "--do", "t=1"]
    assert main([*command, "--query", "CATE", "--by", "region", "--json"]) == 0
    said = capsys.readouterr()
    assert [row["region"] for row in json.loads(said.out)["answer"]] == ["north", "south"]
    assert caplog.text.count("kept beside the model") == 1
    assert main([*command, "--only-matching", "--query", "CATE", "--by", "region"]) == 2
    assert "region" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_columns_that_nothing_reads_stay_in_the_file(
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    home: Path,
    tmp_path: Path,
    ending: str,
) -> None:
    """They are no part of the evidence, and have no say; of a posterior that is kept they are."""
    frame = pd.read_csv(home / "data.csv").assign(region=["north", "south"] * 20, notes="a", y_1=0)
    path, kept = tmp_path / f"wide.{ending}", tmp_path / "p.nc"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    command = ["ask", str(home / "model.py"), str(path), *SAMPLING, "--outcome", "y", "--do", "t=1"]
    few = told(capsys, command)
    assert "kept beside the model" not in caplog.text
    facts = told(capsys, [*command, "--save", str(kept)])
    assert facts["answer"] == few["answer"]
    beside = Posterior.load(kept, treated()).state.evidence.beside
    assert set(beside) == {"region", "notes", "y_1"}
    caplog.clear()
    assert main([*command, "--query", "CATE", "--by", "region", "--columns", "t,y,region"]) == 0
    assert "kept beside the model, which has no variable of that name: region" in caplog.text


def test_a_column_that_is_likely_meant_for_another_is_told_though_unread(
    caplog: pytest.LogCaptureFixture, home: Path, tmp_path: Path
) -> None:
    frame = pd.read_csv(home / "data.csv").rename(columns={"z": "Z"})
    frame.to_csv(tmp_path / "named.csv", index=False)
    command = ["ask", str(home / "model.py"), str(tmp_path / "named.csv"), *SAMPLING]
    main([*command, "--outcome", "y", "--do", "t=1"])
    assert "'Z' is near 'z', which has no column" in caplog.text
