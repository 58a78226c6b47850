"""Every family under every coupling: round trip, law, exactness, backends. Truth from scipy."""

from functools import cache

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import stats

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference.form import LAWS, structural_form

N = 4000


class Inflated:
    """A zero-inflated Poisson, from its definition."""

    def __init__(self, psi, mean):
        self.psi, self.plain = psi, stats.poisson(mean)

    def pmf(self, k):
        return (1 - self.psi) * (np.asarray(k) == 0) + self.psi * self.plain.pmf(k)

    def cdf(self, k):
        return (1 - self.psi) + self.psi * self.plain.cdf(k)

    def isf(self, q):
        return self.plain.isf(q / self.psi)

    def ppf(self, p):
        return 0.0


def _truncated(mu, sigma, lower, upper):
    return stats.truncnorm((lower - mu) / sigma, (upper - mu) / sigma, mu, sigma)


def _categories(p):
    return stats.rv_discrete(values=(np.arange(len(p)), p))


def _ordered(eta, cutpoints):
    cumulative = stats.logistic.cdf(np.asarray(cutpoints) - eta)
    return _categories(np.diff([0.0, *cumulative, 1.0]))


P3, Q3 = [0.2, 0.3, 0.5], [0.45, 0.35, 0.2]
CUTS = [-1.0, 0.0, 1.0]
# family: (PyMC's arguments, others, the same law in scipy)
CASES = {
    "Normal": (dict(mu=1.0, sigma=2.0), dict(mu=0.5, sigma=1.5), stats.norm),
    "HalfNormal": (dict(sigma=2.0), dict(sigma=3.0), lambda sigma: stats.halfnorm(0, sigma)),
    "TruncatedNormal": (
        dict(mu=0.2, sigma=1.0, lower=-1.0, upper=2.5),
        dict(mu=2.0, sigma=2.0, lower=-0.5, upper=3.0),
        _truncated,
    ),
    "LogNormal": (
        dict(mu=0.1, sigma=0.7),
        dict(mu=0.3, sigma=0.9),
        lambda mu, sigma: stats.lognorm(sigma, scale=np.exp(mu)),
    ),
    "StudentT": (dict(nu=3.5, mu=1.0, sigma=2.0), dict(nu=6.0, mu=0.0, sigma=1.0), stats.t),
    "Laplace": (dict(mu=1.0, b=2.0), dict(mu=0.0, b=1.0), stats.laplace),
    "Logistic": (dict(mu=1.0, s=2.0), dict(mu=0.0, s=1.0), stats.logistic),
    "Gumbel": (dict(mu=1.0, beta=2.0), dict(mu=0.0, beta=1.0), stats.gumbel_r),
    "Cauchy": (dict(alpha=1.0, beta=2.0), dict(alpha=0.0, beta=1.0), stats.cauchy),
    "HalfCauchy": (dict(beta=2.0), dict(beta=3.0), lambda beta: stats.halfcauchy(0, beta)),
    "Exponential": (dict(lam=2.0), dict(lam=0.5), lambda lam: stats.expon(scale=1 / lam)),
    "Gamma": (
        # Not 3: PyMC holds the constant as float32, and its reciprocal with it.
        dict(alpha=2.5, beta=4.0),
        dict(alpha=0.7, beta=2.0),
        lambda alpha, beta: stats.gamma(alpha, scale=1 / beta),
    ),
    "InverseGamma": (
        dict(alpha=2.5, beta=3.0),
        dict(alpha=4.0, beta=2.0),
        lambda alpha, beta: stats.invgamma(alpha, scale=beta),
    ),
    "Beta": (dict(alpha=2.0, beta=3.5), dict(alpha=0.6, beta=1.5), stats.beta),
    "Weibull": (
        dict(alpha=1.7, beta=3.0),
        dict(alpha=0.8, beta=2.0),
        lambda alpha, beta: stats.weibull_min(alpha, scale=beta),
    ),
    "Pareto": (
        dict(alpha=2.5, m=3.0),
        dict(alpha=4.0, m=2.0),
        lambda alpha, m: stats.pareto(alpha, scale=m),
    ),
    "Uniform": (
        dict(lower=-1.0, upper=3.0),
        dict(lower=0.0, upper=2.0),
        lambda lower, upper: stats.uniform(lower, upper - lower),
    ),
    "Triangular": (
        dict(lower=0.0, c=0.4, upper=1.0),
        dict(lower=-1.0, c=0.4, upper=2.0),
        lambda lower, c, upper: stats.triang((c - lower) / (upper - lower), lower, upper - lower),
    ),
    "Bernoulli": (dict(p=0.3), dict(p=0.55), stats.bernoulli),
    "Binomial": (dict(n=10, p=0.3), dict(n=12, p=0.6), stats.binom),
    "Poisson": (dict(mu=3.2), dict(mu=4.5), stats.poisson),
    "NegativeBinomial": (
        dict(mu=3.0, alpha=2.0),
        dict(mu=4.0, alpha=2.7),
        lambda mu, alpha: stats.nbinom(alpha, alpha / (alpha + mu)),
    ),
    "Geometric": (dict(p=0.3), dict(p=0.2), stats.geom),
    "DiscreteUniform": (
        dict(lower=0, upper=5),
        dict(lower=1, upper=9),
        lambda lower, upper: stats.randint(lower, upper + 1),
    ),
    "ZeroInflatedPoisson": (dict(psi=0.6, mu=3.0), dict(psi=0.75, mu=2.0), Inflated),
    "Categorical": (dict(p=P3), dict(p=Q3), _categories),
    "OrderedLogistic": (
        dict(eta=0.3, cutpoints=CUTS),
        dict(eta=0.9, cutpoints=CUTS),
        _ordered,
    ),
}
COUPLINGS = {
    "Bernoulli": ["monotone", "independent"],
    "Binomial": ["monotone", "process", "independent"],
    "Poisson": ["process", "monotone", "independent"],
    "NegativeBinomial": ["process", "monotone", "independent"],
    "Geometric": ["monotone", "independent"],
    "DiscreteUniform": ["monotone", "independent"],
    "ZeroInflatedPoisson": ["process", "monotone", "independent"],
    "Categorical": ["gumbel_max", "monotone", "independent"],
    "OrderedLogistic": ["monotone", "gumbel_max", "independent"],
}
EVERY = [(f, c) for f in CASES for c in COUPLINGS.get(f, ["monotone"])]
every = pytest.mark.parametrize(("family", "coupling"), EVERY)


