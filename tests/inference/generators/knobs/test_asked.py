"""Knobs that contradict each other are refused before there is a table."""

import numpy as np
import pandas as pd
import pytest

from ifonly.inference.errors import KnobError
from ifonly.inference.generators.knobs import Knobs


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"mode": "specified"}, "needs an effect"),
        ({"mode": "faithful", "effect": 1.0}, "effect follows"),
        ({"mode": "other"}, "faithful or specified"),
        ({"keep": "effect"}, "prevalence or the ratio"),
        ({"strength": 1.0}, "at most 0.99"),
        ({"strength": 0.0}, "lies above 0"),
        ({"effect": float("nan")}, "finite number"),
        ({"overlap": float("inf")}, "finite number"),
        ({"prevalence": 1.0}, "both excluded"),
        ({"prevalence": "half"}, "the prevalence is a finite number, not 'half'"),
        ({"strength": None}, "the strength of U is a finite number, not None"),
        ({"effect": True}, "the effect is a finite number, not True"),
        ({"confounding": [1.0, 2.0]}, "the confounding is a finite number, not"),
        ({"mode": np.zeros(2)}, "faithful or specified"),
        ({"keep": pd.NA}, "prevalence or the ratio"),
    ],
)
def test_contradictions_are_refused(knobs: dict[str, object], said: str) -> None:
    with pytest.raises(KnobError, match=said):
        Knobs(**knobs)
