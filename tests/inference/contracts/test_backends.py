"""numba and JAX give one answer; what does not run on JAX says so by name."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    ATE,
    ATO,
    ATT,
    ATU,
    CATE,
    CDE,
    ITE,
    LATE,
    NDE,
    NIE,
    PN,
    PNS,
    PS,
    PSE,
    QTE,
    Counterfactual,
    Lift,
    ModelError,
    OddsRatio,
    PotentialOutcome,
    PrincipalStrata,
    Probability,
    RiskDifference,
    RiskRatio,
    TrimmedATE,
    World,
    policy,
    queries,
    replace_by,
    scale,
    set_to,
    shift,
)
from ifonly.inference.families.form import StructuralForm, structural_form
from ifonly.inference.queries import Query

CLOSE = {"rtol": 1e-10, "atol": 1e-10}
EDGES = {"z": [0.0, 1.0]}
QUERY_CLASSES = {
    name
    for name, value in vars(queries).items()
    if isinstance(value, type) and issubclass(value, Query) and value is not Query
}

QUERIES = {
    "ITE": ITE("total", do={"x": shift(0.5)}, versus={"z": 0.0}),
    "Counterfactual": Counterfactual("total", do=[{"x": 1.0}, {"beta": scale(2.0)}]),
    "PotentialOutcome": PotentialOutcome("total", do={"x": 1.0}, units="new"),
    "ATE": ATE("total", do={"x": policy(lambda v: v["z"] ** 2)}, units="new", size=50),
    "ATT": ATT("y", do={"x": 1.0}, where=lambda v: v["z"] > 0),
    "ATU": ATU("y", do={"x": 1.0, "z": 0.5}),
    "CATE": CATE("y", do={"x": shift(1.0, where=lambda v: v["x"] > 0)}, by=EDGES),
    "Probability": Probability("total", do={"x": 1.0}, above=0.5),
    "RiskDifference": RiskDifference("total", do={"x": shift(1.0)}, above=0.5),
    "RiskRatio": RiskRatio("total", do={"x": shift(1.0)}, above=0.5),
    "OddsRatio": OddsRatio("total", do={"x": shift(1.0)}, above=0.5),
    "Lift": Lift("total", do={"x": shift(1.0)}, above=0.5),
    "QTE": QTE("total", do={"x": replace_by(pm.Normal.dist(1.0, 2.0))}),
    "NDE": NDE("total", do={"z": 1.0}, versus={"z": 0.0}, mediators=["x"]),
    "NIE": NIE("total", do={"z": 1.0}, versus={"z": 0.0}, mediators=["x"], pure=True),
    "CDE": CDE("total", do={"z": 1.0}, versus={"z": 0.0}, hold={"x": 0.5}),
    "PSE": PSE("total", do={"z": 1.0}, versus={"z": 0.0}, path=["z", "x", "total"]),
    "ladder": ATE("y", do={"x": [0.0, 1.0, 2.0]}, dose="x"),
    "expectation": ITE("y", do={"x": set_to(np.arange(40.0))}, expectation=True, summary=True),
}


BINARY = {
    "PN": PN("y", do={"t": 1}, versus={"t": 0}),
    "PS": PS("y", do={"t": 1}, versus={"t": 0}, bounds=True),
    "PNS": PNS("y", do={"t": 1}, versus={"t": 0}),
    "LATE": LATE("y", treatment="t", instrument="z"),
    "PrincipalStrata": PrincipalStrata(treatment="t", instrument="z"),
    "ATO": ATO("y", do={"t": 1}, versus={"t": 0}),
    "TrimmedATE": TrimmedATE("y", do={"t": 1}, versus={"t": 0}, margin=0.2),
}


def test_every_query_is_held_to_both_backends():
    assert {type(q).__name__ for q in (QUERIES | BINARY).values()} == QUERY_CLASSES


@pytest.fixture(scope="module")
def encouraged():
    """z -> t -> y, all of them yes or no."""
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Bernoulli("z", 0.5, dims="unit")
        t = pm.Bernoulli("t", logit_p=2.0 * z - 1.0, dims="unit")
        pm.Bernoulli("y", logit_p=1.5 * t - 0.5, dims="unit")
    return World.simulate(model, {}, units=60, seed=3)


@pytest.mark.slow
@pytest.mark.parametrize("name", BINARY)
def test_both_backends_agree_on_yes_or_no(name, encouraged):
    one, two = (encouraged.ask(BINARY[name], backend=b) for b in ("numba", "jax"))
    assert one.notnull().all()
    np.testing.assert_allclose(one, two, **CLOSE)


QUICK = ("ITE", "ATE", "QTE")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in QUERIES]
)
def test_both_backends_agree_with_python(name, chain_posterior, quickly, posterior_by_hand):
    """The unoptimised graph in Python is the third."""
    query = QUERIES[name]
    one, two = (chain_posterior.ask(query, backend=b) for b in ("numba", "jax"))
    assert (one.attrs["backend"], two.attrs["backend"]) == ("numba", "jax")
    assert one.dims == two.dims
    np.testing.assert_allclose(one, two, **CLOSE)
    chain_posterior.state.computer._compiled.clear()
    with quickly():
        plain = chain_posterior.ask(query, backend="numba")
    chain_posterior.state.computer._compiled.clear()
    np.testing.assert_allclose(one, plain, **CLOSE)
    error = one.attrs.get("monte_carlo_error", 0.0)
    assert two.attrs.get("monte_carlo_error", 0.0) == pytest.approx(error, rel=1e-9)


class NoJax(StructuralForm):
    """A user's own form, of which JAX knows nothing."""

    jax = False

    def predict(self, noise, *parameters):
        return noise

    def abduct(self, value, *parameters, draws):
        return value


