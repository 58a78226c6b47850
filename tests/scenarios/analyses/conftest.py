"""A small table of mixed columns, and a sandbox learnt from it."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.generators.knobs import Dial, Knobs
from ifonly.scenarios.analyses.sandbox.analysis import Analysis, analysed
from ifonly.scenarios.analyses.sandbox.times import Times, analysed_times


@pytest.fixture(scope="session")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(10)
    units = 300
    age = rng.integers(20, 60, units)
    arm = rng.random(units) < 1 / (1 + np.exp(-(age - 40) / 15))
    bmi = np.round(rng.normal(25, 3, units), 1)
    return pd.DataFrame(
        {
            "age": age,
            "bmi": np.where(rng.random(units) < 0.1, np.nan, bmi),
            "birth place": pd.Categorical(rng.choice(["north", "south", "west"], units)),
            "smokes": rng.random(units) < 0.3,
            "arm": np.where(arm, "new", "control"),
            "U": np.round(2 * arm + 0.05 * age + rng.normal(0, 1, units), 3),
        }
    )


@pytest.fixture(scope="session")
def analysis(table: pd.DataFrame) -> Analysis:
    knobs = Knobs(
        effect="1 + 0.02*(age - 40)",
        overlap=Dial("auc", 0.75),
        confounding="0.5 - 0.2*(2*t - 1)*(`birth place` == 'north')",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ifonly.scenarios.analyses.sandbox.analysis.POPULATION", 4_000)
        return analysed(table, "arm", "U", knobs, rows=400, seed=3)


@pytest.fixture(scope="session")
def times() -> Times:
    """Two visits: the second drug is given to who is in pain after the first."""
    rng = np.random.default_rng(12)
    age, first = rng.integers(20, 60, 120), rng.integers(0, 2, 120)
    one = 0.05 * age - first + rng.normal(0, 1, 120)
    second = (rng.random(120) < 1 / (1 + np.exp(2 - one))).astype(int)
    two = 0.5 * one - second + rng.normal(0, 1, 120)
    table = pd.DataFrame(
        {"age": age, "drug1": np.where(first, "yes", "no"), "pain1": one, "drug2": second,
         "pain2": two}
    )  # fmt: skip
    knobs = [Knobs(-0.5), Knobs("-1 + 0.5*(drug1 == 1)", "0.5*drug1 - 0.25", 0.2)]
    return analysed_times(table, ["drug1", "drug2"], ["pain1", "pain2"], knobs, rows=300, seed=1)
