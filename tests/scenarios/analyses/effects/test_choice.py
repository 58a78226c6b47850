"""Which models a table is given."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from ifonly.inference.errors import QueryError
from ifonly.scenarios.analyses.effects.analysis import effects
from ifonly.scenarios.analyses.effects.choice import suited
from ifonly.scenarios.analyses.effects.table import read_effect_table

from .small import table


def test_counts_have_lines_alone() -> None:
    rows = table().assign(y=np.random.default_rng(0).poisson(2.0, 400))
    for model in ("splines", "process"):
        with pytest.raises(QueryError, match=f"'{model}' has outcomes that are normal or binary"):
            effects(rows, treatment="t", outcome="y", model=model, family="poisson")


@pytest.mark.slow
def test_many_covariates_have_lines_and_few_curves_and_a_note() -> None:
    """Of 200 covariates two matter to the effect; lines that are not shrunk are 1.1 off."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(1_000, 200))
    t = (rng.random(1_000) < expit(0.5 * x[:, 0] + 0.5 * x[:, 1])).astype(int)
    effect = 1 + 0.8 * x[:, 0] + 0.5 * np.maximum(x[:, 2], 0)
    y = x @ np.array([1.0, 0.7, 0.0, -0.5] + 196 * [0.0]) + effect * t + rng.normal(size=1_000)
    many = pd.DataFrame(x, columns=[f"x{k}" for k in range(200)]).assign(t=t, y=y)
    found = effects(many, treatment="t", outcome="y", seed=1, draws=50, tune=50)
    assert list(found.parts) == ["splines"]
    assert any("more than the 60 whose curves" in note for note in found.problems)
    assert np.sqrt(((found.units["mean"] - effect) ** 2).mean()) < 0.4
    bent = [c.name for c in found.parts["splines"].bases.effect.columns if len(c.edges)]
    assert len(bent) <= 6
    assert {"x0", "x2"} <= set(bent)


def test_very_many_covariates_and_counts_have_lines_alone() -> None:
    rng = np.random.default_rng(1)
    for family, count in (("normal", 251), ("poisson", 61)):
        others = pd.DataFrame(rng.normal(size=(400, count))).add_prefix("w")
        many = read_effect_table(pd.concat([table(), others], axis=1), "t", "y")
        read, model = suited(many, "auto", family)
        assert model == "linear"
        assert "straight lines in all;" in read.notes[-1]
    few = effects(table(), treatment="t", outcome="y", model="linear", draws=50, tune=50)
    assert not any("whose curves" in note for note in few.problems)
