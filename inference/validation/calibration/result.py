"""What a calibration found: ranks, coverage, and whether both are as they should be."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .uniformity import p_value

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Calibration"]

# Below this p-value ranks are called not uniform.
DOUBTFUL = 0.05


@dataclass(frozen=True, eq=False, repr=False)
class Calibration:
    """Answers beside their truths over many simulated worlds; made by `calibrate`.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per replication, and per element of an answer with several: seed of the world,
        element and label, truth, posterior mean and sd, rank of the truth (how many of the thinned
        draws are below it, from 0 to draws; ties broken at random), draws (after thinning),
        pit (the rank on a scale from 0 to 1), covered_50, covered_90, ... (whether the interval of
        that probability holds the truth), ess (of the answer), r_hat and divergences (of the
        chains), seconds (of those done at once the share), problem (empty if there was none).
    about : mapping
        Estimand, model, settings and versions.
    """

    table: pd.DataFrame
    about: Mapping[str, Any]

    @property
    def ci_probs(self) -> tuple[float, ...]:
        """The probabilities of the intervals."""
        return tuple(self.about["ci_probs"])

    @property
    def finished(self) -> pd.DataFrame:
        """The rows whose replication gave an answer."""
        return self.table[self.table["rank"].notna()]

    @property
    def failed(self) -> int:
        """How many replications gave no answer; their `problem` says why."""
        return int(self.table["rank"].isna().sum())

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """How often the intervals held the truth, one row per element and probability.

        Columns: covered (how many), replications, share, and low and high (the 95 % interval of
        Clopper and Pearson, 1934, doi:10.1093/biomet/26.4.404, for the true coverage).
        """
        from scipy.stats import binomtest  # half a second to import

        rows = []
        for (element, label), part in self._elements():
            for ci_prob in self.ci_probs:
                covered = int(part[f"covered_{100 * ci_prob:g}"].astype(bool).sum())
                ends = binomtest(covered, len(part)).proportion_ci(0.95, method="exact")
                rows.append(
                    {
                        "element": element, "label": label, "ci_prob": ci_prob, "covered": covered,
                        "replications": len(part), "share": covered / len(part),
                        "low": float(ends.low), "high": float(ends.high),
                    }
                )  # fmt: skip
        return pd.DataFrame(rows).set_index(["element", "label", "ci_prob"])

    @cached_property
    def uniformity(self) -> pd.DataFrame:
        """The p-value of uniform ranks, and the mean z, one row per element.

        The test is that of the band of Säilynoja, Bürkner and Vehtari (2022),
        doi:10.1007/s11222-022-10090-6.
        """
        rows = []
        for (element, label), part in self._elements():
            with np.errstate(divide="ignore", invalid="ignore"):
                z = ((part["mean"] - part["truth"]) / part["sd"]).astype(float)
            rows.append(
                {
                    "element": element, "label": label, "p_value": p_value(part["pit"]),
                    "mean_z": z[np.isfinite(z)].mean(), "sd_z": z[np.isfinite(z)].std(),
                }
            )  # fmt: skip
        return pd.DataFrame(rows).set_index(["element", "label"])

    @property
    def p_value(self) -> float:
        """The p-value of uniform ranks; of several elements the smallest, times their number."""
        values = self.uniformity["p_value"]
        return float(min(1.0, values.min() * len(values)))

    @property
    def verdict(self) -> str:
        """What the ranks say, in words; of parameters that stay at the truth they decide nothing.

        Only over parameters of the prior are the ranks of a right model uniform.
        """
        found = f"p = {self.p_value:.3g}"
        if self.about["parameters"] != "prior":
            return (
                f"Parameters stayed at the truth, where ranks need not be uniform ({found}): only "
                "over the prior's do they tell right from wrong"
            )
        right = "as they should be" if self.p_value >= DOUBTFUL else "NOT as they should be"
        return f"Ranks uniform: {found}, {right}"

    def plot(self) -> Figure:
        """Return the histogram of ranks, their distribution with its band, and the coverage.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from .plots import plot_calibration

        parts = self._elements()
        count = min(len(part) for _, part in parts)
        drawn = self.about["parameters"] == "prior"
        said = f"p = {self.p_value:.2g}" if drawn else f"not due (p = {self.p_value:.2g})"
        note = (
            f"{count} worlds with parameters of the {self.about['parameters']}; ranks uniform: "
            f"{said}"
        )
        ranks = [(label, part["pit"].to_numpy()) for (_, label), part in parts]
        return plot_calibration(
            ranks, self.coverage.reset_index(), str(self.about["estimand"]), note
        )

    def _elements(self) -> list[tuple[tuple[int, str], pd.DataFrame]]:
        """Return the rows of each element; labels of data-dependent groups are the first's."""
        finished = self.finished
        parts = [finished[finished["element"] == k] for k in sorted(finished["element"].unique())]
        return [((int(p["element"].iloc[0]), str(p["label"].iloc[0])), p) for p in parts]

    @classmethod
    def of_rows(cls, rows: list[dict[str, Any]], about: Mapping[str, Any]) -> Calibration:
        """Return the calibration of the rows of replications.

        Parameters
        ----------
        rows : list of dict
            As `Bench.run` returns them, in any order.
        about : mapping
            Estimand, model, settings and versions.

        Returns
        -------
        Calibration

        Warns
        -----
        UserWarning
            If some replications failed.
        """
        columns = [
            "replication", "element", "label", "seed", "truth", "mean", "sd", "rank", "draws",
            "pit", *(f"covered_{100 * v:g}" for v in about["ci_probs"]), "ess", "r_hat",
            "divergences", "seconds", "problem",
        ]  # fmt: skip
        ordered = sorted(rows, key=lambda row: (row["replication"], row["element"]))
        table = pd.DataFrame(ordered).reindex(columns=columns).set_index("replication")
        for name in ("truth", "mean", "sd", "pit", "ess", "r_hat"):
            table[name] = table[name].astype(float)
        for name in ("rank", "draws", "divergences"):
            table[name] = table[name].astype("Int64")
        found = cls(table, about)
        if found.failed:
            warnings.warn(
                f"{found.failed} of {table.index.nunique()} replications failed, and the rest is "
                "no fair sample; see the column `problem` of the table",
                UserWarning,
                stacklevel=3,
            )
        return found

    def __repr__(self) -> str:
        shares = self.coverage[["share", "low", "high"]].to_string(float_format="{:.3f}".format)
        return (
            f"{self.about['estimand']}\n{self.table.index.nunique()} replications, parameters of "
            f"the {self.about['parameters']}. {self.verdict}\n{shares}"
        )
