"""The tables are the published ones, and their sandboxes have what the reference asks."""

import numpy as np
import pytest

from ifonly.scenarios.sandbox.learnt import analysis, frame, model
from ifonly.scenarios.sandbox.truth import TABLES


@pytest.mark.parametrize(
    ("name", "rows", "contrast", "within"),
    [
        ("births", 4_642, 0.170, 0.0005),
        # Hernán and Robins (2020), chapter 12: 4.5 kg against 2.0 kg.
        ("nhefs", 1_566, 2.5, 0.05),
        # Small classes, of the children of whom all columns are known.
        ("star", 3_733, 8.2, 0.05),
    ],
)
def test_the_tables(name: str, rows: int, contrast: float, within: float) -> None:
    table, found = TABLES[name], frame(name)
    assert len(found) == rows
    mean = found.groupby(table.treatment)[table.outcome].mean()
    assert mean[1] - mean[0] == pytest.approx(contrast, abs=within)
    assert not found.isna().any().any()


def test_a_reference_scenario_has_what_it_asks() -> None:
    found = analysis("star", 3)
    assert max(found.sandbox.errors.values()) < 1e-11  # of some 500 points
    rows = found.drawn.rows
    z = {
        n: (rows[n] - frame("star")[n].mean()) / frame("star")[n].std(ddof=0)
        for n in ("totexpk", "schidkn")
    }
    poor, boy = rows["freelunk"] == "yes", rows["sex"] == "boy"
    inside = 0.4 * poor + 0.2 * z["totexpk"] + 0.2 * z["schidkn"] + 0.4 * boy
    tau = 100 * (0.02 + 0.05 * np.tanh(inside))
    np.testing.assert_allclose(found.drawn.truth["tau"], tau, atol=1e-10)
    plain = analysis("star", 3, hidden=False)
    np.testing.assert_allclose(plain.drawn.truth["tau"], tau, atol=1e-10)
    assert (plain.drawn.truth["kappa_1"] == 0).all()
    assert {v.name for v in model("star", 3).free_RVs} >= {"U", "small_class", "tmathssk", "race"}
