"""The PyMC model of an analysis as a program of its own, to carry on from."""

from __future__ import annotations

import ast
import inspect
from types import ModuleType

from ifonly.models import effects_linear, effects_parts, effects_process, effects_splines

from .models import Fitted

__all__ = ["code_of"]

SOURCES: dict[str, ModuleType] = {
    "linear": effects_linear,
    "splines": effects_splines,
    "process": effects_process,
}


def code_of(part: Fitted, table: str) -> str:
    """Return a program that builds the model, conditions it and asks it.

    Parameters
    ----------
    part : Fitted
    table : str
        The path of the table.

    Returns
    -------
    str
        Python: the bases of the covariates come from ifonly, the model is plain PyMC.
    """
    roles = part.table
    build = SOURCES[part.name].__name__.rpartition(".")[2]
    read = "read_parquet" if table.endswith((".parquet", ".pq")) else "read_csv"
    covariates, modifiers = list(roles.covariates), list(roles.modifiers)
    head, body = _plain(effects_parts), _plain(SOURCES[part.name])
    seed = part.seed
    title = f"The effect of {roles.treatment} on {roles.outcome}"
    return f'''"""{title}: the model of `ifonly effects`."""

{_imports(head, body)}
import pandas as pd

from ifonly import ATE, CATE, ITE, condition
from ifonly.scenarios.analyses.effects.models import columns_of, terms_of
from ifonly.scenarios.analyses.effects.table import read_effect_table

{head.partition(MARK)[2].strip()}


{body.partition(MARK)[2].strip()}


table = read_effect_table(
    pd.{read}({table!r}),
    {roles.treatment!r},
    {roles.outcome!r},
    covariates={covariates!r},
    modifiers={modifiers!r},
)
# Lines, curves and products of the covariates, and the probability of treatment.
outcome_terms, effect_terms, propensity = terms_of(table, {part.name!r})
model = {build}(
    outcome_terms,
    effect_terms,
    propensity,
    treatment={roles.treatment!r},
    outcome={roles.outcome!r},
    family={part.family!r},
    location={part.location!r},
    scale={part.scale!r},
    reference={part.bases.reference!r},
)
posterior = condition(model, columns_of(table), seed={seed}, progress=False)
question = {{"do": {{{roles.treatment!r}: 1}}, "versus": {{{roles.treatment!r}: 0}}}}
print(posterior.ask(ATE({roles.outcome!r}, **question)).mean().item())
'''


MARK = "# ---"


def _plain(module: ModuleType) -> str:
    """Return a module's imports, a mark, and the rest without docstrings."""
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    imports, rest = [], []
    for node in tree.body[1:]:
        is_import = isinstance(node, ast.Import | ast.ImportFrom)
        if is_import and not getattr(node, "level", 0):
            imports.append(ast.unparse(node))
        elif not is_import and "__all__" not in ast.unparse(node)[:8]:
            rest.append(ast.unparse(node))
    return "\n".join(imports) + f"\n{MARK}\n" + "\n\n\n".join(rest)


def _imports(*sources: str) -> str:
    lines = [line for text in sources for line in text.partition(MARK)[0].splitlines() if line]
    return "\n".join(sorted(dict.fromkeys(lines)))
