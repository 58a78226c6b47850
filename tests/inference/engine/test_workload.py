"""What is computed in Python, and that it is the same as what numba computes."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import ATE, ITE, PotentialOutcome, World, shift
from ifonly.inference.engine.workload import heavy, nanoseconds
from ifonly.inference.families.special import gumbel_move, poisson_process, poisson_quantile


def test_work_grows_with_draws_where_a_draw_is_read_and_with_units():
    a, x = pt.scalar("a"), pt.vector("x")
    graph = [pt.exp(a * x).sum()]
    one = nanoseconds(graph, [a], draws=1, units=1_000)
    assert nanoseconds(graph, [a], draws=100, units=1_000) > 60 * one
    assert nanoseconds(graph, [], draws=100, units=1_000) == one
    assert 900 * one > nanoseconds(graph, [a], draws=1, units=100_000) > 60 * one
    assert nanoseconds([pt.exp(x)], [], draws=1, units=10**6) < heavy([pt.exp(x)])


def test_what_is_the_same_in_all_settings_is_counted_once():
    a, b, x = pt.scalar("a"), pt.scalar("b"), pt.vector("x")
    size = {"draws": 100, "units": 1_000, "varied": [b], "settings": 50}
    once = nanoseconds([pt.exp(a * x)], [a], **size)
    assert nanoseconds([pt.exp(a * x)], [a], draws=100, units=1_000) == once
    assert nanoseconds([pt.exp(a * x) + b], [a], **size) > 15 * once  # 17.9: 54.01 to 3.011
    assert nanoseconds([pt.exp(b * x)], [a], **size) < once


def test_means_of_many_units_that_no_draw_reads_are_light():
    """The mean of a million units times four thousand draws: no array of both is ever made."""
    a, x = pt.scalar("a"), pt.vector("x")
    graph = [a * x.mean()]
    assert nanoseconds(graph, [a], draws=4_000, units=10**6) < heavy(graph)
    assert nanoseconds([(a * x).mean()], [a], draws=4_000, units=10**6) > heavy(graph)


def test_a_product_of_matrices_weighs_as_its_products():
    x, w = pt.matrix("x", shape=(None, 20)), pt.vector("w", shape=(20,))
    work = nanoseconds([x @ w], [w], draws=100, units=1_000)
    assert 20 * 100 * 1_000 <= work <= 10 * 20 * 100 * 1_000


def test_a_larger_graph_takes_longer_to_compile():
    x = pt.vector("x")
    assert heavy([pt.exp(pt.sin(x))]) > heavy([pt.exp(x)]) > 0


def test_kernels_weigh_more_and_what_is_unknown_is_never_light():
    x = pt.vector("x")
    counts = [poisson_quantile(x, x)]
    many, few = (nanoseconds(counts, [], draws=1, units=n) for n in (10**7, 10**3))
    assert many > heavy(counts) > few
    sampled = pm.Normal.dist(x)
    assert nanoseconds([sampled], [], draws=1, units=10) == np.inf


def test_a_kernel_that_numpy_has_weighs_less_and_is_compiled_once():
    x = pt.vector("x")
    by_numpy, by_python = poisson_process(x, x, x, x), poisson_quantile(x, x)
    weights = [nanoseconds([v], [], draws=1, units=10**6) for v in (by_numpy, by_python)]
    assert 5 * weights[0] < weights[1]
    p = pt.matrix("p", shape=(None, 3))
    race = gumbel_move(pt.argmax(p, axis=1), p, p[::-1], p)
    assert nanoseconds([race], [], draws=1, units=10**6) < weights[1]
    twice = [by_numpy, poisson_process(x, x, x, x + 1.0)]
    assert heavy(twice) - heavy([by_numpy]) < 0.5 * (heavy([by_numpy]) - heavy([x + 1.0]))


def layered(layers: int) -> tuple[pm.Model, dict[str, float]]:
    """Each mechanism reads the two before: as many paths as Fibonacci's numbers."""
    rng = np.random.default_rng(0)
    truth: dict[str, float] = {}
    values: list = []
    with pm.Model(coords={"unit": range(1)}) as model:
        for k in range(layers):
            mean = pm.Normal(f"a{k}")
            sd = pm.HalfNormal(f"s{k}")
            truth |= {f"a{k}": rng.normal(), f"s{k}": 0.5}
            for j, cause in enumerate(values[-2:]):
                mean = mean + pm.Normal(f"b{k}_{j}") * cause
                truth[f"b{k}_{j}"] = 0.4 * rng.normal()
            values.append(pm.Normal(f"v{k}", mean, sd, dims="unit"))
    return model, truth


def effect(truth: dict[str, float], layers: int) -> float:
    """What a unit more of the first does to the last."""
    steps = [1.0]
    for k in range(1, layers):
        before = steps[-2:]
        steps.append(sum(truth[f"b{k}_{j}"] * d for j, d in enumerate(before)))
    return steps[-1]


@pytest.mark.timeout(120)
def test_sixty_mechanisms_with_more_than_two_hundred_parameters():
    """Simulated and asked in seconds: nothing grows with the number of paths."""
    layers = 60
    model, truth = layered(layers)
    assert len(truth) > 200
    world = World.simulate(model, truth, units=30, seed=1)
    for k in (1, layers // 2, layers - 1):
        answer = world.ask(ITE(f"v{k}", do={"v0": shift(1.0)}))
        assert answer.attrs["backend"] == "python"
        np.testing.assert_allclose(answer, effect(truth, k + 1), rtol=1e-8, atol=1e-12)
    known = World.from_evidence(model, truth, world.data)
    answer = known.ask(ATE(f"v{layers - 1}", do={"v0": shift(2.0)}))
    np.testing.assert_allclose(answer, 2 * effect(truth, layers), rtol=1e-8, atol=1e-12)


@pytest.mark.slow
def test_what_is_light_has_the_answer_that_numba_gives():
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Gamma("x", 2.0, 1.0, dims="unit")
        t = pm.Bernoulli("t", logit_p=x - 2.0, dims="unit")
        n = pm.Poisson("n", pt.exp(0.3 * x + t), dims="unit")
        pm.StudentT("y", nu=4.0, mu=pt.log1p(n) + x, sigma=0.5, dims="unit")
    world = World.simulate(model, {}, units=60, seed=3)
    for query in (
        ITE("y", do={"x": shift(0.5)}),
        PotentialOutcome("n", do={"t": 1}, units="new", size=50),
    ):
        light, compiled = world.ask(query), world.ask(query, backend="numba")
        assert (light.attrs["backend"], compiled.attrs["backend"]) == ("python", "numba")
        np.testing.assert_allclose(light, compiled, rtol=1e-10, atol=1e-12)
    nothing = world.ask(ITE("y", do={"x": shift(np.where(np.arange(60) % 2, 0.5, 0.0))}))
    assert (nothing[::2] == 0.0).all()
    assert (nothing[1::2] != 0.0).all()
