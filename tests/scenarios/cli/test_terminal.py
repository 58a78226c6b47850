"""What reaches a terminal: shown, never obeyed."""

import ast
import json
from importlib.resources import files

import pytest

from ifonly.scenarios.cli.terminal import Terminal, clean, complain

ESCAPES = "\x1b[2J\x07\x9b31m\r\x7f\u202e\u2066\udcff"


def is_shown(text: str) -> bool:
    return all(c in "\n\t" or c.isprintable() for c in text)


def test_control_characters_are_shown_as_they_are_written():
    assert clean("a\x1b[2Jb") == r"a\x1b[2Jb"
    assert clean("\u202eabc") == r"\u202eabc"
    assert is_shown(clean(ESCAPES))
    assert clean("µ − é 漢 🙂 — a\tb\nc") == "µ − é 漢 🙂 — a\tb\nc"


@pytest.mark.parametrize("way", ["say", "warn", "line", "print", "table", "answer", "complain"])
def test_every_way_to_a_terminal_is_clean(capsys, way):
    terminal, name = Terminal(), f"x{ESCAPES}y"
    if way == "table":
        terminal.table([name, name], [(name, 1.0), (name, name)], title=name)
    elif way == "answer":
        Terminal(json=True).answer({name: [name]}, lambda: None)
    elif way == "complain":
        complain(name)
    else:
        getattr(terminal, way)(name)
    out, err = capsys.readouterr()
    assert "x" in out + err
    assert is_shown(out + err)
    if way == "answer":
        assert json.loads(out) == {name: [name]}, "for a machine nothing is lost"


def test_nothing_is_printed_but_by_the_terminal():
    area = files("ifonly.scenarios")
    for path in area.glob("**/*.py"):  # type: ignore[attr-defined]
        if path.name == "terminal.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print", f"{path}:{node.lineno}"
