"""True parameters from a TOML file."""

import pytest

from ifonly.scenarios.cli.terminal import Mistake
from ifonly.scenarios.cli.truth import read_truth


def test_numbers_arrays_and_labels(tmp_path):
    (tmp_path / "t.toml").write_text("a = 0.5\nb = [1, 2]\n[c]\nbasic = 1.0\npro = 2.0\n")
    found = read_truth(tmp_path / "t.toml")
    assert found["a"] == 0.5
    assert found["b"] == [1, 2]
    assert found["c"].to_dict() == {"basic": 1.0, "pro": 2.0}
    (tmp_path / "n.toml").write_text("[parameters]\na = 1\n")
    assert read_truth(tmp_path / "n.toml") == {"a": 1}


@pytest.mark.parametrize(("text", "words"), [("a = ", "is no TOML"), ("", "gives no parameter")])
def test_mistakes(tmp_path, text, words):
    (tmp_path / "t.toml").write_text(text)
    with pytest.raises(Mistake, match=words):
        read_truth(tmp_path / "t.toml")
    with pytest.raises(Mistake, match="there is no file"):
        read_truth(tmp_path / "gone.toml")
