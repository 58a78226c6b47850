"""What the arena found: every score, summed up by estimator, on disk, and as pictures."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from ...inputs.input_files import reading
from ...inputs.output_files import write_whole
from ...posterior.checksum import check_seal, sealed
from .scores import BINS, NO_SCORES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Arena"]

WHAT = "result of the arena"
TEXTS = ("label", "library", "problem")
LISTS = ("predicted_bins", "true_bins")
NUMBERS = (*(n for n in NO_SCORES if n not in LISTS), "seconds", "memory")


@dataclass(frozen=True, eq=False, repr=False)
class Arena:
    """Scores of estimators on the same cases; made by `arena`.

    Attributes
    ----------
    dataset : xarray.Dataset
        Dims: estimator, replication, and tenth (of the units, by prediction). What `score`
        describes, with label, library, seconds, memory (MiB) and problem; attributes: what was
        run.
    """

    dataset: xr.Dataset

    @property
    def about(self) -> dict[str, Any]:
        """What was run."""
        return dict(json.loads(self.dataset.attrs["about"]))

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per estimator and replication, with every score."""
        flat = self.dataset.drop_vars(LISTS).drop_dims("tenth", errors="ignore")
        frame = flat.to_dataframe().reorder_levels(["replication", "estimator"]).sort_index()
        return frame[[*TEXTS[:2], *NUMBERS, "problem"]]

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row per estimator, the best mean PEHE first.

        Columns: label; pehe (mean over the replications) and pehe_se; coverage (mean share of the
        units whose interval holds their effect) and width; ate_bias (mean) and ate_rmse;
        ate_coverage (share of the replications); correlation, rank_correlation, slope, lift,
        policy_value and regret (means); seconds and memory (medians); replications that succeeded,
        and failed. NaN where an estimator has no interval, or never succeeded.
        """
        rows = []
        for name, part in self.table.reset_index().groupby("estimator", sort=False):
            good = part[part["pehe"].notna()]
            means = {n: good[n].mean() for n in MEANS}
            rows.append(
                {
                    "estimator": name,
                    "label": part["label"].iloc[0],
                    **means,
                    "pehe_se": good["pehe"].std() / np.sqrt(max(1, len(good))),
                    "ate_rmse": np.sqrt((good["ate_bias"] ** 2).mean()),
                    "ate_coverage": good["ate_covered"].mean(),
                    "regret": (good["best_policy_value"] - good["policy_value"]).mean(),
                    "seconds": good["seconds"].median(),
                    "memory": good["memory"].median(),
                    "replications": len(good),
                    "failed": len(part) - len(good),
                }
            )
        frame = pd.DataFrame(rows).set_index("estimator")[["label", *SUMMARY]]
        return frame.sort_values("pehe", kind="stable", na_position="last")

    @property
    def problems(self) -> pd.DataFrame:
        """The replications of which an estimator had something to say, or failed."""
        return self.table[self.table["problem"] != ""][["label", "problem"]]

    def plot(self) -> Figure:
        """Return the error, the coverage, the calibration and the targeting of each estimator.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from .plots import plot_arena

        return plot_arena(self.summary, self.table, self.about)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to a netCDF file.

        Parameters
        ----------
        path : path
            Such as ``arena.nc``.

        Raises
        ------
        DataError
            If it cannot be written.
        """
        content = io.BytesIO()
        self.dataset.to_netcdf(content, engine="h5netcdf")
        write_whole(path, sealed(content.getbuffer()))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Arena:
        """Return what `save` wrote.

        Parameters
        ----------
        path : path

        Returns
        -------
        Arena

        Raises
        ------
        DataError
            If the file is none of the arena's.
        """
        with reading(path, WHAT) as file:
            check_seal(file, WHAT)
            with xr.open_dataset(io.BytesIO(file.read_bytes()), engine="h5netcdf") as found:
                dataset = found.load()
            _check(dataset)
        return cls(dataset)

    @classmethod
    def of_rows(cls, rows: list[dict[str, Any]], about: Mapping[str, Any]) -> Arena:
        """Return the result of the rows of all matches.

        Parameters
        ----------
        rows : list of dict
            One for each estimator on each replication.
        about : mapping of str to JSON value

        Returns
        -------
        Arena
        """
        estimators = list(dict.fromkeys(r["estimator"] for r in rows))
        replications = sorted({r["replication"] for r in rows})
        at = {(r["estimator"], r["replication"]): r for r in rows}
        grid = [[at[e, k] for k in replications] for e in estimators]
        dims = ("estimator", "replication")
        data: dict[str, Any] = {}
        for name in TEXTS:
            data[name] = (dims, np.array([[r[name] for r in line] for line in grid], dtype=str))
        for name in NUMBERS:
            data[name] = (dims, np.array([[r[name] for r in line] for line in grid], dtype=float))
        for name in LISTS:
            values = np.array([[r[name] for r in line] for line in grid], dtype=float)
            data[name] = ((*dims, "tenth"), values)
        coords = {
            "estimator": estimators,
            "replication": replications,
            "tenth": np.arange(1, BINS + 1),
            "seed": ("replication", [at[estimators[0], k]["seed"] for k in replications]),
        }
        return cls(xr.Dataset(data, coords, {"about": json.dumps(dict(about))}))

    def __repr__(self) -> str:
        shown = self.summary[["pehe", "coverage", "width", "ate_bias", "ate_coverage", "seconds"]]
        return f"{self.about.get('cases', '')}\n{shown.to_string(float_format='{:.3f}'.format)}"


def _check(dataset: xr.Dataset) -> None:
    """Raise a `ValueError` where a file's content is none of the arena's, whoever sealed it."""
    dims = ("estimator", "replication")
    about = json.loads(dataset.attrs["about"])
    wanted = dict.fromkeys((*TEXTS, *NUMBERS), dims) | dict.fromkeys(LISTS, (*dims, "tenth"))
    if not isinstance(about, dict) or not {*dims, "tenth", "seed"} <= set(dataset.coords):
        raise ValueError("what was run, or of what the scores are, is not there")
    for name, own in wanted.items():
        if dataset[name].dims != own or not dataset[name].size:
            raise ValueError(f"{name} has dims {dataset[name].dims}, {dataset[name].size} numbers")
        if name not in TEXTS and dataset[name].dtype.kind != "f":
            raise ValueError(f"{name} holds no numbers")


MEANS = (
    "pehe", "coverage", "width", "ate_bias", "correlation", "rank_correlation", "slope", "lift",
    "best_lift", "policy_value",
)  # fmt: skip
SUMMARY = (
    "pehe", "pehe_se", "coverage", "width", "ate_bias", "ate_rmse", "ate_coverage", "correlation",
    "rank_correlation", "slope", "lift", "best_lift", "policy_value", "regret", "seconds", "memory",
    "replications", "failed",
)  # fmt: skip