def test_what_does_not_run_on_jax_says_so_by_name(quickly):
    structural_form.register("Foreign")(NoJax)
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", 0.0, 0.5, dims="unit")
        foreign = pm.CustomDist(
            "foreign",
            x,
            dist=lambda m, size: m + pm.Uniform.dist(size=size),
            class_name="Foreign",
            dims="unit",
        )
        pm.Normal("y", foreign, 1.0, dims="unit")
    with quickly():
        world = World.simulate(model, {}, units=10, seed=1)
    refusal = r"'foreign' does not run on JAX.*backend='numba'"
    with pytest.raises(ModelError, match=refusal) as caught:
        world.ask(ITE("y", do={"x": shift(1.0)}), backend="jax")
    assert "\n" not in str(caught.value)
    with quickly():
        assert np.isfinite(world.ask(ITE("y", do={"x": shift(1.0)}), backend="numba")).all()


def given(**parameters):
    return parameters


def softmax(*scores):
    return pm.math.softmax(pm.math.stack(scores, axis=-1), axis=-1)


def powers(m, z):
    return pm.math.exp(0.3 * m + 0.2 * z)


def chance(m, z):
    return pm.math.sigmoid(0.7 * m - 0.2 * z)


CUTS = np.array([-1.0, 0.0, 1.0])
COVARIANCE = np.array([[2.0, 0.6], [0.6, 1.0]])
# Sums, products, powers and links of two causes; whatever can move does.
CONTINUOUS = {
    "Normal": lambda m, z: given(mu=0.3 * m + z, sigma=1.0 + m**2),
    "Laplace": lambda m, z: given(mu=m * z, b=1.0 + m**2),
    "Logistic": lambda m, z: given(mu=m - 0.1 * z, s=2.0),
    "Gumbel": lambda m, z: given(mu=pm.math.sin(m) * z, beta=1.0 + z**2),
    "Cauchy": lambda m, z: given(alpha=m / (1.0 + z**2), beta=powers(m, z)),
    "StudentT": lambda m, z: given(nu=3.0 + m**2, mu=z - 0.7 * m, sigma=1.0 + z**2),
    "LogNormal": lambda m, z: given(mu=0.2 * m + 0.3 * z, sigma=0.5 + 0.1 * m**2),
    "HalfNormal": lambda m, z: given(sigma=powers(m, z)),
    "HalfCauchy": lambda m, z: given(beta=powers(m, z)),
    "Exponential": lambda m, z: given(scale=powers(m, z)),
    "Weibull": lambda m, z: given(alpha=1.5 + m**2, beta=powers(m, z)),
    "Pareto": lambda m, z: given(alpha=2.0 + m**2, m=powers(m, z)),
    "Gamma": lambda m, z: given(alpha=1.5 + m**2, beta=powers(m, z)),
    "InverseGamma": lambda m, z: given(alpha=1.5 + m**2, beta=powers(m, z)),
    "Beta": lambda m, z: given(alpha=0.8 + m**2, beta=powers(m, z)),
    "Uniform": lambda m, z: given(lower=m - 0.1 * z**2, upper=3.0 + m + z**2),
    "Triangular": lambda m, z: given(lower=m - 1.0 - z**2, c=m, upper=m + 2.0 + z**2),
    "TruncatedNormal": lambda m, z: given(mu=0.3 * m + z, sigma=1.0 + m**2, lower=-1.0, upper=2.5),
    "MvNormal": lambda m, z: given(mu=pm.math.stack([m + 0.3 * z, m * z], axis=-1), cov=COVARIANCE),
}
DISCRETE = {
    "Bernoulli": lambda m, z: given(p=chance(m, z)),
    "Geometric": lambda m, z: given(p=chance(m, z)),
    "DiscreteUniform": lambda m, z: given(
        lower=0, upper=9 + pm.math.floor(2.0 * m + 0.1 * z).astype("int64")
    ),
    "Categorical": lambda m, z: given(p=softmax(m + 0.3 * z, 0.0 * m, -m * z)),
    "OrderedLogistic": lambda m, z: given(eta=0.7 * m - 0.2 * z, cutpoints=CUTS),
    "Poisson": lambda m, z: given(mu=3.0 * powers(m, z)),
    "ZeroInflatedPoisson": lambda m, z: given(psi=chance(m, z), mu=3.0 * powers(m, z)),
    "Binomial": lambda m, z: given(n=20, p=chance(m, z)),
    "NegativeBinomial": lambda m, z: given(mu=3.0 * powers(m, z), alpha=2.0 + m**2),
}
FAMILIES = CONTINUOUS | DISCRETE
GROUPS = {
    "location and scale": list(CONTINUOUS)[:6],
    "positive": list(CONTINUOUS)[6:12],
    "gammas": list(CONTINUOUS)[12:15],
    "bounded": list(CONTINUOUS)[15:],
    "categories": list(DISCRETE)[:5],
    "counts": list(DISCRETE)[5:],
}


