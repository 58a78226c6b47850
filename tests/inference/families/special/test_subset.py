"""Which Python a kernel may be written in, before anything runs."""

import ast
import inspect
import textwrap

import pytest

from ifonly.inference.families.special.kernel import KERNELS
from ifonly.inference.families.special.subset import checked


def parsed(source):
    [tree] = ast.parse(textwrap.dedent(source)).body
    return tree


TAKEN = {
    "a docstring": 'def f(x):\n    "Return x."\n    return x',
    "both ways": "def f(x):\n    if x > 0.0:\n        return x\n    else:\n        return -x",
    "tuples": "def f(x):\n    a, b = x, 1.0\n    return a + b",
    "a loop": "def f(x):\n    for i in range(3):\n        x += i\n    return x",
    "a tuple's loop": "def f(x):\n    for i in (1.0, 2.0):\n        x *= i\n    return x",
    "while": "def f(x):\n    while x > 1.0:\n        x /= 2.0\n    return x",
    "a choice": "def f(x):\n    return 1.0 if x > 0.0 and not x > 2.0 else x**2",
    "one name twice": (
        "def f(x):\n    for i in range(3):\n        x += i\n"
        "    for i in range(2):\n        x -= i\n    return x"
    ),
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_is_taken_comes_back(case):
    tree = parsed(TAKEN[case])
    assert checked(tree) is tree


REFUSED = {
    "def f(*x):\n    return x": "an argument with a default or a star",
    "def f(x, *, y):\n    return x": "an argument with a default or a star",
    "def f(x, **y):\n    return x": "an argument with a default or a star",
    "def f(x):\n    return [x]": r"\[x\]",
    "def f(x):\n    return x % 2.0": "x % 2.0",
    "def f(x):\n    return +x": r"\+x",
    "def f(x):\n    return x is None": "x is None",
    "def f(x):\n    return": "return",
    "def f(x):\n    a = b = x\n    return a": "a = b = x",
    "def f(x):\n    return g(*x)": r"g\(\*x\)",
    "def f(x):\n    if x > 0.0:\n        return x": "a path that ends without a return",
    "def f(x):\n    for i in range(3):\n        x += i\n    return i": "'i', read outside its loop",
    "def f(x):\n    return lambda: x": "lambda",
    "def f(x):\n    for i in range(0, 9, 2):\n        x += i\n    return x": "for i in range",
    "def f(x):\n    import math\n    return x": "import math",
}


@pytest.mark.parametrize("source", REFUSED)
def test_the_rest_is_refused_and_quoted(source):
    with pytest.raises(NotImplementedError, match=rf"f: .*{REFUSED[source]}.* has no form on JAX"):
        checked(parsed(source))


@pytest.mark.parametrize("name", sorted(KERNELS))
def test_every_kernel_is_written_in_it(name):
    tree = parsed(inspect.getsource(KERNELS[name].function.py_func))
    tree.decorator_list = []
    assert checked(tree) is tree
