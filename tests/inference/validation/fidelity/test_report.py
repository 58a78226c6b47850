"""The report: ceiling above synthetic above floor."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError
from ifonly.inference.validation.fidelity import fidelity


def sample(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=300)
    z = x + rng.normal(size=300)
    arm = np.where(rng.random(300) < 1 / (1 + np.exp(-1.5 * x)), "new", "old")
    return pd.DataFrame({"x": x, "z": z, "arm": arm, "y": (x + z > 0.3) * 1})


def test_each_figure_stands_between_a_ceiling_and_a_floor() -> None:
    found = fidelity(sample(1), sample(2), "arm", "y", seed=1)
    table = found.table
    assert list(table) == ["synthetic", "ceiling", "floor", "best"]
    assert not table.isna().any(axis=None)
    by = table.droplevel("aspect")
    for name in ("spearman_similarity", "contingency_similarity"):
        assert by.loc[name, "floor"] < by.loc[name, ["synthetic", "ceiling"]].min() - 0.02, name
    assert by.loc["c2st_boosted", "floor"] > by.loc["c2st_boosted", "synthetic"] + 0.2
    # Shuffling leaves the margins as they are, to the last bit.
    assert by.loc["wasserstein", "floor"] == 0.0
    assert found["wasserstein"] == by.loc["wasserstein", "synthetic"]


def test_same_seed_same_figures() -> None:
    real, other = sample(1)[:60], sample(2)[:60]
    first, again = (fidelity(real, other, "arm", "y", seed=3).table for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(fidelity(real, other, "arm", "y", seed=4).table)


def test_roles_that_are_not_there() -> None:
    with pytest.raises(DataError, match="'army', which does not exist"):
        fidelity(sample(1), sample(2), "army", seed=1)