def random_variable(family, arguments):
    return getattr(pm, family).dist(**arguments)


def law(family, side):
    """Return the family's law in scipy under the first or the second arguments."""
    return CASES[family][2](*CASES[family][side].values())


def arrays(form, rv, n=N):
    """Return the parameters' numbers, one row a unit."""
    numbers = [np.asarray(p.eval(), dtype=float) for p in form.parameters(rv)]
    return [np.broadcast_to(x, (n, *x.shape)).copy() for x in numbers]


@cache
def compiled(family, coupling, mode="NUMBA"):
    """Return the form, and (noise, moved, fresh) and predicted as compiled functions."""
    rv = random_variable(family, CASES[family][0])
    form = structural_form.of(rv, coupling)
    shapes = [x.ndim for x in arrays(form, rv, 1)]
    old, new = ([pt.tensor(n, shape=(None,) * k) for k in shapes] for n in ("old", "new"))
    value = pt.vector("value", dtype=rv.dtype)
    draws = pt.vector("draws") if form.width(*old) is None else pt.matrix("draws")
    noise = form.abduct(value, *old, draws=draws)
    given = pt.tensor("noise", shape=(None,) * noise.ndim)
    moved = form.transport(value, tuple(old), tuple(new), draws)
    fresh = form.predict(form.embed(draws), *old)
    options = dict(mode=mode, on_unused_input="ignore")
    first = pytensor.function([value, *old, *new, draws], [noise, moved, fresh], **options)
    second = pytensor.function([given, *old], form.predict(given, *old), **options)
    return form, first, second


def draws_of(form, parameters, seed, n=N):
    width = form.width(*[pt.as_tensor_variable(p) for p in parameters])
    shape = (n,) if width is None else (n, int(width.eval()))
    return LAWS[form.law].sample(np.random.default_rng(seed), shape)


def setting(family, coupling, seed=1, mode="NUMBA"):
    """Return form, functions, both parameters, values drawn by scipy's law, and draws."""
    form, first, second = compiled(family, coupling, mode)
    old, new = (arrays(form, random_variable(family, a)) for a in CASES[family][:2])
    truth = law(family, 0)
    uniform = np.random.default_rng(seed).random(N)
    if isinstance(truth, Inflated):
        value = stats.poisson(truth.plain.args[0]).ppf(uniform)
        value *= np.random.default_rng(seed + 1).random(N) < truth.psi
    else:
        value = truth.ppf(uniform)
    value = value.astype(random_variable(family, CASES[family][0]).dtype)
    return form, first, second, old, new, value, draws_of(form, old, seed + 2)


def law_fits(sample, truth, discrete):
    """Return the p-value of the hypothesis that `sample` comes from `truth`."""
    if not discrete:
        return stats.kstest(sample, truth.cdf).pvalue
    edges = np.unique([np.quantile(sample, q) for q in (0.0, 0.2, 0.4, 0.6, 0.8, 0.95)])
    chances = np.diff([0.0, *truth.cdf(edges), 1.0])
    counts = np.histogram(sample, [-np.inf, *(edges + 0.5), np.inf])[0]
    keep = chances * len(sample) > 5
    counts = np.append(counts[keep], counts[~keep].sum())
    chances = np.append(chances[keep], chances[~keep].sum())
    expected = chances * len(sample)
    here = expected > 1e-6
    return stats.chisquare(counts[here], expected[here] * counts.sum() / expected[here].sum()).pvalue


