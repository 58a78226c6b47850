"""Which of the arms of a treatment is the one that is compared with, by what it is called."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["control_of"]

# What arms are called, in lower case, where nobody says which is the control.
CONTROLS = (
    "0", "0.0", "a", "baseline", "control", "ctrl", "current", "existing", "false", "no", "none",
    "off", "old", "placebo", "standard", "untreated",
)  # fmt: skip
TREATMENTS = (
    "1", "1.0", "b", "new", "on", "test", "treated", "treatment", "true", "variant", "yes",
)  # fmt: skip


def control_of(arms: Sequence[str]) -> str:
    """Return the arm that is called as a control is, or else the first not called a treatment.

    Parameters
    ----------
    arms : sequence of str
        One at least.

    Examples
    --------
    >>> control_of(["aspirin", "placebo"]), control_of(["new", "usual"]), control_of(["x", "y"])
    ('placebo', 'usual', 'x')
    """
    called = [n for n in arms if n.lower() in CONTROLS]
    return [*called, *(n for n in arms if n.lower() not in TREATMENTS), *arms][0]
