"""What couplings claim, held against algebra; what has no form, refused by name."""

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference.errors import ModelError
from ifonly.inference.families.form import LAWS, StructuralForm, structural_form

N = 40_000


def couple(rv, coupling, value, old, new, seed=3):
    """Return the counterfactual of each value, by the compiled abduction and prediction."""
    form = structural_form.of(rv, coupling)
    inputs = [pt.tensor(shape=(None,) * np.ndim(x), dtype="float64") for x in old]
    width = form.width(*inputs)
    shape = (len(value),) if width is None else (len(value), np.shape(old[0])[-1])
    draws = LAWS[form.law].sample(np.random.default_rng(seed), shape)
    noise = form.abduct(pt.constant(value), *inputs, draws=pt.constant(draws))
    abduct = pytensor.function(inputs, noise, on_unused_input="ignore")
    given = pt.tensor(shape=(None,) * noise.ndim, dtype="float64")
    predict = pytensor.function([given, *inputs], form.predict(given, *inputs))
    held = abduct(*[np.asarray(x, float) for x in old])
    return [predict(held, *[np.asarray(x, float) for x in side]) for side in new]


@pytest.mark.parametrize(("y", "mean"), [(5, 4.0), (3000, 2900.0)])
def test_a_poisson_process_thins_and_adds(y, mean):
    value = np.full(N, y)
    means = [0.25 * mean, 0.9 * mean, 1.0 * mean, 1.1 * mean, 1.5 * mean]
    worlds = couple(pm.Poisson.dist(mean), "process", value, (mean,), [(m,) for m in means])
    for m, moved in zip(means, worlds, strict=True):
        down = m <= mean
        expected = y * m / mean if down else y + m - mean
        spread = np.sqrt((y * m / mean * (1 - m / mean) if down else m - mean) / N)
        assert abs(moved.mean() - expected) <= 4.5 * spread
    assert (np.diff(worlds, axis=0) >= 0).all()
    np.testing.assert_array_equal(worlds[2], value)


def test_fresh_worlds_share_one_process():
    form = structural_form.of(pm.Poisson.dist(1.0), "process")
    noise = form.embed(pt.constant(np.random.default_rng(1).random(N)))
    worlds = [form.predict(noise, pt.constant(m)).eval() for m in (2.0, 50.0, 51.0)]
    assert (np.diff(worlds, axis=0) >= 0).all()
    gap = worlds[2] - worlds[1]
    assert abs(gap.mean() - 1.0) < 4.5 / np.sqrt(N)
    assert abs(gap.var() - 1.0) < 0.06


def test_a_binomial_process_keeps_and_adds_trials():
    value = np.full(N, 4)
    worlds = couple(
        pm.Binomial.dist(10, 0.4), "process", value, (10.0, 0.4), [(10.0, 0.2), (10.0, 0.7)]
    )
    # 4 successes kept with chance 1/2; 6 failures turned with chance .3 / .6.
    assert abs(worlds[0].mean() - 2.0) < 4.5 / np.sqrt(N)
    assert abs(worlds[1].mean() - 7.0) < 4.5 * np.sqrt(1.5 / N)


def test_a_negative_binomial_scales_its_gamma():
    # lambda | y ~ Gamma(n + y, 1 - p); with a common n a larger mean adds lambda (s' / s - 1).
    n, p, q, y = 2.0, 0.5, 0.25, 3
    moved = couple(pm.NegativeBinomial.dist(n=n, p=p), "process", np.full(N, y), (n, p), [(n, q)])[
        0
    ]
    rate = (1 - q) / q / ((1 - p) / p) - 1.0
    gamma_mean, gamma_var = (n + y) * (1 - p), (n + y) * (1 - p) ** 2
    spread = np.sqrt((rate * gamma_mean + rate**2 * gamma_var) / N)
    assert abs(moved.mean() - (y + rate * gamma_mean)) < 4.5 * spread


