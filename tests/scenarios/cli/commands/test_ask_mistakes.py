"""`ifonly ask`: bad input is told in one line, before anything is sampled."""

from pathlib import Path

import pytest

from ..commandline import MODEL, SHORT_CHAINS, ask, scolded

pytestmark = SHORT_CHAINS


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
        "bytes": (
            ["ask", model, file("b.csv", b"\xff\xfe\x00\xd8"), *question],
            "save it as UTF-8",
        ),
        "ragged": (
            ["ask", model, file("r.csv", "a,b\n1,2,3,4\n1\n2,3,4,5,6\n"), *question],
            "r.csv",
        ),
        "parquet": (["ask", model, file("p.parquet", "no"), *question], "cannot be read"),
        "no rows": (["ask", model, file("n.csv", rows), *question], "no rows"),
        "text": (["ask", model, file("t.csv", rows + "1,a,2\n"), *question], "names none for 'z'"),
        "missing": (["ask", model, file("m.csv", rows + "1,,2\n0,,2\n"), *question], "NaN"),
        "not whole": (["ask", model, file("w.csv", rows + "0.5,1,2\n"), *question], "integer"),
        "no data at all": (["ask", model, *question], "give the data"),
        "no column": (["ask", model, data, *question, "--columns", "t,q"], "--columns names 'q'"),
        "none match": (
            ["ask", model, file("o.csv", "a\n1\n"), *question, "--only-matching"],
            "no column that the model has",
        ),
        "unit": (["ask", model, data, *question, "--unit", "person"], "unit dimension"),
        "outcome": (["ask", model, data, "--outcome", "yy", "--do", "t=1"], "did you mean 'y'"),
        "target": (["ask", model, data, "--outcome", "y", "--do", "tt=1"], "did you mean 't'"),
        "phrase": (["ask", model, data, "--outcome", "y", "--do", "t"], '"T=1" sets'),
        "words": (
            ["ask", model, data, "--outcome", "y", "--do", "t=high"],
            "names no levels for it",
        ),
        "labels": (
            ["ask", model, data, "--outcome", "y", "--do", "t='high'"],
            "names no levels for it",
        ),
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
        "beyond": (
            ["ask", model, data, "--outcome", "y", "--do", "t=2"],
            "it is Bernoulli: give 0 or 1",
        ),
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
        "wrong coding": (["ask", model, file("l.csv", b"t,\xe4\n1,1\n"), *question], "UTF-8"),
        "cut parquet": (
            ["ask", model, file("q.parquet", (home / "data.parquet").read_bytes()[:-9]), *question],
            "cannot be read",
        ),
        "a folder of data": (["ask", model, str(tmp_path), *question], "there is no file"),
        "columns without data": (ask(home, *question, "--columns", "t"), "give the data"),
        "column twice": (
            ["ask", model, data, *question, "--columns", "t,t,y"],
            "twice; name it once",
        ),
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
        "half a dose": (ask(home, "--outcome", "y", "--do", "t=0.5"), "give 0 or 1"),
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
