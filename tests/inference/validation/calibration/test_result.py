"""What a calibration found: its table, its coverage, its words."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from ifonly.inference import Calibration
from ifonly.inference.validation.calibration.replication import seeds


def test_a_table_has_what_was_asked_for(found: Calibration) -> None:
    table = found.table
    assert table.index.tolist() == list(range(24))
    assert (table["problem"].str.contains("ESS") | (table["problem"] == "")).all()
    assert table["rank"].between(0, table["draws"]).all()
    assert table["pit"].between(0, 1).all()
    assert table["seed"].tolist() == [seeds(11, k)[0] for k in range(24)]
    assert found.coverage.loc[(0, "", 0.9), "replications"] == 24
    assert str(found.about["estimand"]) in repr(found)
    # The prior of the effect is N(0, 2^2): the truths are its draws.
    assert stats.kstest(table["truth"], stats.norm(0, 2).cdf).pvalue > 1e-3


ABOUT = {"ci_probs": [0.5, 0.9], "estimand": "the mean of y", "parameters": "prior"}
TRUTHS = ("prior", "truth")


def row(replication: int, element: int = 0, **values: Any) -> dict[str, Any]:
    """One row of which the posterior is N(1, 2) and the truth 2."""
    found = {
        "replication": replication, "element": element, "label": f"dose {element}", "seed": 5,
        "truth": 2.0, "mean": 1.0, "sd": 2.0, "rank": 7, "draws": 10, "pit": 0.7,
        "covered_50": True, "covered_90": True, "ess": 10.0, "r_hat": 1.0, "divergences": 0,
        "seconds": 0.1, "problem": "",
    }  # fmt: skip
    return found | values


def test_coverage_has_the_interval_of_clopper_and_pearson() -> None:
    rows = [row(k, e, covered_50=k < 3 + e) for k in reversed(range(10)) for e in (1, 0)]
    found = Calibration.of_rows(rows, ABOUT)
    assert found.table.index.tolist() == sorted(2 * list(range(10)))
    assert found.table["element"].tolist() == [0, 1] * 10
    for element, covered in ((0, 3), (1, 4)):
        part = found.coverage.loc[(element, f"dose {element}", 0.5)]
        assert (part["covered"], part["replications"], part["share"]) == (covered, 10, covered / 10)
        low = stats.beta.ppf(0.025, covered, 10 - covered + 1)
        high = stats.beta.ppf(0.975, covered + 1, 10 - covered)
        np.testing.assert_allclose([part["low"], part["high"]], [low, high], rtol=1e-9)


def test_at_one_truth_ranks_decide_nothing() -> None:
    """A right model with an informative prior has ranks there that are all alike."""
    rows = [row(k) for k in range(50)]
    of_prior, at_truth = (Calibration.of_rows(rows, ABOUT | {"parameters": p}) for p in TRUTHS)
    assert "Ranks uniform: p = " in of_prior.verdict
    assert of_prior.verdict.endswith("NOT as they should be")
    for said in (at_truth.verdict, repr(at_truth)):
        assert "ranks need not be uniform" in said
        assert "should" not in said


def test_ranks_that_are_all_alike_are_not_uniform() -> None:
    """The mean z is that of the rows; of two elements the smaller p-value counts twice."""
    rng = np.random.default_rng(1)
    rows = [row(k, 0, pit=rng.random()) for k in range(50)] + [row(k, 1) for k in range(50)]
    found = Calibration.of_rows(rows, ABOUT)
    uniform, alike = found.uniformity["p_value"]
    assert uniform > 0.01
    assert alike < 1e-3
    assert found.p_value == pytest.approx(2 * alike)
    np.testing.assert_allclose(found.uniformity["mean_z"], -0.5)


def test_a_replication_that_failed_is_counted_and_told() -> None:
    lost = {"replication": 1, "element": 0, "label": "", "seed": 5, "problem": "it did not start"}
    with pytest.warns(UserWarning, match="1 of 3 replications failed"):
        found = Calibration.of_rows([row(0), lost, row(2)], ABOUT)
    assert (found.failed, len(found.finished)) == (1, 2)
    assert found.ci_probs == (0.5, 0.9)
    assert found.coverage["replications"].tolist() == [2, 2]
    assert "3 replications" in repr(found)
    assert "the mean of y" in repr(found)
