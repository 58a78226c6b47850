"""What is asked of a sandbox: its three knobs, and how they are meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ...errors import KnobError
from ...inputs.arrays import shown
from ...inputs.scalars import checked_number
from .confounding import STRENGTH
from .overlap import Dial

__all__ = ["Knob", "Knobs"]

Knob = Callable[..., Any] | str | float
MOST_STRENGTH = 0.99  # up to which the bivariate normal is exact


@dataclass(frozen=True)
class Knobs:
    """What is asked of a sandbox. A knob is a number, an expression, or a function of the table.

    Attributes
    ----------
    effect : optional
        tau: E[Y(1) - Y(0) | x], in the outcome's unit.
    overlap : optional
        log p(x | T = 0) / p(x | T = 1); or a `Dial`. By default that of the learnt propensity.
    confounding : optional
        kappa: E[Y(t) | x, T = 1] - E[Y(t) | x, T = 0], in the outcome's unit; it may read ``t``. A
        function takes the table and t.
    mode : {"faithful", "specified"}, optional
        Faithful keeps the learnt E[Y | x, T], and the effect follows; specified has the asked
        effect, keeps E[Y | x], and says what that costs. By default the first where no effect is
        asked for.
    strength : float
        How strongly the latent U moves the treatment, between 0 and 1.
    prevalence : float, optional
        P(T = 1); by default the learnt one.
    keep : {"prevalence", "ratio"}
        What is kept where the asked log density ratio and the prevalence exclude each other.
    """

    effect: Knob | None = None
    overlap: Knob | Dial | None = None
    confounding: Knob | None = None
    mode: Literal["faithful", "specified"] | None = None
    strength: float = STRENGTH
    prevalence: float | None = None
    keep: Literal["prevalence", "ratio"] = "prevalence"

    def __post_init__(self) -> None:
        """Check what can be checked without a table."""
        checked_number("the strength of U", self.strength, KnobError)
        if self.prevalence is not None:
            checked_number("the prevalence", self.prevalence, KnobError)
        if not 0.0 < self.strength <= MOST_STRENGTH:
            raise KnobError(
                f"the strength of U is {self.strength:g}; it lies above 0 and at most "
                f"{MOST_STRENGTH:g}"
            )
        for name in ("effect", "overlap", "confounding"):
            value = getattr(self, name)
            if not (isinstance(value, str | Dial | None) or callable(value)):
                checked_number(f"the {name}", value, KnobError)
        if self.prevalence is not None and not 0.0 < self.prevalence < 1.0:
            raise KnobError(
                f"the prevalence is {self.prevalence:g}; it lies between 0 and 1, both excluded"
            )
        if not (self.mode is None or _is_one_of(self.mode, ("faithful", "specified"))):
            raise KnobError(f"the mode is faithful or specified, not {shown(self.mode)}")
        if not _is_one_of(self.keep, ("prevalence", "ratio")):
            raise KnobError(f"what is kept is the prevalence or the ratio, not {shown(self.keep)}")
        if self.mode == "faithful" and self.effect is not None:
            raise KnobError(
                "the faithful mode keeps the learnt outcome, so that the effect follows from the "
                "confounding; leave the effect out, or choose the specified mode"
            )
        if self.mode == "specified" and self.effect is None:
            raise KnobError("the specified mode needs an effect; give one, or choose faithful")
        if self.keep == "ratio" and self.prevalence is not None:
            raise KnobError(
                f"a prevalence of {self.prevalence:g} is asked for, and keep='ratio' gives up the "
                "prevalence; leave one of the two out"
            )


def _is_one_of(given: object, known: tuple[str, ...]) -> bool:
    return isinstance(given, str) and given in known