@every
def test_round_trip(family, coupling):
    form, first, second, old, new, value, draws = setting(family, coupling)
    noise, _, _ = first(value, *old, *new, draws)
    back = second(noise, *old)
    if value.dtype.kind == "i":
        assert back.dtype == np.int64
        np.testing.assert_array_equal(back, value)
    else:
        np.testing.assert_allclose(back, value, rtol=1e-9)


@every
def test_round_trip_in_the_tails(family, coupling):
    form, first, second, old, new, _, _ = setting(family, coupling)
    truth = law(family, 0)
    with np.errstate(divide="ignore"):  # scipy has no far upper tail of a geometric
        tails = [truth.ppf(1e-12), truth.isf(1e-12), truth.ppf(1e-6), truth.isf(1e-30)]
    dtype = random_variable(family, CASES[family][0]).dtype
    value = np.repeat(np.array([t for t in tails if np.isfinite(t)]).astype(dtype), 8)
    old, new = ([x[: len(value)] for x in side] for side in (old, new))
    draws = draws_of(form, old, 5, len(value))
    extreme = {"uniform": (0.0, 1 - 2**-53), "logistic": (-800.0, 800.0)}
    for i, edge in enumerate(extreme.get(form.law, ())):
        draws[i::8] = edge
    back = second(first(value, *old, *new, draws)[0], *old)
    if value.dtype.kind == "i":
        np.testing.assert_array_equal(back, value)
    else:
        # One unit in the last place of the value is the most that a bounded family's end can hold.
        np.testing.assert_allclose(back, value, rtol=1e-11, atol=0 if value.min() >= 0 else 1e-11)


@every
def test_fresh_noise_has_the_family_s_law(family, coupling):
    form, first, _, old, new, value, draws = setting(family, coupling, seed=11)
    fresh = first(value, *old, *new, draws)[2]
    truth = law(family, 0)
    assert law_fits(fresh, truth, value.dtype.kind == "i") > 1e-3


@every
def test_what_is_moved_has_the_new_law(family, coupling):
    form, first, _, old, new, value, draws = setting(family, coupling, seed=21)
    moved = first(value, *old, *new, draws)[1]
    truth = law(family, 1)
    assert law_fits(moved, truth, value.dtype.kind == "i") > 1e-3


@every
def test_equal_parameters_give_the_value_exactly(family, coupling):
    form, first, _, old, _, value, draws = setting(family, coupling)
    moved = first(value, *old, *[x.copy() for x in old], draws)[1]
    assert moved.dtype == value.dtype
    np.testing.assert_array_equal(moved, value)


@pytest.mark.parametrize("family", [f for f in CASES if f not in COUPLINGS])
def test_continuous_families_keep_the_rank(family):
    form, first, _, old, new, value, draws = setting(family, "monotone")
    moved = first(value, *old, *new, draws)[1]
    before, after = law(family, 0), law(family, 1)
    lower = value < before.median()
    expected = np.where(lower, after.ppf(before.cdf(value)), after.isf(before.sf(value)))
    np.testing.assert_allclose(moved, expected, rtol=1e-9, atol=1e-12)


@every
def test_transport_is_abduct_then_predict(family, coupling):
    form, first, second, old, new, value, draws = setting(family, coupling)
    noise, moved, _ = first(value, *old, *new, draws)
    np.testing.assert_allclose(moved, second(noise, *new), rtol=1e-9, atol=1e-12)


@every
def test_bounds_hold(family, coupling):
    form, first, _, old, new, value, draws = setting(family, coupling)
    moved = first(value, *old, *new, draws)[1]
    rv = random_variable(family, CASES[family][1])
    for bound, sign in zip(form.bounds(*form.parameters(rv)), (1, -1), strict=True):
        if bound is not None:
            bound = bound.eval() if hasattr(bound, "eval") else bound
            assert (sign * (moved - bound) >= 0).all()


@every
def test_jax_agrees_with_numba(family, coupling):
    form, first, second, old, new, value, draws = setting(family, coupling)
    if not form.jax:
        pytest.skip(f"{family} under {coupling} does not run on JAX, and says so")
    _, first_jax, second_jax = compiled(family, coupling, "JAX")
    for ours, theirs in zip(
        first(value, *old, *new, draws), first_jax(value, *old, *new, draws), strict=True
    ):
        np.testing.assert_allclose(np.asarray(theirs), ours, rtol=1e-10, atol=1e-12)
    noise = first(value, *old, *new, draws)[0]
    np.testing.assert_allclose(
        np.asarray(second_jax(noise, *old)), second(noise, *old), rtol=1e-10, atol=1e-12
    )
