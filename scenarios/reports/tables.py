"""Comparisons as rows: one an element where there are few, one an answer where there are many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ifonly.inference.inputs.label_texts import readable

from ..display.wording import interval

if TYPE_CHECKING:
    from ifonly.inference.validation.compare import Comparison

__all__ = [
    "comparison_facts",
    "element_names",
    "is_small",
    "low_coverage",
    "one_by_one",
    "over_many",
]

# More elements than this are summed up in one row.
FEW = 16


def is_small(comparison: Comparison) -> bool:
    """Return whether the elements are worth a row each in a table of many queries."""
    few = FEW if len(comparison.dims) < 2 else FEW // 4
    return comparison.truth.size <= few and comparison.shape != "units"


def element_names(label: str, comparison: Comparison) -> list[str]:
    """Return a name for each row of the comparison's table.

    Parameters
    ----------
    label : str
    comparison : Comparison
    """
    if not comparison.dims:
        return [label]
    names = []
    for key in comparison.table.index:
        keys = key if isinstance(key, tuple) else (key,)
        words = (
            f"{d} {k:g}" if isinstance(k, float) else f"{d} {readable([k])[0]}"
            for d, k in zip(comparison.dims, keys, strict=True)
        )
        names.append(f"{label}, {', '.join(words)}")
    return names


def one_by_one(comparisons: Mapping[str, Comparison]) -> list[list[Any]]:
    """Return a row per element of the small answers.

    It holds name, truth, mean, sd, interval, covered and bias.
    """
    return [
        [
            name,
            float(row["truth"]),
            float(row["mean"]),
            float(row["sd"]),
            interval(row["low"], row["high"]),
            bool(row["covered"]),
            float(row["bias"]),
        ]
        for label, comparison in comparisons.items()
        if is_small(comparison)
        for name, (_, row) in zip(
            element_names(label, comparison), comparison.table.iterrows(), strict=True
        )
    ]


def over_many(comparisons: Mapping[str, Comparison]) -> list[list[Any]]:
    """Return a row per large answer: elements, mean truth, RMSE, coverage, correlation, bias."""
    rows = []
    for label, comparison in comparisons.items():
        if is_small(comparison):
            continue
        found = comparison.summary.iloc[0]
        rows.append(
            [
                label,
                int(found["elements"]),
                float(comparison.truth.mean()),
                float(found["rmse"]),
                f"{found['coverage']:.1%}",
                float(found["correlation"]),
                float(found["bias"]),
            ]
        )
    return rows


def comparison_facts(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison in plain values: a summary, and its elements unless they are units."""
    attributes = comparison.answer.attrs
    names = ("estimand", "query", "outcome", "rung", "units", "of", "monte_carlo_error")
    facts: dict[str, Any] = {n: attributes[n] for n in names if n in attributes}
    facts |= {"dims": list(comparison.dims), "ci_prob": comparison.ci_prob}
    facts["summary"] = comparison.summary.iloc[0].to_dict()
    if comparison.shape != "units":
        table = comparison.table
        if comparison.dims:
            table = table.reset_index()
        facts["elements"] = table.to_dict(orient="records")
    return facts


def low_coverage(comparisons: Mapping[str, Comparison], ci_prob: float) -> str:
    """Return a note on answers whose coverage looks like a fault and is none; else an empty text.

    Parameters
    ----------
    comparisons : mapping of str to Comparison
        By the label of the query.
    ci_prob : float
        Probability of their intervals.
    """
    low = [n for n, c in comparisons.items() if c.truth.size > 1 and c.coverage < ci_prob - 0.1]
    if not low:
        return ""
    return (
        f"Coverage of {', '.join(low)} is lower: all elements of one answer share one posterior, "
        "so where a parameter is off by one standard deviation they all are, and within a single "
        f"data set any share may be covered. Over many data sets it is {ci_prob:.0%}; `ifonly "
        "calibrate` shows that."
    )
