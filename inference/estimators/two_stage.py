"""Two-stage least squares: the effect that instruments identify."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, override

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError, QueryError
from ..graph.strength import LEAST_F, first_stage
from ..inputs.arrays import shown
from ..inputs.ci_prob import takes_ci_prob
from ..inputs.optional import load
from .base import EXTRA, Estimator, Fit, UnfitError
from .design import Design
from .roles import Roles

__all__ = ["TwoStageLeastSquares"]


@takes_ci_prob
@dataclass(frozen=True, kw_only=True)
class TwoStageLeastSquares(Estimator):
    """The effect by two-stage least squares; robust standard error.

    Parameters
    ----------
    ci_prob : float
        Probability of the confidence interval.
    weights : str, optional
        A column of weights, such as inverse probabilities of being in the sample.

    Notes
    -----
    The attribute ``first_stage_F`` is the smallest F statistic of the excluded instruments over
    the treatments; if there are several, each is conditional on the others [1]_. If the effect
    varies between units, the estimate is that of the units whose treatment the instrument changes
    [2]_.

    References
    ----------
    .. [1] Sanderson and Windmeijer (2016), Journal of Econometrics 190, 212-221.
       doi:10.1016/j.jeconom.2015.06.004
    .. [2] Angrist, Imbens and Rubin (1996), JASA 91, 444-455. doi:10.1080/01621459.1996.10476902

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

    def __post_init__(self) -> None:
        """Check the options."""
        super().__post_init__()
        if not isinstance(self.weights, str | None):
            raise QueryError(f"weights is the name of a column, not {shown(self.weights)}")

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
        outcome, [unit] = design.scaled(roles.outcome)
        moved, per = design.scaled(*roles.moved)
        excluded, _ = design.scaled(*roles.instruments)
        exog = np.hstack([np.ones((len(outcome), 1)), design.held(roles.controls)])
        weights = self._weights(design)
        try:
            model = load("linearmodels.iv", EXTRA).IV2SLS(
                outcome, exog, moved, excluded, weights=weights
            )
        except ValueError as error:
            raise UnfitError(
                f"two-stage least squares cannot be fitted ({error}); drop controls or instruments "
                "that are constant or that others determine"
            ) from None
        found = model.fit(cov_type="robust")
        strength = {}
        for k, name in enumerate(roles.moved):
            others = np.delete(moved, k, axis=1) if len(per) > 1 else None
            strength[name] = first_stage(
                moved[:, k], excluded, exog, others=others, weights=weights
            )
        problems = [
            f"weak instrument: {', '.join(roles.instruments)} hardly moves {name}; the first-stage "
            f"F is {value:.1f}, below {LEAST_F:g}"
            for name, value in strength.items()
            if not value >= LEAST_F
        ]
        last = slice(exog.shape[1], None)  # the treatments come after the controls
        columns = [found.params, found.std_errors, *found.conf_int(level=self.ci_prob).to_numpy().T]
        mean, sd, low, high = (np.asarray(c)[last] * unit / per for c in columns)
        if not roles.endogenous:
            mean, sd, low, high = mean[0], sd[0], low[0], high[0]
        figures = {"first_stage_F": min(strength.values())}
        return Fit(mean, sd, low, high, tuple(problems), figures)

    def _weights(self, design: Design) -> NDArray[np.float64] | None:
        if self.weights is None:
            return None
        weights = design.frame[self.weights].to_numpy(dtype=float)
        if not (weights > 0).all():
            raise DataError(f"the weights {self.weights!r} are not all positive")
        return weights


def _missing(roles: Roles) -> str:
    moved, given = len(roles.moved), len(roles.instruments)
    if not given:
        return f"no instrument: nothing is named that moves {roles.treatment} alone"
    return f"too few instruments: {given} for {moved} variables ({', '.join(roles.moved)})"
