"""What PyMC splits because observed values are missing is one mechanism again."""

import warnings

import numpy as np
import pymc as pm
from scipy import stats

from ifonly.inference.scm.partly_observed import rejoined
from ifonly.inference.scm.written import as_written

GAPS = np.array([[1.0, np.nan], [2.0, 0.5], [np.nan, 1.5], [3.0, -1.0]])
COUNTS = np.ma.masked_equal([1, -9, 4, 0], -9)


def model() -> pm.Model:
    coords = {"row": range(4), "feature": ["a", "b"]}
    with warnings.catch_warnings(), pm.Model(coords=coords) as found:
        warnings.simplefilter("ignore", pm.exceptions.ImputationWarning)
        centre = pm.Normal("centre", dims="feature")
        scale = pm.HalfNormal("scale")
        slope = pm.Normal("slope", dims="feature")
        x = pm.Normal("x", centre, scale, observed=GAPS, dims=("row", "feature"))
        pm.Uniform("u", 0.0, 2.0, observed=[0.5, np.nan, 1.0, 1.5], dims="row")
        pm.MvNormal("v", centre, np.eye(2), observed=GAPS, dims=("row", "feature"))
        pm.Poisson("n", pm.math.exp(x @ slope), observed=COUNTS, dims="row")
    return found


def test_the_parts_are_one_variable() -> None:
    author = model()
    whole, values = rejoined(author)
    assert {v.name for v in whole.basic_RVs} == {"centre", "scale", "slope", *"xuvn"}
    np.testing.assert_array_equal(values["x"], GAPS)
    np.testing.assert_array_equal(values["n"], COUNTS.astype(float).filled(np.nan))
    assert "x_observed" in author.named_vars  # the author's own is as it was
    rng = np.random.default_rng(1)
    point = whole.initial_point()
    for name in ("centre", "slope", "x", "v", "scale_log__"):
        point[name] = rng.normal(size=np.shape(point[name]))
    point["n"] = np.arange(4)
    names = ("x", "v", "n", "u")
    found = whole.compile_logp([whole[n] for n in names], sum=False, mode="FAST_COMPILE")(point)
    x, v, n, u = found
    scale, rate = np.exp(point["scale_log__"]), np.exp(point["x"] @ point["slope"])
    np.testing.assert_allclose(x, stats.norm(point["centre"], scale).logpdf(point["x"]))
    np.testing.assert_allclose(v, stats.norm(point["centre"]).logpdf(point["v"]).sum(axis=1))
    np.testing.assert_allclose(n, stats.poisson(rate).logpmf(point["n"]))
    np.testing.assert_allclose(u, np.log(0.5 * 2.0 * 0.25))  # at 1, with the logit's derivative


def test_a_model_without_gaps_is_the_very_same() -> None:
    with pm.Model() as whole:
        pm.Normal("y", observed=[1.0, 2.0])
    assert rejoined(whole) == (whole, {})


def test_it_is_read_as_a_mechanism_with_gaps() -> None:
    written = as_written(model())
    evidence = written.evidence(None, allow_missing=True)
    assert written.unit == "row"
    assert set(evidence.gaps) == {"x", "u", "v", "n"}
    np.testing.assert_array_equal(evidence.gaps["x"], np.isnan(GAPS))
    np.testing.assert_array_equal(evidence.gaps["n"], COUNTS.mask)
