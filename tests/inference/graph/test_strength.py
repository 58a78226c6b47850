"""Weak instruments: the F statistic, and when it is worth a word."""

import warnings

import numpy as np
import pytest

from ifonly.inference import AssumptionWarning, CausalGraph
from ifonly.inference.graph import warn_of_weak_instruments
from ifonly.inference.graph.strength import first_stage

EDGES = [("z", "t"), ("u", "t"), ("u", "y"), ("t", "y")]


def problems(edges, columns, missing=None) -> list[str]:
    graph = CausalGraph.of_edges(edges, latents=["u"])
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always", AssumptionWarning)
        warn_of_weak_instruments(graph, columns, missing)
    return [str(w.message) for w in given]


def columns(strength: float, units: int = 2_000, seed: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    z, u, noise, a, b = rng.normal(size=(5, units))
    t = strength * z + u + noise
    return {"z": z, "t": t, "y": t + u, "a": u + a, "b": u + b, "w": a}


def test_first_stage_is_the_squared_t_statistic():
    """F of one instrument is its t value squared, with the residual variance of that regression."""
    rng = np.random.default_rng(0)
    w, z, noise = rng.normal(size=(3, 50))
    t = 0.3 * z + w + noise
    x = np.column_stack([z, np.ones(50), w])
    slopes = np.linalg.solve(x.T @ x, x.T @ t)
    left = t - x @ slopes
    se = np.sqrt(left @ left / 47 * np.linalg.inv(x.T @ x)[0, 0])
    assert first_stage(t, z, x[:, 1:]) == pytest.approx((slopes[0] / se) ** 2, rel=1e-10)


def test_an_instrument_that_does_not_vary_is_none():
    assert first_stage(np.arange(4.0), np.ones(4), np.ones((4, 1))) == 0.0


def test_a_weak_instrument_is_named_and_a_strong_one_is_not():
    """The expected F is 1 + units strength^2 / 2: 1.1 for 0.01, and 81 for 0.28."""
    [problem] = problems(EDGES, columns(0.01))
    assert problem.startswith("weak instrument: z hardly moves t (first-stage F ")
    assert "'u' is behind t and y" in problem
    assert problems(EDGES, columns(0.28)) == []


def test_one_strong_instrument_is_enough():
    edges = [*EDGES, ("w", "t")]
    data = columns(0.01)
    data["t"] = data["t"] + data["w"]
    assert problems(edges, data) == []


def test_two_proxies_make_the_instrument_dispensable():
    data = columns(0.01)
    assert len(problems([*EDGES, ("u", "a")], data)) == 1
    assert problems([*EDGES, ("u", "a"), ("u", "b")], data) == []


def test_no_confounding_no_warning():
    assert problems([("z", "t"), ("t", "y"), ("u", "a"), ("u", "b")], columns(0.01)) == []


def test_units_without_a_value_do_not_count():
    """The units that make the instrument strong have no treatment."""
    data = columns(0.0)
    gone = np.arange(2_000) < 500
    data["t"] = np.where(gone, 100.0 * data["z"], data["t"])
    assert problems(EDGES, data) == []
    assert len(problems(EDGES, data, {"t": gone})) == 1


def test_the_first_stage_does_not_depend_on_offset_and_scale():
    """A regressor, an instrument and a treatment in other units of measure have the same F."""
    rng = np.random.default_rng(0)
    w, z, noise = rng.normal(size=(3, 200))
    columns = {"z": z, "w": w, "t": 0.1 * z + 2.0 * w + noise, "y": noise}
    edges = [*EDGES, ("w", "z"), ("w", "t"), ("w", "y")]
    [expected] = problems(edges, columns)
    assert "z given w" in expected
    moved = columns | {"w": 1e-6 * (w + 1e8), "z": 1e-9 * z, "t": 1e3 * (columns["t"] + 1e6)}
    assert problems(edges, moved) == [expected]


def test_a_first_stage_of_several_instruments_is_the_nested_f_test():
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    w, z1, z2, noise = rng.normal(size=(4, 80))
    weights = rng.uniform(0.5, 2.0, 80)
    t = 0.3 * z1 - 0.2 * z2 + w + noise
    held = np.column_stack([np.ones(80), w])
    both = np.column_stack([z1, z2])
    fit = sm.WLS(t, np.column_stack([held, both]), weights=weights).fit()
    expected = float(fit.f_test(np.eye(4)[2:]).fvalue)
    assert first_stage(t, both, held, weights=weights) == pytest.approx(expected, rel=1e-9)
