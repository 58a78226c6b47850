"""The sandbox on the birth weights: each figure of the reference beside what is reached."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from ifonly.inference.generators.knobs.overlap import log_ratio
from ifonly.inference.generators.knobs.verification import boosted_ratio, by_oracle
from ifonly.scenarios.analyses.sandbox.analysis import analysed
from ifonly.scenarios.sandbox.learnt import frame
from ifonly.scenarios.sandbox.truth import LEVELS, TABLES, knobs

pytestmark = pytest.mark.benchmark
ROWS = 200_000
# Log density ratio's mean square error: the reference's, by the scenario.
REFERENCE = {1: "", 2: "1.35", 3: "5.5"}

Report = Callable[..., None]


@pytest.mark.parametrize("level", LEVELS)
def test_the_knobs_on_200_000_births(level: int, report: Report) -> None:
    table, start = TABLES["births"], time.perf_counter()
    found = analysed(
        frame("births"), table.treatment, table.outcome, knobs("births", level),
        rows=ROWS, seed=1,
    )  # fmt: skip
    seconds, made = time.perf_counter() - start, found.sandbox
    worst = max(made.errors.values())
    report(f"births {level}: learn and draw {ROWS:,} rows", f"{seconds:.0f} s", "reference 613 s")
    report(f"births {level}: greatest formula error", f"{worst:.1e}", "reference 0.003 to 0.004")
    assert worst < 1e-12
    drawn = made.draw(seed=2)  # the whole population, in its own order
    seen = boosted_ratio(drawn.rows[list(table.covariates)], drawn.rows["mbsmoke"].to_numpy())
    error = float(((seen - log_ratio(made.propensity.values)) ** 2).mean())
    report(f"births {level}: log density ratio, MSE", f"{error:.3f}", REFERENCE[level])
    assert error < 0.1
    if level == 3:
        realised = by_oracle(made, draws=1_000)
        least = min(
            float(np.corrcoef(asked, k)[0, 1])
            for asked, k in zip(made.confounding, realised, strict=True)
        )
        report("births 3: kappa, correlation with the asked", f"{least:.4f}", "reference 0.30")
        assert least > 0.99
