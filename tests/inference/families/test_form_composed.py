"""Families made of others: round trip, law, exactness, backends. Truth from NumPy's draws."""

from functools import cache

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference.families.form import LAWS, structural_form
from ifonly.inference.families.special import jax_mode

N = 3000


def given(**arguments):
    return arguments


def where(rng, chance, yes, no=0):
    return np.where(rng.random(N) < chance, yes, no)


def positive(draw):
    """Return N draws that are above zero."""
    values = np.concatenate([draw() for _ in range(40)])
    return values[values > 0][:N]


def between(draw, lower, upper):
    """Return N draws from the interval."""
    values = np.concatenate([draw() for _ in range(40)])
    return values[(values >= lower) & (values <= upper)][:N]


def negative(rng, mu, alpha):
    return rng.negative_binomial(alpha, alpha / (alpha + mu), N)


# PyMC's distribution, NumPy's draws of it, and the arguments in one world and in another.
CASES = {
    "Censored(Weibull)": (
        lambda lower, upper, a, b: pm.Censored.dist(pm.Weibull.dist(a, b), lower, upper),
        lambda g, lower, upper, a, b: np.clip(b * g.weibull(a, N), lower, upper),
        given(lower=-np.inf, upper=2.5, a=1.7, b=2.0),
        given(lower=-np.inf, upper=4.0, a=1.2, b=3.0),
    ),
    "Censored(Exponential)": (
        lambda lower, upper, lam: pm.Censored.dist(pm.Exponential.dist(lam), lower, upper),
        lambda g, lower, upper, lam: np.clip(g.exponential(1 / lam, N), lower, upper),
        given(lower=0.2, upper=2.0, lam=1.0),
        given(lower=0.2, upper=np.inf, lam=0.6),
    ),
    "Censored(StudentT)": (
        lambda lower, upper, nu: pm.Censored.dist(
            pm.StudentT.dist(nu=nu, mu=0, sigma=1), lower, upper
        ),
        lambda g, lower, upper, nu: np.clip(g.standard_t(nu, N), lower, upper),
        given(lower=-1.0, upper=0.5, nu=3.0),
        given(lower=-2.0, upper=1.5, nu=5.0),
    ),
    "Censored(Poisson)": (
        lambda lower, upper, mu: pm.Censored.dist(pm.Poisson.dist(mu), lower, upper),
        lambda g, lower, upper, mu: np.clip(g.poisson(mu, N), lower, upper).astype(int),
        given(lower=1, upper=4, mu=3.0),
        given(lower=0, upper=9, mu=4.5),
    ),
    "Truncated(Gamma)": (
        lambda lower, upper, a, b: pm.Truncated.dist(
            pm.Gamma.dist(alpha=a, beta=b), lower=lower, upper=upper
        ),
        lambda g, lower, upper, a, b: between(lambda: g.gamma(a, 1 / b, N), lower, upper),
        given(lower=0.5, upper=2.0, a=2.0, b=1.5),
        given(lower=0.2, upper=np.inf, a=3.0, b=2.0),
    ),
    "Truncated(Laplace)": (
        lambda lower, upper, mu: pm.Truncated.dist(
            pm.Laplace.dist(mu, 1.0), lower=lower, upper=upper
        ),
        lambda g, lower, upper, mu: between(lambda: g.laplace(mu, 1.0, N), lower, upper),
        given(lower=-np.inf, upper=1.0, mu=0.5),
        given(lower=-1.0, upper=1.0, mu=-0.5),
    ),
    "Truncated(Poisson)": (
        lambda lower, upper, mu: pm.Truncated.dist(pm.Poisson.dist(mu), lower=lower, upper=upper),
        lambda g, lower, upper, mu: between(lambda: g.poisson(mu, N), lower, upper),
        given(lower=1, upper=5, mu=3.0),
        given(lower=2, upper=9, mu=4.0),
    ),
    "ZeroInflatedBinomial": (
        pm.ZeroInflatedBinomial.dist,
        lambda g, psi, n, p: where(g, psi, g.binomial(int(n), p, N)),
        given(psi=0.6, n=10, p=0.2),
        given(psi=0.8, n=12, p=0.4),
    ),
    "ZeroInflatedNegativeBinomial": (
        pm.ZeroInflatedNegativeBinomial.dist,
        lambda g, psi, mu, alpha: where(g, psi, negative(g, mu, alpha)),
        given(psi=0.6, mu=3.0, alpha=2.0),
        given(psi=0.8, mu=4.0, alpha=3.0),
    ),
    "HurdlePoisson": (
        pm.HurdlePoisson.dist,
        lambda g, psi, mu: where(g, psi, positive(lambda: g.poisson(mu, N))),
        given(psi=0.6, mu=1.5),
        given(psi=0.4, mu=3.0),
    ),
    "HurdleNegativeBinomial": (
        pm.HurdleNegativeBinomial.dist,
        lambda g, psi, mu, alpha: where(g, psi, positive(lambda: negative(g, mu, alpha))),
        given(psi=0.6, mu=2.0, alpha=2.0),
        given(psi=0.8, mu=4.0, alpha=3.0),
    ),
    "HurdleGamma": (
        pm.HurdleGamma.dist,
        lambda g, psi, alpha, beta: where(g, psi, g.gamma(alpha, 1 / beta, N)),
        given(psi=0.6, alpha=2.0, beta=1.5),
        given(psi=0.8, alpha=3.0, beta=2.0),
    ),
    "HurdleLogNormal": (
        pm.HurdleLogNormal.dist,
        lambda g, psi, mu, sigma: where(g, psi, g.lognormal(mu, sigma, N)),
        given(psi=0.6, mu=0.5, sigma=0.7),
        given(psi=0.8, mu=0.0, sigma=1.0),
    ),
    "NormalMixture": (
        pm.NormalMixture.dist,
        lambda g, w, mu, sigma: g.normal(*np.array([mu, sigma])[:, g.choice(3, N, p=w)]),
        given(w=[0.2, 0.3, 0.5], mu=[-2.0, 0.0, 3.0], sigma=[1.0, 0.5, 2.0]),
        given(w=[0.5, 0.3, 0.2], mu=[-1.0, 0.0, 2.0], sigma=[1.0, 1.5, 0.5]),
    ),
    "Mixture(Normal, StudentT)": (
        lambda w, mu, nu: pm.Mixture.dist(
            w, [pm.Normal.dist(mu, 1.0), pm.StudentT.dist(nu=nu, mu=3.0, sigma=1.0)]
        ),
        lambda g, w, mu, nu: where(g, w[0], g.normal(mu, 1.0, N), 3.0 + g.standard_t(nu, N)),
        given(w=[0.4, 0.6], mu=0.0, nu=4.0),
        given(w=[0.7, 0.3], mu=1.0, nu=6.0),
    ),
    "Mixture(Poisson, Geometric)": (
        lambda w, mu, p: pm.Mixture.dist(w, [pm.Poisson.dist(mu), pm.Geometric.dist(p)]),
        lambda g, w, mu, p: where(g, w[0], g.poisson(mu, N), g.geometric(p, N)),
        given(w=[0.4, 0.6], mu=6.0, p=0.5),
        given(w=[0.7, 0.3], mu=4.0, p=0.3),
    ),
    "CustomDist(a + b Beta)": (
        lambda a, b: pm.CustomDist.dist(
            a, b, dist=lambda a, b, size: 1.0 - b * pm.Beta.dist(a, 2.0, size=size)
        ),
        lambda g, a, b: 1.0 - b * g.beta(a, 2.0, N),
        given(a=1.5, b=3.0),
        given(a=2.5, b=4.0),
    ),
    "CustomDist(1 + Poisson)": (
        lambda mu: pm.CustomDist.dist(mu, dist=lambda mu, size: 1 + pm.Poisson.dist(mu, size=size)),
        lambda g, mu: 1 + g.poisson(mu, N),
        given(mu=2.0),
        given(mu=3.0),
    ),
    "CustomDist(exp Normal)": (
        lambda mu: pm.CustomDist.dist(
            mu, dist=lambda mu, size: pm.math.exp(pm.Normal.dist(mu, 0.5, size=size))
        ),
        lambda g, mu: g.lognormal(mu, 0.5, N),
        given(mu=0.2),
        given(mu=0.7),
    ),
}


