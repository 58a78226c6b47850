"""Treatments at several times: at each a sandbox of its own, given all that was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from ...errors import DataError, KnobError
from ...inputs.arrays import numbers, shown
from ...inputs.scalars import checked_seed
from .asked import Knobs
from .outcomes import Outcome
from .overlap import Dial, Propensity
from .sandbox import Drawn, KnobValues, Learnt, Sandbox, sandbox, scales_of

__all__ = ["Longitudinal", "Stage", "longitudinal"]

Array = NDArray[np.float64]
Scales = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Stage:
    """One time: what is learnt of its treatment and outcome, and what is asked of them.

    Attributes
    ----------
    learnt : Learnt
        Its propensity and outcome means may read the covariates, and the treatments and outcomes
        of all times before.
    knobs : Knobs
        The same holds for them.
    law : Outcome
    treatment, outcome : str
        Names of their columns.
    """

    learnt: Learnt
    knobs: Knobs
    law: Outcome
    treatment: str
    outcome: str


@dataclass(frozen=True, eq=False)
class Longitudinal:
    """Rows with a treatment and an outcome at each time; made by `longitudinal`.

    Attributes
    ----------
    stages : tuple of Stage
    sandboxes : tuple of Sandbox
        Of each time: units are the rows, and the covariates all that was before.
    drawn : tuple of Drawn
        Of each time.
    seeds : tuple of int
        Of each time's noise.
    scales : tuple of mapping
        Of each time, for ``z(column)``.
    """

    stages: tuple[Stage, ...]
    sandboxes: tuple[Sandbox, ...]
    drawn: tuple[Drawn, ...]
    seeds: tuple[int, ...]
    scales: tuple[Scales, ...]

    @property
    def rows(self) -> pd.DataFrame:
        """What an analyst sees: covariates, then treatment and outcome of each time."""
        return self.drawn[-1].rows

    @property
    def truth(self) -> pd.DataFrame:
        """The truth of each row: that of `Drawn` with the number of the time, ``tau_1`` and so on.

        Effect and confounding of a time are those given the row's own history.
        """
        parts = [d.truth.add_suffix(f"_{k}") for k, d in enumerate(self.drawn, 1)]
        return pd.concat(parts, axis=1)

    def at(self, time: int, seen: pd.DataFrame) -> Sandbox:
        """Return the sandbox of a time for units of other histories.

        Parameters
        ----------
        time : int
            From 0.
        seen : pandas.DataFrame
            A row for each unit: covariates, then treatment and outcome of each time before.

        Returns
        -------
        Sandbox

        Raises
        ------
        KnobError
            If a knob cannot be after such a history.
        """
        return _again(self.stages[time], self.sandboxes[time], seen, self.scales[time])

    def under(self, regime: Sequence[ArrayLike]) -> pd.DataFrame:
        """Return the outcomes of the same rows, had the treatments been others.

        Noise and latents are those of the rows; what an outcome does to later ones is carried on.

        Parameters
        ----------
        regime : sequence of 0, 1, or array of these of shape (unit,)
            The treatment of each time.

        Returns
        -------
        pandas.DataFrame of shape (unit, time)
            Named as the outcomes.

        Raises
        ------
        DataError
            If there is not one treatment, of 0 and 1, for each time.
        KnobError
            If a knob cannot be after such a history.
        """
        if len(regime) != len(self.stages):
            raise DataError(f"the regime has {len(regime)} treatments for {len(self.stages)} times")
        seen, outcomes = self.sandboxes[0].covariates, {}
        for k, (stage, given) in enumerate(zip(self.stages, regime, strict=True)):
            arm = np.broadcast_to(_arms(given, k + 1, len(seen)), (len(seen),))
            made = self.at(k, seen)
            drawn = made.draw(seed=self.seeds[k])
            value = np.where(arm == 1, drawn.truth["y1"], drawn.truth["y0"])
            outcomes[stage.outcome] = value
            seen = drawn.rows.assign(**{stage.treatment: arm, stage.outcome: value})
        return pd.DataFrame(outcomes)


def longitudinal(
    stages: Sequence[Stage],
    covariates: pd.DataFrame,
    *,
    seed: int,
    scales: Scales | None = None,
) -> Longitudinal:
    r"""Return rows whose overlap, effect and confounding are as asked at each of several times.

    With :math:`h_k` the covariates and all treatments and outcomes before time k, and :math:`U_k` a
    latent of that time, the knobs of time k are

    .. math::

        \alpha_k(h) = \log \frac{p(h | T_k = 0)}{p(h | T_k = 1)}, \qquad
        \tau_k(h) = E[Y_k(1) - Y_k(0) | h], \qquad
        \kappa_k(h, t) = E[Y_k(t) | h, T_k = 1] - E[Y_k(t) | h, T_k = 0],

    where :math:`Y_k(t)` is the outcome after the treatment t at time k and the history as it was.
    Whoever adjusts for h and :math:`U_k` has no hidden confounding at that time.

    Parameters
    ----------
    stages : sequence of Stage
        In the order of time.
    covariates : pandas.DataFrame
        A row for each unit: what is known before the first treatment.
    seed : int
    scales : mapping of str to pair of float, optional
        As for `sandbox`.

    Returns
    -------
    Longitudinal

    Raises
    ------
    DataError
        If there is no time, or two columns have one name.
    KnobError
        If no law has what is asked of a time; it says of which.

    References
    ----------
    The effect of a time given its history is a blip function; Robins (1994),
    https://doi.org/10.1080/03610929408831393
    """
    if not stages:
        raise DataError("there is no time; give a stage for each")
    names = [n for s in stages for n in (s.treatment, s.outcome)]
    if twice := sorted({n for n in names if [*names, *covariates].count(n) > 1}):
        raise DataError(f"two columns are called {twice[0]!r}; call one otherwise")
    states = np.random.SeedSequence(checked_seed(seed)).generate_state(len(stages))
    seeds = tuple(map(int, states))
    seen = covariates.reset_index(drop=True)
    sandboxes, drawn, used = [], [], []
    for k, (stage, own) in enumerate(zip(stages, seeds, strict=True), 1):
        used.append({**scales_of(seen), **(scales or {})})
        try:
            sandboxes.append(_made(stage, seen, used[-1]))
        except KnobError as error:
            raise KnobError(f"at time {k}, {error}") from error
        drawn.append(sandboxes[-1].draw(seed=own))
        seen = drawn[-1].rows
    return Longitudinal(tuple(stages), tuple(sandboxes), tuple(drawn), seeds, tuple(used))


def _made(
    stage: Stage, seen: pd.DataFrame, scales: Scales, propensity: Propensity | None = None
) -> Sandbox:
    return sandbox(
        stage.learnt, seen, stage.knobs, stage.law,
        treatment=stage.treatment, outcome=stage.outcome, scales=scales, propensity=propensity,
    )  # fmt: skip


def _again(stage: Stage, before: Sandbox, seen: pd.DataFrame, scales: Scales) -> Sandbox:
    """Return the sandbox of a time for other histories: the same functions of them.

    What was chosen for the population as a whole, the centre of the propensity, stays.
    """
    made, overlap = before.propensity, stage.knobs.overlap
    if overlap is None or isinstance(overlap, Dial):
        # On the scale of log-odds a dial, and another prevalence, move and stretch what is learnt.
        known, new = (
            logit(np.asarray(stage.learnt.propensity(frame), dtype=float))
            for frame in (before.covariates.iloc[:1], seen)
        )
        centre = logit(made.values[0]) - made.slope * known[0]
        values = expit(centre + made.slope * new)
    else:
        centre = logit(made.values.mean()) - made.shift
        values = expit(centre - KnobValues(seen, scales)(overlap, "the overlap"))
    return _made(stage, seen, scales, replace(made, values=np.asarray(values), asked=None))


def _arms(given: ArrayLike, k: int, units: int) -> Array:
    arm = numbers(given)
    if arm is None or arm.shape not in ((), (units,)) or not np.isin(arm, (0, 1)).all():
        raise DataError(
            f"the treatment of time {k} is 0, 1, or one of these for each of {units} units, not "
            f"{shown(given)}"
        )
    return arm.astype(float)
