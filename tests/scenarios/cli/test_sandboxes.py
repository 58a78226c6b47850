"""What `ifonly sandbox` does alike of one time and of several: knobs as typed, and the page."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from ifonly.inference.generators.knobs import Dial, Knobs
from ifonly.scenarios.cli.sandboxes import knobs_asked, page_written, verifications


def typed(**given: Any) -> argparse.Namespace:
    names = ("effect", "overlap", "confounding", "strength", "keep", "mode", "prevalence")
    return argparse.Namespace(**dict.fromkeys(names) | given)


@pytest.mark.parametrize("overlap", [None, "0.5*z(age)"])
def test_knobs_of_one_time(overlap: str | None) -> None:
    found = knobs_asked(typed(effect="0.1*age", overlap=overlap, confounding="0.2"))
    assert found == [Knobs("0.1*age", overlap, 0.2)]


def test_knobs_of_two_times() -> None:
    args = typed(effect="0.5*time", overlap="auc=0.8; auc=0.7", strength=0.3, keep="ratio")
    overlaps = [Dial("auc", 0.8), Dial("auc", 0.7)]
    expected = [
        Knobs(f"0.5*{k}", dial, strength=0.3, keep="ratio") for k, dial in enumerate(overlaps, 1)
    ]
    assert knobs_asked(args, 2) == expected


def test_nothing_is_verified_where_there_is_no_report() -> None:
    nothing: Any = None  # neither the terminal nor the clock is touched
    stages: Any = [object(), object()]
    assert verifications(argparse.Namespace(no_report=True), stages, nothing, nothing) == [None] * 2


def test_a_page_is_written_into_the_folder(tmp_path: Path) -> None:
    assert page_written("<p>é</p>", tmp_path) == tmp_path / "report.html"
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "<p>é</p>"
