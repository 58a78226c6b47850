"""What to do next, from what an experiment's table says: most urgent first."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from ...display.wording import number
from .reading import ExperimentReading

__all__ = ["advice"]

# The error by clusters is one of large samples; of sizes that differ much it holds less well.
FEW, LARGE = 40, 5


def advice(found: ExperimentReading) -> tuple[str, ...]:
    """Return sentences, the most urgent first.

    Parameters
    ----------
    found : ExperimentReading
    """
    said = [*_trust(found), *_guard(found)]
    # What comes before may forbid what the outcome alone would say.
    alone = f"By {found.plan.outcome} alone: " if said else ""
    said.append(alone + _decide(found))
    if found.plan.before == () and found.plan.strata is None:
        said.append(
            "Give a measure from before the assignment (--pre), if there is one: of what it "
            "explains the error is rid, as if there were more units."
        )
    if found.sorted_rows:
        said.append("The rows were not in the order of time; the looks are.")
    return tuple(said)


def _trust(found: ExperimentReading) -> list[str]:
    said = []
    shares = ", ".join(f"{s:.1%}" for s in found.ratio.shares)
    what = "clusters" if found.plan.cluster else "units"
    if found.ratio.mismatch:
        said.append(
            f"Do not read the effect yet. The arms hold {shares} of the {what}, which is not the "
            f"planned split (p = {found.ratio.p:.2g}): find out which units went missing, and why."
        )
    if found.balance is not None:
        z = found.balance["z"].abs()
        # As large as the largest of so many would rarely be by lot.
        limit = float(norm.isf(0.0005 / len(z)))
        if (off := z[z > limit]).size:
            said.append(
                f"The arms differed already before, in {', '.join(map(str, off.index))} by "
                f"{number(float(off.max()))} standard errors: check how units were assigned."
            )
    if found.clusters is not None:
        said += _clusters(found)
    return said


def _clusters(found: ExperimentReading) -> list[str]:
    """Return what few clusters, or some much larger than others, do to the error."""
    sizes = found.clusters
    assert sizes is not None
    if len(sizes) < FEW:
        return [
            f"There are {len(sizes)} clusters. With fewer than {FEW} the error is known poorly, "
            "and is rather too small: assign more clusters, or read the effect with care."
        ]
    if sizes.max() > LARGE * sizes.median():
        return [
            f"The clusters are unequal: from {sizes.min()} to {sizes.max()} units, half of them "
            f"with {sizes.median():.0f} or fewer. The error takes account of it, and a few large "
            "ones decide the effect; compare it with that of the others."
        ]
    return []


def _guard(found: ExperimentReading) -> list[str]:
    if found.guardrails is None:
        return []
    by = found.guardrails.groupby("verdict").groups
    said = []
    if "harmed" in by:
        said.append(f"Stop: {', '.join(by['harmed'])} is harmed.")
    if "not known" in by:
        names = ", ".join(by["not known"])
        said.append(
            f"Go on until it is known that {names} does not lose more than the margin; it is not "
            "yet."
        )
    return said


def _decide(found: ExperimentReading) -> str:
    effect, plan = found.primary, found.plan
    control, treated = found.compared
    low, high = found.safe
    if low > 0 or high < 0:
        sign, better = ("more", treated) if low > 0 else ("less", control)
        return (
            f"One may stop: {treated} has {sign} of {plan.outcome} than {control}, by "
            f"{number(effect.estimate)}, and this holds however often one looked. If more is "
            f"better, take {better}. Expect somewhat less than the estimate: what is stopped at, "
            "or chosen among several, is too large on average."
        )
    if effect.p < 1 - plan.ci_prob:
        return (
            f"The effect is significant for one look that was planned (p = {effect.p:.2g}). If "
            "this is that look, one may stop; if one has looked before, go on: the interval that "
            "holds for all looks contains 0."
        )
    more = max(1.0, (found.detectable / max(abs(effect.estimate), 1e-150)) ** 2)
    return (
        f"Nothing is shown. So many units find an effect of {number(found.detectable)} with a "
        f"probability of 80%. If that is more than what matters, go on; {_times(more)}"
    )


def _times(more: float) -> str:
    if not np.isfinite(more) or more > 100:
        return "an effect as small as the estimate would take more than a hundred times the units."
    return f"an effect as large as the estimate would take {more:.1f} times the units."
