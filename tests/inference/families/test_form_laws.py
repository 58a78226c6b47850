"""Every family under every coupling: round trip, law, exactness, backends. Truth from scipy."""

from functools import cache

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.replace import vectorize_graph
from scipy import stats
from scipy.special import gammaincc

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference import DataError, World
from ifonly.inference.families.form import LAWS, structural_form
from ifonly.inference.families.special import (
    jax_mode,
    poisson_noise,
    poisson_process,
    poisson_quantile,
)

from . import laws

N = 4000
CLOSE = {"rtol": 1e-10, "atol": 1e-12}


class Inflated:
    """A zero-inflated Poisson, from its definition."""

    def __init__(self, psi, mean):
        self.psi, self.plain = psi, stats.poisson(mean)

    def cdf(self, k):
        return (1 - self.psi) + self.psi * self.plain.cdf(k)

    def isf(self, q):
        return self.plain.isf(q / self.psi)

    def ppf(self, p):
        return 0.0


def _categories(p):
    return stats.rv_discrete(values=(np.arange(len(p)), p))


def _ordered(eta, cutpoints):
    cumulative = stats.logistic.cdf(np.asarray(cutpoints) - eta)
    return _categories(np.diff([0.0, *cumulative, 1.0]))


CUTS = [-1.0, 0.0, 1.0]


def given(**arguments):
    return arguments


