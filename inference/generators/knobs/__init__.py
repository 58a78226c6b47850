"""Knobs of a generator: overlap, effect and hidden confounding, exact by construction."""

from .asked import Knob, Knobs
from .confounding import latent_means
from .expression import Expression
from .outcomes import Binary, Count, Gaussian, LogNormal, Outcome
from .overlap import Dial
from .sandbox import Drawn, Learnt, Sandbox, sandbox

__all__ = [
    "Binary",
    "Count",
    "Dial",
    "Drawn",
    "Expression",
    "Gaussian",
    "Knob",
    "Knobs",
    "Learnt",
    "LogNormal",
    "Outcome",
    "Sandbox",
    "latent_means",
    "sandbox",
]
