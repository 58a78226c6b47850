"""Where a command may write."""

from pathlib import Path

import pytest

from ifonly.inference import DataError
from ifonly.scenarios.cli.files import check_writable
from ifonly.scenarios.cli.terminal import Mistake


@pytest.mark.parametrize("name", ["/dev/null", "", ".", "no/a.csv"])
def test_no_file_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((Mistake, DataError)) as caught:
        check_writable(name, (".csv",))
    assert "\n" not in str(caught.value)
