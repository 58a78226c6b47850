"""What `ifonly sandbox` cannot do gets one line, and what is odd in a table is said."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ifonly.scenarios.cli.main import main

from ..commandline import scolded
from ..visits import ONE, SEVERAL, kept, one_time, several_times

Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ifonly.scenarios.analyses.sandbox.analysis.POPULATION", 2_000)


def command(frame: pd.DataFrame, folder: Path, roles: list[str]) -> list[str]:
    return ["sandbox", str(kept(frame, folder)), *roles, "--rows", "50", "--out", str(folder / "o")]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--effect", "0.1*agee"], "did you mean 'age'"),
        (["--effect", "__import__('os')"], "calls"),
        (["--effect", "place"], "gives text"),
        (["--effect", "place == 'nort'"], "compares 'place' with 'nort'"),
        (["--effect", "age == 'old'"], "the column holds numbers"),
        (["--effect", "arm"], "reads 'arm', which does not exist"),
        (["--overlap", "1"], "constant factor"),
        (["--overlap", "auc=2"], "lies from 0.5 to 1"),
        (["--overlap", "age - 40", "--prevalence", "0.2", "--keep", "ratio"], "leave one of"),
        (["--confounding", "50"], "beyond its limits"),
        (["--confounding", "9*(age > 50)"], "all with age from 51 to 59"),
        (["--mode", "specified"], "needs an effect"),
        (["--strength", "2"], "at most 0.99"),
        (["--prevalence", "1.5"], "between 0 and 1"),
        (["--family", "gamma"], "gamma"),
        (["--censoring", "2"], "between 0 and 1"),
    ],
)
def test_knobs_of_one_time(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, more: list[str], said: str
) -> None:
    assert said in scolded(capsys, [*command(one_time(), tmp_path, ONE), *more])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--effect", "1; 2; 3"], "3 expressions for 2 times"),
        (["--effect", "1; drug3"], "at time 2, the expression 'drug3' reads"),
        (["--rank", "ols,s_learner"], "for one treatment and one outcome"),
        (["--treatment", "drug1"], "1 treatments and 2 outcomes"),
        (["--treatment", "drug1,drug3"], "names 'drug3', which does not exist"),
        (["--overlap", "0; 1"], "at time 2, the overlap asks"),
    ],
)
def test_knobs_of_several_times(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, more: list[str], said: str
) -> None:
    assert said in scolded(capsys, [*command(several_times(), tmp_path, SEVERAL), *more])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.assign(day=pd.date_range("2020-01-01", periods=200)), "holds dates or times"),
        (lambda t: t.assign(day=[f"{k % 28 + 1}.3.2020" for k in range(200)]), "holds dates"),
        (lambda t: t.assign(note=[f"he said {k}" for k in range(200)]), "free text or names"),
        (lambda t: t.assign(empty=np.nan), "has no value at all"),
        (lambda t: t.head(3), "3 rows, and at least 30"),
        (lambda t: t.assign(arm=1), "has one arm, 1"),
        (lambda t: t.assign(arm=np.arange(200) % 3), "has 3 values"),
        (lambda t: t.assign(arm=t["arm"].where(t["age"] > 21)), "misses values"),
        (lambda t: t.assign(pay=[f"{k}%" for k in range(200)]), "numbers with other signs"),
        (lambda t: t.assign(pay=[f"{k},5" for k in range(200)]), "a point before decimals"),
        (lambda t: t.assign(gain=1.0), "the outcome 'gain' is constant"),
        (lambda t: t[["arm", "gain"]], "no covariate"),
    ],
)  # fmt: skip
def test_tables_that_nothing_is_learnt_from(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, change: Change, said: str
) -> None:
    assert said in scolded(capsys, command(change(one_time()), tmp_path, ONE))


def test_what_is_odd_in_a_table_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One table with it all: it goes through, and its rows have the table's types."""
    odd = one_time().head(80)
    odd["arm"] = np.where(np.arange(80) == 17, "aspirin", "placebo")
    odd["gain"] = np.where(odd["gain"] > odd["gain"].median(), "yes", "no")
    odd = odd.rename(columns={"place": "地域 %"}).assign(
        age_too=odd["age"], same="x", row=np.arange(80), smokes=["True", "False"] * 40
    )
    effect = "0.02*(`地域 %` == 'north')"
    assert main([*command(odd, tmp_path, ONE), "--effect", effect, "--no-report"]) == 0
    said = capsys.readouterr().err
    for words in (
        "only 1 of 80 rows is treated",
        "the treatment 'arm' is 1 where it is 'aspirin' in the table, and 0 where it is 'placebo'",
        "the outcome 'gain' is 1 where it is 'yes'",
        "'age_too' is age",
        "'same' is 'x' in every row",
        "'row' looks like the number of the row",
    ):
        assert words in said
    rows, truth = (pd.read_csv(tmp_path / "o" / f"{n}.csv") for n in ("rows", "truth"))
    assert rows["gain"].dtype == rows["arm"].dtype == np.int64
    assert set(rows["smokes"]) == {True, False}
    np.testing.assert_allclose(truth["tau"], 0.02 * (rows["地域 %"] == "north"), atol=1e-12)


def test_arms_that_nothing_has_in_common_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    apart = one_time()
    apart["dose"] = 10.0 * apart["arm"]
    assert main([*command(apart, tmp_path, ONE), "--no-report"]) == 0
    assert "tell the two arms apart" in capsys.readouterr().err


def test_columns_and_folders_that_are_not_there(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = kept(one_time(), tmp_path)
    base = ["sandbox", str(data), "--outcome", "gain", "--treatment"]
    assert "--treatment names 'armm'" in scolded(capsys, [*base, "armm", "--out", str(tmp_path)])
    file = tmp_path / "file"
    file.write_text("")
    assert "no folder" in scolded(capsys, [*base, "arm", "--out", str(file)])
    rows = tmp_path / "rows.csv"
    rows.write_bytes(data.read_bytes())
    assert "would be overwritten" in scolded(
        capsys, ["sandbox", str(rows), *ONE, "--out", str(tmp_path)]
    )
