"""A mean taken apart by linearity is NumPy's mean of the whole."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from pytensor.graph.replace import vectorize_graph
from pytensor.graph.traversal import ancestors
from pytensor.tensor import TensorVariable

from ifonly.inference.symbolic.average import average
from ifonly.inference.symbolic.evaluate import STABLE

UNITS, DRAWS = 4000, 3
A, B = pt.scalars("a", "b")
X, Y, WEIGHT = pt.vectors("x", "y", "weight")
RNG = np.random.default_rng(1)
PLAIN = Mode(linker="py", optimizer=None)  # as it stands, without any rewriting
NUMBERS = {
    A: RNG.standard_normal(DRAWS),
    B: RNG.standard_normal(DRAWS),
    X: RNG.standard_normal(UNITS) + 3.0,
    Y: RNG.standard_normal(UNITS),
}
MASK = RNG.uniform(size=UNITS) < 0.3
GROUPS = np.stack([MASK, ~MASK, np.zeros(UNITS, dtype=bool)], axis=1).astype(float)

# Of numbers that are drawn, as vectors of one entry, and columns of the units.
VALUES = {
    "polynomial": lambda a, b, x, y: a * (1.0 + b * x) * (x + y) + -(b * x * x) + a * b,
    "a constant": lambda a, b, x, y: a * b + 0.0 * x,
    "differences": lambda a, b, x, y: a * (x - y) + b * (1.5 - x),
    "not a polynomial": lambda a, b, x, y: a * x + b / (a * a + x * x),
    "too long": lambda a, b, x, y: (a + b + x + y) * (a + x + y) * (b + x + y) * (a + x + 1.0),
}


def over_draws(expression: TensorVariable) -> tuple[TensorVariable, np.ndarray]:
    """Return the graph with an axis of draws, and its value."""
    batched = {A: pt.vector("a"), B: pt.vector("b")}
    graph = vectorize_graph(expression, batched)
    numbers = {**NUMBERS, WEIGHT: MASK.astype(float)}
    inputs = [batched.get(s, s) for s in numbers]
    function = pytensor.function(inputs, graph, mode=PLAIN, on_unused_input="ignore")
    return graph, function(*numbers.values())


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("grouped", [False, True])
def test_is_the_mean(name, grouped):
    """To 1e-12, over some of 4,000 units or in groups, the last of which is empty."""
    weight = pt.constant(GROUPS) if grouped else WEIGHT
    _, found = over_draws(average(VALUES[name](A[None], B[None], X, Y), weight, [A, B]))
    drawn = zip(NUMBERS[A], NUMBERS[B], strict=True)
    values = [VALUES[name](a, b, NUMBERS[X], NUMBERS[Y]) for a, b in drawn]
    expected = np.array([[v[MASK].mean(), v[~MASK].mean(), np.nan] for v in values])
    np.testing.assert_allclose(found, expected if grouped else expected[:, 0], rtol=1e-12)


def test_draws_and_units_never_meet():
    """Nothing is as large as all draws of all units, unless the values are no polynomial."""

    def widest(name: str) -> int:
        graph, _ = over_draws(average(VALUES[name](A[None], B[None], X, Y), WEIGHT, [A, B]))
        found = [v.type.shape for v in ancestors([graph]) if v.ndim == 2]
        return sum(shape[0] is None and shape[1] != 1 for shape in found)

    assert widest("polynomial") == widest("differences") == 0
    assert widest("not a polynomial") > 0


def test_a_difference_that_cancels_is_exactly_nothing():
    """Its terms are not averaged apart: 0.1 + ... + 0.1 rounds."""
    _, found = over_draws(average(A[None] * (X - X.copy()) + B[None] * (X - X), WEIGHT, [A, B]))
    np.testing.assert_array_equal(found, 0.0)


def test_further_axes():
    """A vector per unit has a mean vector."""
    values = np.arange(12.0).reshape(4, 3)
    found = average(pt.constant(values), pt.constant([1.0, 0.0, 0.0, 1.0]), [A])
    np.testing.assert_allclose(found.eval(), values[[0, 3]].mean(axis=0))


@pytest.mark.parametrize("name", [*VALUES, "a number", "a drawn number", "a fixed column"])
def test_a_mean_over_no_unit_is_not_a_number(name):
    """Also where PyTensor could cancel the weights: 0 / 0 is not the value itself."""
    make = VALUES | {
        "a number": lambda a, b, x, y: 2.0 + pt.zeros_like(x),
        "a drawn number": lambda a, b, x, y: a + pt.zeros_like(x),
        "a fixed column": lambda a, b, x, y: x,
    }
    batched = {A: pt.vector("a"), B: pt.vector("b")}
    values = make[name](A[None], B[None], X, Y)
    for drawn in ([A, B], []):
        graph = vectorize_graph(average(values, WEIGHT, drawn), batched)
        inputs = [batched.get(s, s) for s in (A, B, X, Y, WEIGHT)]
        function = pytensor.function(inputs, graph, mode=STABLE, on_unused_input="ignore")
        numbers = {**NUMBERS, WEIGHT: np.zeros(UNITS)}
        assert np.isnan(function(*(numbers[s] for s in (A, B, X, Y, WEIGHT)))).all()
