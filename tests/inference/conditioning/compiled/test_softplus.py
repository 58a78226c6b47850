"""log(1 + exp(x)): what is written is known again, and nothing else is taken for it."""

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.graph.replace import vectorize_graph

from ifonly.inference.conditioning.compiled.softplus import argument, written


def test_the_value_is_exact_to_rounding() -> None:
    at = np.array([-np.inf, -800.0, -30.0, -1.0, 0.0, 1.0, 30.0, 800.0, np.inf])
    x = pt.vector("x")
    found = written(x).eval({x: at}, mode="FAST_COMPILE")
    np.testing.assert_allclose(found, np.logaddexp(0.0, at), rtol=1e-15, atol=3e-16)


def test_it_is_known_again_at_several_nodes() -> None:
    x, nodes = pt.vector("x"), pt.matrix("nodes")
    [found] = vectorize_graph([written(2.0 * x)], {x: nodes})
    there = argument(found)
    assert there is not None
    at = np.ones((2, 3))
    np.testing.assert_array_equal(there.eval({nodes: at}, mode="FAST_COMPILE"), 2.0 * at)


@pytest.mark.parametrize(
    "other",
    [
        lambda x, far: pt.switch(pt.gt(x, 0.0), (x + far) / 2, 0.0),
        lambda x, far: pt.switch(pt.gt(x, -np.inf), (x + far) / 3, 0.0),
        lambda x, far: pt.switch(pt.gt(x, -np.inf), (x + x) / 2, 0.0),
        lambda x, far: pt.switch(pt.gt(x, -np.inf), (x + far) / 2, 1.0),
    ],
)
def test_what_only_looks_like_it_is_another(other) -> None:
    x = pt.vector("x")
    far = abs(x)
    assert argument(other(x, far) + np.log(2.0) * pt.log2(1.0 + pt.exp(-far))) is None


def test_another_base_and_another_argument_are_others() -> None:
    x, y = pt.vector("x"), pt.vector("y")
    positive, rest = written(x).owner.inputs
    assert argument(positive + 2.0 * rest) is None
    assert argument(positive + written(y).owner.inputs[1]) is None
    assert argument(x) is None
