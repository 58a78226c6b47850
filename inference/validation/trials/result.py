"""What many simulated trials came to, each figure with its Monte Carlo error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Trials"]

NO_EFFECT = 1e-9


@dataclass(frozen=True, eq=False)
class Trials:
    """The runs of a trial, and what they say of its design, analysis and stopping rule.

    Attributes
    ----------
    runs : pandas.DataFrame
        A row per run: ``effect`` (the truth), ``estimate``, ``half_width`` of the interval,
        ``units`` when it stopped, ``why`` (0 a positive effect is claimed, 1 a negative one, 2 none
        worth having, -1 it ended without).
    about : mapping of str to object
        What was run.
    """

    runs: pd.DataFrame
    about: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<Trials: {len(self.runs)} runs>\n{self.table.round(4)}"

    @property
    def effect(self) -> float:
        """The mean true effect."""
        return float(self.runs["effect"].mean())

    @property
    def table(self) -> pd.DataFrame:
        """The figures: index ``figure``; columns ``value`` and ``mc_error``, its standard error.

        ``claims``, a share of runs, is the size where there is no effect. ``power`` is the share
        that claims an effect of the right sign, NaN where there is none; ``wrong_sign`` of the
        other. ``failed`` runs had no estimate, and claim nothing. ``bias``, and ``bias_of_claims``
        among those alone: the winner's curse; ``exaggeration`` is the size of what is claimed
        over the true one's. ``coverage`` is that of the interval when one stops, as if there had
        been one look. ``loss`` is what is lost by treating all where a positive effect is
        claimed, and nobody otherwise.
        """
        runs = self.runs
        effect, estimate, why = (runs[n].to_numpy() for n in ("effect", "estimate", "why"))
        claim = (why == 0) | (why == 1)
        some = np.abs(effect) > NO_EFFECT
        right = np.where(effect > 0, why == 0, why == 1)[some]
        failed = np.isnan(estimate)
        error = estimate - effect
        inside = (np.abs(error) <= runs["half_width"].to_numpy())[~failed]
        loss = np.where(why == 0, np.maximum(-effect, 0), np.maximum(effect, 0))
        claimed = claim & some
        ratio = np.abs(estimate[claimed]) / np.abs(effect[claimed])
        figures = {
            "claims": claim,
            "power": right,
            "wrong_sign": claim[some] & ~right,
            "equivalent": why == 2,
            "failed": failed,
            "units": runs["units"].to_numpy(),
            "bias": error[~failed],
            "bias_of_claims": error[claim],
            "exaggeration": ratio,
            "coverage": inside,
            "loss": loss,
        }
        rows = {name: _mean(np.asarray(v, dtype=float)) for name, v in figures.items()}
        table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "mc_error"])
        return table.rename_axis("figure")

    def value(self, figure: str) -> float:
        """Return one figure of the table."""
        return float(self.table["value"][figure])

    def error(self, figure: str) -> float:
        """Return the Monte Carlo error of one figure."""
        return float(self.table["mc_error"][figure])


def _mean(values: NDArray[np.float64]) -> tuple[float, float]:
    if not len(values):
        return np.nan, np.nan
    if np.isin(values, (0.0, 1.0)).all():
        # Of a share near 0 or 1 the error is not nought: Agresti and Coull's half success.
        p = (values.sum() + 0.5) / (len(values) + 1)
        return float(values.mean()), float(np.sqrt(p * (1 - p) / len(values)))
    sd = values.std(ddof=1) if len(values) > 1 else np.nan
    return float(values.mean()), float(sd / np.sqrt(len(values)))
