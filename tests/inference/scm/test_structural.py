"""The structural transform: names, laws and values, against the algebra and PyMC's own draws."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest

from ifonly.inference import (
    ITE,
    Counterfactual,
    ModelError,
    PotentialOutcome,
    World,
    scale,
    shift,
    structural,
)

UNITS = 30
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def direct() -> pm.Model:
    """A mechanism that is itself the parameter of the next, without an operation between."""
    with pm.Model(coords={"unit": range(UNITS)}) as model:
        sd = pm.HalfNormal("sd", 1.0)
        a = pm.Normal("a", 0.0, 1.0, dims="unit")
        b = pm.Normal("b", a, sd, dims="unit")
        pm.Normal("c", b, pm.math.exp(a), dims="unit")
    return model


def hierarchy() -> pm.Model:
    """Group effects under a hyperprior, by given groups; a covariate; chained deterministics."""
    groups = np.arange(UNITS) % 3
    with pm.Model(coords={"unit": range(UNITS), "group": ["a", "b", "c"]}) as model:
        group = pm.Data("group_of", groups, dims="unit")
        age = pm.Data("age", np.linspace(-1, 1, UNITS), dims="unit")
        centre = pm.Normal("centre", 0.0, 1.0)
        spread = pm.HalfNormal("spread", 1.0)
        effect = pm.Normal("effect", centre, spread, dims="group")
        slope = pm.Normal("slope", 0.0, 1.0)
        x = pm.Normal("x", effect[group] + slope * age, 0.7, dims="unit")
        first = pm.Deterministic("first", x * effect[group], dims="unit")
        second = pm.Deterministic("second", first + age, dims="unit")
        pm.Deterministic("range", effect.max() - effect.min())
        pm.Normal("y", second, 0.2, dims="unit")
    return model


HIERARCHY = {"centre": 0.2, "spread": 1.1, "effect": [0.5, -1.0, 2.0], "slope": 0.7}


def vector() -> pm.Model:
    """Mechanisms with a second axis, and one that sums over it."""
    with pm.Model(coords={"unit": range(UNITS), "item": ["p", "q"]}) as model:
        weight = pm.Normal("weight", 0.0, 1.0, dims="item")
        taste = pm.Normal("taste", weight, 1.0, dims=("unit", "item"))
        rating = pm.Normal("rating", 2.0 * taste + weight, 0.3, dims=("unit", "item"))
        pm.Normal("spend", (rating * weight).sum(axis=-1), 0.7, dims="unit")
    return model


@pytest.mark.parametrize(("make", "mechanisms"), [(direct, "abc"), (hierarchy, "xy")])
def test_names(make, mechanisms):
    model = make()
    form = structural(model)
    assert set(form.named_vars) == set(model.named_vars) | {f"{v}_noise" for v in mechanisms}
    assert {v.name for v in form.free_RVs} == {
        v.name for v in model.free_RVs if v.name not in mechanisms
    } | {f"{v}_noise" for v in mechanisms}
    for name in mechanisms:
        assert form[name] in form.deterministics
        assert form.named_vars_to_dims[f"{name}_noise"] == ("unit",)
        assert form.named_vars_to_dims[name] == model.named_vars_to_dims[name]
        assert form[name].dtype == model[name].dtype
    assert set(model.named_vars) == set(make().named_vars), "the model itself was changed"


@pytest.mark.usefixtures("quick_compile")
def test_vector_mechanisms_have_a_noise_per_entry():
    form = structural(vector())
    assert form.named_vars_to_dims["taste_noise"] == ("unit", "item")
    assert form["rating"].eval().shape == (UNITS, 2)


@pytest.mark.usefixtures("quick_compile")
def test_noise_does_not_depend_on_parents():
    form = structural(hierarchy())
    for name in ("x_noise", "y_noise"):
        assert pm.logp(form[name], 0.7).eval().tolist() == pytest.approx([-1.1639385] * UNITS)


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("make", [direct, hierarchy, vector])
def test_log_density_is_that_of_the_model_by_change_of_variables(make):
    """log p(value) = log p(noise) - log |d value / d noise|, for each mechanism and draw."""
    model, form = make(), structural(make())
    noises = [v for v in form.free_RVs if v.name.endswith("_noise")]
    mechanisms = [v.name.removesuffix("_noise") for v in noises]
    others = [v for v in form.free_RVs if v not in noises]
    wanted = [*others, *noises, *(form[n] for n in mechanisms)]
    point = dict(zip([v.name for v in wanted], pm.draw(wanted, random_seed=4), strict=True))
    given = {n: v for n, v in point.items() if n in [w.name for w in others]}
    fixed, free = pm.do(model, given), pm.do(form, given)
    at_values = fixed.compile_logp()({n: point[n] for n in mechanisms})
    at_noise = free.compile_logp()({v.name: point[v.name] for v in noises})
    slopes = [
        pt.grad(free[n].sum(), free[f"{n}_noise"], disconnected_inputs="ignore") for n in mechanisms
    ]
    inputs = [free[v.name] for v in noises]
    evaluate = pytensor.function(inputs, slopes, on_unused_input="ignore")
    jacobian = sum(np.log(abs(s)).sum() for s in evaluate(*(point[v.name] for v in noises)))
    assert at_values == pytest.approx(at_noise - jacobian, rel=1e-12)


@pytest.mark.usefixtures("quick_compile")
def test_the_marginal_law_is_unchanged():
    """Means, covariances and tails of draws, within six standard errors."""
    size = 3000
    with pm.Model(coords={"unit": range(size)}) as model:
        a = pm.Normal("a", 1.0, 2.0, dims="unit")
        b = pm.LogNormal("b", 0.3 * a, 0.5, dims="unit")
        pm.Laplace("c", b, 1.0 + b, dims="unit")
    form = structural(model)
    ours = np.array(pm.draw([form[n] for n in "abc"], random_seed=1))
    theirs = np.array(pm.draw([model[n] for n in "abc"], random_seed=2))
    ours[1:], theirs[1:] = np.arcsinh(ours[1:]), np.arcsinh(theirs[1:])
    for f in (lambda v: v, lambda v: v**2, lambda v: v * np.roll(v, 1, axis=0)):
        error = np.sqrt((f(ours).var(axis=1) + f(theirs).var(axis=1)) / size)
        assert (abs(f(ours).mean(axis=1) - f(theirs).mean(axis=1)) < 6 * error).all()


@pytest.mark.usefixtures("quick_compile")
def test_counterfactuals_equal_the_algebra_where_parents_are_parameters():
    with pm.Model(coords={"unit": range(1)}) as model:
        sd = pm.HalfNormal("sd", 1.0)
        a = pm.Normal("a", 0.0, 1.0, dims="unit")
        b = pm.Normal("b", a, sd, dims="unit")
        pm.Normal("c", b, pm.math.exp(a), dims="unit")
    world = World.simulate(model, {"sd": 0.4}, units=UNITS, seed=1)
    a, b, c = (world.everything[n].to_numpy() for n in "abc")
    after = (b + 0.5) + np.exp(a + 0.5) * (c - b) / np.exp(a)
    answer = world.ask(Counterfactual("c", do={"a": shift(0.5)}))
    np.testing.assert_allclose(answer, after, **EXACT)
    known = World.from_evidence(model, {"sd": 0.4}, world.data)
    np.testing.assert_allclose(known.ask(Counterfactual("c", do={"a": shift(0.5)})), after, **EXACT)
    np.testing.assert_allclose(known.noise["b"], (b - a) / 0.4, **EXACT)
    np.testing.assert_allclose(known.noise["b"], world.noise["b"], rtol=1e-9, atol=1e-9)


@pytest.fixture(scope="module")
def hierarchy_world(quickly) -> World:
    with quickly():
        return World.simulate(hierarchy(), HIERARCHY, units=UNITS, seed=8)


def hierarchy_algebra(effect, slope, age, group, n_x, n_y):
    x = effect[group] + slope * age + 0.7 * n_x
    first = x * effect[group]
    return x, first, first + age, first + age + 0.2 * n_y


@pytest.mark.usefixtures("quick_compile")
def test_hierarchies_covariates_and_chained_deterministics(hierarchy_world):
    w, effect = hierarchy_world, np.array(HIERARCHY["effect"])
    group, age = np.arange(UNITS) % 3, np.linspace(-1, 1, UNITS)
    n_x, n_y = w.noise["x"].to_numpy(), w.noise["y"].to_numpy()
    natural = hierarchy_algebra(effect, 0.7, age, group, n_x, n_y)
    for name, value in zip(("x", "first", "second", "y"), natural, strict=True):
        np.testing.assert_allclose(w.everything[name], value, **EXACT)
    older = hierarchy_algebra(effect, 0.7, age + 1.0, group, n_x, n_y)
    np.testing.assert_allclose(
        w.ask(Counterfactual("y", do={"age": shift(1.0)})), older[-1], **EXACT
    )
    moved = hierarchy_algebra(np.array([0.5, 3.0, 2.0]), 0.7, age, group, n_x, n_y)
    answer = w.ask(Counterfactual("y", do={"effect": np.array([0.5, 3.0, 2.0])}))
    np.testing.assert_allclose(answer, moved[-1], **EXACT)
    double = hierarchy_algebra(2 * effect, 0.7, age, group, n_x, n_y)
    np.testing.assert_allclose(
        w.ask(Counterfactual("second", do={"effect": scale(2.0)})), double[2], **EXACT
    )
    regrouped = hierarchy_algebra(effect, 0.7, age, (group + 1) % 3, n_x, n_y)
    answer = w.ask(Counterfactual("y", do={"group_of": (group + 1) % 3}))
    np.testing.assert_allclose(answer, regrouped[-1], **EXACT)


@pytest.mark.usefixtures("quick_compile")
def test_a_hyperparameter_moves_the_group_effects_with_their_own_noise(hierarchy_world):
    """centre and spread are causes of effect: its standardised deviations stay."""
    w, effect = hierarchy_world, np.array(HIERARCHY["effect"])
    group, age = np.arange(UNITS) % 3, np.linspace(-1, 1, UNITS)
    n_x, n_y = w.noise["x"].to_numpy(), w.noise["y"].to_numpy()
    moved = 1.2 + 2.2 * (effect - 0.2) / 1.1
    after = hierarchy_algebra(moved, 0.7, age, group, n_x, n_y)
    answer = w.ask(Counterfactual("y", do={"centre": shift(1.0), "spread": scale(2.0)}))
    np.testing.assert_allclose(answer, after[-1], **EXACT)


@pytest.mark.usefixtures("quick_compile")
def test_groups_in_a_posterior(hierarchy_world, posterior_by_hand):
    """Abduction per draw, with the effect of the unit's own group; covariates are data."""
    w, rng = hierarchy_world, np.random.default_rng(0)
    draws = {
        "centre": rng.normal(size=(2, 4)),
        "spread": rng.uniform(0.5, 1, (2, 4)),
        "effect": rng.normal(size=(2, 4, 3)),
        "slope": rng.normal(size=(2, 4)),
    }
    posterior = posterior_by_hand(hierarchy(), w.data, draws)
    group, age = np.arange(UNITS) % 3, np.linspace(-1, 1, UNITS)
    x, y = w.everything["x"].to_numpy(), w.everything["y"].to_numpy()
    effect = draws["effect"][..., group]
    n_y = (y - x * effect - age) / 0.2
    after = (x + 0.5) * effect + age + 0.2 * n_y
    answer = posterior.ask(Counterfactual("y", do={"x": shift(0.5)}))
    assert answer.dims == ("chain", "draw", "unit")
    np.testing.assert_allclose(answer, after, rtol=1e-10, atol=1e-10)


