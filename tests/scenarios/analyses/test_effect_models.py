"""Models fitted to a table: the effects of units, and of new rows."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ifonly.inference import ITE
from ifonly.inference.errors import DataError
from ifonly.scenarios.analyses.effect_models import bases_of, terms_of
from ifonly.scenarios.analyses.effect_table import read_effect_table
from ifonly.scenarios.analyses.effects import effects

from .small import found, table


def test_unit_effects_are_those_that_the_query_gives() -> None:
    part = found().parts["linear"]
    answer = part.posterior.ask(ITE("y", do={"t": 1}, versus={"t": 0}))
    asked = answer.stack(all=("chain", "draw")).transpose("all", "unit").to_numpy()
    np.testing.assert_allclose(part.effects(), asked, atol=1e-9)


def test_new_rows_have_the_effects_of_equal_units() -> None:
    part = found().parts["linear"]
    some = table()[["place", "x"]].iloc[[5, 17]]
    np.testing.assert_allclose(part.effects(some), part.effects()[:, [5, 17]])


def test_a_binary_outcome_has_differences_of_probabilities() -> None:
    rng = np.random.default_rng(3)
    t, x = rng.integers(0, 2, 2_000), rng.normal(size=2_000)
    p = stats.norm.cdf(-1.0 + x + t)
    rows = pd.DataFrame({"t": t, "x": x, "y": rng.binomial(1, p)})
    answer = effects(rows, treatment="t", outcome="y", model="linear", seed=1, draws=100, tune=100)
    truth = stats.norm.cdf(x) - stats.norm.cdf(-1.0 + x)
    assert abs(answer.ate["mean"] - truth.mean()) < 3 * answer.ate["sd"]
    assert np.corrcoef(answer.units["mean"], truth)[0, 1] > 0.5
    assert answer.units["high"].max() < 1


def test_few_units_and_many_covariates_have_few_terms() -> None:
    rng = np.random.default_rng(4)
    wide = pd.DataFrame(rng.normal(size=(150, 200))).rename(columns=lambda k: f"x{k}")
    rows = wide.assign(t=rng.integers(0, 2, 150), y=rng.normal(size=150))
    outcome, effect, propensity = terms_of(read_effect_table(rows, "t", "y"), "splines")
    assert effect["product"].shape[1] <= 200
    assert effect["line"].shape[1] == 200
    assert outcome["line"].shape[1] == 201  # with the probability of treatment
    assert propensity.shape == (150,)


def test_the_bases_read_only_what_they_may() -> None:
    part = found().parts["linear"]
    of_outcome, of_effect = bases_of(part.table, part.assignment, "splines")
    assert [c.name for c in of_outcome.columns] == ["x", "place", "propensity_logit"]
    assert [c.name for c in of_effect.columns] == ["x", "place"]


def test_a_column_called_as_the_model_calls_its_own_is_refused() -> None:
    with pytest.raises(DataError, match="'noise' has a name that the model needs"):
        effects(table().rename(columns={"y": "noise"}), treatment="t", outcome="noise")
