"""From graphs to numbers: random streams by name, batches of draws, and one compilation."""

from dataclasses import replace

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference.engine import compute
from ifonly.inference.engine.compute import Computer
from ifonly.inference.engine.feeds import Numbers, generator
from ifonly.inference.engine.graph_inputs import Input
from ifonly.inference.families.form import structural_form

UNITS, DRAWS = 3, 5
X = np.array([1.0, 2.0, 3.0])
B = np.linspace(-1.0, 1.0, DRAWS)
NUMBERS = Numbers(DRAWS, {"x": X}, {"b": B}, {}, lambda name: (UNITS,))


def inputs(number: float = 10.0) -> list[Input]:
    """As the worlds of a query make them: evidence, a parameter, and an intervention's number."""
    return [
        Input("value", "x", pt.TensorType("float64", (None,))(name="value:x")),
        Input("value", "b", pt.TensorType("float64", ())(name="value:b")),
        Input(
            "number",
            "k",
            pt.TensorType("float64", ())(name="number:k"),
            number=np.array(number),
        ),
    ]


def ran(computer: Computer, make, number: float = 10.0) -> tuple[list[slice], np.ndarray]:
    x, b, k = given = inputs(number)
    batches = list(
        computer.batches(
            [make(x.symbol, b.symbol, k.symbol)],
            given,
            NUMBERS,
            seed=1,
            backend="python",
            size=UNITS,
        )
    )
    return [b.draws for b in batches], np.concatenate([b.values[0] for b in batches])


def test_draws_come_in_front():
    where, found = ran(Computer(), lambda x, b, k: x * b + k)
    assert where == [slice(0, DRAWS)]
    np.testing.assert_allclose(found, B[:, None] * X + 10.0, rtol=1e-15)


@pytest.mark.parametrize("step", [1, 2, 4])
def test_batches_are_bounded_and_change_nothing(monkeypatch, step):
    monkeypatch.setitem(compute.BATCH, "python", step * UNITS)
    where, found = ran(Computer(), lambda x, b, k: x * b + k)
    assert max(w.stop - w.start for w in where) == step
    assert [w.start for w in where] == list(range(0, DRAWS, step))
    np.testing.assert_allclose(found, B[:, None] * X + 10.0, rtol=1e-15)


def test_threads_change_no_number(monkeypatch):
    """Noise is drawn in one order, whichever thread computes with it, and batches keep theirs."""
    monkeypatch.setitem(compute.BATCH, "numba", UNITS)
    x, b, _ = inputs()
    noise = Input("draws", "x", pt.vector("draws:x"), form=structural_form.of(pm.Normal.dist()))
    graph, computer, seen = [x.symbol * b.symbol + noise.symbol], Computer(), []
    for count in (1, 3):
        monkeypatch.setattr(compute, "threads", lambda count=count: count)
        options = {"seed": 1, "backend": "numba", "size": UNITS}
        batches = list(computer.batches(graph, [x, b, noise], NUMBERS, **options))
        assert [b.draws for b in batches] == [slice(k, k + 1) for k in range(DRAWS)]
        seen.append(np.concatenate([b.values[0] for b in batches]))
    expected = B[:, None] * X + generator(1, "x").standard_normal((DRAWS, UNITS))
    np.testing.assert_allclose(seen[0], expected, rtol=1e-15)
    np.testing.assert_array_equal(seen[1], seen[0])


