"""Tables of experiments whose truth is known."""

import numpy as np
import pandas as pd


def table(seed: int = 3, n: int = 2_000, effect: float = 0.2) -> pd.DataFrame:
    """A row per unit: a measure from before explains most of the outcome; 20 days."""
    rng = np.random.default_rng(seed)
    arm = rng.permutation(np.repeat(["control", "new"], n // 2))
    new = arm == "new"
    before = rng.normal(5, 2, n)
    return pd.DataFrame(
        {
            "arm": arm,
            "y0": before,
            "region": rng.choice(["north", "south", "west"], n),
            "y": before + effect * new + rng.normal(0, 1, n),
            "kept": (rng.random(n) < 0.7).astype(int),
            "latency": 100 + rng.normal(0, 5, n) + 2.0 * new,
            "day": np.sort(rng.integers(1, 21, n)),
            "shop": np.where(new, 100, 0) + rng.integers(0, 30, n),
        }
    )
