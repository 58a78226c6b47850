"""`ifonly show`: what a scenario is about."""

import pytest

from ifonly.scenarios.cli.main import main

from ..commandline import scolded, told


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
