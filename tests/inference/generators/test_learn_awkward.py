"""Tables of every type that pandas has, drawn at random, are learnt, drawn, saved and loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.generators import Generator, Prior, learn

Rng = np.random.Generator

COLUMNS: list[Callable[[Rng, int], Any]] = [
    lambda rng, n: rng.normal(size=n).astype("float32"),
    lambda rng, n: np.exp(3 * rng.normal(size=n)),
    lambda rng, n: 5 + 1e-9 * rng.normal(size=n),
    lambda rng, n: pd.Series(rng.normal(size=n)).mask(rng.random(n) < 0.3),
    lambda rng, n: np.where(rng.random(n) < 0.6, 0, rng.exponential(size=n)),
    lambda rng, n: rng.integers(0, 5, n),
    lambda rng, n: pd.Series(rng.integers(0, 9, n)).astype("Int64").mask(rng.random(n) < 0.2),
    lambda rng, n: rng.random(n) < 0.5,
    lambda rng, n: pd.array(rng.choice([True, False, None], n), dtype="boolean"),
    lambda rng, n: rng.choice(["a", "b", "c"], n),
    lambda rng, n: pd.Series(rng.choice(["u", "v", None], n), dtype=object),
    lambda rng, n: pd.Categorical(rng.choice(["a", "b"], n), ["b", "a", "z"]),
]
OUTCOMES: list[Callable[[Rng, int], Any]] = [
    lambda rng, n: rng.normal(size=n),
    lambda rng, n: rng.random(n) < 0.2,
    lambda rng, n: rng.poisson(2.0, n),
    lambda rng, n: np.exp(rng.normal(size=n)),
]


def made(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [30, 60, 200][seed % 3]
    chosen = rng.choice(len(COLUMNS), 1 + seed)
    frame = pd.DataFrame({f"c{k}": COLUMNS[c](rng, rows) for k, c in enumerate(chosen)})
    outcome = OUTCOMES[seed % len(OUTCOMES)](rng, rows)
    return frame.assign(arm=rng.permutation(np.arange(rows) % 2), y=outcome)


@pytest.mark.parametrize("seed", range(1, 12, 2))
def test_any_table_is_learnt_drawn_and_kept(seed: int, tmp_path: Path) -> None:
    table = made(seed)
    found = learn(table, "arm", "y", seed=1, draws=2, prior=Prior(components=5))
    drawn = found.table(80, seed=2)
    assert drawn.dtypes.to_dict() == table.dtypes.to_dict()
    for name in table.select_dtypes("number"):
        assert drawn[name].min() >= table[name].min(), name
        assert drawn[name].max() <= table[name].max(), name
    for name in table.select_dtypes(exclude="number"):
        assert set(drawn[name].dropna()) <= set(table[name].dropna()), name
    chance = found.propensity(drawn)
    assert np.all((chance > 0) & (chance < 1))
    assert np.isfinite(found.outcome(drawn, 1)).all()
    found.save(tmp_path / "generator.nc")
    back = Generator.load(tmp_path / "generator.nc")
    pd.testing.assert_frame_equal(back.table(30, seed=3), found.table(30, seed=3))
