"""Sections that the page of a run and the page of a question share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ifonly.inference.scm.equations import Equations

from ..display.formulas import equation_texts
from ..display.wording import interval
from ..scenario import Section

__all__ = [
    "about_units",
    "data_section",
    "diagnostics_section",
    "element_label",
    "equations_section",
    "parameters_section",
]

# A page shows no more parameters than this, and of each no more elements.
MOST_PARAMETERS, MOST_ELEMENTS = 60, 12
FEW_LABELS = 6


def about_units(attrs: Any) -> str:
    """Return which units an answer is about, in words that need no theory."""
    if attrs["rung"] == 3:
        return (
            "Rung 3: observed units, each with its own noise. That is, it asks what would have "
            "become of the very units seen (a counterfactual)."
        )
    return "Rung 2: new units. That is, it asks what an intervention does to units like those seen."


def parameters_section(posterior: Any) -> Section:
    """Return the posterior of each parameter."""
    held = posterior.idata["posterior"].to_dataset()
    rows: list[tuple[Any, ...]] = []
    for name in posterior.state.equations.parameters:
        if name not in held or len(rows) >= MOST_PARAMETERS:
            continue
        draws = held[name].transpose("chain", "draw", ...).to_numpy()
        draws = draws.reshape(-1, *draws.shape[2:])
        for index in list(np.ndindex(draws.shape[1:]))[:MOST_ELEMENTS]:
            one = draws[(slice(None), *index)]
            label = element_label(held[name], index)
            low, high = np.quantile(one, [0.05, 0.95])
            rows.append((label, one.mean(), one.std(ddof=1), interval(low, high)))
    table = pd.DataFrame(rows, columns=["parameter", "mean", "sd", "90% interval"])
    return Section("Parameters", "What was learnt of each parameter of the model.", table)


def element_label(parameter: xr.DataArray, index: tuple[int, ...]) -> str:
    """Return the name of one element of a parameter: by the labels of its coords.

    Parameters
    ----------
    parameter : xr.DataArray
    index : tuple of int

    Examples
    --------
    >>> gain = xr.DataArray([[0.0, 1.0]], dims=("draw", "plan"), coords={"plan": ["no", "pro"]})
    >>> element_label(gain.rename("gain"), (1,))
    'gain[pro]'
    """
    if not index:
        return str(parameter.name)
    dims = [d for d in parameter.dims if d not in ("chain", "draw")]
    words = (str(parameter[d].to_numpy()[k]) for d, k in zip(dims, index, strict=True))
    return f"{parameter.name}[{', '.join(words)}]"


def equations_section(model: Any, unit: str = "unit") -> Section:
    """Return a model's equations.

    Parameters
    ----------
    model : object
    unit : str
        Name of the unit dimension.
    """
    texts = equation_texts(Equations(model, unit)).values()
    return Section("Equations", "\n".join(f"  {text}" for text in texts))


def data_section(
    data: Any, roles: Any, unit: str = "unit", labels: Mapping[str, Any] | None = None
) -> Section:
    """Return a summary of the columns that are seen; of labels, their shares.

    Parameters
    ----------
    data : object
    roles : object
    unit : str
        Name of the unit dimension.
    labels : mapping of str to object, optional
    """
    rows = []
    for name, column in data.items():
        values = np.asarray(column, dtype=float)
        named, missing = (labels or {}).get(str(name)), int(np.isnan(values).sum())
        rows.append(
            {"variable": str(name), "role": roles.get(str(name), ""), "not seen": missing}
            | _statistics(values if named is None else values[:0])
            | {"labels": "" if named is None else _shares(values, named)}
        )
    table = pd.DataFrame(rows)
    bare = [n for n in ("role", "not seen", "labels") if not any(table[n])]
    text = f"What the analyst sees of {data.sizes[unit]:,} units."
    return Section("The data", text, table.drop(columns=bare))


def _shares(codes: NDArray[np.float64], labels: Any) -> str:
    """Return the most frequent labels, and how many units have each."""
    values, counts = np.unique(codes[np.isfinite(codes)], return_counts=True)
    most = np.argsort(-counts, kind="stable")[:FEW_LABELS]
    words = [f"{labels[int(values[k])]} {counts[k] / counts.sum():.0%}" for k in most]
    return ", ".join(words + ["..."] * (len(values) > FEW_LABELS))


def _statistics(values: NDArray[np.float64]) -> dict[str, float]:
    """Return what a column of numbers is summed up by; NaN where there are none."""
    seen = pd.Series(values[np.isfinite(values)], dtype=float)
    return {
        "mean": seen.mean(),
        "sd": seen.std(),
        "min": seen.min(),
        "median": seen.median(),
        "max": seen.max(),
    }


def diagnostics_section(posterior: Any) -> Section:
    """Return whether the chains converged."""
    found, facts = posterior.diagnostics, posterior.facts
    sizes = posterior.idata["posterior"].sizes
    if facts["method"] == "laplace":
        return _of_weights(facts, sizes["chain"] * sizes["draw"])
    if found.independent:
        return _of_independent(facts, sizes["chain"] * sizes["draw"], found.problems)
    verdict = (
        "The chains converged."
        if found.converged
        else f"The chains did not converge, so the answers cannot be trusted yet: "
        f"{'; '.join(found.problems)}. More draws or tuning may mend it."
    )
    table = pd.DataFrame(
        [
            ("largest R-hat", found.r_hat),
            ("smallest bulk ESS", round(found.ess_bulk)),
            ("smallest tail ESS", round(found.ess_tail)),
            ("divergent transitions", found.divergences),
            ("smallest BFMI", found.bfmi),
        ],
        columns=["diagnostic", "value"],
        dtype=object,
    )
    text = f"{sizes['chain']} chains of {sizes['draw']} draws each. {verdict}"
    return Section("Diagnostics", text, table)


def _of_independent(facts: dict[str, Any], count: int, problems: tuple[str, ...]) -> Section:
    blocks = facts.get("blocks")
    rows = [tuple(part.split(": ", 1)) for part in blocks.split("; ")] if blocks else None
    how = "the posterior falls apart into blocks, and each was" if blocks else "the posterior was"
    few = "; they are few, so the ends of intervals are rough" if problems else ""
    return Section(
        "Diagnostics",
        f"{count} independent draws: {how} computed without a Markov chain, so there is no "
        f"convergence to doubt{few}.",
        None if rows is None else pd.DataFrame(rows, columns=["method", "parameters"]),
    )


def _of_weights(facts: dict[str, Any], count: int) -> Section:
    rows = [
        ("k-hat of the importance weights", facts["khat"]),
        ("effective number of draws", round(facts["efficiency"] * count)),
    ]
    if "quadrature_error" in facts:
        rows.append(("error of the integrals over the latents", facts["quadrature_error"]))
    return Section(
        "Diagnostics",
        f"{count} independent draws from the normal distribution at the mode, corrected by "
        "importance weights. Were the posterior not like that distribution, k-hat would be above "
        "0.7, and there would be no answer. The error is that of the log-density, as a standard "
        "deviation over draws; below 0.1 it does not matter.",
        pd.DataFrame(rows, columns=["diagnostic", "value"], dtype=object),
    )