@cache
def random_variable(family, side=2):
    """Return the family of vectors of arguments, as a model with units has it."""
    make, _, *worlds = CASES[family]
    return make(**{k: np.broadcast_to(x, (N, *np.shape(x))) for k, x in worlds[side].items()})


EVERY = [
    (family, c) for family in CASES for c in structural_form.couplings(random_variable(family, 0))
]
every = pytest.mark.parametrize(("family", "coupling"), EVERY)


def sampled(family, side, seed):
    _, draw, *worlds = CASES[family]
    return draw(np.random.default_rng(seed), **worlds[side])


def a_row_a_unit(numbers):
    rows = np.asarray(numbers, dtype=float)
    return np.broadcast_to(rows, (N, *rows.shape[1:])).copy()


@cache
def setting(family, coupling, seed=1):
    """Return form, parameters of both worlds, values of the first, and draws."""
    rv, other = (random_variable(family, k) for k in (0, 1))
    form = structural_form.of(rv, coupling)
    old, new = ([a_row_a_unit(p.eval()) for p in form.parameters(v)] for v in (rv, other))
    width = form.width(*form.parameters(rv))
    shape = (N,) if width is None else (N, int(width.eval()))
    draws = LAWS[form.law].sample(np.random.default_rng(seed + 1), shape)
    return form, old, new, sampled(family, 0, seed).astype(rv.dtype), draws


