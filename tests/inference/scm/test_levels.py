"""Which labels stand for the codes of a variable, as the model's coords have them."""

import pandas as pd
import pymc as pm
import pytest

from ifonly.inference import DataError
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence
from ifonly.inference.scm.levels import levels_of


def plans(table="tier", own=None):
    coords = {"unit": range(1), "tier": ["basic", "pro"], "age": ["young", "old"]}
    with pm.Model(coords=coords | (own or {})) as model:
        share = pm.Dirichlet("share", [1.0, 1.0], dims="tier")
        plan = pm.Categorical("plan", share, dims="unit")
        held = pm.Data("held", [0], dims="unit")
        effect = pm.Normal("effect", dims=table)
        other = pm.Normal("other", dims="age")
        smoker = pm.Bernoulli("smoker", 0.5, dims="unit")
        pm.Normal("y", effect[plan] + other[held] + smoker, dims="unit")
    return Equations(model)


def test_of_what_is_indexed_of_probabilities_and_of_its_own_dimension():
    equations = plans()
    assert levels_of(equations, "plan").tolist() == ["basic", "pro"]
    assert levels_of(equations, "held").tolist() == ["young", "old"]
    assert levels_of(equations, "smoker") is None
    named = plans(own={"smoker_level": ["no", "yes"]})
    assert levels_of(named, "smoker").tolist() == ["no", "yes"]


def test_two_kinds_of_labels_are_none_unless_the_name_decides():
    assert levels_of(plans(table="age"), "plan") is None
    chosen = plans(table="age", own={"plan_level": ["p", "q"]})
    assert levels_of(chosen, "plan").tolist() == ["p", "q"]


def seen(plan, equations=None):
    units = range(len(plan))
    frame = pd.DataFrame({"held": ["old"] * len(plan), "smoker": 0, "y": 0.0}, index=units)
    frame["plan"] = plan
    return read_evidence(equations or plans(), frame, allow_missing=True)


@pytest.mark.parametrize(
    "plan",
    [
        ["pro", "basic", "pro"],
        pd.Categorical(["pro", "basic", "pro"], ["pro", "basic"]),  # by label, not by its codes
        pd.Series(["pro", "basic", "pro"], dtype="string"),
        [1, 0, 1],
    ],
)
def test_data_go_by_label(plan):
    evidence = seen(plan)
    assert evidence.columns["plan"].tolist() == [1, 0, 1]
    assert evidence.columns["held"].tolist() == [1, 1, 1]
    assert evidence.levels["plan"].tolist() == ["basic", "pro"]


def test_a_missing_label_is_a_gap():
    assert seen(["pro", None, "basic"]).gaps["plan"].tolist() == [False, True, False]


def test_ordered_categories_bring_their_own_levels_where_the_model_has_none():
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Categorical("size", [0.2, 0.3, 0.5], dims="unit")
    sizes = pd.Categorical(["L", "S"], ["S", "M", "L"], ordered=True)
    evidence = read_evidence(Equations(model), pd.DataFrame({"size": sizes}))
    assert evidence.columns["size"].tolist() == [2, 0]
    assert evidence.levels["size"].tolist() == ["S", "M", "L"]
    with pytest.raises(DataError, match="names none for 'size'"):
        read_evidence(Equations(model), pd.DataFrame({"size": sizes.as_unordered()}))
    numbers = pd.DataFrame({"size": pd.Categorical([2, 0])})
    assert read_evidence(Equations(model), numbers).columns["size"].tolist() == [2, 0]