# PyMC's arguments in one world and in another, and the same law in scipy.
CASES = {
    "Normal": (given(mu=1.0, sigma=2.0), given(mu=0.5, sigma=1.5)),
    "HalfNormal": (given(sigma=2.0), given(sigma=3.0)),
    "TruncatedNormal": (
        given(mu=0.2, sigma=1.0, lower=-1.0, upper=2.5),
        given(mu=2.0, sigma=2.0, lower=-0.5, upper=3.0),
    ),
    "LogNormal": (given(mu=0.1, sigma=0.7), given(mu=0.3, sigma=0.9)),
    "StudentT": (given(nu=3.5, mu=1.0, sigma=2.0), given(nu=6.0, mu=0.0, sigma=1.0)),
    "Laplace": (given(mu=1.0, b=2.0), given(mu=0.0, b=1.0)),
    "Logistic": (given(mu=1.0, s=2.0), given(mu=0.0, s=1.0)),
    "Gumbel": (given(mu=1.0, beta=2.0), given(mu=0.0, beta=1.0)),
    "Cauchy": (given(alpha=1.0, beta=2.0), given(alpha=0.0, beta=1.0)),
    "HalfCauchy": (given(beta=2.0), given(beta=3.0)),
    "Exponential": (given(lam=2.0), given(lam=0.5)),
    "Gamma": (given(alpha=2.5, beta=4.0), given(alpha=0.7, beta=2.0)),
    "InverseGamma": (given(alpha=2.5, beta=3.0), given(alpha=4.0, beta=2.0)),
    "Beta": (given(alpha=2.0, beta=3.5), given(alpha=0.6, beta=1.5)),
    "Weibull": (given(alpha=1.7, beta=3.0), given(alpha=0.8, beta=2.0)),
    "Pareto": (given(alpha=2.5, m=3.0), given(alpha=4.0, m=2.0)),
    "Uniform": (given(lower=-1.0, upper=3.0), given(lower=0.0, upper=2.0)),
    "Triangular": (given(lower=0.0, c=0.4, upper=1.0), given(lower=-1.0, c=0.4, upper=2.0)),
    "Bernoulli": (given(p=0.3), given(p=0.55)),
    "Binomial": (given(n=10, p=0.3), given(n=12, p=0.6)),
    "Poisson": (given(mu=3.2), given(mu=4.5)),
    "NegativeBinomial": (given(mu=3.0, alpha=2.0), given(mu=4.0, alpha=2.7)),
    "Geometric": (given(p=0.3), given(p=0.2)),
    "DiscreteUniform": (given(lower=0, upper=5), given(lower=1, upper=9)),
    "ZeroInflatedPoisson": (given(psi=0.6, mu=3.0), given(psi=0.75, mu=2.0)),
    "Categorical": (given(p=[0.2, 0.3, 0.5]), given(p=[0.45, 0.35, 0.2])),
    "OrderedLogistic": (given(eta=0.3, cutpoints=CUTS), given(eta=0.9, cutpoints=CUTS)),
}
SCIPY = {
    "Normal": stats.norm,
    "HalfNormal": lambda sigma: stats.halfnorm(0, sigma),
    "TruncatedNormal": lambda m, s, a, b: stats.truncnorm((a - m) / s, (b - m) / s, m, s),
    "LogNormal": lambda mu, sigma: stats.lognorm(sigma, scale=np.exp(mu)),
    "StudentT": stats.t,
    "Laplace": stats.laplace,
    "Logistic": stats.logistic,
    "Gumbel": stats.gumbel_r,
    "Cauchy": stats.cauchy,
    "HalfCauchy": lambda beta: stats.halfcauchy(0, beta),
    "Exponential": lambda lam: stats.expon(scale=1 / lam),
    "Gamma": lambda alpha, beta: stats.gamma(alpha, scale=1 / beta),
    "InverseGamma": lambda alpha, beta: stats.invgamma(alpha, scale=beta),
    "Beta": stats.beta,
    "Weibull": lambda alpha, beta: stats.weibull_min(alpha, scale=beta),
    "Pareto": lambda alpha, m: stats.pareto(alpha, scale=m),
    "Uniform": lambda lower, upper: stats.uniform(lower, upper - lower),
    "Triangular": lambda a, c, b: stats.triang((c - a) / (b - a), a, b - a),
    "Bernoulli": stats.bernoulli,
    "Binomial": stats.binom,
    "Poisson": stats.poisson,
    "NegativeBinomial": lambda mu, alpha: stats.nbinom(alpha, alpha / (alpha + mu)),
    "Geometric": stats.geom,
    "DiscreteUniform": lambda lower, upper: stats.randint(lower, upper + 1),
    "ZeroInflatedPoisson": Inflated,
    "Categorical": _categories,
    "OrderedLogistic": _ordered,
}
CASES |= laws.CASES
SCIPY |= laws.SCIPY
PLAIN = ("monotone", "independent")
COUPLINGS = (
    dict.fromkeys(["BetaBinomial", "HyperGeometric", "DiscreteWeibull"], PLAIN)
    | {"VonMises": ("rotation",)}
    | dict.fromkeys(["Bernoulli", "Geometric", "DiscreteUniform"], PLAIN)
    | dict.fromkeys(["Binomial", "Poisson", "NegativeBinomial"], (*PLAIN, "process"))
    | dict.fromkeys(["ZeroInflatedPoisson"], (*PLAIN, "process"))
    | dict.fromkeys(["Categorical", "OrderedLogistic"], (*PLAIN, "gumbel_max"))
)
# Each compiles for half a minute or more when nothing is cached; the kernels behind them are those
# of the other couplings, and two families stand for this one in the quick tests.
SLOW = {(f, "independent") for f in COUPLINGS if f not in ("Bernoulli", "Poisson")}
# Poisson counts stand for these, whose numbers of zero are tested in `test_inflated` as well.
SLOW |= {("ZeroInflatedPoisson", c) for c in ("monotone", "process")}
SLOW |= {("NegativeBinomial", "monotone"), ("SkewNormal", "monotone")}
EVERY = [
    pytest.param(f, c, marks=[pytest.mark.slow] if (f, c) in SLOW else [])
    for f in CASES
    for c in COUPLINGS.get(f, ["monotone"])
]
# In the order of families, so that one worker compiles each once.
every = pytest.mark.parametrize(("family", "coupling"), EVERY, scope="module")


def random_variable(family, arguments):
    return getattr(pm, family).dist(**arguments)


def law(family, side):
    """Return the family's law in scipy under the first or the second arguments."""
    return SCIPY[family](*CASES[family][side].values())


