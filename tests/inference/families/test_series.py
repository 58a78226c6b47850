"""Time series by their innovations, and counts that share a total. Truth by NumPy."""

from functools import cache

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference import ITE, World
from ifonly.inference.errors import ModelError
from ifonly.inference.families.form import LAWS, structural_form
from ifonly.inference.families.special import jax_mode

N, TIMES = 400, 6
RNG = np.random.default_rng(23)


def walk(noise, first, spread, drift, scale):
    steps = np.column_stack([first + spread * noise[:, :1], drift + scale * noise[:, 1:]])
    return np.cumsum(steps, axis=1)


def autoregression(noise, constant, weights, sigma, first, spread):
    order = len(weights)
    values = np.empty_like(noise)
    for t in range(noise.shape[1]):
        if t < order:
            values[:, t] = first + spread * noise[:, t]
        else:
            before = sum(w * values[:, t - 1 - i] for i, w in enumerate(weights))
            values[:, t] = constant + before + sigma * noise[:, t]
    return values


def garch(noise, omega, alpha, beta, first):
    values, spread = np.empty_like(noise), np.full(len(noise), first)
    for t in range(noise.shape[1]):
        values[:, t] = spread * noise[:, t]
        spread = np.sqrt(omega + alpha * values[:, t] ** 2 + beta * spread**2)
    return values


def start():
    return pm.Normal.dist(0.5, 2.0)


def moved_start():
    return pm.Normal.dist(-0.5, 1.0)


SERIES = {
    "GaussianRandomWalk": (
        lambda: pm.GaussianRandomWalk.dist(0.2, 1.5, init_dist=start(), steps=TIMES - 1),
        lambda: pm.GaussianRandomWalk.dist(-0.1, 0.5, init_dist=moved_start(), steps=TIMES - 1),
        lambda noise: walk(noise, 0.5, 2.0, 0.2, 1.5),
        lambda noise: walk(noise, -0.5, 1.0, -0.1, 0.5),
    ),
    "AR": (
        lambda: pm.AR.dist(
            [0.3, 0.5, -0.2], 1.5, init_dist=start(), constant=True, steps=TIMES - 2
        ),
        lambda: pm.AR.dist(
            [0.1, 0.7, 0.1], 0.5, init_dist=moved_start(), constant=True, steps=TIMES - 2
        ),
        lambda noise: autoregression(noise, 0.3, [0.5, -0.2], 1.5, 0.5, 2.0),
        lambda noise: autoregression(noise, 0.1, [0.7, 0.1], 0.5, -0.5, 1.0),
    ),
    "GARCH11": (
        lambda: pm.GARCH11.dist(0.2, 0.3, 0.5, 1.5, steps=TIMES - 1),
        lambda: pm.GARCH11.dist(0.4, 0.1, 0.6, 0.5, steps=TIMES - 1),
        lambda noise: garch(noise, 0.2, 0.3, 0.5, 1.5),
        lambda noise: garch(noise, 0.4, 0.1, 0.6, 0.5),
    ),
}
TALLIES = {
    "Multinomial": (
        lambda: pm.Multinomial.dist(20, [0.2, 0.3, 0.5]),
        lambda: pm.Multinomial.dist(25, [0.5, 0.3, 0.2]),
        lambda n: RNG.multinomial(20, [0.2, 0.3, 0.5], n),
        [stats.binom(25, p) for p in (0.5, 0.3, 0.2)],
    ),
    "DirichletMultinomial": (
        lambda: pm.DirichletMultinomial.dist(20, [2.0, 3.0, 1.0]),
        lambda: pm.DirichletMultinomial.dist(25, [1.0, 0.7, 4.0]),
        lambda n: (
            stats.dirichlet_multinomial([2.0, 3.0, 1.0], 20).rvs(n, random_state=RNG)
            if hasattr(stats.dirichlet_multinomial([1.0], 1), "rvs")
            else np.array([RNG.multinomial(20, p) for p in RNG.dirichlet([2.0, 3.0, 1.0], n)])
        ),
        [stats.betabinom(25, a, 5.7 - a) for a in (1.0, 0.7, 4.0)],
    ),
}
each = pytest.mark.parametrize("family", SERIES, scope="module")
tally = pytest.mark.parametrize("family", TALLIES, scope="module")


@cache
def compiled(family, backend="numba"):
    """Return the form, both parameters' numbers, and (noise, back, moved, fresh) as a function."""
    cases = SERIES.get(family) or TALLIES[family]
    dists = [cases[0](), cases[1]()]
    form = structural_form.of(dists[0])
    sized = family in SERIES
    found = [form.parameters(d) for d in dists]
    length = found[0][:1] if sized else ()
    numbers = [[np.asarray(p.eval(), float) for p in side[sized:]] for side in found]
    # Lengths are known, as those of a model's symbols are.
    old, new = ([pt.tensor(shape=x.shape, dtype="float64") for x in side] for side in numbers)
    value = pt.tensor(shape=(None, None), dtype="float64" if sized else "int64")
    draws = pt.matrix()
    noise = form.abduct(value, *length, *old, draws=draws)
    outputs = [
        noise,
        form.predict(noise, *length, *old),
        form.transport(value, (*length, *old), (*length, *new), draws),
        form.predict(form.embed(draws), *length, *new),
    ]
    mode = jax_mode() if backend == "jax" else "NUMBA"
    inputs = [value, draws, *old, *new]
    return form, numbers, pytensor.function(inputs, outputs, mode=mode, on_unused_input="ignore")


