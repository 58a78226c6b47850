"""What JAX functions of others become is left alone; only `exact_mode` rounds products."""

import grimp
import networkx as nx
import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import CAReduce, Elemwise
from pytensor.tensor.math import Dot

import ifonly.inference

OTHERS = (Elemwise, CAReduce, Dot, Blockwise)


def conversions():
    from pytensor.link.jax.dispatch import jax_funcify

    return {kind: jax_funcify.dispatch(kind) for kind in OTHERS}


def operations(function, *arguments):
    import jax

    return str(jax.make_jaxpr(function.vm.jit_fn)(*arguments))


def test_a_jax_function_of_anybody_else_is_untouched():
    before = conversions()
    assert all(f.__module__.startswith("pytensor.") for f in before.values())
    x, y = pt.vectors("x", "y")
    exact = ifonly.inference.families.special.jax_mode()
    ours = pytensor.function([x, y], x * y + x, mode=exact)
    plain = pytensor.function([x, y], x * y + x, mode="JAX")
    assert conversions() == before
    values = np.array([1.0, 2.0]), np.array([3.0, 0.5])
    np.testing.assert_array_equal(ours(*values), [4.0, 3.0])
    np.testing.assert_array_equal(plain(*values), [4.0, 3.0])
    assert "xor" not in operations(plain, *values)
    assert "xor" in operations(ours, *values)


def test_they_are_back_also_where_a_conversion_fails():
    class Foreign(pytensor.graph.op.Op):
        def make_node(self, x):
            return pytensor.graph.basic.Apply(self, [x], [x.type()])

        def perform(self, node, inputs, outputs):
            outputs[0][0] = inputs[0]

    x = pt.vector("x")
    before = conversions()
    with pytest.raises(NotImplementedError, match="Foreign"):
        pytensor.function([x], Foreign()(x), mode=ifonly.inference.families.special.jax_mode())
    assert conversions() == before


def test_no_file_of_the_special_functions_needs_itself():
    """Through no import, lazy or for types only."""
    package = "ifonly.inference.families.special"
    graph = grimp.build_graph("ifonly", exclude_type_checking_imports=False)
    modules = {m for m in graph.modules if m.startswith(package)}
    imports = nx.DiGraph(
        (m, n) for m in modules for n in graph.find_modules_directly_imported_by(m) if n in modules
    )
    assert nx.is_directed_acyclic_graph(imports)
    assert len(imports) > 10
