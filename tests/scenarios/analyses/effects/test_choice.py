"""Which models a table is given."""

import numpy as np
import pytest

from ifonly.inference.errors import QueryError
from ifonly.scenarios.analyses.effects.analysis import effects

from .small import table


def test_counts_have_lines_alone() -> None:
    rows = table().assign(y=np.random.default_rng(0).poisson(2.0, 400))
    for model in ("splines", "process"):
        with pytest.raises(QueryError, match=f"'{model}' has outcomes that are normal or binary"):
            effects(rows, treatment="t", outcome="y", model=model, family="poisson")


def test_many_covariates_have_lines_alone_and_a_note() -> None:
    rng = np.random.default_rng(1)
    many = table().assign(**{f"w{k}": rng.normal(size=400) for k in range(60)})
    found = effects(many, treatment="t", outcome="y", seed=1, draws=50, tune=50)
    assert list(found.parts) == ["linear"]
    assert any("more than the 60 whose curves" in note for note in found.problems)
    few = effects(table(), treatment="t", outcome="y", model="linear", draws=50, tune=50)
    assert not any("whose curves" in note for note in few.problems)
