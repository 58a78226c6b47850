"""Known shapes: checked, in words that are fixed."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.tensor.shape import SpecifyShape

from ifonly.inference.engine.known_shape import KnownShape
from ifonly.inference.engine.on_numba import numba_mode
from ifonly.inference.engine.vectorized import vectorized


def test_a_known_shape_is_checked_without_pytensor_s_words():
    x = pt.dmatrix("x")
    length = pt.lscalar("length")
    function, _ = vectorized([pt.specify_shape(x, (None, length)) * 2.0], [x, length], {}, "numba")
    values = np.arange(6.0).reshape(2, 3)
    [found] = function(values, np.array(3))
    np.testing.assert_array_equal(found, [2.0 * values])  # an axis of draws in front
    with pytest.raises(AssertionError, match="not as long as its graph says"):
        function(values, np.array(4))


def test_the_graph_has_one_kind_of_check():
    x = pt.dvector("x")
    with pytensor.config.change_flags(numba__cache=False):
        compiled = pytensor.function([x], pt.specify_shape(x, (3,)) + 1.0, mode=numba_mode())
    ops = [node.op for node in compiled.maker.fgraph.toposort()]
    assert [type(op) for op in ops if isinstance(op, SpecifyShape)] == [KnownShape]
