"""Assertions for tests of causal models: whether a posterior recovers the truth, beyond luck."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import arviz as az
import numpy as np
import xarray as xr
from numpy.typing import ArrayLike
from scipy.stats import norm

from .errors import QueryError
from .inputs.ci_prob import takes_ci_prob
from .queries.answer import DRAWS
from .queries.base import Query
from .validation.alignment import checked
from .validation.calibration import Calibration, calibrate
from .validation.compare import Comparison, compare

__all__ = ["CannotTellError", "assert_agree", "assert_calibrated", "assert_recovers"]

# Units are too many to diagnose each; this many, evenly spaced, are.
MOST_DIAGNOSED = 200


class CannotTellError(RuntimeError):
    """The chains are too short to tell a bias from their own noise; no verdict either way."""


@dataclass(frozen=True)
class _Chains:
    """The worst figures of the chains of one answer."""

    ess: float
    tail: float
    r_hat: float

    def __str__(self) -> str:
        return f"bulk ESS {self.ess:.0f}, tail ESS {self.tail:.0f}, R-hat {self.r_hat:.3f}"


@takes_ci_prob
def assert_recovers(
    answer: xr.DataArray,
    truth: xr.DataArray | ArrayLike,
    *,
    bound: float = 4.0,
    min_ess: float = 400,
    max_sd: float | None = None,
    ci_prob: float = 0.9,
) -> Comparison:
    """Return the comparison of an answer with the truth, if the posterior recovers it.

    Parameters
    ----------
    answer : xarray.DataArray
        Of ``posterior.ask(query)``. Dims: chain, draw, then those of the estimand.
    truth : xarray.DataArray, number or array
        Of ``world.ask(query)``; or numbers in the shape of the estimand.
    bound : float
        Posterior standard deviations that the mean may be off. A correct model exceeds 4 once in
        16 000 data sets. Of several elements the worst is held to a wider bound, of the same
        probability over all of them (Bonferroni); and fewer than half may exceed `bound` itself.
    min_ess : float
        The least bulk effective sample size of the answer itself that allows a verdict.
    max_sd : float, optional
        The largest posterior standard deviation with which the test still means something: a
        posterior that learnt nothing recovers everything.
    ci_prob : float
        Probability of the intervals in the message.

    Returns
    -------
    Comparison

    Raises
    ------
    AssertionError
        If the posterior misses the truth, or is wider than `max_sd`.
    CannotTellError
        If the effective sample size is below `min_ess`.
    QueryError
        If the two answer different queries, the answer is only a summary of its draws, or an
        option is no number above 0.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> draws = np.random.default_rng(1).normal(2.0, 0.1, (4, 500))
    >>> answer = xr.DataArray(draws, dims=("chain", "draw"), name="effect")
    >>> assert_recovers(answer, 1.9).covered
    True
    """
    _check_options(bound=bound, min_ess=min_ess, max_sd=max_sd)
    comparison = compare(answer, truth, ci_prob=ci_prob)
    chains = _gate(comparison.answer, min_ess)
    found = comparison.elements
    if (lost := found["truth"].isnull() != found["mean"].isnull()).any():
        raise AssertionError(
            f"{_name(comparison)}: {int(lost.sum())} of {lost.size} elements are NaN on one side "
            f"only, such as {_where(found, lost)}"
        )
    widest = float(found["sd"].max())
    if max_sd is not None and widest > max_sd:
        raise AssertionError(
            f"{_name(comparison)}: the posterior sd is {widest:.4g}, above max_sd {max_sd:.4g}; "
            "more units or a stronger design are needed before a bias could be seen"
        )
    size = abs(found["z"])
    count = int(size.notnull().sum())
    widened = bound if count <= 1 else float(norm.isf(norm.sf(bound) / count))
    # Whatever the dependence of the elements, by Markov's inequality this share is reached with at
    # most twice the probability of one element.
    many = count > 1 and float((size > bound).sum()) >= count / 2
    if many or bool((size > widened).any()):
        raise AssertionError(_miss(comparison, chains, bound, widened))
    return comparison


def assert_agree(
    answer: xr.DataArray, other: xr.DataArray, *, bound: float = 5.0, min_ess: float = 400
) -> None:
    """Return nothing if two answers have the same mean, as far as their chains can tell.

    For two routes to one posterior: samplers, backends, parametrisations. Standard deviations are
    compared too.

    Parameters
    ----------
    answer, other : xarray.DataArray
        Dims: chain, draw, then those of the estimand, equal in both.
    bound : float
        Monte Carlo standard errors of the difference that are allowed.
    min_ess : float
        The least bulk effective sample size of either that allows a verdict.

    Raises
    ------
    AssertionError
        If they disagree.
    CannotTellError
        If an effective sample size is below `min_ess`.
    QueryError
        If the two answer different queries.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> draws = np.random.default_rng(1).normal(2.0, 0.1, (4, 1000))
    >>> answer = xr.DataArray(draws, dims=("chain", "draw"), name="effect")
    >>> assert_agree(answer, answer[:, ::-1])
    """
    _check_options(bound=bound, min_ess=min_ess)
    sides = [checked(a).rename("answer") for a in (answer, other)]
    for side in sides:
        _gate(side, min_ess)
    compare(answer, sides[1].mean(DRAWS, keep_attrs=True))
    for method, words in (("mean", "means"), ("sd", "standard deviations")):
        one, two = (a.mean(DRAWS) if method == "mean" else a.std(DRAWS, ddof=1) for a in sides)
        with np.errstate(divide="ignore", invalid="ignore"):
            errors = [az.mcse(a, method=method).fillna(0.0) for a in sides]
        error = np.sqrt(errors[0] ** 2 + errors[1] ** 2)
        rounding = 1e-10 * (np.abs(one) + np.abs(two))
        worst = (np.abs(one - two) - bound * error - rounding).fillna(-np.inf)
        if bool((worst > 0).any()):
            at = {d: int(i) for d, i in worst.argmax(...).items()} if worst.ndim else {}
            raise AssertionError(
                f"{answer.name or 'answer'}: the {words} of two answers are {float(one[at]):.6g} "
                f"and {float(two[at]):.6g}{_label(one[at])}, which differ by more than {bound:g} "
                f"Monte Carlo errors ({float(error[at]):.2g}); the two routes do not lead to one "
                "posterior"
            )


def assert_calibrated(
    scenario: Any,
    query: Query,
    replications: int = 50,
    *,
    alpha: float = 1e-3,
    **options: Any,
) -> Calibration:
    """Return the calibration of a query, if its intervals hold the truth as often as they say.

    Parameters
    ----------
    scenario : Scenario or pm.Model
        What is simulated, conditioned and asked again and again.
    query : Query
        The question.
    replications : int
        How many simulated data sets.
    alpha : float
        How seldom a correct model fails.
    **options
        Of `calibrate`; without other processes and progress bars unless asked for. With
        ``parameters="truth"`` a right model may fail: only over the prior's are ranks uniform.

    Returns
    -------
    Calibration

    Raises
    ------
    AssertionError
        If the ranks of the truth are not uniform, or a replication failed.

    Examples
    --------
    >>> import pymc as pm
    >>> from ifonly.inference import ATE
    >>> with pm.Model(coords={"unit": range(1)}) as model:
    ...     t = pm.Bernoulli("t", 0.5, dims="unit")
    ...     y = pm.Normal("y", pm.Normal("effect") * t, 1, dims="unit")
    >>> query = ATE("y", do={"t": 1}, versus={"t": 0})
    >>> assert_calibrated(model, query, 20, units=20, draws=50).failed
    0
    """
    _check_options(alpha=alpha)
    found = calibrate(scenario, query, replications, **{"jobs": 1, "progress": False} | options)
    share = found.coverage.reset_index()
    held = ", ".join(
        f"{row['ci_prob']:.0%} intervals {row['share']:.0%} {row['label']}".rstrip()
        for _, row in share.iterrows()
    )
    if found.failed:
        raise AssertionError(f"{found.failed} of {replications} simulated worlds were not answered")
    if found.p_value < alpha:
        raise AssertionError(
            f"{found.about['estimand']}: over {replications} simulated worlds the ranks of the "
            f"truth are not uniform (p = {found.p_value:.2g}); the truth was held by {held}"
        )
    return found


def _check_options(**options: float | None) -> None:
    for name, value in options.items():
        number = isinstance(value, int | float | np.integer | np.floating)
        if value is not None and not (number and value > 0):
            raise QueryError(f"{name} is a number above 0, not {value!r}")


def _gate(answer: xr.DataArray, min_ess: float) -> _Chains:
    """Return the chains' figures, or raise a `CannotTellError` if they allow no verdict."""
    if "draw" not in answer.dims:
        raise QueryError("a summary has no draws to diagnose; ask the query without summary=True")
    chains = _diagnosed(answer)
    if not chains.ess >= min_ess:  # of too few draws it is NaN
        raise CannotTellError(
            f"cannot tell whether {answer.name or 'the answer'} is right: {chains}, and a verdict "
            f"needs a bulk ESS of {min_ess:g}. Draw more, or mend the sampling; this is neither "
            "recovery nor bias"
        )
    return chains


