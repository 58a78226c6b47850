"""The fidelity of a synthetic table: each figure between a ceiling and a floor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...errors import DataError, unknown
from ...inputs.scalars import checked_seed
from .joint import joint
from .margins import margins
from .mechanisms import mechanisms
from .pairs import pairs
from .tables import Tables, both

__all__ = ["Fidelity", "fidelity"]

# What each figure is at its best.
BEST = {
    "wasserstein": 0.0,
    "ks_complement": 1.0,
    "tv_complement": 1.0,
    "spearman_similarity": 1.0,
    "contingency_similarity": 1.0,
    "energy": 0.0,
    "c2st_boosted": 0.5,
    "c2st_logistic": 0.5,
    "treatment_auc": 0.0,
    "outcome_auc": 0.0,
    "outcome_r2": 0.0,
    "contrast": 0.0,
}


@dataclass(frozen=True, eq=False)
class Fidelity:
    """How alike a synthetic table and a real one are.

    Attributes
    ----------
    table : pandas.DataFrame
        A row for each figure, its aspect and name in the index. Columns: ``synthetic``;
        ``ceiling``, half of the real rows against the other half; ``floor``, the real rows with
        each column shuffled; ``best``, what the figure is at its best.
    """

    table: pd.DataFrame

    def __getitem__(self, name: str) -> float:
        """Return the figure of the synthetic table."""
        return float(self.table["synthetic"].xs(name, level="figure").iloc[0])


def fidelity(
    real: pd.DataFrame,
    synthetic: pd.DataFrame,
    treatment: str | None = None,
    outcome: str | None = None,
    *,
    seed: int,
) -> Fidelity:
    """Return how alike a synthetic table and a real one are.

    Parameters
    ----------
    real, synthetic : pandas.DataFrame
        With the same columns.
    treatment, outcome : str, optional
        Columns whose mechanisms are compared.
    seed : int
        Of the halves, the shuffles and the folds.

    Returns
    -------
    Fidelity

    Raises
    ------
    DataError
        If a column is not in both, or a table has too few rows.
    ExtraError
        If scikit-learn is not installed.
    """
    seed = checked_seed(seed)
    for name in (treatment, outcome):
        if name is not None and name not in real:
            raise DataError(unknown("the roles name the column", name, map(str, real)))
    tables = both(real, synthetic)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(tables.real))
    half = len(order) // 2
    one, other = (tables.real.iloc[rows] for rows in (order[:half], order[half:]))
    shuffled = pd.DataFrame({n: rng.permutation(v.to_numpy()) for n, v in tables.real.items()})
    compared = {
        "synthetic": tables,
        "ceiling": tables.swapped(one, other),
        "floor": tables.swapped(tables.real, shuffled),
    }
    columns = {name: _figures(t, treatment, outcome, seed) for name, t in compared.items()}
    table = pd.DataFrame(columns).rename_axis(["aspect", "figure"])
    table["best"] = [BEST[name] for name in table.index.get_level_values("figure")]
    return Fidelity(table)


def _figures(
    tables: Tables, treatment: str | None, outcome: str | None, seed: int
) -> dict[tuple[str, str], float]:
    aspects = {
        "margins": margins(tables),
        "pairs": pairs(tables),
        "joint": joint(tables, seed),
        "mechanisms": mechanisms(tables, treatment, outcome, seed),
    }
    return {(aspect, n): v for aspect, found in aspects.items() for n, v in found.items()}