@pytest.mark.usefixtures("quick_compile")
def test_vector_mechanisms():
    weight = np.array([0.5, -2.0])
    w = World.simulate(vector(), {"weight": weight}, units=UNITS, seed=3)
    taste, noise = w.everything["taste"].to_numpy(), w.noise["rating"].to_numpy()
    assert taste.shape == noise.shape == (UNITS, 2)
    rating = 2.0 * (taste + 1.0) + weight + 0.3 * noise
    after = (rating * weight).sum(-1) + 0.7 * w.noise["spend"].to_numpy()
    answer = w.ask(Counterfactual("spend", do={"taste": shift(1.0)}))
    np.testing.assert_allclose(answer, after, **EXACT)
    known = World.from_evidence(vector(), {"weight": weight}, w.data)
    answer = known.ask(Counterfactual("spend", do={"taste": shift(1.0)}))
    np.testing.assert_allclose(answer, after, rtol=1e-10, atol=1e-10)
    answer = w.ask(PotentialOutcome("rating", do={"taste": shift(1.0)}))
    assert answer.dims == ("unit", "item")
    assert answer["item"].to_numpy().tolist() == ["p", "q"]
    np.testing.assert_allclose(answer, rating, **EXACT)


@pytest.mark.usefixtures("quick_compile")
def test_interventions_on_vector_mechanisms_per_unit_entry_and_both():
    w = World.simulate(vector(), {"weight": np.array([0.5, -2.0])}, units=UNITS, seed=3)
    per_unit, full = np.arange(UNITS) * 1.0, np.arange(2.0 * UNITS).reshape(UNITS, 2)
    where = np.arange(UNITS) < 5
    taste = w.everything["taste"].to_numpy()
    for action, expected in (
        (per_unit, np.repeat(per_unit[:, None], 2, axis=1)),
        (full, full),
        (shift(full, where=where), taste + np.where(where[:, None], full, 0)),
        (shift(1.0, where=lambda v: v["taste"] > 0), taste + (taste > 0)),
        (shift(1.0, where=lambda v: v["taste"][:, 0] > 0), taste + (taste[:, :1] > 0)),
    ):
        answer = w.ask(PotentialOutcome("taste", do={"taste": action}))
        np.testing.assert_allclose(answer, expected, **EXACT)