def _diagnosed(answer: xr.DataArray) -> _Chains:
    values = answer.transpose(*DRAWS, ...).to_numpy()
    values = values.reshape(*values.shape[:2], -1)
    moving = values[..., (np.ptp(values, axis=(0, 1)) > 0)]
    moving = moving[..., :: max(1, moving.shape[-1] // MOST_DIAGNOSED)]
    if not moving.shape[-1]:
        return _Chains(np.inf, np.inf, 1.0)
    data = xr.DataArray(moving, dims=(*DRAWS, "element"), name="answer")
    return _Chains(
        ess=float(az.ess(data, method="bulk").min()),
        tail=float(az.ess(data, method="tail").min()),
        r_hat=float(az.rhat(data).max()) if data.sizes["chain"] > 1 else np.nan,
    )


def _miss(comparison: Comparison, chains: _Chains, bound: float, widened: float) -> str:
    """Return the message of a miss: how large, how improbable, and what would explain it."""
    found = comparison.elements
    size = abs(found["z"])
    count = int(size.notnull().sum())
    at = {d: int(i) for d, i in size.fillna(-1).argmax(...).items()} if size.ndim else {}
    worst = {str(n): float(v[at]) for n, v in found.data_vars.items()}
    probability = min(1.0, 2 * float(norm.sf(abs(worst["z"]))) * count)
    values = comparison.answer.isel({d: at[d] for d in comparison.dims}).rename("answer")
    with np.errstate(divide="ignore", invalid="ignore"):
        mcse = float(az.mcse(values, method="mean")) if worst["sd"] > 0 else 0.0
    share = f" ({mcse / worst['sd']:.2f} posterior sds)" if worst["sd"] > 0 else ""
    lines = [
        f"{_name(comparison)}: the posterior misses the truth by {worst['z']:.2f} of its standard "
        f"deviations{_label(found['z'][at])}; the bound is {widened:.2f}",
        f"truth {worst['truth']:.6g}, posterior mean {worst['mean']:.6g}, sd {worst['sd']:.3g}, "
        f"{comparison.ci_prob:.0%} interval {worst['low']:.6g} to {worst['high']:.6g}, rank of the "
        f"truth {worst['rank']:.3f}",
        f"a correct model misses by as much with probability {probability:.2g}"
        + (f" (the worst of {count} elements)" if count > 1 else ""),
        f"the sampler's own error of the mean is {mcse:.2g}{share}; {chains}",
    ]
    if count > 1:
        beyond = int((size > bound).sum())
        lines.append(
            f"{beyond} of {count} elements are beyond {bound:g} sds, and {comparison.coverage:.1%} "
            f"of the {comparison.ci_prob:.0%} intervals cover"
        )
    lines.append(
        "bias or bad luck? Repeat with other seeds: luck changes its sign, bias keeps it; "
        "calibrate(scenario, query) does that"
    )
    return "\n  ".join(lines)


def _name(comparison: Comparison) -> str:
    answer = comparison.answer
    return str(answer.attrs.get("estimand", answer.name or "answer"))


def _label(element: xr.DataArray) -> str:
    named = ", ".join(f"{n}={v.item()!r}" for n, v in element.coords.items() if v.ndim == 0)
    return f" at {named}" if named else ""


def _where(found: xr.Dataset, mask: xr.DataArray) -> str:
    at = {d: int(i) for d, i in mask.argmax(...).items()} if mask.ndim else {}
    return _label(found["truth"][at]).removeprefix(" at ") or "the only one"