def graphs(form, old, value, draws):
    """Return the inputs and (noise, moved, fresh) and, of given noise, predicted."""
    before, after = (
        [pt.tensor(f"{name}{k}", shape=(None,) * p.ndim) for k, p in enumerate(old)]
        for name in ("old", "new")
    )
    v, d = pt.vector("value", dtype=value.dtype), pt.tensor("draws", shape=(None,) * draws.ndim)
    noise = form.abduct(v, *before, draws=d)
    moved = form.transport(v, tuple(before), tuple(after), d)
    fresh = form.predict(form.embed(d), *before)
    held = pt.tensor("noise", shape=(None,) * noise.ndim)
    return (
        [v, *before, *after, d],
        [noise, moved, fresh],
        [held, *before],
        form.predict(held, *before),
    )


@cache
def compiled(family, coupling, mode):
    form, old, _, value, draws = setting(family, coupling)
    inputs, outputs, held, predicted = graphs(form, old, value, draws)
    options = {"mode": mode() if callable(mode) else mode, "on_unused_input": "ignore"}
    return pytensor.function(inputs, outputs, **options), pytensor.function(
        held, predicted, **options
    )


def plain():
    """Return a mode in which graphs run in Python as they stand, without compilation."""
    return pytensor.compile.mode.Mode(linker="py", optimizer=None)


def same_law(one, other):
    """Return the p-value of the hypothesis that two samples have one law."""
    edges = np.unique(np.quantile(np.concatenate([one, other]), np.linspace(0.0, 1.0, 12)[1:-1]))
    cells = [np.bincount(np.searchsorted(edges, x), minlength=len(edges) + 1) for x in (one, other)]
    table = np.array(cells)[:, np.sum(cells, axis=0) > 0]
    return stats.chi2_contingency(table).pvalue


@every
def test_evidence_comes_back(family, coupling):
    _, old, _, value, draws = setting(family, coupling)
    first, second = compiled(family, coupling, plain)
    noise, moved, _ = first(value, *old, *[p.copy() for p in old], draws)
    back = second(noise, *old)
    np.testing.assert_array_equal(moved, value)
    assert moved.dtype == back.dtype == value.dtype
    if value.dtype.kind == "i":
        np.testing.assert_array_equal(back, value)
    else:
        np.testing.assert_allclose(back, value, rtol=1e-9, atol=1e-12)


@every
def test_every_world_has_the_family_s_law(family, coupling):
    form, old, new, value, draws = setting(family, coupling)
    first, second = compiled(family, coupling, plain)
    noise, moved, fresh = first(value, *old, *new, draws)
    assert same_law(fresh, sampled(family, 0, 7)) > 1e-3
    assert same_law(moved, sampled(family, 1, 8)) > 1e-3
    np.testing.assert_allclose(second(noise, *new), moved, rtol=1e-9, atol=1e-12)
    bounds = form.bounds(*form.parameters(random_variable(family, 1)))
    for bound, sign in zip(bounds, (1, -1), strict=True):
        if bound is not None:
            assert (sign * (moved - pt.as_tensor(bound).eval()) >= 0).all()


# Tracing the kernels of counts takes half a minute each; those of other families stand for them.
QUICK = ("Censored(Weibull)", "HurdleLogNormal", "NormalMixture", "CustomDist(exp Normal)")
ON_JAX = [
    pytest.param(f, c, marks=[] if f in QUICK and c != "independent" else [pytest.mark.slow])
    for f, c in EVERY
]


@pytest.mark.parametrize(("family", "coupling"), ON_JAX)
def test_jax_agrees(family, coupling):
    _, old, new, value, draws = setting(family, coupling)
    first, second = compiled(family, coupling, plain)
    first_jax, second_jax = compiled(family, coupling, jax_mode)
    ours, theirs = first(value, *old, *new, draws), first_jax(value, *old, *new, draws)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(np.asarray(b), a, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(
        np.asarray(second_jax(theirs[0], *old)), second(ours[0], *old), rtol=1e-9, atol=1e-11
    )
    still = first_jax(value, *old, *[p.copy() for p in old], draws)[1]
    np.testing.assert_array_equal(np.asarray(still), value)