@pytest.mark.parametrize("coupling", ["monotone", "gumbel_max"])
def test_two_categories_agree_whatever_the_coupling(coupling):
    # P(Y' = 1 | Y = 0) = (p' - p) / (1 - p) when p' > p.
    moved = couple(
        pm.Categorical.dist([0.7, 0.3]), coupling, np.zeros(N, int), ([0.7, 0.3],), [([0.4, 0.6],)]
    )[0]
    expected = (0.6 - 0.3) / 0.7
    assert abs(moved.mean() - expected) < 4.5 * np.sqrt(expected * (1 - expected) / N)


def test_three_categories_part():
    old, new = [0.2, 0.3, 0.5], [0.5, 0.3, 0.2]
    value = np.full(N, 2)
    rv = pm.Categorical.dist(old)
    gumbel = couple(rv, "gumbel_max", value, (old,), [(new,)])[0]
    monotone = couple(rv, "monotone", value, (old,), [(new,)])[0]
    # Monotone: u in (.5, 1]; category 0 has no part of it but its edge, 1 has .3 of .5.
    assert abs(np.mean(monotone == 1) - 0.6) < 0.012
    assert np.mean(monotone == 0) < 1e-3
    assert np.mean(gumbel == 0) > 0.3


@pytest.mark.parametrize("coupling", ["gumbel_max", "monotone", "independent"])
@pytest.mark.parametrize("p", [[0.0, 0.4, 0.6], [0.5, 1e-20, 0.5], [1.0, 0.0, 0.0]])
def test_unlikely_and_impossible_categories_round_trip(p, coupling):
    value = np.repeat([k for k in range(3) if p[k] > 0], 500)
    back = couple(pm.Categorical.dist(p), coupling, value, (p,), [(p,)])[0]
    np.testing.assert_array_equal(back, value)


def test_independent_worlds_are_independent():
    value = np.random.default_rng(5).binomial(1, 0.5, N)
    worlds = couple(pm.Bernoulli.dist(0.5), "independent", value, (0.5,), [(0.4,), (0.6,), (0.5,)])
    for moved in worlds[:2]:
        assert abs(np.corrcoef(value, moved)[0, 1]) < 4.5 / np.sqrt(N)
    assert abs(np.corrcoef(worlds[0], worlds[1])[0, 1]) < 4.5 / np.sqrt(N)
    np.testing.assert_array_equal(worlds[2], value)


def test_a_multivariate_normal_is_whitened():
    rng = np.random.default_rng(2)
    old, new = np.array([[2.0, 0.6], [0.6, 1.0]]), np.array([[1.0, -0.3], [-0.3, 3.0]])
    value, mean = rng.normal(size=(50, 2)), np.array([1.0, 2.0])
    form = structural_form.of(pm.MvNormal.dist(mean, old))
    parameters, others = (tuple(pt.constant(x) for x in (mean, c)) for c in (old, new))
    draws = pt.constant(np.zeros((50, 2)))
    white = np.linalg.solve(np.linalg.cholesky(old), (value - mean).T)
    expected = mean + (np.linalg.cholesky(new) @ white).T
    moved = form.transport(pt.constant(value), parameters, others, draws).eval()
    np.testing.assert_allclose(moved, expected, rtol=1e-12)
    noise = form.abduct(pt.constant(value), *parameters, draws=draws)
    np.testing.assert_allclose(form.predict(noise, *others).eval(), expected, rtol=1e-12)
    still = tuple(pt.constant(x.copy()) for x in (mean, old))
    np.testing.assert_array_equal(
        form.transport(pt.constant(value), parameters, still, draws).eval(), value
    )


