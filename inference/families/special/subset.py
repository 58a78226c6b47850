"""Which part of Python a scalar kernel may use, so that `lockstep` can run it on JAX."""

import ast

__all__ = ["BINARY", "COMPARED", "checked"]

BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.BitXor, ast.RShift)
COMPARED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
PLAIN: tuple[type, ...] = (ast.Break, ast.Continue, ast.If, ast.IfExp, ast.BoolOp)
PLAIN += (ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Tuple)
# Parts of the nodes, which say nothing by themselves.
PARTS: tuple[type, ...] = (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop)
PARTS += (ast.arguments, ast.arg, ast.keyword)


def checked(tree: ast.FunctionDef) -> ast.FunctionDef:
    r"""Return the function if `lockstep` takes all of it.

    Parameters
    ----------
    tree : ast.FunctionDef

    Returns
    -------
    ast.FunctionDef
        The same.

    Raises
    ------
    NotImplementedError
        If it has something else than the module `lockstep` lists; the message quotes it.

    Examples
    --------
    >>> source = "def half(x):\n    return x // 2.0"
    >>> checked(ast.parse(source).body[0])
    Traceback (most recent call last):
    NotImplementedError: half: 'x // 2.0' has no form on JAX
    """
    arguments = tree.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.defaults:
        raise _refused(tree, "an argument with a default or a star")
    for statement in tree.body:
        for node in ast.walk(statement):
            if not isinstance(node, PARTS) and not _taken(node):
                raise _refused(tree, repr(ast.unparse(node)))
    if not _returns(tree.body):
        raise _refused(tree, "a path that ends without a return")
    for loop in (n for n in ast.walk(tree) if isinstance(n, ast.For)):
        _check_counter(tree, loop)
    return tree


def _refused(tree: ast.FunctionDef, what: str) -> NotImplementedError:
    return NotImplementedError(f"{tree.name}: {what} has no form on JAX")


def _returns(statements: list[ast.stmt]) -> bool:
    """Return whether statements end in a return whatever happens."""
    last = statements[-1] if statements else None
    if isinstance(last, ast.If):
        return _returns(last.body) and _returns(last.orelse)
    return isinstance(last, ast.Return)


def _taken(node: ast.AST) -> bool:
    """Return whether a statement or an expression is of the subset, its parts left aside."""
    match node:
        case ast.Expr(value=ast.Constant(value=str())):  # a docstring
            return True
        case ast.Assign(targets=[ast.Tuple(elts=names)]):
            return all(isinstance(n, ast.Name) for n in names)
        case ast.Assign(targets=[ast.Name()]):
            return True
        case ast.AugAssign(target=ast.Name(), op=op) | ast.BinOp(op=op):
            return isinstance(op, BINARY)
        case ast.For(
            target=ast.Name(), iter=ast.Call(func=ast.Name(id="range"), args=a), orelse=[]
        ):
            return len(a) < 3
        case ast.For(target=ast.Name(), iter=ast.Name() | ast.Tuple(), orelse=[]):
            return True
        case ast.While(orelse=[]):
            return True
        case ast.Return(value=value):
            return value is not None
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            return True
        case ast.Compare(ops=[op]):
            return isinstance(op, COMPARED)
        case ast.Call(keywords=[], args=args):
            return not any(isinstance(a, ast.Starred) for a in args)
    return isinstance(node, PLAIN)


def _is_range(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="range"), args=ends):
            return len(ends) < 3
    return False


def _check_counter(tree: ast.FunctionDef, loop: ast.For) -> None:
    """Raise where the counter of a loop is read after it: each value has left at its own."""
    assert isinstance(loop.target, ast.Name)
    name = loop.target.id
    inside = {id(n) for s in loop.body for n in ast.walk(s)}
    others = [n for n in ast.walk(tree) if isinstance(n, ast.For) and n is not loop]
    inside |= {
        id(n)
        for other in others
        if isinstance(other.target, ast.Name) and other.target.id == name
        for s in other.body
        for n in ast.walk(s)
    }
    for node in ast.walk(tree):
        read = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id == name
        if read and id(node) not in inside:
            raise _refused(tree, f"the loop variable {name!r}, read outside its loop,")
