"""The interpreter of scalar kernels on JAX: each value gets what plain Python gives it."""

import math

import numpy as np
import pytest

from ifonly.inference.families.special.kernel import compiled
from ifonly.inference.families.special.lockstep import lockstep


def on_jax(values):
    import pytensor.link.jax.dispatch  # noqa: F401  (turns on floats of 64 bits)
    from jax import numpy

    return numpy.asarray(values)


VALUES = np.array([-3.0, -1.0, -0.5, 0.0, 0.25, 1.0, 2.0, 3.5, 7.0, 20.0])


def branches(x):
    if x < 0.0:
        y = -x
    elif x == 0.0:
        y = 10.0
    else:
        y = math.sqrt(x)
    y += 1.0
    return y


def early(x):
    if not x > 0.0:
        return -1.0
    if x > 5.0 and x != 7.0:
        return x * x
    y = 1.0 / x
    return y if y < 1.0 else 2.0 * y


def halved(x):
    steps = 0.0
    while abs(x) > 0.5:
        x /= 2.0
        steps += 1.0
    return steps + x


def left_by_break(x):
    total = 0.0
    for i in range(1, 100):
        total += i * x
        if total > 30.0 or total < -5.0:
            break
    return total


def some_rounds(x):
    total, k = 0.0, 0.0
    while k < 30.0:
        k += 1.0
        if k * x > 8.0:
            continue
        total += k
    return total


def returned_from_a_loop(x):
    y = 1.0
    for i in range(40):
        y += x * x
        if y > 50.0:
            return -y
        if y < 1.0 + 0.1 * i:
            break
    return y


def nested(x):
    total = 0.0
    for i in range(20):
        if i > x:
            continue
        for k in (1.0, 2.0, 3.0):
            if k > x:
                break
            if k == 2.0:
                continue
            total += k
        j = 0.0
        while j < 3.0:
            j += 1.0
            if j * i > 10.0:
                break
        total += j
    return total


@compiled
def inner(x, y):
    while x < y:
        x += 1.0
        if x > 4.0:
            return x * 10.0
    return x


def calls(x):
    y = max(min(x, 3.0), -0.75)
    if x > 1.0:
        y = inner(y, x)
    return inner(-y, 0.0) + abs(y)


def counted(x):
    n = int(x)
    total = 0
    for i in range(n):
        total += i
    return total


def two_at_once(x):
    a, b = x, 1.0
    for _ in range(5):
        a, b = b, a - b
    return a + 2.0 * b


FUNCTIONS = [
    branches,
    early,
    halved,
    left_by_break,
    some_rounds,
    returned_from_a_loop,
    nested,
    calls,
    counted,
    two_at_once,
]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_each_value_gets_what_python_gives_it(function):
    found = lockstep(function)(on_jax(VALUES))
    np.testing.assert_allclose(found, [function(float(x)) for x in VALUES], rtol=1e-14)


def test_values_broadcast():
    found = lockstep(inner.py_func)(on_jax(VALUES[:, None]), on_jax([0.0, 6.0]))
    expected = [[inner.py_func(float(x), y) for y in (0.0, 6.0)] for x in VALUES]
    np.testing.assert_array_equal(found, expected)


def whole_part(x):
    return x // 2.0


def chained(x):
    return 1.0 if 0.0 < x < 1.0 else 0.0


def loop_with_else(x):
    while x > 1.0:
        x /= 2.0
    else:
        x += 1.0
    return x


def by_default(x, y=1.0):
    return x + y


def by_keyword(x):
    return max(x, key=abs)


def kept_in_a_list(x):
    y = [x]
    return y[0]


def written_into(x):
    x[0] = 1.0
    return x


def called_for_nothing(x):
    print(x)
    return x


def open_end(x):
    y = x + 1.0
    if x > 0.0:
        y *= 2.0


def read_after_its_loop(x):
    for i in range(10):
        if i > x:
            break
    return i


def by_steps(x):
    for i in range(0, 10, 2):
        x += i
    return x


def tried(x):
    try:
        return 1.0 / x
    except ZeroDivisionError:
        return 0.0


REFUSED = {
    whole_part: "x // 2.0",
    chained: "0.0 < x < 1.0",
    loop_with_else: "while x > 1.0",
    by_default: "default",
    by_keyword: "key=abs",
    kept_in_a_list: r"\[x\]",
    written_into: r"x\[0\] = 1.0",
    called_for_nothing: r"print\(x\)",
    open_end: "without a return",
    read_after_its_loop: "'i', read outside its loop",
    by_steps: "for i in range",
    tried: "try:",
}


@pytest.mark.parametrize("function", REFUSED, ids=lambda f: f.__name__)
def test_what_is_not_taken_is_refused_before_anything_runs(function):
    with pytest.raises(NotImplementedError, match=REFUSED[function]) as caught:
        lockstep(function)
    assert function.__name__ in str(caught.value)


def unknown_function(x):
    return math.sinh(x)


def number_for_a_condition(x):
    n = int(x)
    return 1.0 if n else 0.0


def not_a_number(x):
    return 1.0 if not int(x) else 0.0


def started_as_an_integer(x):
    total = 0
    while total < 3:
        total += x
    return total


RAISED = {
    unknown_function: "math.sinh",
    number_for_a_condition: "'n' is no condition",
    not_a_number: "is no condition",
    started_as_an_integer: "'total' is int64 before a loop and float64 within it",
}


@pytest.mark.parametrize("function", RAISED, ids=lambda f: f.__name__)
def test_what_its_values_rule_out_is_refused_too(function):
    with pytest.raises(NotImplementedError, match=RAISED[function]):
        lockstep(function)(on_jax(VALUES))