def arrays(form, rv, n=N):
    """Return the parameters' numbers, one row a unit."""
    numbers = [np.asarray(p.eval(), dtype=float) for p in form.parameters(rv)]
    return [np.broadcast_to(x, (n, *x.shape)).copy() for x in numbers]


@cache
def compiled(family, coupling, backend="numba"):
    """Return the form, and (noise, moved, fresh, moved over draws) and predicted, compiled.

    On JAX without the last two, which only compile the same again.
    """
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
    # Two draws of the parameters, as a posterior has them: the new ones, and the old ones again.
    batch = {draws: pt.stack([draws, draws])}
    for o, n in zip(old, new, strict=True):
        batch |= {o: pt.stack([o, o]), n: pt.stack([n, o])}
    over_draws = vectorize_graph(moved, batch)
    jax = backend == "jax"
    options = {"mode": jax_mode() if jax else "NUMBA", "on_unused_input": "ignore"}
    outputs = [noise, moved] if jax else [noise, moved, fresh, over_draws]
    first = pytensor.function([value, *old, *new, draws], outputs, **options)
    second = pytensor.function([given, *old], form.predict(given, *old), **options)
    return form, first, second


def draws_of(form, parameters, seed, n=N):
    width = form.width(*[pt.as_tensor_variable(p) for p in parameters])
    shape = (n,) if width is None else (n, int(width.eval()))
    return LAWS[form.law].sample(np.random.default_rng(seed), shape)


def setting(family, coupling, seed=1):
    """Return form, functions, both parameters, values drawn by scipy's law, and draws."""
    form, first, second = compiled(family, coupling)
    old, new = (arrays(form, random_variable(family, a)) for a in CASES[family])
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
    return stats.chisquare(
        counts[here], expected[here] * counts.sum() / expected[here].sum()
    ).pvalue


@every
def test_round_trip(family, coupling):
    _form, first, second, old, new, value, draws = setting(family, coupling)
    noise = first(value, *old, *new, draws)[0]
    back = second(noise, *old)
    if value.dtype.kind == "i":
        assert back.dtype == np.int64
        np.testing.assert_array_equal(back, value)
    else:
        np.testing.assert_allclose(back, value, rtol=1e-9)


@every
def test_round_trip_in_the_tails(family, coupling):
    form, first, second, old, new, _, _ = setting(family, coupling)
    value, draws = in_the_tails(family, form, old)
    gives_back(second(first(value, *old, *new, draws)[0], *old), value)


def in_the_tails(family, form, old):
    """Return values at probabilities down to 1e-30, and draws of which some are at the edge."""
    truth = law(family, 0)
    with np.errstate(divide="ignore"):  # scipy has no far upper tail of a geometric
        tails = [truth.ppf(1e-12), truth.isf(1e-12), truth.ppf(1e-6), truth.isf(1e-30)]
    dtype = random_variable(family, CASES[family][0]).dtype
    value = np.resize(np.repeat(np.array([t for t in tails if np.isfinite(t)]), 8), N)
    draws = draws_of(form, old, 5)
    extreme = {"uniform": (0.0, 1 - 2**-53), "logistic": (-800.0, 800.0)}
    for i, edge in enumerate(extreme.get(form.law, ())):
        draws[i::8] = edge
    return value.astype(dtype), draws


def gives_back(back, value):
    if value.dtype.kind == "i":
        np.testing.assert_array_equal(back, value)
    else:
        # One unit in the last place of the value is the most that a bounded family's end can hold.
        np.testing.assert_allclose(back, value, rtol=1e-11, atol=0 if value.min() >= 0 else 1e-11)


@every
def test_fresh_noise_has_the_family_s_law(family, coupling):
    _form, first, _, old, new, value, draws = setting(family, coupling, seed=11)
    fresh = first(value, *old, *new, draws)[2]
    truth = law(family, 0)
    assert law_fits(fresh, truth, value.dtype.kind == "i") > 1e-3


@every
def test_what_is_moved_has_the_new_law(family, coupling):
    _form, first, _, old, new, value, draws = setting(family, coupling, seed=21)
    moved = first(value, *old, *new, draws)[1]
    truth = law(family, 1)
    assert law_fits(moved, truth, value.dtype.kind == "i") > 1e-3


