"""What is kept on disk: a run that was interrupted goes on, and another is refused."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ifonly.inference import ATE, Calibration, DataError, calibrate
from ifonly.inference.validation.calibration.journal import Journal
from ifonly.inference.validation.calibration.ranks import Row
from ifonly.inference.validation.calibration.replication import Begun, Bench, Task

from .normal_mean import QUICK, same


def test_an_interrupted_run_goes_on(
    found: Calibration,
    home: ModuleType,
    scenario: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "below" / "runs.jsonl"
    run = Bench.run

    def interrupted(self: Bench, task: Task, begun: Begun | None) -> list[Row]:
        if task.replication == 5:
            raise KeyboardInterrupt
        return run(self, task, begun)

    with monkeypatch.context() as patch:
        patch.setattr(Bench, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            calibrate(scenario, home.QUERY, 24, path=path, **QUICK)
    lines = path.read_text().splitlines()
    assert len(lines) == 1 + 5
    assert all(json.loads(line) for line in lines)
    with path.open("a") as file:
        file.write('[{"replication": 5, "el')
    same(calibrate(scenario, home.QUERY, 24, path=path, **QUICK), found)
    assert len(path.read_text().splitlines()) == 1 + 24
    # All is done: this only reads.
    monkeypatch.setattr(Bench, "run", interrupted)
    same(calibrate(scenario, home.QUERY, 24, path=path, **QUICK), found)
    assert len(calibrate(scenario, home.QUERY, 7, path=path, **QUICK).table) == 7


def test_a_file_of_something_else_is_refused_and_left_alone(
    home: ModuleType, scenario: Any, tmp_path: Path
) -> None:
    path = tmp_path / "runs.jsonl"
    calibrate(scenario, home.QUERY, 1, path=path, **QUICK)
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"another calibration: draws differ \(200 there, 100 here"):
        calibrate(scenario, home.QUERY, 1, path=path, **QUICK | {"draws": 100})
    with pytest.raises(DataError, match="another calibration: estimand"):
        calibrate(scenario, ATE("y", do={"t": 2.0}, versus={"t": 0.0}), 1, path=path, **QUICK)
    with pytest.raises(DataError, match="another calibration: equations"):
        calibrate(home.NormalMean(home.normal_mean(1.0)), home.QUERY, 1, path=path, **QUICK)
    assert path.read_bytes() == before
    for text in ("notes\n", "notes", '{"a": 1}\n', "[]\n"):
        path.write_text(text)
        with pytest.raises(DataError, match="holds no calibration"):
            calibrate(scenario, home.QUERY, 1, path=path, **QUICK)
        assert path.read_text() == text


def test_a_place_that_takes_no_file_is_told(
    home: ModuleType, scenario: Any, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="is a folder; name a file"):
        calibrate(scenario, home.QUERY, 1, path=tmp_path, **QUICK)
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot keep a calibration"):
        calibrate(scenario, home.QUERY, 1, path=tmp_path / "file" / "ranks", **QUICK)


WHAT = {"estimand": "the mean of y", "content": "1", "made_with": "a", "versions": {"pymc": "6"}}


def test_rows_come_back_as_they_were_but_for_what_json_lacks(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    journal = Journal.opened(WHAT, path)
    journal.add([{"replication": 4, "mean": 0.1 + 0.2, "sd": float("nan"), "problem": ""}])
    again = Journal.opened(WHAT, path)
    assert again.rows == {4: [{"replication": 4, "mean": 0.1 + 0.2, "sd": None, "problem": ""}]}
    assert again.rows == journal.rows
    assert Journal.opened(WHAT, None).rows == {}


def test_digests_of_other_versions_are_not_compared(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    begun = WHAT | {"equations": "e1"}
    Journal.opened(begun, path)
    later = begun | {"versions": {"pymc": "7"}, "made_with": "b", "content": "2"}
    assert Journal.opened(later | {"equations": "e2"}, path).rows == {}
    with pytest.raises(DataError, match="content differ"):
        Journal.opened(begun | {"content": "2"}, path)
    with pytest.raises(DataError, match="equations differ"):
        Journal.opened(begun | {"equations": "e2"}, path)


def test_a_file_of_an_earlier_version_is_taken_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    Journal.opened({"estimand": "the mean of y"}, path)
    with pytest.warns(UserWarning, match="weaker check"):
        Journal.opened(WHAT | {"versions": None}, path)


ROWS = [{"replication": k, "mean": 0.25 * k, "problem": ""} for k in range(3)]


@pytest.mark.parametrize("place", range(0, 300, 7))
def test_a_changed_byte_in_a_line_is_told_wherever_it_is(place: int, tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    journal = Journal.opened(WHAT, path)
    for row in ROWS:
        journal.add([row])
    whole = path.read_text()
    start = whole.index("\n") + 1 + place
    changed = "7" if whole[start] != "7" else "8"
    path.write_text(whole[:start] + changed + whole[start + 1 :])
    line = whole[:start].count("\n") + 1
    with pytest.raises(DataError, match=rf"line {line} of .* is damaged; remove that line"):
        Journal.opened(WHAT, path)


def test_rows_that_were_sealed_anew_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    for row in ([{"mean": 1.0}], [], 3, [[1]], [{"replication": []}]):
        path.unlink(missing_ok=True)
        Journal.opened(WHAT, path)._write(row, "a")
        with pytest.raises(DataError, match="damaged or holds no calibration"):
            Journal.opened(WHAT, path)
    for text in ("null", "[]", "7", '{"format": "ifonly calibration 1"}', "[" * 9_000):
        path.write_text(text + "\n")
        with pytest.raises(DataError, match="holds no calibration, or a damaged one"):
            Journal.opened(WHAT, path)
