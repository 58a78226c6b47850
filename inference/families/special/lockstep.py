"""A scalar kernel on JAX: all values run through it in lockstep, each behind its own mask.

A kernel is written once, for one value, in plain Python that numba compiles. Here that same source
is traced on whole arrays. An ``if`` runs both ways and keeps what each value chose; a loop runs
until the last value has left it, and those that left before stand still. So both backends take the
very same steps, and there is no second version of any function to hold against the first.

The subset of Python that it takes (`subset` refuses the rest before anything runs):

- a function of positional arguments without defaults, which returns on every path;
- assignment to a name, or to a tuple of names; ``+=`` and its kin; ``return`` of a value;
- ``if``, ``elif``, ``else``; ``while``; ``for`` over a range of one or two ends, or over a tuple;
  ``break`` and ``continue``; no ``else`` of a loop, and no loop variable read after its loop;
- constants, names, attributes, tuples, subscripts, ``not``, ``and``, ``or``, ``a if b else c``;
- ``+ - * / ** ^ >>``, minus, and one comparison at a time (``a < b``, not ``a < b < c``);
- calls of other kernels, of NumPy's scalar types, and of `FUNCTIONS`, without keywords.

Refused as the values show it: a condition that is no boolean, a local variable that is an integer
before a loop and a float within it, and what is returned from inside a loop unless it is one float.
"""

import ast
import inspect
import math
import operator
import textwrap
from collections.abc import Callable
from functools import cache, reduce
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy import special as jsp

from .rounding import rounded
from .subset import checked

__all__ = ["INSTEAD", "lockstep"]

OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.BitXor: operator.xor,
    ast.RShift: operator.rshift,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS: dict[Any, Callable[..., Any]] = {
    abs: jnp.abs,
    min: lambda *x: reduce(lambda a, b: jnp.where(b < a, b, a), x),
    max: lambda *x: reduce(lambda a, b: jnp.where(b > a, b, a), x),
    int: lambda x: jnp.asarray(x).astype("int64"),
    float: lambda x: jnp.asarray(x).astype("float64"),
    math.lgamma: jsp.gammaln,
    math.erf: jsp.erf,
    math.erfc: jsp.erfc,
}
NAMED = (
    "asin",
    "copysign",
    "cos",
    "cosh",
    "exp",
    "expm1",
    "floor",
    "frexp",
    "log",
    "log1p",
    "pow",
    "sin",
    "sqrt",
)
FUNCTIONS |= {getattr(math, name): getattr(jnp, name) for name in NAMED}
# What to run instead of a function: one whose many cases would each be traced, for one that has
# few.
INSTEAD: dict[Callable[..., Any], Callable[..., Any]] = {}
UNROLLED = 16