def model_of(families):
    """m, z -> one variable of each family -> all of them side by side."""
    coords = {"unit": range(1), "axis": range(2), "part": families}
    with pm.Model(coords=coords) as model:
        z = pm.Normal("z", 0.0, 1.0, dims="unit")
        m = pm.Normal("m", 0.2 * z, 0.7, dims="unit")
        parts = []
        for name in families:
            dims = ("unit", "axis") if name == "MvNormal" else "unit"
            v = getattr(pm, name)(name, **FAMILIES[name](m, z), dims=dims)
            parts.append(v.sum(axis=-1) if v.ndim == 2 else v.astype("float64"))
        pm.Deterministic("everything", pm.math.stack(parts, axis=-1), dims=("unit", "part"))
    return model


# Families whose forms are held to both backends without a world around them: `test_form_laws.py`,
# `test_form_vectors.py`, `test_series.py`.
HELD_ELSEWHERE = {
    "AsymmetricLaplace",
    "AutoRegressive",
    "BetaBinomial",
    "CAR",
    "DiracDelta",
    "DirichletMultinomial",
    "Dirichlet",
    "DiscreteWeibull",
    "ExGaussian",
    "GARCH11",
    "HalfStudentT",
    "HyperGeometric",
    "Interpolated",
    "KroneckerNormal",
    "Kumaraswamy",
    "Moyal",
    "Multinomial",
    "MvStudentT",
    "RandomWalk",
    "Rice",
    "SkewNormal",
    "SkewStudentT",
    "StickBreakingWeights",
    "VonMises",
    "Wald",
    "ZeroSumNormal",
}


def test_every_family_is_held_to_both_backends():
    """Those that have a form, and no more; what other tests register have names of their own."""
    given = {type(rv.owner.op) for rv in model_of(list(FAMILIES)).basic_RVs}
    on_jax = {k for k, forms in structural_form._forms.items() if all(f.jax for f in forms)}
    assert given <= on_jax | {pm.distributions.mixture.MixtureRV}  # as inner families say
    others = {k.__name__.removesuffix("RV") for k in on_jax if isinstance(k, type)}
    assert others - {k.__name__.removesuffix("RV") for k in given} == set(HELD_ELSEWHERE)
    assert sorted(FAMILIES) == sorted(f for group in GROUPS.values() for f in group)


@pytest.mark.slow
@pytest.mark.parametrize("known", ["evidence", "noise"])
@pytest.mark.parametrize("group", GROUPS)
def test_families_agree_and_nothing_is_nothing(group, known, quickly):
    """By transport where values are known, by prediction where their noise is."""
    families, units = GROUPS[group], 200
    model = model_of(families)
    with quickly():
        world = World.simulate(model, {}, units=units, seed=2)
        if known == "evidence":
            data = world.data.drop_vars("everything", errors="ignore")
            world = World.from_evidence(model, {}, data, seed=3)
    amount = np.where(np.arange(units) % 2, 0.5, 0.0)
    query = ITE("everything", do={"m": shift(amount)})
    one, two = (world.ask(query, backend=b) for b in ("numba", "jax"))
    for answer in (one, two):
        assert (answer[amount == 0.0] == 0.0).all()
        assert (answer[amount != 0.0] != 0.0).any("unit").all()
    for family in families:
        ours, theirs = (answer.sel(part=family) for answer in (one, two))
        if family in DISCRETE:
            np.testing.assert_array_equal(ours, theirs)
        else:
            np.testing.assert_allclose(ours, theirs, **CLOSE)
