"""Variables replaced until there is nothing left to replace."""

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.mode import Mode

from ifonly.inference.conditioning.compiled.rewrite import changed

PLAIN = Mode(linker="py", optimizer=None)


def halved(variable: pt.TensorVariable) -> pt.TensorVariable | None:
    """Of exp(x), what is x; of anything else, nothing."""
    node = variable.owner
    return node.inputs[0] if node and node.op == pt.exp else None


def test_what_a_replacement_holds_is_replaced_too() -> None:
    x = pt.vector("x")
    nested = pt.exp(pt.exp(pt.exp(x)))
    both = changed([nested + 1.0, pt.exp(x).sum()], halved)
    at = np.array([-1.0, 1.0])
    np.testing.assert_array_equal(both[0].eval({x: at}, mode=PLAIN), at + 1.0)
    assert float(both[1].eval({x: at}, mode=PLAIN)) == 0.0
    np.testing.assert_allclose(  # as it was
        nested.eval({x: at}, mode=PLAIN), np.exp(np.exp(np.exp(at)))
    )


def test_where_nothing_changes_the_graph_is_the_same() -> None:
    x = pt.vector("x")
    y = x + 1.0
    assert changed([y], halved) == [y]
    assert changed([], halved) == []
