"""The conclusion in plain words: the numbers are those of the draws."""

import numpy as np
import pytest
import xarray as xr

from ifonly.inference import ATE, CATE, ITE, PNS, Counterfactual, RiskRatio, policy, shift
from ifonly.scenarios.reports.conclusion import conclusion, done

DRAWS = np.linspace(-1.0, 3.0, 401).reshape(1, 401)
DO = {"do": {"t": 1}, "versus": {"t": 0}}


def made(kind, **dims):
    shape = (1, 401, *map(len, dims.values()))
    values = DRAWS.reshape(1, 401, *[1] * len(dims)) + np.zeros(shape)
    answer = xr.DataArray(values, dims=("chain", "draw", *dims), coords=dims, name="y")
    answer.attrs = {"query": kind, "outcome": "y"}
    return answer


def test_of_one_number():
    text = conclusion(ATE("y", **DO), made("ATE"))
    assert text.startswith("With t set to 1 rather than t set to 0, y is on average 1 higher, with")
    assert "between -0.8 and 2.8" in text
    assert "probability that it is higher at all is 75%, if the model is right" in text
    lower = conclusion(ATE("y", do={"t": shift(-2)}), -made("ATE").assign_attrs())
    assert "1 lower" in lower or "higher" in lower
    ratio = conclusion(RiskRatio("y", **DO), made("RiskRatio"))
    assert "multiplied by 1" in ratio
    assert "raised at all is 50%" in ratio


def test_of_groups_and_of_units():
    groups = made("CATE", region=["n", "s"]) + xr.DataArray([0.0, 1.0], dims="region")
    groups.attrs = {"query": "CATE"}
    text = conclusion(CATE("y", **DO, by="region"), groups)
    assert "largest for region s (2) and smallest for region n (1)" in text
    assert "exceeds the second is more than 99.9%" in text
    units = made("ITE", unit=[0, 1, 2]) + xr.DataArray([10.0, 0.0, -10.0], dims="unit")
    units.attrs = {"query": "ITE"}
    assert "33% gain and 33% lose" in conclusion(ITE("y", **DO), units)
    world = made("Counterfactual", unit=[0, 1])
    assert "is on average 1 over all" in conclusion(Counterfactual("y", {"t": 1}), world)
    assert "The answer is 1." in conclusion(PNS("y", **DO), made("PNS"))


@pytest.mark.parametrize(
    ("do", "words"),
    [
        ({"t": policy(lambda v: v["z"])}, "t following a rule"),
        ({"t": shift(np.ones(3))}, "t raised by the values given"),
        ({"t": "pro"}, "t set to pro"),
        ({}, "things as they were"),
    ],
)
def test_interventions_in_words(do, words):
    assert done(ATE("y", do=do).doses[0]) == words
