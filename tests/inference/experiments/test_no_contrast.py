"""Regions without contrast, of data whose region is known."""

import warnings

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import AssumptionWarning, DataError
from ifonly.inference.experiments import no_contrast, warn_of_no_contrast

N = 2_000


def data(seed: int = 1) -> pd.DataFrame:
    """Everybody above 60 on plan b is treated; all others by lot."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"age": rng.uniform(18, 80, N), "plan": rng.choice(["a", "b"], N), "z": rng.normal(size=N)}
    )
    sure = (frame["age"] > 60) & (frame["plan"] == "b")
    return frame.assign(t=np.where(sure, 1, rng.binomial(1, 0.5, N)))


def test_the_region_is_found_and_named() -> None:
    frame = data()
    [region] = no_contrast(frame, "t", ["age", "plan", "z"])
    sure = ((frame["age"] > 60) & (frame["plan"] == "b")).to_numpy()
    assert (region.inside & sure).sum() > 0.95 * sure.sum()
    assert (region.inside & ~sure).sum() < 0.05 * sure.sum()
    assert region.units == region.inside.sum()
    assert region.treated == frame["t"][region.inside].sum()
    assert region.treated / region.units > 0.97
    first, second = region.where.split(" and ")
    assert first.startswith("age > ")
    assert float(first.split()[-1]) == pytest.approx(60, abs=1.0)
    assert second == "plan = 'b'"


def test_what_is_described_is_what_is_inside() -> None:
    frame = data()
    [region] = no_contrast(frame, "t", ["age", "plan"])
    age = float(region.where.split()[2])
    told = ((frame["age"] > age) & (frame["plan"] == "b")).to_numpy()
    np.testing.assert_array_equal(told, region.inside)


def test_a_covariate_that_decides_the_treatment_leaves_two_regions() -> None:
    x = np.random.default_rng(2).normal(size=500)
    found = no_contrast(pd.DataFrame({"x": x, "t": (x > 0).astype(int)}), "t", ["x"])
    assert sorted(r.treated for r in found) == [0, int((x > 0).sum())]
    assert sum(r.units for r in found) == 500


def test_where_both_arms_are_everywhere_there_is_none() -> None:
    """Over 40 data sets of even lots none is named; the chance of one is below a twentieth each."""
    rng = np.random.default_rng(3)
    named = 0
    for _ in range(40):
        frame = pd.DataFrame(rng.normal(size=(600, 3)), columns=list("abc"))
        named += bool(no_contrast(frame.assign(t=rng.binomial(1, 0.8, 600)), "t", list("abc")))
    assert named <= 2


def test_each_region_is_warned_of() -> None:
    with pytest.warns(AssumptionWarning, match=r"no contrast: of \d+ units with age > .* plan ="):
        found = warn_of_no_contrast(data(), "t", ["age", "plan"])
    assert len(found) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        even = data().assign(t=np.arange(N) % 2)
        assert warn_of_no_contrast(even, "t", ["age", "plan"]) == ()


def test_two_numbers_are_named_by_value() -> None:
    rng = np.random.default_rng(4)
    g = rng.binomial(1, 0.5, 600)
    frame = pd.DataFrame({"g": g, "t": np.where(g == 1, 1, rng.binomial(1, 0.5, 600))})
    [region] = no_contrast(frame, "t", ["g"])
    assert region.where == "g = 1"


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"t": 2}, {}, "is 0 or 1 for each unit"),
        ({"t": 1}, {}, "give units of both"),
        ({"age": np.nan}, {}, "2000 of 2000 units have no 'age'"),
        ({}, {"covariates": ["agee"]}, "did you mean 'age'"),
        ({}, {"treatment": "tt"}, "the treatment is 'tt'"),
        ({}, {"covariates": []}, "at least one covariate"),
        ({}, {"least": 0}, "least"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict, options: dict, message: str) -> None:
    given = {"treatment": "t", "covariates": ["age", "plan"], **options}
    with pytest.raises(DataError, match=message):
        no_contrast(data().assign(**change), **given)
