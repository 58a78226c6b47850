"""The model of a sandbox, held against the sandbox in NumPy, which shares no code with it."""

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from scipy.special import ndtr, ndtri

from ifonly.inference import ATE, ITE, World
from ifonly.inference.generators.knobs import (
    Bernoulli,
    LogNormal,
    NegativeBinomial,
    Normal,
    Outcome,
)
from ifonly.models.sandbox import sandbox, sandbox_times

ROWS = 200
RNG = np.random.default_rng(9)
AGE = RNG.normal(40, 10, ROWS)
E = RNG.uniform(0.2, 0.8, ROWS)
LOADINGS = RNG.uniform(-0.6, 0.6, (2, ROWS))
NO = {"T_intercept": 0.0, "Y_intercept": 0.0, "Y_on_T": 0.0}
LAWS = [Normal(2.0), Bernoulli(), NegativeBinomial(), NegativeBinomial(4.0), LogNormal(0.5)]


def means(law: Outcome) -> np.ndarray:
    return RNG.uniform(0.2, 0.8, (2, ROWS)) * (1.0 if law.kind == "bernoulli" else 8.0)


def model(law: Outcome, mean: np.ndarray):
    return sandbox(
        columns={"age": AGE}, threshold=ndtri(E), means=mean, loadings=LOADINGS,
        law=law.kind, strength=0.7, scale=law.scale,
    )  # fmt: skip


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{law.kind}-{law.scale:g}")
def test_a_simulated_world_has_the_sandboxs_law(law: Outcome) -> None:
    """Scores that are zero by the sandbox's definitions, in standard errors."""
    mean = means(law)
    world = World.simulate(model(law, mean), NO, units=20_000, seed=1).everything
    row, u, t, y = (world[n].to_numpy() for n in ("row", "U", "T", "Y"))
    assert np.array_equal(world["age"].to_numpy(), AGE[row])
    chance = E[row]
    arm = mean[t, row]
    given = law.given(arm, LOADINGS[t, row], u)
    for score in (t - chance, y - given):
        assert abs(score.mean()) < 4 * score.std() / np.sqrt(len(score))
    # U is higher among the treated: E[U (T - e)] = 0.7 phi(h).
    moved = u * (t - chance) - 0.7 * np.exp(-(ndtri(chance) ** 2) / 2) / np.sqrt(2 * np.pi)
    assert abs(moved.mean()) < 4 * moved.std() / np.sqrt(len(moved))


def test_counterfactuals_of_a_known_world_are_the_potential_outcomes() -> None:
    """A normal outcome by hand: both potential outcomes share their noise."""
    law, rng = Normal(2.0), np.random.default_rng(2)
    mean = means(law)
    row, t = rng.integers(0, ROWS, 50), rng.integers(0, 2, 50)
    u, noise = rng.standard_normal((2, 50))
    y = [
        mean[k, row] + 2 * (LOADINGS[k, row] * u + np.sqrt(1 - LOADINGS[k, row] ** 2) * noise)
        for k in (0, 1)
    ]
    data = pd.DataFrame({"row": row, "age": AGE[row], "U": u, "T": t, "Y": np.where(t, y[1], y[0])})
    world = World.from_evidence(model(law, mean), NO, data, seed=1)
    both = {"do": {"T": 1}, "versus": {"T": 0}}
    np.testing.assert_allclose(world.ask(ITE("Y", **both)), y[1] - y[0], atol=1e-10)
    assert float(world.ask(ATE("Y", **both))) == pytest.approx((y[1] - y[0]).mean(), abs=1e-10)


def test_an_analysts_model_has_no_latent_and_the_whole_noise() -> None:
    mean = means(Normal(2.0))
    blind = sandbox(
        columns={}, threshold=ndtri(E), means=mean, loadings=LOADINGS, law="normal",
        strength=0.7, scale=2.0, treatment="dose", outcome="gain", latent=None,
    )  # fmt: skip
    assert {v.name for v in blind.free_RVs} == {
        "row", "dose", "gain", "dose_intercept", "gain_intercept", "gain_on_dose",
    }  # fmt: skip
    parameters = {"dose_intercept": 0.0, "gain_intercept": 0.0, "gain_on_dose": 0.0}
    world = World.simulate(blind, parameters, units=20_000, seed=3).everything
    row, t = world["row"].to_numpy(), world["dose"].to_numpy()
    rest = world["gain"].to_numpy() - mean[t, row]
    assert rest.std() == pytest.approx(2.0, rel=0.03)
    assert abs((t - E[row]).mean()) < 4 * 0.5 / np.sqrt(20_000)


def test_of_several_times_each_reads_what_was_before() -> None:
    """By hand: the second threshold and means are given functions of the row and the history."""

    def first(row: np.ndarray) -> tuple[np.ndarray, ...]:
        return 0.1 * row, 1.0 * row, 2.0 * row, 0.0 * row, 0.0 * row

    def second(row: np.ndarray, t: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, ...]:
        return 0.2 * t - 0.1 * row, y, y + t, 0.5 + 0.0 * row, 0.3 * t

    one = {"law": "normal", "scale": 2.0, "strength": 0.6}
    times = [
        one
        | {"treatment": f"T{k}", "outcome": f"Y{k}", "latent": f"U{k}", "given": f, "key": f"{k}"}
        for k, f in ((1, first), (2, second))
    ]
    model = sandbox_times(columns={"age": [20.0, 30.0, 40.0]}, rows=3, times=times)
    row, t1, y1 = np.array([2, 0, 1, 2]), np.array([0, 1, 1, 1]), np.array([0.5, -1.0, 2.0, 0.0])
    u, t2 = np.array([0.3, -0.2, 1.0, 0.0]), np.array([1, 0, 1, 0])
    known = {"row": row, "T1": t1, "Y1": y1, "U2": u, "T2": t2}
    names = ("T2_intercept", "Y2_intercept", "Y2_on_T2")
    world = pm.do(model, known | dict.fromkeys(names, 0.0))
    mean, sd = (p.eval() for p in world["Y2"].owner.op.dist_params(world["Y2"].owner))
    loading = np.where(t2 == 1, 0.3 * t1, 0.5)
    np.testing.assert_allclose(mean, np.where(t2 == 1, y1 + t1, y1) + 2.0 * loading * u)
    np.testing.assert_allclose(sd, 2.0 * np.sqrt(1 - loading**2))
    free = pm.do(model, {n: v for n, v in known.items() if n != "T2"} | {names[0]: 0.0})
    [chance] = free["T2"].owner.op.dist_params(free["T2"].owner)
    expected = ndtr((0.2 * t1 - 0.1 * row + 0.6 * u) / 0.8)
    np.testing.assert_allclose(chance.eval(), expected)