def test_a_multivariate_normal_runs_on_jax():
    rng = np.random.default_rng(3)
    form = structural_form.of(pm.MvNormal.dist(np.zeros(2), np.eye(2)))
    value, mean, other = (pt.matrix(name) for name in ("value", "mean", "other"))
    root, changed = pt.matrix("root"), pt.matrix("changed")
    arguments = [value, mean, root, other, changed]
    draws = pt.zeros_like(value)
    noise = form.abduct(value, mean, root, draws=draws)
    outputs = [
        noise,
        form.predict(noise, other, changed),
        form.transport(value, (mean, root), (other, changed), draws),
        form.transport(value, (mean, root), (other, root), draws),
    ]
    numbers = [rng.normal(size=(20, 2)) for _ in range(3)]
    numbers[2:2] = [np.array([[2.0, 0.6], [0.6, 1.0]])]
    numbers.append(np.array([[1.0, -0.3], [-0.3, 3.0]]))
    ours = pytensor.function(arguments, outputs, mode="NUMBA")(*numbers)
    theirs = pytensor.function(arguments, outputs, mode="JAX")(*numbers)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(np.asarray(b), a, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(ours[1], ours[2], rtol=1e-12)


def test_defaults_and_recognition():
    assert structural_form.of(pm.Categorical.dist([0.5, 0.5])).coupling == "gumbel_max"
    ordered = pm.OrderedLogistic.dist(eta=pt.vector(), cutpoints=np.array([-1.0, 1.0]))
    assert structural_form.of(ordered).coupling == "monotone"
    probit = pm.OrderedProbit.dist(eta=pt.vector(), cutpoints=pt.vector(), sigma=2.0)
    assert structural_form.of(probit).coupling == "monotone"
    assert structural_form.of(pm.ZeroInflatedPoisson.dist(0.5, 2.0)).coupling == "process"
    assert structural_form.of(pm.Binomial.dist(3, 0.2)).coupling == "monotone"


def test_what_has_no_form_is_refused_by_name():
    axes = [pm.MvNormal.dist(np.zeros(2), np.eye(2)) for _ in range(2)]
    with pytest.raises(ModelError, match=r"Mixture.*its components are vectors.*register"):
        structural_form.of(pm.Mixture.dist([0.5, 0.5], axes))
    with pytest.raises(ModelError, match=r"PG.*no closed form.*structural_form\.register"):
        structural_form.of(pm.PolyaGamma.dist(1.0, 0.0))
    with pytest.raises(ModelError, match="no coupling 'copula'; it has process, monotone"):
        structural_form.of(pm.Poisson.dist(1.0), "copula")


def test_a_registered_custom_family_works():
    custom = pm.CustomDist.dist(
        1.0, logp=lambda value, mu: -((value / 2.0 - mu) ** 2), class_name="Doubled"
    )
    with pytest.raises(ModelError, match=r"log-density.*register"):
        structural_form.of(custom)

    @structural_form.register("Doubled")
    class Doubled(StructuralForm):
        law = "normal"

        def predict(self, noise, *parameters):
            return 2.0 * (parameters[0] + noise)

        def abduct(self, value, *parameters, draws):
            return value / 2.0 - parameters[0]

    form = structural_form.of(custom)
    one, two, value = pt.constant(1.0), pt.constant(2.0), pt.constant(5.0)
    assert form.transport(value, (one,), (two,), value).eval() == 7.0


@pytest.mark.parametrize(
    ("defaults", "said"),
    [
        ((False, False), "of which none is registered as its default"),
        ((True, True), "of which left and right is registered as its default"),
        ((True, lambda rv: True), "of which left and right is registered as its default"),
    ],
)
def test_of_several_couplings_exactly_one_is_the_default(defaults, said):
    registry = _registry(*defaults)
    with pytest.raises(ModelError, match=said):
        registry.of(pm.Moyal.dist(0.0, 1.0))


@pytest.mark.parametrize(
    ("defaults", "first"),
    [
        ((True, False), "left"),
        ((False, True), "right"),
        ((lambda rv: False, lambda rv: True), "right"),
    ],
)
def test_the_default_does_not_depend_on_the_order_of_registration(defaults, first):
    registry = _registry(*defaults)
    assert registry.of(pm.Moyal.dist(0.0, 1.0)).coupling == first
    assert next(iter(registry.couplings(pm.Moyal.dist(0.0, 1.0)))) == first


def _registry(left, right):
    """A registry of two forms of one family."""
    registry = type(structural_form)()

    class Form(StructuralForm):
        def predict(self, noise, *parameters):
            return noise

        def abduct(self, value, *parameters, draws):
            return value

    registry.register(pm.Moyal, default=left)(type("Left", (Form,), {"coupling": "left"}))
    registry.register(pm.Moyal, default=right)(type("Right", (Form,), {"coupling": "right"}))
    return registry
