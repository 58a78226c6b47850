"""Whether the chains behind a posterior converged."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import xarray as xr

__all__ = ["Diagnostics", "diagnose", "transitions"]

# Vehtari et al. (2021), doi:10.1214/20-BA1221: R-hat below 1.01, and a bulk and tail effective
# sample size of 100 for each of four chains.
MOST_R_HAT = 1.01
LEAST_ESS = 400
# Betancourt (2016), arXiv:1604.00695: below 0.3 the energy is explored too slowly.
LEAST_BFMI = 0.3
# Latents are too many to look at each; this many of each variable's values are.
LATENT_SAMPLE = 200


@dataclass(frozen=True)
class Diagnostics:
    """The worst figures over all variables of a posterior.

    Attributes
    ----------
    r_hat : float
        Largest rank-normalised split R-hat; infinite where chains are stuck at different values.
    ess_bulk, ess_tail : float
        Smallest effective sample sizes, in draws.
    divergences : int
        Divergent transitions after tuning.
    bfmi : float
        Smallest energy Bayesian fraction of missing information of a chain; NaN if unknown.
    independent : bool
        Whether no draw is a Markov chain's: there is no convergence to doubt, but draws may be few.
    """

    r_hat: float
    ess_bulk: float
    ess_tail: float
    divergences: int
    bfmi: float
    independent: bool = False

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, in words; empty if nothing is."""
        if self.independent:
            few = self.ess_bulk < LEAST_ESS
            return (f"{self.ess_bulk:.0f} independent draws, below {LEAST_ESS}",) if few else ()
        found = []
        if not self.r_hat <= MOST_R_HAT:
            found.append(f"R-hat {self.r_hat:.3f} is above {MOST_R_HAT}")
        for name, value in (("bulk", self.ess_bulk), ("tail", self.ess_tail)):
            if not value >= LEAST_ESS:
                found.append(f"{name} ESS {value:.0f} is below {LEAST_ESS}")
        if self.divergences:
            found.append(f"{self.divergences} divergent transitions")
        if self.bfmi < LEAST_BFMI:
            found.append(f"BFMI {self.bfmi:.2f} is below {LEAST_BFMI}")
        return tuple(found)

    @property
    def converged(self) -> bool:
        """Whether nothing is wrong with the chains; true of independent draws, be they few."""
        return self.independent or not self.problems

    def attributes(self) -> dict[str, Any]:
        """Return the figures as attributes of an answer."""
        figures = {n: v for n, v in asdict(self).items() if n != "independent"}
        return {
            **figures,
            "converged": int(self.converged),
            "problems": "; ".join(self.problems),
        }


def diagnose(idata: xr.DataTree, efficiency: float | None = None) -> Diagnostics:
    """Return the diagnostics of a posterior.

    Parameters
    ----------
    idata : xarray.DataTree
        With the groups ``posterior`` and, if the sampler has them, ``sample_stats``.
    efficiency : float, optional
        The effective share of draws that are no Markov chain's but independent, and weighted.
        R-hat and autocorrelation would find nothing but luck in them.

    Returns
    -------
    Diagnostics
    """
    if efficiency is not None:
        sizes = idata["posterior"].sizes
        effective = efficiency * sizes["chain"] * sizes["draw"]
        return Diagnostics(1.0, effective, effective, 0, np.nan, independent=True)
    sampled = list(idata["posterior"].data_vars.values())
    columns = [_flat(v) for v in sampled]
    table = xr.Dataset({"x": (("chain", "draw", "value"), np.concatenate(columns, axis=-1))})
    divergences, bfmi = transitions(idata)
    constant = np.ptp(table["x"].to_numpy(), axis=(0, 1)) == 0
    moving = table.isel(value=~constant)
    if any(map(_stuck, sampled)):
        return Diagnostics(np.inf, 0.0, 0.0, divergences, bfmi)
    if not moving.sizes["value"]:
        return Diagnostics(np.nan, 0.0, 0.0, 0, bfmi)
    from arviz_stats import ess, rhat  # a second to import, which only posteriors need

    several = moving.sizes["chain"] > 1
    return Diagnostics(
        r_hat=float(rhat(moving)["x"].max()) if several else np.nan,
        ess_bulk=float(ess(moving, method="bulk")["x"].min()),
        ess_tail=float(ess(moving, method="tail")["x"].min()),
        divergences=divergences,
        bfmi=bfmi,
    )


def transitions(idata: xr.DataTree) -> tuple[int, float]:
    """Return how many transitions diverged, and the smallest BFMI of a chain; NaN if unknown.

    Parameters
    ----------
    idata : xarray.DataTree
        With the group ``sample_stats``, if the sampler has it.
    """
    stats: Any = idata["sample_stats"] if "sample_stats" in idata.children else {}
    bfmi = np.nan
    if "energy" in stats and stats.sizes["draw"] > 1:
        from arviz_stats import bfmi as bfmi_of

        with np.errstate(divide="ignore", invalid="ignore"):  # an energy that never changes
            bfmi = float(bfmi_of(stats["energy"].astype(float)).min())
    return int(stats["diverging"].sum()) if "diverging" in stats else 0, bfmi


def _stuck(variable: xr.DataArray) -> bool:
    """Return whether a value never moves in any chain, and differs between them.

    R-hat has no number for that. What is the same in all draws of all chains is determined.
    """
    values = variable.transpose("chain", "draw", ...).to_numpy()
    first = values[:, :1]
    return bool(((values == first).all(axis=(0, 1)) & (first != first[:1]).any(axis=(0, 1))).any())


def _flat(variable: xr.DataArray) -> np.ndarray:
    values = variable.transpose("chain", "draw", ...).to_numpy()
    values = values.reshape(*values.shape[:2], -1)
    step = max(1, values.shape[-1] // LATENT_SAMPLE)
    return values[..., ::step].astype(float)
