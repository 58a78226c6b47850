"""Knobs of a generator: overlap, effect and hidden confounding, exact by construction."""

from .asked import Knob, Knobs
from .confounding import latent_means
from .expression import Expression
from .outcomes import Bernoulli, LogNormal, NegativeBinomial, Normal, Outcome, outcome_of
from .overlap import Dial
from .sandbox import Drawn, Learnt, Sandbox, sandbox

__all__ = [
    "Bernoulli",
    "Dial",
    "Drawn",
    "Expression",
    "Knob",
    "Knobs",
    "Learnt",
    "LogNormal",
    "NegativeBinomial",
    "Normal",
    "Outcome",
    "Sandbox",
    "latent_means",
    "outcome_of",
    "sandbox",
]