@pytest.mark.parametrize(("size", "most"), [(UNITS, 8), (compute.UNDER_WAY // 2, 2)])
def test_threads_hold_no_more_than_so_many_values(monkeypatch, size, most):
    asked = []

    def ordered(function, pieces, threads):
        asked.append(threads)
        return map(function, pieces)

    monkeypatch.setattr(compute, "in_order", ordered)
    monkeypatch.setattr(compute, "threads", lambda: 8)
    x, b, _ = given = inputs()
    options = {"seed": 1, "backend": "numba", "size": size}
    list(Computer().batches([x.symbol * b.symbol], given, NUMBERS, **options))
    assert asked == [most]


def test_what_no_draw_reaches_is_computed_once():
    _, found = ran(Computer(), lambda x, b, k: x + k)
    np.testing.assert_array_equal(found, [X + 10.0])


def test_another_number_compiles_nothing_another_graph_does():
    computer = Computer()
    _, first = ran(computer, lambda x, b, k: x * b + k)
    _, second = ran(computer, lambda x, b, k: x * b + k, number=20.0)
    assert computer.compilations == 1
    np.testing.assert_allclose(second - first, np.full((DRAWS, UNITS), 10.0))
    ran(computer, lambda x, b, k: x * b - k)
    assert computer.compilations == 2


def swept(make, numbers, size: int = UNITS) -> tuple[list, np.ndarray]:
    """All settings of a number at once: the batches, and what they are put together."""
    x, b, k = inputs()
    several = replace(k, number=np.asarray(numbers), several=True)
    noise = Input("draws", "x", pt.vector("draws:x"), form=structural_form.of(pm.Normal.dist()))
    graph = [make(x.symbol, b.symbol, k.symbol, noise.symbol)]
    given = [x, b, several, noise]
    batches = list(Computer().batches(graph, given, NUMBERS, seed=1, backend="python", size=size))
    found = np.full((len(numbers), DRAWS, UNITS), np.nan)
    for where, some, [values] in batches:
        found[some, where] = values
    return batches, found


@pytest.mark.parametrize("held", [1, 2, 3, 4, 100])
def test_settings_come_before_draws_and_share_their_noise(monkeypatch, held):
    """However many settings and draws are held at once, the last batch of them not full."""
    monkeypatch.setitem(compute.BATCH, "python", held * UNITS)
    numbers = np.array([0.5, -1.0, 2.0, 7.0, 0.0])
    batches, found = swept(lambda x, b, k, noise: (x * b + k) * noise, numbers)
    noise = generator(1, "x").standard_normal((DRAWS, UNITS))
    expected = (B[:, None] * X + numbers[:, None, None]) * noise
    np.testing.assert_allclose(found, expected, rtol=1e-15)
    rows = [(b.draws.stop - b.draws.start) * (b.settings.stop - b.settings.start) for b in batches]
    assert max(rows) <= held


def test_what_no_setting_reaches_is_there_for_all_of_them():
    [batch], found = swept(lambda x, b, k, noise: x * b, np.arange(4.0))
    assert batch.values[0].shape == (1, DRAWS, UNITS)
    np.testing.assert_allclose(found, np.broadcast_to(B[:, None] * X, found.shape), rtol=1e-15)
    _, found = swept(lambda x, b, k, noise: x + k, np.arange(4.0))
    np.testing.assert_array_equal(found[:, 2], X + np.arange(4.0)[:, None])


def test_a_change_of_zero_adds_nothing():
    """`a + (b - c)` is exactly `a` where b is c; test_backends.py holds compiled code to it."""
    _, found = ran(Computer(), lambda x, b, k: x + ((1e16 * b + k) - (1e16 * b + k)))
    np.testing.assert_array_equal(found, np.broadcast_to(X, (DRAWS, UNITS)))


def test_python_where_compiling_would_take_longer():
    x, b, k = given = inputs()
    graph = [x.symbol * b.symbol + k.symbol]
    many = Numbers(10**7, NUMBERS.fixed, NUMBERS.drawn, {}, NUMBERS.shape)
    lightest = Computer().lightest
    assert lightest("numba", graph, given, NUMBERS, UNITS) == "python"
    assert lightest("numba", graph, given, many, 10**4) == "numba"
    assert lightest("jax", graph, given, NUMBERS, UNITS) == "jax"


def test_what_is_asked_again_and_again_is_compiled():
    computer = Computer()
    x, b, k = given = inputs()
    graph = [x.symbol * b.symbol + k.symbol]
    used = []
    for _ in range(100):
        used.append(computer.lightest("numba", graph, given, NUMBERS, 10**6))
        list(computer.batches(graph, given, NUMBERS, seed=1, backend=used[-1], size=UNITS))
    assert used[0] == "python"
    assert used[-1] == "numba"
    assert used == sorted(used, key=["python", "numba"].index)  # once compiled, always so
    assert computer.compilations == 2
