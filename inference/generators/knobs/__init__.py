"""Knobs of a generator: overlap, effect and hidden confounding, exact by construction."""

from .asked import Knob, Knobs
from .confounding import latent_means
from .expression import Expression
from .longitudinal import Longitudinal, Stage, longitudinal
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
    "Longitudinal",
    "NegativeBinomial",
    "Normal",
    "Outcome",
    "Sandbox",
    "Stage",
    "latent_means",
    "longitudinal",
    "outcome_of",
    "sandbox",
]
