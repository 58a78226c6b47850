"""Fidelity and privacy of synthetic tables, each figure between a ceiling and a floor."""

from .privacy import privacy
from .report import Fidelity, fidelity

__all__ = ["Fidelity", "fidelity", "privacy"]