@cache
def run(family, backend="numba"):
    """Return values, draws, (noise, back, moved, fresh), and moved under equal parameters."""
    form, (old, new), function = compiled(family, backend)
    if backend == "jax":
        values, draws, *_ = run(family)
    else:
        width = TIMES if family in SERIES else 3
        draws = LAWS[form.law].sample(np.random.default_rng(5), (N, width))
        values = TALLIES[family][2](N) if family in TALLIES else None
        if values is None:
            values = SERIES[family][2](np.random.default_rng(6).standard_normal((N, width)))
    results = [np.asarray(x) for x in function(values, draws, *old, *new)]
    still = np.asarray(function(values, draws, *old, *[x.copy() for x in old])[2])
    return values, draws, results, still


@each
def test_the_noise_is_the_innovations(family):
    noise = np.random.default_rng(6).standard_normal((N, TIMES))
    values, draws, (found, back, moved, fresh), still = run(family)
    np.testing.assert_allclose(found, noise, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(back, values, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(moved, SERIES[family][3](noise), rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(fresh, SERIES[family][3](draws), rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(still, values)


@each
def test_the_series_are_those_that_pymc_draws(family):
    """Mean and covariance over time, of the recursion here and of PyMC's own draws."""
    ours = SERIES[family][2](np.random.default_rng(8).standard_normal((20_000, TIMES)))
    theirs = pm.draw(SERIES[family][0](), 20_000, random_seed=4)
    for t in range(TIMES):
        assert stats.ks_2samp(ours[:, t], theirs[:, t]).pvalue > 1e-3 / TIMES
    np.testing.assert_allclose(np.corrcoef(ours.T), np.corrcoef(theirs.T), atol=0.06)


@tally
def test_counts_round_trip_and_take_the_new_law(family):
    values, _, (noise, back, moved, fresh), still = run(family)
    np.testing.assert_array_equal(back, values)
    np.testing.assert_array_equal(still, values)
    assert (moved.sum(axis=1) == 25).all()
    for column in noise.T:
        assert stats.kstest(column, stats.logistic.cdf).pvalue > 1e-3 / 3
    for k, marginal in enumerate(TALLIES[family][3]):
        for sample in (moved[:, k], fresh[:, k]):
            edges = np.unique(marginal.ppf([0.0, 0.2, 0.4, 0.6, 0.8, 1.0]))
            expected = N * np.diff(marginal.cdf(edges))
            counts = np.histogram(sample, edges + 0.5)[0]
            good = expected > 5
            chi = ((counts - expected)[good] ** 2 / expected[good]).sum()
            assert stats.chi2(good.sum()).sf(chi) > 1e-4


@pytest.mark.parametrize("family", [*SERIES, *TALLIES], scope="module")
def test_jax_agrees_with_numba(family):
    _, _, ours, _ = run(family)
    values, _, theirs, still = run(family, "jax")
    for a, b in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-11)
    np.testing.assert_array_equal(still, values)


@pytest.mark.parametrize(
    "p", [[0.0, 0.4, 0.6], [1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [1e-14, 1.0 - 2e-14, 1e-14]]
)
def test_categories_that_cannot_be_or_hardly_can_round_trip(p):
    _, _, function = compiled("Multinomial")
    seen = np.array([RNG.multinomial(9, p) for _ in range(50)])
    if p[0] == 1e-14:
        seen[0] = [3, 3, 3]
    chances = np.array(p)
    for edge in (-800.0, 0.0, 800.0):
        draws = np.full((50, 3), edge)
        results = function(seen, draws, np.array(9.0), chances, np.array(9.0), chances)
        np.testing.assert_array_equal(results[1], seen)


def test_other_walks_are_refused():
    other = pm.RandomWalk.dist(start(), pm.StudentT.dist(4.0), steps=3)
    with pytest.raises(ModelError, match=r"RandomWalk.*has no structural form"):
        structural_form.of(other)


def test_an_intervention_is_carried_on_over_time():
    """A drift of 0.5 a step, and a constant of 0.2 that a recursion of weight 0.5 hands on."""
    with pm.Model(coords={"unit": range(1), "time": range(5)}) as model:
        scale = pm.HalfNormal("scale")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        dims = ("unit", "time")
        pm.GaussianRandomWalk("walk", 0.5 * t, scale, init_dist=start(), dims=dims)
        rho = pt.stack([0.2 * t, 0.5 + 0.0 * t], axis=-1)
        pm.AR("series", rho, scale, constant=True, init_dist=start(), dims=dims)
    world = World.simulate(model, {"scale": 1.5}, units=20, seed=3)
    handed_on = 0.2 * np.array([0.0, 1.0, 1.5, 1.75, 1.875])
    for name, effect in (("walk", 0.5 * np.arange(5.0)), ("series", handed_on)):
        answer = world.ask(ITE(name, do={"t": 1}, versus={"t": 0}))
        assert answer.sizes == {"unit": 20, "time": 5}
        np.testing.assert_allclose(answer, np.broadcast_to(effect, (20, 5)), atol=1e-12)