def lockstep(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function of arrays, which broadcast, that does what `function` does to scalars.

    Raises
    ------
    NotImplementedError
        If `function` has something outside the subset of Python above.
    """
    _parsed(function)

    def run(*values: Any) -> Any:
        shape = jnp.broadcast_shapes(*map(jnp.shape, values))
        return _Call(function, values, True, shape).result

    return run


@cache
def _parsed(function: Callable[..., Any]) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return checked(tree)


def _assigned(statements: list[ast.stmt]) -> set[str]:
    """Return the names that statements assign to, with ``"return"`` where they return."""
    nodes = [n for s in statements for n in ast.walk(s)]
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return names | {"return" for n in nodes if isinstance(n, ast.Return)}


def _known(mask: Any) -> bool:
    """Return whether a condition is known before any number is."""
    return isinstance(mask, bool)


def _kept(value: Any, dtype: Any, name: str) -> Any:
    """Return a variable of a loop in the type that it had before the loop."""
    found = jnp.asarray(value)
    if not np.can_cast(found.dtype, dtype):
        raise NotImplementedError(
            f"{name!r} is {dtype} before a loop and {found.dtype} within it; start it as the latter"
        )
    return found.astype(dtype)


def _and(a: Any, b: Any) -> Any:
    return (b if a else False) if _known(a) else (a if b else False) if _known(b) else a & b


def _or(a: Any, b: Any) -> Any:
    return (True if a else b) if _known(a) else (True if b else a) if _known(b) else a | b


def _not(a: Any) -> Any:
    return not a if _known(a) else ~a


class _Call:
    """One call of one function under way, for all values at once.

    Attributes
    ----------
    names : dict
        The local variables, and the result under ``"return"``.
    live : bool or array of bool
        Which values are at the present statement.
    broken, skipped : bool or array of bool
        Which have left the innermost loop, or its present round.
    """

    def __init__(
        self, function: Callable[..., Any], arguments: Any, live: Any, shape: tuple[int, ...]
    ) -> None:
        tree = _parsed(function)
        self.scope: dict[str, Any] = getattr(function, "__globals__", {})
        self.names = dict(zip([a.arg for a in tree.args.args], arguments, strict=True))
        self.live, self.shape = live, shape
        self.broken: Any = False
        self.skipped: Any = False
        self.run(tree.body)
        self.result = self.names["return"]

    def run(self, statements: list[ast.stmt]) -> None:
        """Carry out statements, for the values that are still there."""
        for statement in statements:
            if self.live is False:
                return
            getattr(self, f"do_{type(statement).__name__}")(statement)

    def store(self, name: str, value: Any) -> None:
        """Give a variable its new value, for those that are here."""
        if self.live is not True and name in self.names:
            value = jax.tree.map(
                lambda new, old: jnp.where(self.live, new, old), value, self.names[name]
            )
        self.names[name] = value

    def under(self, mask: Any, work: Callable[[], Any]) -> Any:
        """Return what `work` gives, done for those alone that `mask` selects."""
        before, self.live = self.live, _and(self.live, mask)
        result = work()
        self.live = before
        return result

    def do_Expr(self, statement: ast.Expr) -> None:
        """Pass over a docstring."""

    def do_Assign(self, statement: ast.Assign) -> None:
        """Assign to a name, or to several."""
        (target,), value = statement.targets, self.value(statement.value)
        if isinstance(target, ast.Tuple):
            for name, part in zip(target.elts, value, strict=True):
                self.store(name.id, part)  # type: ignore[attr-defined]
        else:
            self.store(target.id, value)  # type: ignore[attr-defined]

    def do_AugAssign(self, statement: ast.AugAssign) -> None:
        """Assign what an operation makes of the old value."""
        name: str = statement.target.id  # type: ignore[union-attr]
        change = OPERATORS[type(statement.op)]
        self.store(name, change(self.names[name], self.value(statement.value)))

    def do_Return(self, statement: ast.Return) -> None:
        """Keep the result; nobody is here any more."""
        assert statement.value is not None
        self.store("return", self.value(statement.value))
        self.live = False

    def do_Break(self, statement: ast.Break) -> None:
        """Let go on after the loop."""
        self.broken, self.live = _or(self.broken, self.live), False

    def do_Continue(self, statement: ast.Continue) -> None:
        """Let go on with the next round."""
        self.skipped, self.live = _or(self.skipped, self.live), False

    def do_If(self, statement: ast.If) -> None:
        """Run each branch for those that take it."""
        test = self.condition(statement.test)
        if _known(test):
            return self.run(statement.body if test else statement.orelse)
        before, self.live = self.live, _and(self.live, test)
        self.run(statement.body)
        taken, self.live = self.live, _and(before, _not(test))
        self.run(statement.orelse)
        self.live = _or(taken, self.live)
        return None

    def do_For(self, statement: ast.For) -> None:
        """Run over a short tuple or range one by one, over a longer range in a loop."""
        name: str = statement.target.id  # type: ignore[attr-defined]
        items = self.value(statement.iter)
        if isinstance(items, tuple | range) and len(items) <= UNROLLED:
            outside, self.broken = (self.broken, self.skipped), False
            for item in items:
                self.names[name], self.skipped = item, False
                self.run(statement.body)
                self.live = _or(self.live, self.skipped)
            self.live = _or(self.live, self.broken)
            self.broken, self.skipped = outside
            return
        self.loop(statement.body, lambda: self.names[name] < items.stop, (name, items.start))

    def do_While(self, statement: ast.While) -> None:
        """Run while the condition holds for any."""
        self.loop(statement.body, lambda: self.condition(statement.test))

    def loop(
        self,
        body: list[ast.stmt],
        test: Callable[[], Any],
        counter: tuple[str, Any] | None = None,
    ) -> None:
        """Run `body` until `test` fails for all; each leaves where its own test fails."""
        if counter:
            self.names[counter[0]] = jnp.asarray(counter[1], "int64")
        dropped = {"_", counter and counter[0]}
        carried = [n for n in sorted(_assigned(body)) if n in self.names and n not in dropped]
        if "return" in _assigned(body) and "return" not in self.names:
            # What is returned from inside a loop is one float.
            self.names["return"] = jnp.zeros(self.shape)
            carried.append("return")

        def whole(x: Any) -> Any:
            return jnp.broadcast_to(jnp.asarray(x), self.shape)

        outside = self.names, self.broken, self.skipped
        types = {n: jnp.asarray(self.names[n]).dtype for n in carried}

        def state(going: Any, gone: Any) -> tuple[Any, ...]:
            values = {n: whole(_kept(self.names[n], types[n], n)) for n in carried}
            count = (self.names[counter[0]],) if counter else ()
            return values, count, whole(going), whole(gone)

        def step(held: tuple[Any, ...]) -> tuple[Any, ...]:
            values, count, going, gone = held
            self.names = outside[0] | values
            if counter:
                self.names[counter[0]] = count[0]
            self.live, self.broken, self.skipped = going, False, False
            self.run(body)
            if counter:
                self.names[counter[0]] = count[0] + 1
            self.live = _or(self.live, self.skipped)
            going = _and(self.live, test())
            gone = _or(gone, _or(self.broken, _and(self.live, _not(going))))
            return state(going, gone)

        going = _and(self.live, test())
        first = state(going, _and(self.live, _not(going)))
        values, _, _, gone = jax.lax.while_loop(lambda held: held[2].any(), step, first)
        self.names, self.broken, self.skipped = outside
        self.names |= values
        self.live = gone

    def condition(self, node: ast.expr) -> Any:
        """Return the value of an expression that says yes or no."""
        found = self.value(node)
        if _known(found) or getattr(found, "dtype", None) == np.bool_:
            return found
        raise NotImplementedError(
            f"{ast.unparse(node)!r} is no condition; write a comparison, such as x > 0"
        )

    def value(self, node: ast.expr) -> Any:
        """Return the value of an expression."""
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return self.names[node.id] if node.id in self.names else self.seen(node.id)
            case ast.Attribute():
                return getattr(self.value(node.value), node.attr)
            case ast.Tuple():
                return tuple(map(self.value, node.elts))
            case ast.Subscript():
                held, index = self.value(node.value), self.value(node.slice)
                return (held if isinstance(index, int) else jnp.asarray(held))[index]
            case ast.UnaryOp(op=ast.Not()):
                return _not(self.condition(node.operand))
            case ast.UnaryOp(op=ast.USub()):
                return -self.value(node.operand)
            case ast.BinOp():
                found = OPERATORS[type(node.op)](self.value(node.left), self.value(node.right))
                return found if isinstance(node.op, ast.Add | ast.Sub) else rounded(found)
            case ast.Compare(ops=[op], comparators=[right]):
                found = OPERATORS[type(op)](self.value(node.left), self.value(right))
                return bool(found) if isinstance(found, bool | np.bool_) else found
            case ast.BoolOp():
                return self.joined(node)
            case ast.IfExp():
                return self.chosen(node)
            case ast.Call():
                return self.called(node)
        raise NotImplementedError(f"{ast.unparse(node)} has no form on JAX")

    def seen(self, name: str) -> Any:
        """Return what a name means outside the function."""
        return self.scope[name] if name in self.scope else self.scope["__builtins__"][name]

    def joined(self, node: ast.BoolOp) -> Any:
        """Return a conjunction or disjunction; a part known beforehand may end it."""
        both = isinstance(node.op, ast.And)
        found: Any = both
        for part in node.values:
            found = (_and if both else _or)(found, self.condition(part))
            if _known(found) and found is not both:
                return found
        return found

    def chosen(self, node: ast.IfExp) -> Any:
        """Return one of two values for each, or for all where that is known beforehand."""
        test = self.condition(node.test)
        if _known(test):
            return self.value(node.body if test else node.orelse)
        yes = self.under(test, lambda: self.value(node.body))
        no = self.under(_not(test), lambda: self.value(node.orelse))
        return jax.tree.map(lambda a, b: jnp.where(test, a, b), yes, no)

    def called(self, node: ast.Call) -> Any:
        """Return the result of a call: of another kernel, of a known function, or of a type."""
        function, arguments = self.value(node.func), [self.value(a) for a in node.args]
        if function is range:
            start, stop = arguments if len(arguments) == 2 else (0, *arguments)
            return (range if isinstance(stop, int) else slice)(start, stop)
        if hasattr(function, "py_func"):
            plain = INSTEAD.get(function.py_func, function.py_func)
            return _Call(plain, arguments, self.live, self.shape).result
        if isinstance(function, type) and issubclass(function, np.generic):
            return jnp.asarray(arguments[0]).astype(function)
        if function not in FUNCTIONS:
            raise NotImplementedError(f"{ast.unparse(node.func)!r} has no form on JAX")
        return rounded(FUNCTIONS[function](*arguments))
