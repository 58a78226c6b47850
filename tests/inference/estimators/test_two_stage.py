"""Two-stage least squares, against formulas; and what it warns of."""

from dataclasses import replace

import numpy as np
import pytest

from ifonly.inference import (
    CausalGraph,
)
from ifonly.inference.estimators import (
    OLS,
    Roles,
    TwoStageLeastSquares,
)

from .made import UNITS, linear, of, told


def test_ols_has_the_bias_of_the_formula_and_2sls_has_none():
    data, roles = linear(1), Roles("t", "y", instruments=("z",))
    ols, tsls = OLS().estimate(data, roles), TwoStageLeastSquares().estimate(data, roles)
    assert abs(of(ols) - (2.0 + 1.5 / 2.64)) < 4 * of(ols, "sd")
    assert abs(of(tsls) - 2.0) < 4 * of(tsls, "sd")
    # Asymptotic variance of 2SLS: var(1.5 u + f) / (n 0.8^2).
    assert of(tsls, "sd") == pytest.approx(np.sqrt(3.25 / 0.64 / UNITS), rel=0.1)
    cov = data.cov()
    assert of(tsls) == pytest.approx(cov.loc["z", "y"] / cov.loc["z", "t"])  # Wald's ratio


def test_first_stage_f_of_one_treatment_is_the_textbook_one():
    import statsmodels.api as sm

    data = linear(3, 300).assign(w=np.arange(300) % 7.0)
    answer = TwoStageLeastSquares().estimate(data, Roles("t", "y", ("w",), ("z",)))
    found = sm.OLS(data["t"], sm.add_constant(data[["w", "z"]])).fit()
    assert answer.attrs["first_stage_F"] == pytest.approx(found.tvalues["z"] ** 2)


def test_a_weak_instrument_is_named_with_its_f():
    data = linear(1).assign(weak=np.random.default_rng(5).normal(size=UNITS))
    [message] = told(TwoStageLeastSquares(), data, Roles("t", "y", instruments=("weak",)))
    assert message.startswith("2SLS: weak instrument: weak hardly moves t; the first-stage F is ")
    assert told(TwoStageLeastSquares(), data, Roles("t", "y", instruments=("z",))) == []


def test_one_instrument_cannot_serve_two_treatments():
    roles = Roles("t", "y", instruments=("z",), endogenous=("m",))
    data = linear(1).assign(m=np.arange(UNITS) % 5)
    [message] = told(TwoStageLeastSquares(), data, roles)
    assert "too few instruments: 1 for 2 variables (t, m)" in message
    # Two instruments that move both treatments alike are weak for each given the other.
    rng = np.random.default_rng(6)
    data["z2"] = rng.normal(size=UNITS)
    data["m"] = data["t"] + rng.normal(size=UNITS)
    messages = told(TwoStageLeastSquares(), data, replace(roles, instruments=("z", "z2")))
    assert len(messages) == 2
    assert all("weak instrument" in m for m in messages)


@pytest.mark.parametrize(
    ("edges", "words"),
    [
        ("z t,z y,t y", "z reaches y by another way than t: z -> y"),
        ("t y,z y", "z reaches y"),
        ("t y,t z", "z is an effect of t"),
    ],
)
def test_an_instrument_that_the_graph_refutes_is_named(edges, words):
    graph = CausalGraph.of_edges([tuple(e.split()) for e in edges.split(",")])
    roles = Roles("t", "y", instruments=("z",), graph=graph)
    assert any(words in m for m in told(TwoStageLeastSquares(), linear(1), roles))


def test_two_stages_by_hand_with_weights():
    """As many instruments as treatments: (Z' W X)^-1 Z' W y, controls among both."""
    rng = np.random.default_rng(6)
    data = linear(5, 300).assign(w=lambda d: rng.normal(size=300), h=rng.uniform(1, 3, 300))
    roles = Roles("t", "y", ("w",), ("z",))
    answer = TwoStageLeastSquares(weights="h").estimate(data, roles)
    z, x = (np.column_stack([np.ones(300), data["w"], data[n]]) for n in ("z", "t"))
    weighted = z.T * data["h"].to_numpy()
    expected = np.linalg.solve(weighted @ x, weighted @ data["y"].to_numpy())
    assert of(answer) == pytest.approx(expected[2], rel=1e-9)


def test_no_instrument_no_estimate():
    [message] = told(TwoStageLeastSquares(), linear(1, 50), Roles("t", "y"))
    assert message == "2SLS: no instrument: nothing is named that moves t alone"
