"""The PyMC models of an analysis as a program of its own, to carry on from."""

from __future__ import annotations

import ast
import inspect
from types import ModuleType
from typing import TYPE_CHECKING

from ifonly.models import effects_linear, effects_parts, effects_process, effects_splines

if TYPE_CHECKING:
    from .analysis import Effects

__all__ = ["code_of"]

SOURCES: dict[str, ModuleType] = {
    "linear": effects_linear,
    "splines": effects_splines,
    "process": effects_process,
}
MARK = "# ---"


def code_of(found: Effects, table: str) -> str:
    """Return a program that builds the models, conditions them and asks for the average effect.

    Every model that has a weight is in it, one with processes at each of its lengthscales, so that
    the program prints the average that the analysis found.

    Parameters
    ----------
    found : Effects
    table : str
        The path of the table.

    Returns
    -------
    str
        Python: the bases of the covariates come from ifonly, the models are plain PyMC.
    """
    roles = found.table
    used = {n: p for n, p in found.parts.items() if found.weights[n] > 0}
    first = next(iter(used.values()))
    sources = [_plain(m) for m in (effects_parts, *(SOURCES[n] for n in used))]
    functions = "\n\n\n".join(text.partition(MARK)[2].strip() for text in sources)
    read = "read_parquet" if table.endswith((".parquet", ".pq")) else "read_csv"
    title = f"The effect of {roles.treatment} on {roles.outcome}"
    return f'''"""{title}: the models of `ifonly effects`."""

{_imports(*sources)}
import pandas as pd

from ifonly import ATE, CATE, ITE, condition
from ifonly.scenarios.analyses.effects.models import columns_of, terms_of
from ifonly.scenarios.analyses.effects.table import read_effect_table

{functions}


table = read_effect_table(
    pd.{read}({table!r}),
    {roles.treatment!r},
    {roles.outcome!r},
    covariates={list(roles.covariates)!r},
    modifiers={list(roles.modifiers)!r},
)
data = columns_of(table, {first.family!r})
question = {{"do": {{{roles.treatment!r}: 1}}, "versus": {{{roles.treatment!r}: 0}}}}
# What was averaged, in turn: a model and its weight; the sample of the units from which the
# lengthscales of its processes were learnt; the treatment of the baseline; the options of sampling.
runs = [
{_runs(found)}
]
average = 0.0
for name, build, weight, sample, reference, options in runs:
    # Lines, curves and products of the covariates, and the probability of treatment.
    outcome_terms, effect_terms, propensity = terms_of(table, name, sample=sample)
    model = build(
        outcome_terms,
        effect_terms,
        propensity,
        treatment={roles.treatment!r},
        outcome={roles.outcome!r},
        family={first.family!r},
        location={first.location!r},
        scale={first.scale!r},
        reference=reference,
    )
    posterior = condition(model, data, progress=False, **options)
    average += weight * posterior.ask(ATE({roles.outcome!r}, **question)).mean().item()
print(average)
'''


def _runs(found: Effects) -> str:
    """Return one line for each posterior that was averaged."""
    lines = []
    for name, part in found.parts.items():
        searches = (part, *getattr(part, "others", ()))
        weight = found.weights[name] / len(searches)
        build = SOURCES[name].__name__.rpartition(".")[2]
        for one in searches if weight > 0 else ():
            options = ", ".join(f"{n}={v}" for n, v in one.sampling.items())
            lines.append(
                f"    ({name!r}, {build}, {weight:.6g}, {one.bases.sample}, "
                f"{one.bases.reference}, dict({options})),"
            )
    return "\n".join(lines)


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
