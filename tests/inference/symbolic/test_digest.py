"""Equal graphs have equal digests; what cannot be told by its value has none."""

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from ifonly.inference.symbolic.digest import digest


class Mine(Op):
    """A user's operation, whose name says nothing of what it does."""

    __props__ = ()

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0]


def graph(number=2.0, axis=0, cut=3, dtype="float64", swap=False):
    x, y = pt.matrix("x", dtype=dtype), pt.vector("y")
    table = pt.constant(np.array([1.0, number, 3.0]))
    value = (pt.exp(x[:cut]).sum(axis=axis) * y - table.sum()).sum()
    return digest([y, x] if swap else [x, y], [value])


def test_names_and_identities_do_not_count():
    assert graph() == graph()
    assert len(graph()) == 64


@pytest.mark.parametrize(
    "change", [{"number": 4.0}, {"axis": 1}, {"cut": 4}, {"dtype": "float32"}, {"swap": True}]
)
def test_every_difference_counts(change):
    assert graph(**change) not in (graph(), None)


def test_nan_is_a_value_and_signs_of_zero_differ():
    x = pt.scalar()
    found = [digest([x], [x + c]) for c in (np.nan, np.nan, 0.0, -0.0)]
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_a_graph_with_a_slope_of_its_own_is_told_by_both():
    x, inner, out, weight = pt.vectors("x", "inner", "out", "weight")

    def named(value, slope):
        slope = OpFromGraph([inner, out, weight], [slope], on_unused_input="ignore")
        return digest([x], [OpFromGraph([inner], [value], pullback=slope)(x)])

    first = named(inner + 1, weight)
    assert first is not None
    assert first == named(inner + 1, weight)
    assert len({first, named(inner + 2, weight), named(inner + 1, 2 * weight)}) == 3


def test_what_is_not_known_has_no_digest():
    x = pt.vector("x")
    inner = pt.vector("inner")
    assert digest([x], [Mine()(x)]) is None
    own = OpFromGraph([inner], [inner + 1], pullback=lambda x, y, g: g)
    assert digest([x], [own(x)]) is None
    assert digest([], [x + 1]) is None
