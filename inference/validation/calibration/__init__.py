"""Calibration: whether answers hold the truth as often as they say, over many simulated worlds."""

from .result import Calibration
from .run import calibrate

__all__ = ["Calibration", "calibrate"]
