"""Categories by a softmax, held against quadrature and against the optimum that SciPy finds."""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy import optimize, special, stats

from ifonly.inference import condition
from ifonly.inference.conditioning.blocks.factorise import blocks_of
from ifonly.inference.conditioning.blocks.problem import Problem, Solution
from ifonly.inference.conditioning.blocks.softmax import softmax
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.observe import observe

DRAWS = 6_000
RNG = np.random.default_rng(4)
X = RNG.normal(size=40)
CHANCES = special.softmax(np.column_stack([np.zeros(40), 0.3 + 0.8 * X, -0.5 * X]), axis=1)
Y = np.array([RNG.choice(3, p=p) for p in CHANCES])


def two_weights() -> pm.Model:
    """A level and a slope, of which the three categories have once, and minus, the predictor."""
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        eta = pm.Normal("a", 0.2, 1.0) + pm.Normal("b", 0.0, 0.7) * x
        pm.Categorical("y", logit_p=pt.stack([pt.zeros_like(x), eta, -eta], axis=1), dims="unit")
    return model


def all_weights(named: bool = False) -> pm.Model:
    """A level and a slope for each category."""
    with pm.Model(coords={"unit": range(1), "kind": list("pqr")}) as model:
        x = pm.Normal("x", dims="unit")
        eta = pm.Normal("a", 0.0, 1.5, dims="kind") + x[:, None] * pm.Normal("b", dims="kind")
        p = pm.math.softmax(eta, axis=-1)
        if named:
            p = pm.Deterministic("p", p, dims=("unit", "kind"))
        pm.Categorical("y", p, dims="unit")
    return model


def solved(model: pm.Model, x: Any = X, y: Any = Y) -> Solution | None:
    data = {"x": x, "y": y}
    evidence = read_evidence(Equations(model), data)
    observed, equations = observe(model, evidence, "unit")
    [block] = [b for b in blocks_of(equations, set(data)) if b.unknowns]
    return softmax(Problem(observed, equations, evidence, block), DRAWS, np.random.default_rng(1))


@pytest.mark.parametrize("repeats", [1, 20])
def test_moments_are_the_integrals(repeats: int) -> None:
    """Repeated rows are gathered, and count as often as they come."""
    found = solved(two_weights(), np.tile(X, repeats), np.tile(Y, repeats))
    assert found is not None
    a, b = np.meshgrid(np.linspace(-3, 3, 401), np.linspace(-3, 3, 401), indexing="ij")
    eta = a[..., None] + b[..., None] * X
    logits = np.stack([np.zeros_like(eta), eta, -eta])
    seen = np.take_along_axis(logits, Y[None, None, None], axis=0)[0]
    log = repeats * (seen - special.logsumexp(logits, axis=0)).sum(axis=-1)
    log += stats.norm.logpdf(a, 0.2, 1.0) + stats.norm.logpdf(b, 0.0, 0.7)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    for name, at in (("a", a), ("b", b)):
        mean = (weight * at).sum()
        sd = np.sqrt((weight * (at - mean) ** 2).sum())
        draws = found.values[name]
        assert abs(draws.mean() - mean) < 4.5 * sd / np.sqrt(DRAWS / 2)
        assert draws.std() == pytest.approx(sd, rel=0.05)


@pytest.mark.parametrize("named", [False, True])
def test_many_weights_lie_about_the_optimum(named: bool) -> None:
    """With many units the posterior is normal at SciPy's optimum, with its curvature."""
    repeats = 400
    found = solved(all_weights(named), np.tile(X, repeats), np.tile(Y, repeats))
    assert found is not None
    times = repeats * np.eye(3)[Y]

    def loss(w: np.ndarray) -> float:
        eta = w[:3] + X[:, None] * w[3:]
        log = (times * (eta - special.logsumexp(eta, axis=1, keepdims=True))).sum()
        return float(-log + 0.5 * (w[:3] ** 2).sum() / 1.5**2 + 0.5 * (w[3:] ** 2).sum())

    best = optimize.minimize(loss, np.zeros(6), tol=1e-10)
    draws = np.column_stack([found.values["a"], found.values["b"]])
    contrasts = np.array([[1, -1, 0, 0, 0, 0], [0, 0, 0, 1, -1, 0], [0, 0, 0, 0, 1, -1]])
    apart = draws @ contrasts.T
    step = 1e-3 * np.eye(6)
    curvature = [
        [
            (loss(best.x + i + j) - loss(best.x + i - j) - loss(best.x - i + j)
             + loss(best.x - i - j)) / 4e-6
            for j in step
        ]
        for i in step
    ]  # fmt: skip
    expected = contrasts @ np.linalg.inv(curvature) @ contrasts.T
    sd = np.sqrt(np.diag(expected))
    np.testing.assert_allclose(apart.std(axis=0), sd, rtol=0.05)
    # The mean is off the optimum by the skew of so many units at most: a tenth of a sd.
    assert (abs(apart.mean(axis=0) - contrasts @ best.x) < 0.1 * sd + 4.5 * sd / np.sqrt(3e3)).all()


def test_other_mechanisms_are_left_to_others() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        a = pm.StudentT("a", 4)  # no Gaussian weight
        pm.Categorical("y", logit_p=pt.stack([pt.zeros_like(x), a + x, -x], axis=1), dims="unit")
    assert solved(model) is None
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        a = pm.Normal("a")
        pm.Categorical("y", logit_p=pt.stack([a * x, a**2 + x, -x], axis=1), dims="unit")
    assert solved(model) is None


@pytest.mark.slow
def test_joint_nuts_agrees() -> None:
    data = {"x": X, "y": Y}
    options: dict[str, Any] = {"seed": 2, "draws": 1_500, "progress": False}
    one = condition(all_weights(), data, **options)
    other = condition(all_weights(), data, method="nuts", **options)
    assert one.facts["blocks"].startswith("softmax: ")
    for name in ("a", "b"):
        mine, theirs = (p.state.drawn[name] for p in (one, other))
        sd = theirs.std(axis=0)
        assert (abs(mine.mean(axis=0) - theirs.mean(axis=0)) < 5 * sd * np.sqrt(2 / 1_500)).all()
        np.testing.assert_allclose(mine.std(axis=0), sd, rtol=0.08)
