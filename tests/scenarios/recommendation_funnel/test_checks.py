"""The checklist: each check holds where it should, and fails where it should."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ifonly.scenarios.recommendation_funnel import checks
from ifonly.scenarios.recommendation_funnel.truth import (
    INTENT,
    QUALITY,
    VALUE,
    published,
)
from ifonly.scenarios.reports.findings import Pair

CHECKS = (
    "_graph_stated", "_noise_recoverable", "_noise_independent", "_like_the_data",
    "_estimands_named", "_within_support", "_validation",
)  # fmt: skip


def of(**columns: np.ndarray) -> Any:
    """Stands for a pair whose world has these data."""
    return SimpleNamespace(
        world=SimpleNamespace(data=xr.Dataset({n: ("unit", v) for n, v in columns.items()}))
    )


def test_verdicts_are_words_and_are_counted(monkeypatch: pytest.MonkeyPatch, pair: Pair) -> None:
    for k, name in enumerate(CHECKS):
        verdict = {5: False, 6: None}.get(k, True)
        monkeypatch.setattr(checks, name, lambda pair, v=verdict, k=k: (v, f"figure {k}"))
    section = checks.checklist(pair)
    assert section.table is not None
    assert section.table["verdict"].to_list() == ["holds"] * 5 + ["does not hold", "yours to do"]
    assert section.table["figure"].to_list() == [f"figure {k}" for k in range(7)]
    assert section.text.startswith("5 of 7 hold.")


def test_the_graph_is_stated(pair: Pair) -> None:
    assert checks._graph_stated(pair) == (True, "6 mechanisms, 9 arrows, no circle")


def test_noise_is_recovered_or_it_is_not(pair: Pair) -> None:
    assert checks._noise_recoverable(pair)[0]
    other = replace(pair.world, data=pair.world.data.assign({VALUE: pair.world.data[VALUE] + 0.5}))
    holds, figure = checks._noise_recoverable(Pair(other, pair.posterior))
    assert not holds
    assert "to 1e+00" in figure, "half a point is one standard deviation of the noise"


def test_noise_that_depends_on_a_cause_is_found(pair: Pair) -> None:
    data = published(units=2_000).to_xarray().rename(index="unit")
    posterior: Any = pair.posterior
    right: Any = SimpleNamespace(world=SimpleNamespace(data=data), posterior=posterior)
    assert checks._noise_independent(right)[0]
    curved = data.assign({QUALITY: data[QUALITY] + 0.2 * data[INTENT] ** 2})
    wrong: Any = SimpleNamespace(world=SimpleNamespace(data=curved), posterior=posterior)
    holds, figure = checks._noise_independent(wrong)
    assert not holds
    assert f"noise of {QUALITY} with {INTENT} squared" in figure
    assert "bound 0.089" in figure, "four standard errors of 2 000 units"


def test_generated_data_are_like_the_data_or_they_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame = published(units=1_000)
    columns = {str(n): frame[n].to_numpy() for n in frame}
    found = of(**columns)
    monkeypatch.setattr(checks, "generated", lambda pair: found.world)
    holds, figure = checks._like_the_data(found)
    assert holds
    assert "functions 0.000" in figure
    moved = of(**(columns | {VALUE: columns[VALUE] + 1.0}))
    holds, figure = checks._like_the_data(moved)
    assert not holds
    assert f"({VALUE})" in figure


def test_every_answer_names_its_estimand(pair: Pair) -> None:
    holds, figure = checks._estimands_named(pair)
    assert holds
    assert figure == "7 answers, of rungs 2 and 3"


def test_a_shift_stays_within_the_support_or_leaves_it() -> None:
    wide = np.linspace(0.0, 100.0, 1_001)
    holds, figure = checks._within_support(of(**{QUALITY: wide}))
    # 1 % lay above before and, shifted, 1.5 %; below there are 0.5 % left.
    assert holds
    assert figure.startswith("2.0% of the shifted rows")
    holds, figure = checks._within_support(of(**{QUALITY: np.linspace(0.0, 1.0, 1_001)}))
    assert not holds
    assert figure.startswith("50.9%"), "510 of 1 001 lie above 0.99 less 0.5"


def test_an_experiment_is_as_large_as_its_effect_is_small() -> None:
    value = np.tile([-1.0, 1.0], 500)
    row = pd.DataFrame([{"mean": 0.5, "low": 0.41, "high": 0.6}])
    found = of(**{VALUE: value})
    found.compare = lambda query: SimpleNamespace(table=row)
    verdict, figure = checks._validation(found)
    assert verdict is None
    # 2 (1.96 + 0.84)^2 / 0.41^2 = 93.3, where the outcome has a standard deviation of 1.
    assert "94 users in each arm" in figure.replace("  ", " ")
