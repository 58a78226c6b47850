"""Tables that `ifonly sandbox` is tried on: one of one time, and one of two."""

from pathlib import Path

import numpy as np
import pandas as pd

ONE = ["--treatment", "arm", "--outcome", "gain"]
SEVERAL = ["--treatment", "drug1,drug2", "--outcome", "pain1,pain2"]


def one_time() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    age = rng.integers(20, 60, 200)
    return pd.DataFrame(
        {
            "age": age,
            "place": rng.choice(["north", "south"], 200),
            "arm": rng.integers(0, 2, 200),
            "gain": np.round(5 + 0.1 * age + rng.normal(0, 1, 200), 2),
        }
    )


def several_times() -> pd.DataFrame:
    rng = np.random.default_rng(12)
    age = rng.integers(20, 60, 200)
    first = rng.integers(0, 2, 200)
    pain1 = np.round(5 + 0.05 * age - first + rng.normal(0, 1, 200), 2)
    second = (rng.random(200) < 1 / (1 + np.exp(7 - pain1))).astype(int)
    pain2 = np.round(0.5 * pain1 - second + rng.normal(0, 1, 200), 2)
    return pd.DataFrame(
        {"age": age, "drug1": np.where(first, "yes", "no"), "pain1": pain1, "drug2": second,
         "pain2": pain2}
    )  # fmt: skip


def kept(frame: pd.DataFrame, folder: Path) -> Path:
    """Return the path of a table that is written into a folder."""
    path = folder / "table.csv"
    frame.to_csv(path, index=False)
    return path
