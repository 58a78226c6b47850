"""Values that a variable cannot take: of any family, under numbers that are known."""

import numpy as np
import pymc as pm
import pytest
from pymc.distributions.transforms import ordered

from ifonly.inference import (
    ATE,
    DataError,
    ModelError,
    QueryError,
    World,
    condition,
    scale,
    set_to,
    shift,
)

N = 4
pytestmark = pytest.mark.usefixtures("quick_compile")


def one(family) -> pm.Model:
    """A model of one mechanism y, whose family gets a parameter b > 0 and a covariate x."""
    with pm.Model(coords={"unit": range(1)}) as model:
        b = pm.HalfNormal("b", 10.0)
        x = pm.Normal("x", dims="unit")
        family("y", b, x)
    return model


EVIDENCE = {
    "no part above zero": (
        lambda n, b, x: pm.HurdleGamma(
            n, psi=b - 3.0, alpha=2.0, beta=1.0, dims="unit", default_transform=None
        ),
        0.0,
        1.0,
        "Hurdle cannot give here",
    ),
    "uniform": (lambda n, b, x: pm.Uniform(n, 0, b, dims="unit"), 2.5, 3.5, "greatest value is 3"),
    "binomial": (
        lambda n, b, x: pm.Binomial(n, n=b.astype(int), p=0.5, dims="unit"),
        3,
        4,
        "greatest value is 3",
    ),
    "triangular": (
        lambda n, b, x: pm.Triangular(n, lower=-b, c=0.0, upper=b, dims="unit"),
        -2.9,
        -3.1,
        "least value is -3",
    ),
    "truncated": (
        lambda n, b, x: pm.TruncatedNormal(n, 0, 1, lower=-1, upper=b / 2, dims="unit"),
        1.4,
        1.6,
        "greatest value is 1.5",
    ),
    "discrete uniform": (
        lambda n, b, x: pm.DiscreteUniform(n, 0, 2 * b.astype(int), dims="unit"),
        6,
        7,
        "greatest value is 6",
    ),
    "pareto": (lambda n, b, x: pm.Pareto(n, 2.0, m=b, dims="unit"), 3.5, 2.5, "least value is 3"),
    "no chance": (
        lambda n, b, x: pm.Bernoulli(n, p=pm.math.switch(b > 5, 0.5, 0.0), dims="unit"),
        0,
        1,
        "Bernoulli cannot give",
    ),
    "no category": (
        lambda n, b, x: pm.Categorical(n, p=[1 - b / 3, b / 6, b / 6], dims="unit"),
        2,
        0,
        "Categorical cannot give",
    ),
}


@pytest.mark.parametrize("case", EVIDENCE, ids=str)
def test_evidence_that_known_parameters_rule_out(case):
    family, good, bad, reason = EVIDENCE[case]
    model, parameters = one(family), {"b": 3.0}
    data = {"x": np.zeros(N), "y": np.array([good] * N)}
    World.from_evidence(model, parameters, data, seed=1)
    data["y"] = np.array([good, good, bad, good])
    with pytest.raises(DataError, match=f"column 'y' holds {bad}.*{reason}") as caught:
        World.from_evidence(model, parameters, data, seed=1)
    assert "\n" not in str(caught.value)


def test_bounds_that_depend_on_other_columns():
    model = one(lambda n, b, x: pm.Uniform(n, x, x + 1.0, dims="unit"))
    data = {"x": np.arange(4.0), "y": np.arange(4.0) + 0.5}
    World.from_evidence(model, {"b": 1.0}, data)
    data["y"] = np.array([0.5, 1.5, 3.5, 3.5])
    with pytest.raises(DataError, match=r"'y' holds 3.5.*Uniform \(its greatest value is 3\)"):
        World.from_evidence(model, {"b": 1.0}, data)
    with pytest.raises(DataError, match=r"'y' holds 3.5.*Uniform \(its greatest value is 3\)"):
        condition(model, data, progress=False)
    # Without the column, nobody can tell.
    World.from_evidence(model, {"b": 1.0}, {"y": data["y"]})


