"""A user's file: which model it makes, and what it may do while it makes it."""

import sys
from pathlib import Path

import pytest

from ifonly.scenarios.cli.terminal import Mistake
from ifonly.scenarios.cli.usermodel import load_model, load_scenario

MAKE = """import pymc as pm

def make(name):
    with pm.Model() as model:
        pm.Normal(name)
    return model
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "m.py"
    path.write_text(MAKE + text)
    return path


def variable(path: Path, name: str | None = None) -> str:
    """The name of the one variable of the model that is loaded."""
    [found] = load_model(path, name).named_vars
    return str(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("m = make('a')\n", "a"),
        ("m = also = make('a')\n", "a"),
        ("def f():\n    return make('b')\n", "b"),
        ("def f(k=1, *more, **others):\n    return make('b')\n", "b"),
        ("m = make('a')\ndef f():\n    return make('b')\n", "a"),
        ("def _f():\n    return make('a')\ndef g():\n    return make('b')\n", "b"),
        ("__all__ = ['g']\ndef f():\n    return 1\ndef g():\n    return make('b')\n", "b"),
        ("from operator import not_\ndef f():\n    return make('b')\n", "b"),
    ],
)
def test_the_one_model_of_a_file(tmp_path: Path, text: str, found: str) -> None:
    assert variable(written(tmp_path, text)) == found


def test_one_of_several_is_chosen_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, "m, n = make('a'), make('b')\ndef f():\n    return make('c')\n")
    assert [variable(path, name) for name in ("m", "n", "f")] == ["a", "b", "c"]
    with pytest.raises(Mistake, match="several models: m, n; choose with --model-name"):
        load_model(path)
    with pytest.raises(Mistake, match="has no 'q'; it has f, m, n"):
        load_model(path, "q")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\n", "has no pymc.Model"),
        ("def f():\n    return 3\n", r"f\(\) of .* is no pymc.Model but int"),
        (
            "def f():\n    raise ValueError('one\\ntwo')\n",
            r"f\(\) of .* ValueError: one \(line 8\)",
        ),
        ("raise SystemExit\n", r"cannot be executed: SystemExit \(line 7\)"),
        ("m = (\n", r"SyntaxError: .* \(line 7\)"),
    ],
)
def test_a_file_that_makes_none_is_told_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(Mistake, match=says):
        load_model(written(tmp_path, text))


def test_the_file_is_where_it_says(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="there is no file"):
        load_model(tmp_path / "gone.py")
    other = tmp_path / "m.txt"
    other.write_text("m = 1")
    with pytest.raises(Mistake, match="no Python file"):
        load_model(other)


def test_a_file_uses_its_neighbours_and_leaves_no_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "neighbour_of_a_model.py").write_text("NAME = 'a'\n")
    text = "import os\nfrom dataclasses import dataclass\nfrom neighbour_of_a_model import NAME\n"
    text += "print('made')\nos.chdir('..')\n@dataclass\nclass Prior:\n    sd: float = 1.0\n"
    path, before = written(tmp_path, text + "m = make(NAME)\n"), list(sys.path)
    monkeypatch.delitem(sys.modules, "neighbour_of_a_model", raising=False)
    assert variable(path) == "a"
    assert sys.path == before
    assert "ifonly_user_model" not in sys.modules
    assert Path.cwd() == tmp_path.resolve()
    out, err = capsys.readouterr()
    assert (out, err) == ("", "made\n")
    del sys.modules["neighbour_of_a_model"]


def test_an_interrupt_is_no_mistake_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        load_model(written(tmp_path, "raise KeyboardInterrupt\n"))


def test_a_scenario_of_a_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "from ifonly.scenarios.linear_walkthrough import scenario as walk\n"
        "from dataclasses import replace\nscenario = replace(walk, title='Mine')\n",
    )
    assert load_scenario(path).title == "Mine"
    for text, said in (("x = 1", "no variable `scenario`"), ("1/0", "ZeroDivisionError")):
        with pytest.raises(Mistake, match=said):
            load_scenario(written(tmp_path, text))
    with pytest.raises(Mistake, match="no file"):
        load_scenario(tmp_path / "none.py")
