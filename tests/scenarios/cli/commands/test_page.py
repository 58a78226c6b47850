"""`ifonly page` writes the page of a model and its data, or says in one line why not."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from ..commandline import MODEL, scolded, told


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(1)
    t, z = rng.integers(0, 2, 80), rng.normal(size=80)
    frame = pd.DataFrame({"t": t, "z": z, "y": t + z + rng.normal(size=80), "note": "x"})
    frame.to_csv(tmp_path / "data.csv", index=False)
    (tmp_path / "model.py").write_text(MODEL)
    return tmp_path


def test_a_page_is_written_from_a_model_and_its_data(files, capsys):
    out = files / "whatif.html"
    command = ["page", str(files / "model.py"), str(files / "data.csv"), "-o", str(out)]
    said = told(capsys, [*command, "--seed", "1"])
    assert said["outcome"] == "y"
    assert said["levers"] == ["t", "z"]
    assert said["exact"]
    html = out.read_text()
    assert said["bytes"] == len(html.encode()) < 1_000_000
    page = json.loads(re.search(r'id="contents">(.*?)</script>', html, re.S).group(1))
    assert [rule["reads"] for rule in page["rules"]] == ["z"]
    assert page["levers"][0]["levels"] == [0, 1]
    assert page["truth"] is None


@pytest.mark.parametrize(
    ("rest", "match"),
    [
        (["gone.py", "DATA"], "there is no file gone.py"),
        (["MODEL", "gone.csv"], "there is no file gone.csv"),
        (["MODEL"], "give the data"),
        (["gone"], "there is no scenario 'gone'"),
        (["linear_walkthrough", "DATA"], "makes its own data"),
        (["MODEL", "DATA", "-o", "page.txt"], "should end in .html"),
        (["MODEL", "DATA", "--serve", "-o", "page.html"], "give one"),
        (["MODEL", "gone.nc", "--draws", "5"], "drawn already"),
    ],
    ids=lambda given: None if isinstance(given, list) else given,
)
def test_a_mistake_is_told_in_one_line(files, capsys, rest, match):
    names = {"MODEL": str(files / "model.py"), "DATA": str(files / "data.csv")}
    assert match in scolded(capsys, ["page", *(names.get(word, word) for word in rest)])


def test_a_lever_that_is_none_is_refused(files, capsys):
    command = [
        "page",
        str(files / "model.py"),
        str(files / "data.csv"),
        "-o",
        str(files / "w.html"),
    ]
    line = scolded(capsys, [*command, "--levers", "w"])
    assert "--levers names 'w'" in line
