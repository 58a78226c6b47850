"""A model's equations as text."""

import pymc as pm

from ifonly.inference.scm.equations import Equations
from ifonly.scenarios.display.formulas import equation_texts


def test_equations_read_as_they_were_written() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.Normal("slope", 0.0, 2.0)
        x = pm.Normal("x", dims="unit")
        m = pm.Deterministic("m", pm.math.exp(-(x - 1.0) / slope) - (x - slope), dims="unit")
        pm.Poisson("y", pm.math.exp(m) + x**2, dims="unit")
    texts = equation_texts(Equations(model))
    assert list(texts) == ["x", "m", "y", "slope"]
    assert texts["slope"] == "slope ~ Normal(0, 2)"
    assert texts["m"] == "m = exp(-(x - 1) / slope) - (x - slope)"
    assert texts["y"] in ("y ~ Poisson(exp(m) + x**2)", "y ~ Poisson(exp(m) + sqr(x))")


def test_families_made_of_others_and_rates_are_written_plainly() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        scale = pm.HalfNormal("scale", 1.0)
        pm.Gamma("wait", 2.0, 1.0 / scale, dims="unit")
        pm.Censored("age", pm.Normal.dist(scale, 2.0), 18.0, 75.0, dims="unit")
        pm.DiscreteUniform("month", 1, 6, dims="unit")
    texts = equation_texts(Equations(model))
    assert texts["wait"] == "wait ~ Gamma(2, scale)"
    assert texts["age"] == "age ~ Censored(Normal(scale, 2), 18, 75)"
    assert texts["month"] == "month ~ DiscreteUniform(1, 6)"
