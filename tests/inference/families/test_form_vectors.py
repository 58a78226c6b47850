"""Families whose value is a vector: round trip, law, exactness, backends. Truth by simulation."""

from functools import cache

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import special, stats

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference import World
from ifonly.inference.families.form import LAWS, structural_form
from ifonly.inference.families.special import jax_mode

N = 3000
RNG = np.random.default_rng(17)
CHAIN = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
FIRST, SECOND = np.array([[2.0, 0.6], [0.6, 1.0]]), np.array([[1.0, -0.3], [-0.3, 3.0]])
CUBE = np.array([[2.0, 0.6, 0.1], [0.6, 1.0, 0.2], [0.1, 0.2, 1.5]])
MEAN = np.array([1.0, -1.0, 0.5])


def normals(covariance, n):
    return RNG.multivariate_normal(np.zeros(len(covariance)), covariance, n)


def t_vectors(nu, mean, scale, n):
    return mean + normals(scale, n) / np.sqrt(RNG.chisquare(nu, n) / nu)[:, None]


def sticks(alpha, count, n):
    parts = RNG.beta(1.0, alpha, (n, count))
    left = np.cumprod(1.0 - parts, axis=1)
    before = np.column_stack([np.ones(n), left[:, :-1]])
    return np.column_stack([parts * before, left[:, -1]])


def zero_sum(sigma, n):
    draws = RNG.normal(0.0, sigma, (n, 4))
    return draws - draws.mean(axis=1, keepdims=True)


def precision(alpha, tau):
    return np.linalg.inv(tau * (np.diag(CHAIN.sum(axis=1)) - alpha * CHAIN))


# The family in one world and in another, and how NumPy draws the same.
CASES = {
    "Dirichlet": (
        (pm.Dirichlet.dist, {"a": [2.0, 0.7, 3.0]}, lambda n: RNG.dirichlet([2.0, 0.7, 3.0], n)),
        (pm.Dirichlet.dist, {"a": [1.0, 4.0, 0.5]}, lambda n: RNG.dirichlet([1.0, 4.0, 0.5], n)),
    ),
    "StickBreakingWeights": (
        (pm.StickBreakingWeights.dist, {"alpha": 2.0, "K": 3}, lambda n: sticks(2.0, 3, n)),
        (pm.StickBreakingWeights.dist, {"alpha": 0.8, "K": 3}, lambda n: sticks(0.8, 3, n)),
    ),
    "MvStudentT": (
        (
            pm.MvStudentT.dist,
            {"nu": 4.5, "mu": MEAN, "scale": CUBE},
            lambda n: t_vectors(4.5, MEAN, CUBE, n),
        ),
        (
            pm.MvStudentT.dist,
            {"nu": 9.0, "mu": -MEAN, "scale": CUBE[::-1, ::-1]},
            lambda n: t_vectors(9.0, -MEAN, CUBE[::-1, ::-1], n),
        ),
    ),
    "ZeroSumNormal": (
        (pm.ZeroSumNormal.dist, {"sigma": 2.0, "shape": (4,)}, lambda n: zero_sum(2.0, n)),
        (pm.ZeroSumNormal.dist, {"sigma": 0.5, "shape": (4,)}, lambda n: zero_sum(0.5, n)),
    ),
    "KroneckerNormal": (
        (
            pm.KroneckerNormal.dist,
            {"mu": np.zeros(4), "covs": [FIRST, SECOND], "sigma": 0.3},
            lambda n: normals(np.kron(FIRST, SECOND) + 0.09 * np.eye(4), n),
        ),
        (
            pm.KroneckerNormal.dist,
            {"mu": np.ones(4), "covs": [SECOND, FIRST], "sigma": 0.5},
            lambda n: 1.0 + normals(np.kron(SECOND, FIRST) + 0.25 * np.eye(4), n),
        ),
    ),
    "CAR": (
        (
            pm.CAR.dist,
            {"mu": MEAN, "W": CHAIN, "alpha": 0.5, "tau": 2.0},
            lambda n: MEAN + normals(precision(0.5, 2.0), n),
        ),
        (
            pm.CAR.dist,
            {"mu": -MEAN, "W": CHAIN, "alpha": 0.8, "tau": 1.0},
            lambda n: -MEAN + normals(precision(0.8, 1.0), n),
        ),
    ),
}
# Compiles for most of a minute; normal vectors stand for it in the quick tests.
SLOW = {"MvStudentT"}
EVERY = [pytest.param(f, marks=[pytest.mark.slow] if f in SLOW else []) for f in CASES]
every = pytest.mark.parametrize("family", EVERY, scope="module")


@cache
def moved(family, backend="numba"):
    """Return values, and (noise, back, moved, still, fresh) of them and of one set of draws."""
    dists = [make(**arguments) for make, arguments, _ in CASES[family]]
    form = structural_form.of(dists[0])
    numbers = [[np.asarray(p.eval(), float) for p in form.parameters(d)] for d in dists]
    shapes = [tuple(1 if n == 1 else None for n in x.shape) for x in numbers[0]]
    old, new = ([pt.tensor(n, shape=shape) for shape in shapes] for n in ("old", "new"))
    for k, p in enumerate(form.parameters(dists[0])):
        if np.dtype(p.dtype).kind == "i":  # a size, which no world changes
            old[k] = new[k] = p
    value, draws = pt.matrices("value", "draws")
    noise = form.abduct(value, *old, draws=draws)
    outputs = [
        noise,
        form.predict(noise, *old),
        form.transport(value, tuple(old), tuple(new), draws),
        form.predict(form.embed(draws), *new),
    ]
    inputs = [v for v in (*old, *new) if v.owner is None and not hasattr(v, "data")]
    mode = jax_mode() if backend == "jax" else "NUMBA"
    function = pytensor.function(
        [value, draws, *inputs], outputs, mode=mode, on_unused_input="ignore"
    )
    rng = np.random.default_rng(3)
    values = CASES[family][0][2](N) if backend == "numba" else moved(family)[0]
    width = int(form.width(*form.parameters(dists[0])).eval())
    given = LAWS[form.law].sample(rng, (N, width))
    mine = [x for x, v in zip(numbers[0], old, strict=True) if v in inputs]
    other = [x for x, v in zip(numbers[1], new, strict=True) if v in inputs]
    results = function(values, given, *mine, *other)
    still = function(values, given, *mine, *[x.copy() for x in mine])[2]
    return values, [np.asarray(x) for x in (*results, still)], form