@every
def test_equal_parameters_give_the_value_exactly(family, coupling):
    _form, first, _, old, _, value, draws = setting(family, coupling)
    moved = first(value, *old, *[x.copy() for x in old], draws)[1]
    assert moved.dtype == value.dtype
    np.testing.assert_array_equal(moved, value)


@pytest.mark.parametrize("family", [f for f in CASES if f not in COUPLINGS])
def test_continuous_families_keep_the_rank(family):
    _form, first, _, old, new, value, draws = setting(family, "monotone")
    moved = first(value, *old, *new, draws)[1]
    before, after = law(family, 0), law(family, 1)
    lower = value < before.median()
    expected = np.where(lower, after.ppf(before.cdf(value)), after.isf(before.sf(value)))
    np.testing.assert_allclose(moved, expected, rtol=1e-9, atol=1e-12)


@every
def test_transport_is_abduct_then_predict(family, coupling):
    _form, first, second, old, new, value, draws = setting(family, coupling)
    noise, moved = first(value, *old, *new, draws)[:2]
    np.testing.assert_allclose(moved, second(noise, *new), rtol=1e-9, atol=1e-12)


@every
def test_transport_survives_an_axis_of_draws(family, coupling):
    _form, first, _, old, new, value, draws = setting(family, coupling)
    _, moved, _, over_draws = first(value, *old, *new, draws)
    np.testing.assert_allclose(over_draws, [moved, value], rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(over_draws[1], value)


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
    """In the body and in the tails; counts and categories exactly."""
    form, first, second, old, new, value, draws = setting(family, coupling)
    _, first_jax, second_jax = compiled(family, coupling, "jax")

    def agree(theirs, ours):
        close = {"rtol": 0, "atol": 0} if ours.dtype.kind == "i" else CLOSE
        np.testing.assert_allclose(np.asarray(theirs), ours, **close)

    for values, given in ((value, draws), in_the_tails(family, form, old)):
        noise, moved = first(values, *old, *new, given)[:2]
        noise_jax, moved_jax = first_jax(values, *old, *new, given)
        agree(noise_jax, noise)
        agree(moved_jax, moved)
        agree(second_jax(noise, *new), second(noise, *new))
        gives_back(np.asarray(second_jax(noise_jax, *old)), values)
        np.testing.assert_array_equal(first_jax(values, *old, *old, given)[1], values)


@pytest.mark.parametrize("mean", [3e8, 1e12, 1e17, 4e18])
def test_a_poisson_of_any_mean_ends(mean):
    """It is normal to 1e-4 (Berry and Esseen), and by quantiles exact beside scipy's gamma."""
    uniform = np.random.default_rng(4).random(2_000)
    process = np.array([poisson_process.scalar(0.0, 0.0, u, mean) for u in uniform])
    z = stats.logistic.ppf(uniform)
    count = np.array([poisson_quantile.scalar(v, mean) for v in z])
    for each in (process, count):
        assert stats.kstest((each - mean) / np.sqrt(mean), "norm").pvalue > 1e-3
    if mean < 1e13:  # beyond, the count's interval is lost in rounding
        chance = stats.norm.pdf(stats.norm.ppf(uniform)) / np.sqrt(mean)
        excess = (gammaincc(count + 1.0, mean) - uniform) / chance
        # In counts; doubles near 1e12 are 1e-4 apart.
        assert excess.min() >= -1e-3
        assert excess.max() <= 1.0 + 1e-3
        back = [poisson_noise.scalar(float(y), mean, 0.3) for y in count]
        assert [poisson_quantile.scalar(v, mean) for v in back] == count.tolist()


def test_a_poisson_beyond_64_bits_is_refused():
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Poisson("count", pm.HalfNormal("mean"), dims="unit")
    with pytest.raises(DataError, match="'count' comes to more than"):
        World.simulate(model, {"mean": 1e19}, units=2, seed=1)
