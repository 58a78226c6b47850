"""Models fitted to a table: the effects of units, and of new rows."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ifonly.inference import ITE
from ifonly.inference.errors import DataError
from ifonly.scenarios.analyses.effects import models
from ifonly.scenarios.analyses.effects.analysis import effects
from ifonly.scenarios.analyses.effects.assignment import learn_assignment
from ifonly.scenarios.analyses.effects.bases import bases_of
from ifonly.scenarios.analyses.effects.models import fit, terms_of
from ifonly.scenarios.analyses.effects.table import read_effect_table

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


def test_chains_run_longer_where_they_have_not_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "USUAL", (20, 2))
    rows = read_effect_table(table(), "t", "y")
    assignment = learn_assignment(rows.held, rows.t)
    short = fit(rows, assignment, "splines", seed=1, draws=20, tune=2)
    assert short.sampling["draws"] == 20  # as many as were asked for
    assert short.r_hat > 1.03
    longer = fit(rows, assignment, "splines", seed=1)
    assert longer.sampling["draws"] == 80
    assert 1 < longer.r_hat < short.r_hat
    # Of independent draws 20 are enough.
    monkeypatch.setattr(models, "DOUBTFUL", 1.2)
    assert fit(rows, assignment, "linear", seed=1).sampling["draws"] == 20


def test_few_units_and_many_covariates_have_few_terms() -> None:
    rng = np.random.default_rng(4)
    wide = pd.DataFrame(rng.normal(size=(150, 200))).rename(columns=lambda k: f"x{k}")
    rows = wide.assign(t=rng.integers(0, 2, 150), y=rng.normal(size=150))
    outcome, effect, propensity = terms_of(read_effect_table(rows, "t", "y"), "splines")
    assert "product" not in effect
    assert effect["curve"].shape[1] <= 150 // 4  # of the six covariates that tell most
    assert effect["line"].shape[1] == 200
    assert outcome["line"].shape[1] == 201  # with the probability of treatment
    assert propensity.shape == (150,)


@pytest.mark.parametrize("family", ["normal", "bernoulli"])
def test_either_arm_may_be_the_baseline(family: str) -> None:
    """The effect is that of the treated less the untreated all the same."""
    rng = np.random.default_rng(5)
    t, x = rng.integers(0, 2, 1_500), rng.normal(size=1_500)
    mean = 0.5 * x * t
    y = rng.binomial(1, stats.norm.cdf(mean)) if family == "bernoulli" else rng.normal(mean)
    rows = read_effect_table(pd.DataFrame({"t": t, "x": x, "y": y}), "t", "y")
    assignment = learn_assignment(rows.held, rows.t)
    found = []
    for reference in (0.0, 1.0):
        bases = bases_of(rows, assignment, "linear", reference=reference)
        part = fit(
            rows, assignment, "linear", family=family, bases=bases, seed=1, draws=300, tune=200
        )
        found.append(part)
    effects = [part.effects() for part in found]
    # The priors differ and the draws are 1,200: some hundredths of a standard deviation.
    sd = effects[0].std(axis=0)
    assert (abs(effects[0].mean(axis=0) - effects[1].mean(axis=0)) / sd).max() < 0.3
    query = ITE("y", do={"t": 1}, versus={"t": 0})
    if family == "normal":
        asked = found[1].posterior.ask(query).stack(all=("chain", "draw")).transpose("all", "unit")
        np.testing.assert_allclose(effects[1], asked.to_numpy(), atol=1e-9)
    density = [part.log_likelihood().mean(axis=0) for part in found]
    # The same reason; furthest for a unit that the model holds for improbable.
    np.testing.assert_allclose(density[0], density[1], atol=0.1)


def test_a_column_called_as_the_model_calls_its_own_is_refused() -> None:
    with pytest.raises(DataError, match="'noise' has a name that the model needs"):
        effects(table().rename(columns={"y": "noise"}), treatment="t", outcome="noise")
