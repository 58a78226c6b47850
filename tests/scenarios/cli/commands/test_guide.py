"""Every block of the guide runs, one after the other, as a reader would run them."""

import re

import ifonly
from ifonly.scenarios.cli.commands.guide import text
from ifonly.scenarios.cli.main import COMMANDS, main


def test_the_blocks_of_the_guide_run_and_their_claims_hold(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", text(), re.S)
    assert len(blocks) == 9
    names = {"__name__": "guide"}
    for block in blocks:
        exec(block, names)
    assert names["table"].shape[0] == 1


def test_the_guide_names_commands_and_functions_that_there_are():
    [shell] = re.findall(r"```sh\n(.*?)```", text(), re.S)
    commands = set(re.findall(r"^ifonly (\w+)", shell, re.M))
    assert commands
    assert commands <= set(COMMANDS)
    imported = re.findall(r"^from ifonly import (.+)$", text(), re.M)
    for name in ", ".join(imported).split(", "):
        assert hasattr(ifonly, name), name


def test_the_command_prints_it(capsys):
    assert main(["guide"]) == 0
    assert capsys.readouterr().out == text()