def same_law(sample, truth):
    """Return the least p-value over the coordinates, and over one sum of them."""
    weights = np.arange(1.0, sample.shape[1] + 1.0)
    columns = [*zip(sample.T, truth.T, strict=True), (sample @ weights**2, truth @ weights**2)]
    return min(stats.ks_2samp(a, b).pvalue for a, b in columns)


@every
def test_round_trip(family):
    values, (_, back, _, _, _), _ = moved(family)
    np.testing.assert_allclose(back, values, rtol=1e-9, atol=1e-12)


@every
def test_equal_parameters_give_the_value_exactly(family):
    values, (*_, still), _ = moved(family)
    np.testing.assert_array_equal(still, values)


@every
def test_what_is_moved_and_what_is_fresh_have_the_new_law(family):
    _, (_, _, there, fresh, _), _ = moved(family)
    truth = CASES[family][1][2](20_000)
    assert same_law(there, truth) > 1e-3 / 5
    assert same_law(fresh, truth) > 1e-3 / 5


@every
def test_the_noise_has_its_law(family):
    _, (noise, *_), form = moved(family)
    law = {"normal": stats.norm, "logistic": stats.logistic}[form.law]
    spread = np.sqrt(0.75) if family == "ZeroSumNormal" else 1.0
    assert min(stats.kstest(column / spread, law.cdf).pvalue for column in noise.T) > 1e-3 / 5
    if family != "ZeroSumNormal":
        worst = np.abs(np.corrcoef(noise.T) - np.eye(noise.shape[1])).max()
        assert worst < 4.5 / np.sqrt(N)


@every
def test_jax_agrees_with_numba(family):
    values, theirs, _ = moved(family, "jax")
    for a, b in zip(theirs, moved(family)[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)
    np.testing.assert_array_equal(theirs[-1], values)


def test_shares_are_broken_off_by_rank():
    values, (_, _, there, _, _), _ = moved("Dirichlet")
    first = special.betaincinv(1.0, 4.5, special.betainc(2.0, 3.7, values[:, 0]))
    part = values[:, 1] / (1.0 - values[:, 0])
    second = special.betaincinv(4.0, 0.5, special.betainc(0.7, 3.0, part))
    np.testing.assert_allclose(there[:, 0], first, rtol=1e-8)
    np.testing.assert_allclose(there[:, 1], second * (1.0 - first), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(there.sum(axis=1), 1.0, rtol=1e-14)


def test_the_length_of_a_t_vector_keeps_its_rank():
    values, (noise, _, there, _, _), _ = moved("MvStudentT")
    white = np.linalg.solve(np.linalg.cholesky(CUBE), (values - MEAN).T)
    other = np.linalg.solve(np.linalg.cholesky(CUBE[::-1, ::-1]), (there + MEAN).T)
    cosine = (white * other).sum(0) / np.linalg.norm(white, axis=0) / np.linalg.norm(other, axis=0)
    np.testing.assert_allclose(cosine, 1.0, rtol=1e-12)
    before = stats.f(3, 4.5).cdf((white**2).sum(0) / 3)
    np.testing.assert_allclose(stats.f(3, 9).cdf((other**2).sum(0) / 3), before, rtol=1e-8)
    np.testing.assert_allclose(stats.chi2(3).cdf((noise**2).sum(1)), before, rtol=1e-8)


def test_far_tails_round_trip():
    """Shares down to 1e-30 of the stick, and a vector 1e6 scales out: to 1e-10 of each."""
    form = structural_form.of(pm.Dirichlet.dist([0.1, 0.2, 0.3]))
    shares = np.array([[1e-30, 1e-12, 1.0], [1.0 - 1e-9, 1e-9, 1e-30], [0.5, 0.5, 1e-20]])
    draws = pt.zeros((3, 3))
    a = pt.constant([0.1, 0.2, 0.3])
    back = form.predict(form.abduct(pt.constant(shares), a, draws=draws), a).eval()
    np.testing.assert_allclose(back, shares, rtol=1e-10)


def test_mechanisms_of_vectors_are_simulated_and_moved():
    """Shares of a budget and scores that sum to zero, in a model with named dims."""
    with pm.Model(coords={"unit": range(1), "part": ["a", "b", "c"]}) as model:
        scale = pm.HalfNormal("scale")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Dirichlet(
            "share", pt.stack([1.0 + t, 2.0 + 0.0 * t, 3.0 - t], -1), dims=("unit", "part")
        )
        pm.ZeroSumNormal("score", scale, dims=("unit", "part"))
        pm.MvStudentT("point", 5.0, mu=t[:, None] * np.ones(3), scale=CUBE, dims=("unit", "part"))
    world = World.simulate(model, {"scale": 2.0}, units=50, seed=1)
    np.testing.assert_allclose(world.everything["share"].sum("part"), 1.0)
    np.testing.assert_allclose(world.everything["score"].sum("part"), 0.0, atol=1e-12)
    assert world.everything["point"].shape == (50, 3)