def test_the_edges_of_a_support_belong_to_it():
    model = one(lambda n, b, x: pm.Uniform(n, -b, b, dims="unit"))
    world = World.from_evidence(model, {"b": 3.0}, {"x": np.zeros(2), "y": [-3.0, 3.0]})
    np.testing.assert_array_equal(world.noise["y"], [0.0, 1.0])


def with_parameter(make) -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        p = make()
        pm.Normal("y", p.sum(), 1.0, dims="unit")
    return model


def cholesky():
    return pm.LKJCholeskyCov(
        "p", n=2, eta=2.0, sd_dist=pm.Exponential.dist(1.0), compute_corr=False
    )


PARAMETERS = {
    "simplex": (lambda: pm.Dirichlet("p", np.ones(3)), [0.2, 0.3, 0.5], [0.5, 0.5, 0.5]),
    "simplex below zero": (lambda: pm.Dirichlet("p", np.ones(3)), [1.0, 0, 0], [1.5, -0.5, 0.0]),
    "simplexes": (
        lambda: pm.Dirichlet("p", np.ones((2, 2))),
        [[0.5, 0.5], [0.1, 0.9]],
        [[0.5, 0.5], [0.2, 0.9]],
    ),
    "ordered": (
        lambda: pm.Normal("p", 0, 1, shape=3, transform=ordered, initval=None),
        [-1.0, 0.5, 2.0],
        [0.5, -1.0, 2.0],
    ),
    "cholesky": (cholesky, [1.0, 0.3, 2.0], [1.0, 0.3, -2.0]),
    "circle": (lambda: pm.VonMises("p", 0.0, 1.0, shape=1), [3.0], [4.0]),
    "zero sum": (lambda: pm.ZeroSumNormal("p", shape=3), [1.0, -3.0, 2.0], [1.0, 1.0, 1.0]),
    "mixed": (
        lambda: pm.Truncated("p", pm.Gamma.dist(2.0, 1.0), lower=1.0, shape=1),
        [1.5],
        [0.5],
    ),
    "depends on another": (
        lambda: pm.Uniform("p", 0.0, pm.HalfNormal("top", 1.0), shape=1),
        [0.5],
        [2.5],
    ),
}


@pytest.mark.parametrize("case", PARAMETERS, ids=str)
def test_parameters_outside_their_support(case):
    make, good, bad = PARAMETERS[case]
    model, top = with_parameter(make), {"top": 2.0} if "another" in case else {}
    data = {"y": np.zeros(N)}
    world = World.from_evidence(model, {"p": good, **top}, data)
    for call in (
        lambda: World.simulate(model, {"p": bad, **top}, units=3, seed=1),
        lambda: World.from_evidence(model, {"p": bad, **top}, data),
    ):
        with pytest.raises(ModelError, match=r"parameter 'p' is .*(cannot give|support)") as caught:
            call()
        assert "\n" not in str(caught.value)
    effect = world.ask(ATE("y", do={"p": set_to(good)}))
    assert float(effect) == 0.0
    with pytest.raises(QueryError, match="'p' gives values outside the support"):
        world.ask(ATE("y", do={"p": set_to(bad)}))


def test_soft_interventions_on_a_simplex():
    world = World.from_evidence(
        with_parameter(lambda: pm.Dirichlet("p", np.ones(2))), {"p": [0.5, 0.5]}, {"y": [0.0]}
    )
    assert float(world.ask(ATE("y", do={"p": shift([0.1, -0.1])}))) == pytest.approx(0.0)
    for change in (shift(0.1), scale(2.0), shift([0.6, -0.6])):
        with pytest.raises(QueryError, match="'p' gives values outside the support"):
            world.ask(ATE("y", do={"p": change}))


def test_on_numba_a_simplex_per_draw(posterior_by_hand):
    model = with_parameter(lambda: pm.Dirichlet("p", np.ones(2)))
    posterior = posterior_by_hand(model, {"y": [0.0, 1.0]}, {"p": np.full((1, 3, 2), 0.5)})
    with pytest.raises(QueryError, match="'p' gives values outside the support"):
        posterior.ask(ATE("y", do={"p": set_to([0.5, 0.6])}))
    assert (posterior.ask(ATE("y", do={"p": set_to([0.4, 0.6])})) == 0).all()
