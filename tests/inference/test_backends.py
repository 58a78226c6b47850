"""numba and JAX give one answer; what does not run on JAX says so by name."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    ATE,
    ATT,
    CATE,
    ITE,
    QTE,
    Counterfactual,
    ModelError,
    PotentialOutcome,
    World,
    policy,
    replace_by,
    scale,
    set_to,
    shift,
)

CLOSE = {"rtol": 1e-10, "atol": 1e-10}
EDGES = {"z": [0.0, 1.0]}

QUERIES = {
    "ITE": ITE("total", do={"x": shift(0.5)}, versus={"z": 0.0}),
    "Counterfactual": Counterfactual("total", do=[{"x": 1.0}, {"beta": scale(2.0)}]),
    "PotentialOutcome": PotentialOutcome("total", do={"x": 1.0}, units="new"),
    "ATE": ATE("total", do={"x": policy(lambda v: v["z"] ** 2)}, units="new", size=50),
    "ATT": ATT("y", do={"x": 1.0}, where=lambda v: v["z"] > 0),
    "CATE": CATE("y", do={"x": shift(1.0, where=lambda v: v["x"] > 0)}, by=EDGES),
    "QTE": QTE("total", do={"x": replace_by(pm.Normal.dist(1.0, 2.0))}),
    "expectation": ITE("y", do={"x": set_to(np.arange(40.0))}, expectation=True, summary=True),
}


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


def test_nothing_is_nothing_to_rounding_on_jax(chain_posterior):
    """XLA contracts products and sums as it likes in each world: exact zeros need numba."""
    for query in (
        ITE("total", do={"x": shift(0)}),
        ATE("total", do={"z": shift(0)}, units="new"),
    ):
        assert (abs(chain_posterior.ask(query, backend="jax")) < 1e-14).all()


def counts() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", 0.0, 0.5, dims="unit")
        visits = pm.Poisson("visits", pm.math.exp(x), dims="unit")
        pm.Normal("y", visits, 1.0, dims="unit")
    return model


def test_what_does_not_run_on_jax_says_so_by_name(quickly):
    with quickly():
        world = World.simulate(counts(), {}, units=10, seed=1)
    refusal = r"'visits' does not run on JAX.*backend='numba'"
    with pytest.raises(ModelError, match=refusal) as caught:
        world.ask(ITE("y", do={"x": shift(1.0)}), backend="jax")
    assert "\n" not in str(caught.value)
    with quickly():
        assert np.isfinite(world.ask(ITE("y", do={"x": shift(1.0)}), backend="numba")).all()


FAMILIES = {
    "Laplace": lambda m: pm.Laplace("v", m, 1.0 + m**2, dims="unit"),
    "LogNormal": lambda m: pm.LogNormal("v", m, 0.5, dims="unit"),
    "HalfNormal": lambda m: pm.HalfNormal("v", pm.math.exp(m), dims="unit"),
    "Exponential": lambda m: pm.Exponential("v", scale=pm.math.exp(m), dims="unit"),
    "Weibull": lambda m: pm.Weibull("v", 1.5 + m**2, pm.math.exp(m), dims="unit"),
    "Gamma": lambda m: pm.Gamma("v", 2.5, pm.math.exp(m), dims="unit"),
    "StudentT": lambda m: pm.StudentT("v", nu=4.3, mu=m, sigma=1.0, dims="unit"),
    "Bernoulli": lambda m: pm.Bernoulli("v", logit_p=m, dims="unit"),
    "Categorical": lambda m: pm.Categorical(
        "v", p=pm.math.softmax(pm.math.stack([m, 0 * m, -m], axis=-1), axis=-1), dims="unit"
    ),
}


# Their inverse incomplete functions have no JAX version yet.
REFUSED = {"Gamma", "StudentT"}


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_families_agree_or_refuse_by_name(family, quickly):
    with pm.Model(coords={"unit": range(1)}) as model:
        m = pm.Normal("m", 0.0, 0.7, dims="unit")
        FAMILIES[family](m)
    with quickly():
        made = World.simulate(model, {}, units=50, seed=2)
        world = World.from_evidence(model, {}, made.data, seed=3)
    query = PotentialOutcome("v", do={"m": shift(0.5)})
    one = world.ask(query, backend="numba")
    assert (one != made.data["v"].to_numpy()).any()
    assert (world.ask(ITE("v", do={"m": shift(0.0)}), backend="numba") == 0).all()
    nothing = ATE("v", do={"m": shift(0.0)}, units="new")
    assert float(world.ask(nothing, backend="numba")) == 0
    if family in REFUSED:
        with pytest.raises(ModelError, match="'v' does not run on JAX"):
            world.ask(query, backend="jax")
        return
    two = world.ask(query, backend="jax")
    np.testing.assert_allclose(one, two, **CLOSE)
    assert (abs(world.ask(ITE("v", do={"m": shift(0.0)}), backend="jax")) < 1e-12).all()
