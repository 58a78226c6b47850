"""Which columns the models have."""

import numpy as np
import pandas as pd

from ifonly.inference.inputs.basis import Basis
from ifonly.scenarios.analyses.effects.assignment import learn_assignment
from ifonly.scenarios.analyses.effects.bases import bases_of
from ifonly.scenarios.analyses.effects.table import read_effect_table

from .small import found


def test_the_bases_read_only_what_they_may() -> None:
    part = found().parts["linear"]
    bases = bases_of(part.table, part.assignment, "splines")
    assert isinstance(bases.outcome, Basis)
    assert isinstance(bases.effect, Basis)
    assert [c.name for c in bases.outcome.columns] == ["x", "place"]
    assert [c.name for c in bases.effect.columns] == ["x", "place"]


def test_the_log_odds_are_a_column_beside_covariates_whose_terms_are_shrunk_together() -> None:
    rng = np.random.default_rng(0)
    wide = pd.DataFrame(rng.normal(size=(200, 11))).rename(columns=lambda k: f"x{k}")
    rows = wide.assign(t=rng.integers(0, 2, 200), y=rng.normal(size=200))
    few, many = (read_effect_table(r, "t", "y") for r in (rows.drop(columns="x0"), rows))
    names = {}
    for table in (few, many):
        assignment = learn_assignment(table.held, table.t)
        for model in ("linear", "splines"):
            basis = bases_of(table, assignment, model).outcome
            assert isinstance(basis, Basis)
            names[len(table.covariates), model] = [c.name for c in basis.columns]
    assert names[10, "splines"] == [f"x{k}" for k in range(1, 11)]
    assert names[11, "splines"][-1] == "propensity_logit"
    assert names[10, "linear"][-1] == "propensity_logit"  # its curves are no sum of lines