@pytest.mark.usefixtures("quick_compile")
def test_the_unit_dimension_may_have_another_name():
    with pm.Model(coords={"person": range(2)}) as model:
        x = pm.Normal("x", 0.0, 1.0, dims="person")
        pm.Normal("y", 3.0 * x, 1.0, dims="person")
    assert "y_noise" in structural(model, unit="person").named_vars
    world = World.simulate(model, {}, units=4, seed=1, unit="person")
    answer = world.ask(ITE("y", do={"x": shift(1.0)}))
    assert answer.dims == ("person",)
    np.testing.assert_allclose(answer, 3.0, **EXACT)
    with pytest.raises(ModelError, match="no variable carries 'unit'"):
        structural(model)


def test_what_has_no_form_is_refused_by_name_with_the_way_out():
    with pm.Model(coords={"unit": range(2)}) as model:
        pm.PolyaGamma("tilt", 1.0, 0.0, dims="unit")
    with pytest.raises(ModelError, match=r"PG \(variable 'tilt'\).*form\.register"):
        structural(model)


@pytest.mark.usefixtures("quick_compile")
def test_constants_are_not_held_in_single_precision():
    """PyTensor holds 1.5 in 32 bits, and so computes 1 / 1.5 to seven digits."""
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Weibull("wait", alpha=1.5, beta=2, dims="unit")
    world = World.simulate(model, {}, units=5, seed=1)
    wait = 2.0 * world.noise["wait"] ** (1.0 / 1.5)
    np.testing.assert_allclose(world.everything["wait"], wait, rtol=1e-14)


def test_a_parameter_may_have_the_name_that_noise_has():
    with pm.Model(coords={"unit": range(4)}) as model:
        y_noise = pm.HalfNormal("y_noise", 1.0)
        x = pm.Normal("x", 0.0, 1.0, dims="unit")
        pm.Normal("y", 2.0 * x, y_noise, dims="unit")
    assert {"y_noise", "y_noise_", "x_noise"} <= set(structural(model).named_vars)
    world = World.simulate(model, {"y_noise": 3.0}, units=4, seed=1)
    everything, noise = world.everything, world.noise
    np.testing.assert_allclose(everything["y"], 2.0 * everything["x"] + 3.0 * noise["y"], **EXACT)
