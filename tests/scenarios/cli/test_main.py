"""The command line: its answers, its mistakes, its files, and how it is stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import ifonly.scenarios as scenarios
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
pytestmark = pytest.mark.filterwarnings(
    "always:this answer comes from chains:ifonly.inference.ConvergenceWarning"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a user's model and data, and the posterior that `ask` has kept."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "model.py").write_text(MODEL)
    rng = np.random.default_rng(0)
    t, z = rng.integers(0, 2, 40), rng.normal(size=40)
    frame = pd.DataFrame({"t": t, "z": z, "y": 0.8 * t + z + rng.normal(0, 0.5, 40)})
    frame.to_csv(folder / "data.csv", index=False)
    frame.to_parquet(folder / "data.parquet")
    frame.assign(name="someone").to_csv(folder / "more.csv", index=False)
    command = ["ask", str(folder / "model.py"), str(folder / "data.csv"), "--outcome", "y"]
    command += ["--do", "t=1", "--save", str(folder / "p.nc"), *SAMPLING]
    assert main(command) == 0
    return folder


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, home: Path) -> str:
    """The name of a scenario that takes no time."""
    from ifonly.inference import ATE, ITE, shift
    from ifonly.scenarios import Scenario, Section

    module = ModuleType("ifonly_tiny")
    exec(MODEL, vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    module.scenario = Scenario(  # type: ignore[attr-defined]
        "tiny",
        "A tiny title",
        "How much does `t` do?",
        "ifonly_tiny:treated",
        {"effect": 0.8},
        {"t": "treatment", "z": "covariate", "y": "outcome"},
        {
            "effect of t": ATE("y", do={"t": 1}, versus={"t": 0}),
            "ladder": ATE("y", do={"z": [shift(-1.0), shift(0.0)]}),
            "row by row": ITE("y", do={"t": 1}, versus={"t": 0}),
        },
        units=30,
        sections=lambda world, posterior: iter([Section("A finding", "Found.")]),
    )
    strong = replace(module.scenario, title="A strong title", parameters={"effect": 5.0})
    module.scenario = replace(  # type: ignore[attr-defined]
        module.scenario, variants={"strong": strong}
    )
    monkeypatch.setitem(sys.modules, "ifonly.scenarios.tiny", module)
    monkeypatch.setitem(scenarios.TITLES, "tiny", "A tiny title")
    return "tiny"


def ask(home: Path, *rest: str, data: Path | str | None = None) -> list[str]:
    """Return a question of the posterior that was kept."""
    files = [str(home / "model.py"), *([str(data)] if data else [])]
    return ["ask", *files, "--posterior", str(home / "p.nc"), *rest]


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


# --- what needs no PyMC --------------------------------------------------------------------------


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


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("ifonly ")
    for command in ("list", "show", "run", "ask", "calibrate", "example", "doctor"):
        assert main([command, "--help"]) == 0
        assert "usage: ifonly" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ([], "COMMAND"),
        (["runn"], "invalid choice: 'runn'"),
        (["list", "--nothing"], "--nothing"),
        (["run"], "NAME"),
        (["run", "linear_walkthru"], "did you mean 'linear_walkthrough'"),
        (["show", "nothing"], "there is no scenario 'nothing'"),
        (["run", "linear_walkthrough", "--units", "0"], "no positive whole number"),
        (["run", "linear_walkthrough", "--seed", "-1"], "--seed"),
        (["run", "linear_walkthrough", "--sampler", "stan"], "invalid choice: 'stan'"),
        (["run", "linear_walkthrough", "--report", "nowhere/r.html"], "there is no folder nowhere"),
        (["run", "linear_walkthrough", "--report", "r.txt"], "should end in .html"),
        (["run", "linear_walkthrough", "--save", "."], "names no file"),
        (["calibrate", "linear_walkthrough", "--replications", "x"], "no positive whole number"),
        (["example", "nothing"], "there is no example 'nothing'"),
        (["ask", "gone.py", "d.csv", "--outcome", "y", "--do", "t=1"], "there is no file gone.py"),
        (["ask", "m.py", "--outcome", "y", "--do", "t=1"], "give the data"),
        (["ask", "m.py", "d.csv", "--outcome", "y"], "--do"),
        (["ask", "m.py", "d.csv", "--outcome", "y", "--do", "t=1", "--query", "ATX"], "'ATX'"),
    ],
)
def test_mistakes_are_one_line(
    capsys: pytest.CaptureFixture[str], command: list[str], says: str
) -> None:
    if not command:
        assert main([]) == 2
        assert says in capsys.readouterr().err
        return
    assert says in scolded(capsys, command)


# --- scenarios -----------------------------------------------------------------------------------


def test_show(capsys: pytest.CaptureFixture[str], tiny: str) -> None:
    facts = told(capsys, ["show", tiny])
    assert facts["variables"]["y"] == {"role": "outcome", "causes": ["t", "z"]}
    assert "mu = effect * t + z" in facts["equations"]
    assert facts["truth"] == {"effect": 0.8}
    assert "Y_i(do)" in facts["queries"]["effect of t"]["estimand"]
    assert main(["show", tiny]) == 0
    shown = capsys.readouterr().out
    for word in ("How much does", "treatment", "y ~ Normal(mu, 0.5)", "0.8000", "row by row"):
        assert word in shown


def test_variants(capsys: pytest.CaptureFixture[str], tiny: str) -> None:
    assert told(capsys, ["show", tiny])["variants"] == {"strong": "A strong title"}
    assert told(capsys, ["show", tiny, "--variant", "strong"])["truth"] == {"effect": 5.0}
    assert main(["show", tiny]) == 0
    assert "strong: A strong title" in capsys.readouterr().out
    assert main(["show", tiny, "--variant", "strong"]) == 0
    assert "--variant strong" in capsys.readouterr().out
    line = scolded(capsys, ["show", tiny, "--variant", "stron"])
    assert "did you mean 'strong'" in line


def test_run(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    facts = told(capsys, ["run", tiny, "--save", "p.nc", *SAMPLING])
    assert sorted(os.listdir()) == ["p.nc", "tiny.html"]
    [effect] = facts["queries"]["effect of t"]["elements"]
    assert effect["truth"] == pytest.approx(0.8)
    assert abs(effect["bias"]) < 1
    assert facts["queries"]["row by row"]["summary"]["elements"] == 30
    assert [e["dose"] for e in facts["queries"]["ladder"]["elements"]] == [-1.0, 0.0]
    html = Path("tiny.html").read_text()
    for word in ("A tiny title", "How much does <code>t</code> do?", "Causal graph", "A finding",
                 "effect of t", "row by row", "Diagnostics", "seed", "pymc"):  # fmt: skip
        assert word in html
    assert html.count("<img") == 4
    assert html.count("<table") >= 8


def test_run_for_a_person(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    few = {name: scenarios.get(tiny).queries[name] for name in ("effect of t", "row by row")}
    monkeypatch.setattr(
        sys.modules["ifonly.scenarios.tiny"], "scenario", replace(scenarios.get(tiny), queries=few)
    )
    assert main(["run", tiny, "--no-report", "--units", "20", *SAMPLING]) == 0
    found = capsys.readouterr()
    for word in ("truth", "90% interval", "covered", "effect of t", "row by row", "RMSE"):
        assert word in found.out
    assert "Simulating 20 units" in found.err
    assert "warning: this answer comes from chains that did not converge" in found.err
    assert found.err.count("warning:") == 1
    assert os.listdir() == []


def test_a_scenario_says_how_it_is_conditioned(
    capsys: pytest.CaptureFixture[str], tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = replace(scenarios.get(tiny), method="marginal", draws=110)
    few = replace(one, queries={"effect of t": one.queries["effect of t"]})
    monkeypatch.setattr(sys.modules["ifonly.scenarios.tiny"], "scenario", few)
    command = ["run", tiny, "--no-report", "--seed", "1"]
    facts = told(capsys, command)
    assert facts["method"] == "marginal"
    assert facts["diagnostics"]["ess_bulk"] < 4 * 110 * 1.5
    assert told(capsys, [*command, *SAMPLING, "--method", "nuts"])["method"] == "nuts"
    calibration = ["calibrate", tiny, "--replications", "1", "--units", "20", "--draws", "60"]
    assert told(capsys, [*calibration, "--tune", "60"])["about"]["method"] == "marginal"
    assert "invalid choice: 'vi'" in scolded(capsys, [*command, "--method", "vi"])


def test_calibrate_goes_on_where_it_was(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path
) -> None:
    kept, report = tmp_path / "ranks.jsonl", tmp_path / "ranks.html"
    command = ["calibrate", tiny, "--units", "10", "--draws", "60", "--tune", "100"]
    command += ["--resume", str(kept)]
    first = told(capsys, [*command, "--replications", "2"])
    assert first["replications"] == 2
    assert first["failed"] == 0
    before = kept.read_text()
    more = told(capsys, [*command, "--replications", "3", "--report", str(report)])
    assert kept.read_text().startswith(before)
    assert more["table"][:2] == first["table"]
    assert {row["level"] for row in more["coverage"]} == {0.5, 0.9}
    assert "<img" in report.read_text()
    assert main([*command, "--replications", "3"]) == 0
    assert "holds the truth" in capsys.readouterr().out
    assert "did you mean 'ladder'" in scolded(capsys, [*command, "--query", "lader"])
    damaged = tmp_path / "damaged.jsonl"
    damaged.write_text("nonsense\n")
    assert "holds no calibration" in scolded(capsys, [*command[:-1], str(damaged)])


# --- a user's own model --------------------------------------------------------------------------


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
    assert [row["quantile"] for row in quantiles["answer"]] == [0.25, 0.75]
    new = told(capsys, ask(home, *do, "--units", "new", "--size", "50"))
    assert new["rung"] == 2
    assert main(ask(home, "--outcome", "y", "--do", "t=1", "--query", "Counterfactual")) == 0
    assert "The first 20 of 40" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["csv", "parquet", "nc"])
def test_answers_in_files(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path, ending: str
) -> None:
    import xarray as xr

    path = tmp_path / f"answers.{ending}"
    question = ask(home, "--outcome", "y", "--do", "t=1", "--query", "ITE", "--output", str(path))
    facts = told(capsys, question)
    assert facts["answer"] is None
    assert os.listdir(tmp_path) == [path.name]
    if ending == "nc":
        with xr.open_dataarray(path, engine="h5netcdf") as answer:
            assert answer.sizes == {"chain": 2, "draw": 60, "unit": 40}
            assert answer.attrs["query"] == "ITE"
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
        assert html.count("<img") == 2
        assert "intervened on" not in html  # it stands in the picture
        assert "y ~ Normal(mu, 0.5)" in html


def bad(home: Path, tmp_path: Path) -> dict[str, tuple[list[str], str]]:
    """Return commands that are mistaken, and a word of what should be said."""

    def file(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    model, data = str(home / "model.py"), str(home / "data.csv")
    question = ["--outcome", "y", "--do", "t=1"]
    twice = MODEL + "\ndef another():\n    return treated()\n"
    rows = "t,z,y\n"
    kept = bytearray((home / "p.nc").read_bytes())
    kept[len(kept) // 2] ^= 1
    flipped = file("flipped.nc", bytes(kept))
    return {
        "no model": (["ask", file("a.py", "x = 1"), data, *question], "no pymc.Model"),
        "syntax": (["ask", file("b.py", "x = (\n"), data, *question], "SyntaxError"),
        "fails": (["ask", file("c.py", "\n1 / 0"), data, *question], "(line 2)"),
        "exits": (["ask", file("d.py", "raise SystemExit(3)"), data, *question], "SystemExit"),
        "two models": (["ask", file("e.py", twice), data, *question], "--model-name"),
        "no such": (["ask", model, data, *question, "--model-name", "treate"], "has no 'treate'"),
        "function fails": (
            ["ask", file("f.py", "def f():\n    return undefined"), data, *question],
            "f() of",
        ),
        "returns none": (
            ["ask", file("g.py", "def f():\n    return 3"), data, *question],
            "no pymc.Model but int",
        ),
        "not python": (["ask", file("m.txt", ""), data, *question], "no Python file"),
        "no data": (["ask", model, "gone.csv", *question], "there is no file gone.csv"),
        "format": (["ask", model, file("d.xls", ""), *question], "neither .csv nor .parquet"),
        "empty file": (["ask", model, file("e.csv", ""), *question], "is empty"),
        "bytes": (["ask", model, file("b.csv", b"\xff\xfe\x00\xd8"), *question], "cannot be read"),
        "ragged": (
            ["ask", model, file("r.csv", "a,b\n1,2,3,4\n1\n2,3,4,5,6\n"), *question],
            "r.csv",
        ),
        "parquet": (["ask", model, file("p.parquet", "no"), *question], "cannot be read"),
        "no rows": (["ask", model, file("n.csv", rows), *question], "no rows"),
        "text": (["ask", model, file("t.csv", rows + "1,a,2\n"), *question], "not numbers"),
        "missing": (["ask", model, file("m.csv", rows + "1,,2\n0,,2\n"), *question], "NaN"),
        "not whole": (["ask", model, file("w.csv", rows + "0.5,1,2\n"), *question], "integer"),
        "extra": (["ask", model, str(home / "more.csv"), *question], "--only-matching"),
        "no column": (["ask", model, data, *question, "--columns", "t,q"], "no column 'q'"),
        "none match": (
            ["ask", model, file("o.csv", "a\n1\n"), *question, "--only-matching"],
            "no column that the model has",
        ),
        "unit": (["ask", model, data, *question, "--unit", "person"], "unit dimension"),
        "outcome": (["ask", model, data, "--outcome", "yy", "--do", "t=1"], "did you mean 'y'"),
        "target": (["ask", model, data, "--outcome", "y", "--do", "tt=1"], "did you mean 't'"),
        "phrase": (["ask", model, data, "--outcome", "y", "--do", "t"], '"T=1" sets'),
        "words": (["ask", model, data, "--outcome", "y", "--do", "t=high"], '"T=1" sets'),
        "twice": (["ask", model, data, *question, "--do", "t=0"], "two things of 't'"),
        "ladder": (["ask", model, data, *question, "--versus", "t=0|1"], "several values"),
        "by": (["ask", model, data, *question, "--query", "CATE", "--by", "zz"], "did you mean"),
        "bins": (["ask", model, data, *question, "--query", "CATE", "--by", "z:x"], "age:4"),
        "no groups": (["ask", model, data, *question, "--query", "CATE"], "CATE needs --by"),
        "by of ate": (["ask", model, data, *question, "--by", "z"], "--query CATE"),
        "quantile": (
            ["ask", model, data, *question, "--query", "QTE", "--quantiles", "2"],
            "between 0 and 1",
        ),
        "versus": (
            ["ask", model, data, *question, "--query", "Counterfactual", "--versus", "t=0"],
            "--versus means nothing to Counterfactual",
        ),
        "folder": (["ask", model, data, *question, "--output", "no/a.csv"], "no folder"),
        "ending": (["ask", model, data, *question, "--output", "a.xls"], "should end in"),
        "damaged": (
            ["ask", model, "--posterior", file("p.nc", "damaged"), *question],
            "damaged or no saved posterior",
        ),
        "drawn": (ask(home, *question, "--draws", "9"), "--draws means nothing"),
        "other data": (
            ask(home, *question, data=file("x.csv", rows + "1,1,1\n")),
            "conditioned on other data",
        ),
        "other model": (
            [
                "ask",
                file("h.py", MODEL.replace("0.5, dims", "0.6, dims")),
                *ask(home)[2:],
                *question,
            ],
            "another model",
        ),
        "a parameter": (
            ["ask", model, data, "--outcome", "effect", "--do", "t=1"],
            "is a parameter",
        ),
        "beyond": (["ask", model, data, "--outcome", "y", "--do", "t=2"], "outside the support"),
        "treated by": (
            ["ask", model, data, "--outcome", "y", "--do", "effect=1", "--query", "ATT"],
            "ATT cannot tell who is treated",
        ),
        "raises anything": (
            ["ask", file("j.py", "class E(BaseException): pass\nraise E('x')"), data, *question],
            "E: x (line 2)",
        ),
        "no units": (
            ["ask", file("k.py", "import pymc as pm\nm = pm.Model()\n"), data, *question],
            "no unit dimension",
        ),
        "wrong coding": (["ask", model, file("l.csv", b"t,\xe4\n1,1\n"), *question], "utf-8"),
        "cut parquet": (
            ["ask", model, file("q.parquet", (home / "data.parquet").read_bytes()[:-9]), *question],
            "cannot be read",
        ),
        "a folder of data": (["ask", model, str(tmp_path), *question], "there is no file"),
        "columns without data": (ask(home, *question, "--columns", "t"), "give the data"),
        "column twice": (["ask", model, data, *question, "--columns", "t,t,y"], "there twice"),
        "flipped": (["ask", model, "--posterior", flipped, *question], "the checksum differs"),
        "a posterior that is a folder": (
            ["ask", model, "--posterior", str(tmp_path), *question],
            "there is no file",
        ),
        "over the data": (["ask", model, data, *question, "--output", data], "is read here"),
        "over the posterior": (
            ask(home, *question, "--output", str(home / "p.nc")),
            "is read here",
        ),
        "one file twice": (
            ["ask", model, data, *question, "--save", "x.nc", "--output", "./x.nc"],
            "would be written twice",
        ),
        "no name": (["ask", model, data, *question, "--output", "a\0.csv"], "names no file"),
        "long name": (["ask", model, data, *question, "--output", "x" * 300 + ".csv"], "too long"),
        "too many": (["ask", model, data, *question, "--draws", "9" * 20], "more than any machine"),
        "half a dose": (ask(home, "--outcome", "y", "--do", "t=0.5"), "integer"),
    }


def test_bad_input_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import ifonly.inference

    def samples(*_: object, **__: object) -> None:
        raise AssertionError("it has sampled")

    monkeypatch.setattr(ifonly.inference, "condition", samples)
    for name, (command, says) in bad(home, tmp_path).items():
        assert says in scolded(capsys, command), name


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


def test_too_little_memory_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ifonly.scenarios.cli.commands import listing

    def fills(args: object, terminal: object) -> int:
        raise MemoryError("Unable to allocate 8 TiB")

    monkeypatch.setattr(listing, "run", fills)
    assert "not enough memory" in scolded(capsys, ["list"])


def test_a_models_own_error_is_no_internal_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ifonly.scenarios.cli.commands import listing

    def fails(args: object, terminal: object) -> int:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(listing, "run", fails)
    with pytest.raises(ZeroDivisionError):
        main(["list"])


# --- beginnings ----------------------------------------------------------------------------------


def test_example_of_a_scenario(
    capsys: pytest.CaptureFixture[str], tiny: str, tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    facts = told(capsys, ["example", "linear_walkthrough", str(folder)])
    assert sorted(os.listdir(folder)) == ["linear_walkthrough.csv", "linear_walkthrough.py"]
    from ifonly.scenarios.cli.usermodel import load_model

    model = load_model(facts["model"])
    assert set(pd.read_csv(facts["data"])) == {"a", "b", "c", "y"} <= set(model.named_vars)
    assert "--force" in scolded(capsys, ["example", "linear_walkthrough", str(folder)])


def test_example_of_real_data(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from ifonly.inference.scm.equations import Equations
    from ifonly.inference.scm.evidence import read_evidence
    from ifonly.scenarios.cli.usermodel import load_model

    facts = told(capsys, ["example", "nhefs", str(tmp_path)])
    frame = pd.read_csv(facts["data"])
    evidence = read_evidence(Equations(load_model(facts["model"])), frame)
    assert len(evidence) == facts["units"] == 1566
    treated = frame.groupby("qsmk")["wt82_71"].mean()
    # Hernán and Robins (2020), chapter 12: 2.5 kg before adjustment.
    assert treated[1] - treated[0] == pytest.approx(2.5, abs=0.05)


@pytest.mark.slow
def test_the_worked_example(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    facts = told(capsys, ["example", "nhefs", str(tmp_path)])
    command = ["ask", facts["model"], facts["data"], "--outcome", "wt82_71", "--do", "qsmk=1"]
    command += ["--versus", "qsmk=0", "--draws", "500", "--tune", "500", "--seed", "1"]
    [row] = told(capsys, command)["answer"]
    # Hernán and Robins (2020), chapter 13: 3.5 kg, 95 % interval 2.6 to 4.5.
    assert row["mean"] == pytest.approx(3.5, abs=0.15)
    assert row["sd"] == pytest.approx(0.48, abs=0.1)


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


# --- processes -----------------------------------------------------------------------------------


def test_a_home_that_cannot_be_written_is_replaced(tmp_path: Path) -> None:
    """It is a file, so that nobody, root or not, can keep anything in it."""
    (tmp_path / "home").touch()
    found = subprocess.run(
        [Path(sys.executable).with_name("ifonly"), "show", "linear_walkthrough"],
        env={**os.environ, "HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    [line] = found.stderr.splitlines()
    assert "home cannot be written; what is compiled is kept in a temporary one" in line


def test_an_interrupt_leaves_nothing(home: Path, tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("ifonly"), "ask", home / "model.py"]
    command += [home / "data.csv", "--outcome", "y", "--do", "t=1", "--draws", "5000000"]
    command += ["--save", "p.nc", "--output", "a.csv", "--report", "r.html"]
    process = subprocess.Popen(
        [str(c) for c in command],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    said = process.stderr.readline()
    assert said.startswith("Conditioning on 40 units")
    time.sleep(5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert err.splitlines() == ["ifonly: interrupted"]
    assert out == ""
    assert os.listdir(tmp_path) == []


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{Path(sys.executable).with_name('ifonly')} list | true"
    found = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert found.stderr == ""
