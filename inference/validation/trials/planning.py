"""How many units a trial needs: the power curve, and a search that knows that it is noisy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
from scipy.special import ndtr, ndtri

from ...errors import QueryError
from ...inputs.scalars import checked_probability, positive_whole
from .design import TwoArms
from .run import simulate_trials

__all__ = ["power_curve", "smallest_sample"]

ROUNDS, MOST = 8, 10_000_000
# What the power at the sample found is held to, in standard errors.
SURE = 2.0


def power_curve(
    model: pm.Model, design: TwoArms, units: Sequence[int], *args: Any, **options: Any
) -> pd.DataFrame:
    """Return the power of a trial by its number of units, with its Monte Carlo error.

    Parameters
    ----------
    model, design, args, options
        As for `simulate_trials`; the design's own units do not matter.
    units : sequence of int
        Sizes to look at, both arms together.

    Returns
    -------
    pandas.DataFrame
        Index ``units``; columns ``power``, ``mc_error``, ``exaggeration`` of what is claimed.
    """
    rows = {}
    for n in units:
        size = positive_whole("units", n)
        table = simulate_trials(model, replace(design, units=size), *args, **options).table
        rows[size] = (*table.loc["power"], table.loc["exaggeration", "value"])
    names = ["power", "mc_error", "exaggeration"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("units")


def smallest_sample(
    model: pm.Model,
    design: TwoArms,
    power: float = 0.8,
    *args: Any,
    replications: int = 2_000,
    seed: int = 0,
    **options: Any,
) -> pd.DataFrame:
    r"""Return the least number of units with a power, and how sure that is.

    Parameters
    ----------
    model, design, args, options
        As for `simulate_trials`; the design's units are where the search begins.
    power : float
        The probability to find the effect, between 0 and 1.
    replications : int
        Runs at each number of units that is tried.
    seed : int
        Of all random numbers: the same seed gives the same result.

    Returns
    -------
    pandas.DataFrame
        One row: ``units``; ``low`` and ``high``, its 95 % interval by the Monte Carlo error;
        ``power`` and ``mc_error`` as simulated there, ``tried``, the numbers of units tried.

    Raises
    ------
    QueryError
        If no number of units within reach has that power: there may be no effect at all.

    Notes
    -----
    In large samples :math:`\Phi^{-1}(\text{power}) = a + b \sqrt{n}`. That line is fitted to all
    numbers tried, weighted by their Monte Carlo errors, and the next number is where it meets the
    target. So no single lucky simulation decides, as it does where one takes the first `n` with a
    significant result (a probit version of Robbins and Monro, 1951, doi:10.1214/aoms/1177729586).
    """
    checked_probability("power", power)
    positive_whole("replications", replications)
    tried: list[tuple[int, float]] = []
    n, target = max(design.units, 4 * design.looks), float(ndtri(power))
    line: tuple[float, float, float] | None = None
    for k in range(ROUNDS):
        here = replace(design, units=n)
        found = simulate_trials(
            model, here, *args, replications=replications, seed=seed + k, **options
        )
        if np.isnan(share := found.value("power")):
            raise QueryError("there is no effect in this world, so no sample finds it")
        tried.append((here.units, share))
        line = _line(tried, replications, target)
        # Until a line can be fitted, four times as many, or a quarter.
        guess = round(line[0]) if line else here.units * 4 if share < power else here.units // 4
        n = max(guess, 4 * design.looks)
        if n > MOST:
            raise QueryError(
                f"{tried[-1][0]:,} units have a power of {share:.3f}; {power:g} is out of reach"
            )
        if line is not None and len(tried) >= 3 and abs(n - here.units) <= 0.02 * n:
            break
    if line is None:
        raise QueryError(f"no number of units has a power of {power:g}; tried {tried}")
    last = simulate_trials(
        model, replace(design, units=n), *args, replications=replications, seed=seed + 99, **options
    )
    row = {
        "units": n, "low": line[1], "high": line[2], "power": last.value("power"),
        "mc_error": last.error("power"), "tried": len({m for m, _ in tried}),
    }  # fmt: skip
    return pd.DataFrame([row])


def _line(
    tried: list[tuple[int, float]], runs: int, target: float
) -> tuple[float, float, float] | None:
    """Return where the fitted line meets the target, and its interval; None with too few points."""
    n, share = (np.array(v, dtype=float) for v in zip(*tried, strict=True))
    some = (share > 0.03) & (share < 0.985)
    if len(np.unique(n[some])) < 2:
        return None
    root, z = np.sqrt(n[some]), ndtri(share[some])
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    # Near the target the line holds best.
    weight = runs * density**2 / (ndtr(z) * ndtr(-z)) * np.exp(-np.abs(z - target))
    x = np.column_stack([np.ones_like(root), root])
    cov = np.linalg.inv((x * weight[:, None]).T @ x)
    a, b = cov @ (x * weight[:, None]).T @ z
    if b <= 0:
        return None
    meet = (target - a) / b
    slope = np.array([-1 / b, -meet / b])
    sd = float(np.sqrt(slope @ cov @ slope))
    ends = [max(meet + s * SURE * sd, 0.0) ** 2 for s in (-1, 1)]
    return float(meet**2), float(ends[0]), float(ends[1])
