"""Comparison of answers with the truth: bias, coverage, rank and Monte Carlo error."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from ..errors import QueryError
from ..inputs.ci_prob import takes_ci_prob
from ..queries.answer import DRAWS
from .alignment import aligned, checked, labelled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Comparison", "compare"]

# Relative size of rounding errors: a bias below it counts as zero.
ROUNDING = 1e-10

Shape = Literal["scalar", "line", "forest", "grid", "units"]
# More elements than this are not shown one by one.
MOST_ROWS = 60


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """An answer of a posterior beside the truth; make one with `compare`.

    Attributes
    ----------
    answer : xarray.DataArray
        Dims: chain, draw, then those of the estimand; or, of a summary, ``statistic`` for the
        first two.
    truth : xarray.DataArray
        Dims: those of the estimand, aligned with `answer`.
    ci_prob : float
        Probability of the equal-tailed intervals.
    """

    answer: xr.DataArray
    truth: xr.DataArray
    ci_prob: float = 0.9

    @property
    def dims(self) -> tuple[str, ...]:
        """The dimensions of the estimand; empty for a single number."""
        return tuple(str(d) for d in self.truth.dims)

    @property
    def drawn(self) -> bool:
        """Whether all draws are there, and not only their mean and standard deviation."""
        return "draw" in self.answer.dims

    @cached_property
    def elements(self) -> xr.Dataset:
        """Mean, sd, interval, coverage, bias, rank and z of each element; dims: the estimand's."""
        draws, truth = _draws(self.answer), self.truth.to_numpy()
        tail = (1 - self.ci_prob) / 2
        if self.drawn:
            mean, sd = draws.mean(axis=0), draws.std(axis=0, ddof=1)
            low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
        else:
            from scipy.stats import norm

            mean, sd = draws
            low, high = mean + norm.ppf(tail) * sd, mean + norm.ppf(1 - tail) * sd
        slack = ROUNDING * (np.abs(truth) + np.abs(mean))
        bias = mean - truth
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(np.abs(bias) <= slack, 0.0, bias / sd)
        rank = _rank(draws, truth, slack) if self.drawn else np.full(truth.shape, np.nan)
        columns = {
            "truth": truth,
            "mean": mean,
            "sd": sd,
            "low": low,
            "high": high,
            "covered": (low - slack <= truth) & (truth <= high + slack),
            "bias": bias,
            "rank": rank,
            "z": z,
        }
        return xr.Dataset(
            {name: (self.truth.dims, value) for name, value in columns.items()},
            coords=self.truth.coords,
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per element that exists, indexed by its coordinates.

        Columns: truth, the posterior's mean and sd, the interval's low and high end, covered
        (whether it holds the truth), bias (mean - truth), rank (share of the draws below the
        truth, ties counted half), z (bias in posterior sds), mcse (Monte Carlo standard error of
        the mean: a bias of its size is the sampler's noise) and ess (draws that the mean is worth).
        """
        elements = self.elements.copy()
        elements["mcse"] = _mcse(self.answer, self.truth)
        with np.errstate(divide="ignore", invalid="ignore"):
            elements["ess"] = (elements["sd"] / elements["mcse"]) ** 2
        if self.dims:
            columns = list(elements.data_vars)
            table = elements.reset_coords(drop=True).to_dataframe(dim_order=list(self.dims))[
                columns
            ]
        else:
            row = {str(n): [v.item()] for n, v in elements.data_vars.items()}
            table = pd.DataFrame(row, index=[str(self.answer.name or "answer")])
        # A group without units is NaN on both sides: there is nothing to compare.
        return table[~(table["truth"].isna() & table["mean"].isna())]

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row over all elements.

        Columns: elements (how many), rmse (over units of an ITE: the PEHE of Hill, 2011,
        doi:10.1198/jcgs.2010.08162), coverage (share of elements whose interval holds the truth),
        ci_prob, bias (mean), correlation and slope (of the truth regressed on the posterior means;
        1 where they are calibrated) and width (mean length of the interval).
        """
        columns = {n: v.to_numpy().ravel() for n, v in self.elements.data_vars.items()}
        there = ~(np.isnan(columns["truth"]) & np.isnan(columns["mean"]))
        part = {n: v[there] for n, v in columns.items()}
        truth, mean = part["truth"], part["mean"]
        correlation = slope = np.nan
        if len(truth) > 1 and np.ptp(mean) > 0:
            slope = np.cov(mean, truth)[0, 1] / mean.var(ddof=1)
            if np.ptp(truth) > 0:
                correlation = np.corrcoef(mean, truth)[0, 1]
        row = {
            "elements": len(truth),
            "rmse": np.sqrt(np.mean(part["bias"] ** 2)),
            "coverage": part["covered"].mean(),
            "ci_prob": self.ci_prob,
            "bias": part["bias"].mean(),
            "correlation": correlation,
            "slope": slope,
            "width": np.mean(part["high"] - part["low"]),
        }
        return pd.DataFrame([row], index=[str(self.answer.name or "answer")])

    @property
    def covered(self) -> bool | xr.DataArray:
        """Whether the interval holds the truth; one boolean, or one per element."""
        return bool(self.elements["covered"]) if not self.dims else self.elements["covered"]

    @property
    def bias(self) -> float | xr.DataArray:
        """Posterior mean less truth, in the outcome's unit of measure."""
        return self._value("bias")

    @property
    def rank(self) -> float | xr.DataArray:
        """Share of the draws below the truth, from 0 to 1; ties count half."""
        return self._value("rank")

    @property
    def z(self) -> float | xr.DataArray:
        """Bias in posterior standard deviations."""
        return self._value("z")

    @property
    def rmse(self) -> float:
        """Root mean square over elements of posterior mean less truth."""
        return float(self.summary["rmse"].iloc[0])

    @property
    def coverage(self) -> float:
        """Share of the elements whose interval holds the truth."""
        return float(self.summary["coverage"].iloc[0])

    @property
    def shape(self) -> Shape:
        """How the comparison is drawn, by its dimensions."""
        if not self.dims:
            return "scalar"
        if self.truth.size > MOST_ROWS or len(self.dims) > 2 or not self._shown:
            small = len(self.dims) == 2 and max(self.truth.shape) <= MOST_ROWS and self._shown
            return "grid" if small else "units"
        if len(self.dims) == 2:
            return "grid"
        return "line" if self.truth[self.dims[0]].dtype.kind in "iuf" else "forest"

    def plot(self, *, label: str | None = None) -> Figure:
        """Return a figure fit to the answer's shape.

        Parameters
        ----------
        label : str, optional
            Of the axes that are in the outcome's unit of measure; by default the outcome.

        Returns
        -------
        matplotlib.figure.Figure
            One number: the posterior with truth and interval. Groups, doses and quantiles:
            intervals beside truths. Two group dimensions: truth, posterior mean and z as a grid.
            Units: calibration of the means, and coverage of intervals of any probability.
        """
        from .plots import Shown, plot_comparison

        attrs = self.answer.attrs
        shown = Shown(
            self.elements,
            _draws(self.answer) if self.drawn else None,
            self.ci_prob,
            label or str(attrs.get("outcome", self.answer.name or "answer")),
            {str(n): float(v) for n, v in self.summary.iloc[0].items()},
        )
        return plot_comparison(shown, self.shape, str(attrs.get("estimand", "")))

    @property
    def _shown(self) -> bool:
        """Whether elements have names worth an axis; units do not."""
        attrs = self.answer.attrs
        unit_level = ("ITE", "Counterfactual", "PotentialOutcome")
        return attrs.get("by") != "unit" and attrs.get("query") not in unit_level

    def _value(self, name: str) -> float | xr.DataArray:
        return float(self.elements[name]) if not self.dims else self.elements[name]

    def __repr__(self) -> str:
        frame = self.table if self.truth.size <= MOST_ROWS else self.summary
        text = frame.to_string(float_format=lambda v: f"{v:.4g}")
        return f"{self.answer.attrs.get('estimand', self.answer.name)}\n{text}"

    def _repr_html_(self) -> str:
        frame = self.table if self.truth.size <= MOST_ROWS else self.summary
        return frame.to_html(float_format=lambda v: f"{v:.4g}")


@takes_ci_prob
def compare(
    answer: xr.DataArray, truth: xr.DataArray | ArrayLike, *, ci_prob: float = 0.9
) -> Comparison:
    """Return a posterior's answer beside the truth.

    Parameters
    ----------
    answer : xarray.DataArray
        Of ``posterior.ask(query)``. Dims: chain, draw, then those of the estimand; or a summary.
    truth : xarray.DataArray, number or array
        Of ``world.ask(query)``, aligned by coordinates; or numbers in the shape of the estimand.
    ci_prob : float
        Probability of the equal-tailed intervals.

    Returns
    -------
    Comparison

    Raises
    ------
    QueryError
        If the two answer different queries, or their coordinates do not match.

    Notes
    -----
    Elements of one answer share the posterior, so their coverage is no binomial count: a single
    data set can cover all units or none. `calibrate` repeats over data sets.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> answer = xr.DataArray(np.linspace(0, 1, 101)[None], dims=("chain", "draw"), name="effect")
    >>> found = compare(answer, 0.25)
    >>> found.covered, round(found.bias, 12)
    (True, 0.25)
    """
    if not isinstance(ci_prob, int | float) or not 0 < ci_prob < 1:
        raise QueryError(f"ci_prob is a probability between 0 and 1, not {ci_prob!r}")
    answer = checked(answer)
    dims = [str(d) for d in answer.dims if d not in (*DRAWS, "statistic")]
    lead = [str(d) for d in answer.dims if d not in dims]
    if isinstance(truth, xr.DataArray):
        found = aligned(answer, truth, dims)
    else:
        found = labelled(answer, truth, dims)
    return Comparison(answer.transpose(*lead, *dims), found, float(ci_prob))


def _draws(answer: xr.DataArray) -> NDArray[np.float64]:
    """Return an array of shape (draws, ...), or (2, ...) of mean and sd."""
    if "draw" not in answer.dims:
        return answer.sel(statistic=["mean", "sd"]).transpose("statistic", ...).to_numpy()
    values = answer.transpose(*DRAWS, ...).to_numpy()
    return values.reshape(-1, *values.shape[2:])


def _rank(
    draws: NDArray[np.float64], truth: NDArray[np.float64], slack: NDArray[np.float64]
) -> NDArray[np.float64]:
    below = (draws < truth - slack).mean(axis=0)
    above = (draws > truth + slack).mean(axis=0)
    return np.where(np.isnan(truth), np.nan, (1 + below - above) / 2)


def _mcse(answer: xr.DataArray, truth: xr.DataArray) -> xr.DataArray:
    """Return the Monte Carlo standard error of the mean; NaN where only a summary is known.

    Vehtari et al. (2021), doi:10.1214/20-BA1221.
    """
    from arviz_stats import mcse  # a second to import, which only comparisons need

    if "draw" not in answer.dims:
        return xr.full_like(truth, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return mcse(answer.rename("answer"), method="mean")
