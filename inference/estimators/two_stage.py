"""Two-stage least squares: what an instrument tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
import pandas as pd

from ..errors import DataError
from ..inputs.optional import load
from .base import EXTRA, Estimator, Fit, UnfitError
from .design import Design
from .roles import Roles

__all__ = ["TwoStageLeastSquares"]

# Staiger and Stock (1997), doi:10.2307/2171753: below 10 the estimate leans towards that of OLS
# and its interval is too short.
LEAST_F = 10.0


@dataclass(frozen=True, kw_only=True)
class TwoStageLeastSquares(Estimator):
    """The effect by way of the instruments; robust standard error of the second stage.

    Parameters
    ----------
    level : float
        Probability of the confidence interval.
    weights : str, optional
        A column of weights, such as inverse probabilities of being in the sample.

    Notes
    -----
    The attribute ``first_stage_F`` is the smallest F statistic of the excluded instruments over
    the treatments, each conditional on the other treatments where there are several [1]_. Where
    the effect varies, it is that on units whom the instrument moves.

    References
    ----------
    .. [1] Sanderson and Windmeijer (2016), Journal of Econometrics 190, 212-221.
       doi:10.1016/j.jeconom.2015.06.004

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> z, u = rng.normal(size=(2, 400))
    >>> data = {"z": z, "t": z + u, "y": 3.0 * (z + u)}
    >>> answer = TwoStageLeastSquares().estimate(data, Roles("t", "y", instruments=("z",)))
    >>> round(float(answer.sel(statistic="mean")), 6)
    3.0
    """

    weights: str | None = None

    label: ClassVar[str] = "2SLS"
    method: ClassVar[str] = "two-stage least squares, robust standard error"
    library: ClassVar[str] = "linearmodels"

    @override
    def _held(self, roles: Roles) -> tuple[str, ...]:
        return roles.controls

    @override
    def _further(self) -> tuple[str, ...]:
        return () if self.weights is None else (self.weights,)

    @override
    def _graph_problems(self, roles: Roles) -> list[str]:
        return roles.instrument_problems()

    @override
    def _estimand(self, design: Design) -> tuple[str, str]:
        if not design.roles.endogenous:
            return super()._estimand(design)
        moved = " and ".join(design.roles.moved)
        return (
            "CDE",
            f"direct effect of {moved} on {design.roles.outcome}, each with the other held",
        )

    @override
    def _fit(self, design: Design) -> Fit:
        roles = design.roles
        short = len(roles.moved) - len(roles.instruments)
        if short > 0:
            nothing = np.full(len(roles.moved), np.nan) if roles.endogenous else np.nan
            return Fit(nothing, problems=(_missing(roles),))
        parts = {
            "dependent": design.frame[[roles.outcome]].astype(float),
            "exog": _with_constant(design.held(roles.controls)),
            "endog": design.frame[list(roles.moved)].astype(float),
            "instruments": design.frame[list(roles.instruments)].astype(float),
        }
        weights = self._weights(design)
        try:
            model = load("linearmodels.iv", EXTRA).IV2SLS(**parts, weights=weights)
        except ValueError as error:
            raise UnfitError(
                f"two-stage least squares cannot be fitted ({error}); drop controls or instruments "
                "that are constant or that others determine"
            ) from None
        found = model.fit(cov_type="robust")
        strength = _first_stage(parts, weights)
        problems = [
            f"weak instrument: {', '.join(roles.instruments)} hardly moves {name}; the first-stage "
            f"F is {value:.1f}, below {LEAST_F:g}"
            for name, value in strength.items()
            if not value >= LEAST_F
        ]
        interval = found.conf_int(level=self.level).loc[list(roles.moved)]
        columns = [found.params[list(roles.moved)], found.std_errors[list(roles.moved)]]
        mean, sd, low, high = (
            c.to_numpy() for c in (*columns, interval["lower"], interval["upper"])
        )
        if not roles.endogenous:
            mean, sd, low, high = mean[0], sd[0], low[0], high[0]
        figures = {"first_stage_F": min(strength.values())}
        return Fit(mean, sd, low, high, tuple(problems), figures)

    def _weights(self, design: Design) -> pd.Series | None:
        if self.weights is None:
            return None
        weights = design.frame[self.weights].astype(float)
        if not (weights > 0).all():
            raise DataError(f"the weights {self.weights!r} are not all positive")
        return weights


def _first_stage(parts: dict[str, pd.DataFrame], weights: pd.Series | None) -> dict[str, float]:
    """Return the F statistic of the instruments for each treatment, given the other treatments."""
    endog, excluded = parts["endog"], parts["instruments"]
    root = np.ones(len(endog)) if weights is None else np.sqrt(weights.to_numpy())
    inside = parts["exog"].to_numpy() * root[:, None]
    z, moved = (_residual(inside, f.to_numpy() * root[:, None]) for f in (excluded, endog))
    found = {}
    for k, name in enumerate(endog):
        others = np.delete(moved, k, axis=1)
        fitted = others - _residual(z, others)
        slopes = np.linalg.lstsq(fitted, moved[:, k], rcond=None)[0]
        target = moved[:, k] - others @ slopes
        rest = _residual(z, target)
        df = z.shape[1] - others.shape[1]
        df_rest = len(z) - inside.shape[1] - z.shape[1]
        explained = target @ target - rest @ rest
        with np.errstate(divide="ignore"):  # an instrument that is the treatment: infinite
            found[str(name)] = float((explained / df) / (rest @ rest / df_rest))
    return found


def _residual(on: np.ndarray, values: np.ndarray) -> np.ndarray:
    fitted: np.ndarray = on @ np.linalg.lstsq(on, values, rcond=None)[0]
    return values - fitted


def _with_constant(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{"(constant)": 1.0})


def _missing(roles: Roles) -> str:
    moved, given = len(roles.moved), len(roles.instruments)
    if not given:
        return f"no instrument: nothing is named that moves {roles.treatment} alone"
    return f"too few instruments: {given} for {moved} variables ({', '.join(roles.moved)})"
