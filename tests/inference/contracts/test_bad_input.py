"""What a user gets wrong is answered in one line: what came, what was expected, what to do next."""

from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import (
    ATE,
    ATT,
    ATU,
    CATE,
    ITE,
    QTE,
    Counterfactual,
    DataError,
    ModelError,
    Posterior,
    PotentialOutcome,
    QueryError,
    World,
    condition,
    policy,
    replace_by,
    scale,
    set_to,
    shift,
    structural,
)
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence

N = 6
TRUTH = {"slope": 2.0, "spread": 0.5}


def make_model() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.Normal("slope", 0.0, 1.0)
        spread = pm.HalfNormal("spread", 1.0)
        dose = pm.Normal("dose", 0.0, 1.0, dims="unit")
        waiting = pm.HalfNormal("waiting", 1.0, dims="unit")
        treated = pm.Bernoulli("treated", 0.5, dims="unit")
        count = pm.Poisson("count", 2.0, dims="unit")
        mean = pm.Deterministic("mean", slope * dose + treated + count + waiting, dims="unit")
        pm.Normal("outcome", mean, spread, dims="unit")
    return model


def frame(**changed: Any) -> pd.DataFrame:
    columns = {
        "dose": np.linspace(-1.0, 1.0, N),
        "waiting": np.linspace(0.1, 1.0, N),
        "treated": np.arange(N) % 2,
        "count": np.arange(N),
        "outcome": np.linspace(0.0, 3.0, N),
    }
    columns |= changed
    return pd.DataFrame({n: c for n, c in columns.items() if c is not None})


@pytest.fixture(scope="module")
def model() -> pm.Model:
    return make_model()


@pytest.fixture(scope="module")
def world(model, quickly) -> World:
    with quickly():
        return World.from_evidence(model, TRUTH, frame(), seed=1)


@pytest.fixture(scope="module")
def posterior(model, posterior_by_hand) -> Posterior:
    """The dose has no column and is no latent of these draws either."""
    draws = {"slope": np.full((1, 2), 2.0), "spread": np.full((1, 2), 0.5)}
    return posterior_by_hand(model, frame(dose=None), draws)


def one_line(caught: Any, *parts: str) -> None:
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    for part in parts:
        assert part in message, f"{part!r} is not in: {message}"


BAD_QUERIES = {
    "unknown target": (lambda: ITE("outcome", do={"doze": 1}), ["'doze'", "did you mean 'dose'"]),
    "unknown outcome": (lambda: ITE("outcom", do={"dose": 1}), ["did you mean 'outcome'"]),
    "unknown in versus": (
        lambda: ITE("outcome", do={"dose": 1}, versus={"does": 0}),
        ["'does'", "did you mean 'dose'"],
    ),
    "unknown in a policy": (
        lambda: ITE("outcome", do={"dose": policy(lambda v: v["treatd"])}),
        ["policy on 'dose'", "did you mean 'treated'"],
    ),
    "unknown in where": (
        lambda: ITE("outcome", do={"dose": shift(1.0, where=lambda v: v["treatd"] > 0)}),
        ["did you mean 'treated'"],
    ),
    "outcome a parameter": (lambda: ITE("slope", do={"dose": 1}), ["'slope'", "parameter"]),
    "outside Bernoulli": (lambda: ITE("outcome", do={"treated": 2}), ["'treated'", "support"]),
    "outside HalfNormal": (lambda: ITE("outcome", do={"waiting": -1}), ["'waiting'", "support"]),
    "a spread below 0": (lambda: ITE("outcome", do={"spread": -1}), ["'spread'", "support"]),
    "a count below 0": (lambda: ITE("outcome", do={"count": shift(-1)}), ["'count'", "support"]),
    "half a count": (lambda: ITE("outcome", do={"count": shift(0.5)}), ["'count'", "integer"]),
    "half a count by policy": (
        lambda: ITE("outcome", do={"count": policy(lambda v: v["count"] * 0.5)}),
        ["'count'", "integer", "round"],
    ),
    "wrong length": (
        lambda: ITE("outcome", do={"dose": set_to(np.zeros(3))}),
        ["'dose'", "3", "6"],
    ),
    "wrong mask": (
        lambda: ITE("outcome", do={"dose": shift(1, where=np.ones(4, bool))}),
        ["`where`", "'dose'", "4", "6"],
    ),
    "mask on a parameter": (
        lambda: ITE("outcome", do={"slope": shift(1, where=np.ones(N, bool))}),
        ["'slope'", "parameter"],
    ),
    "where that is no condition": (
        lambda: ITE("outcome", do={"dose": shift(1, where=lambda v: v["dose"])}),
        ["'dose'", "boolean"],
    ),
    "array on a parameter": (
        lambda: ITE("outcome", do={"slope": np.zeros(N)}),
        ["'slope'", "shape"],
    ),
    "mask of another length in a query": (
        lambda: ATE("outcome", do={"dose": 1}, where=np.ones(2, bool)),
        ["`where`", "(6,)", "(2,)"],
    ),
    "mask that selects nobody": (
        lambda: ATE("outcome", do={"dose": 1}, where=np.zeros(N, bool)),
        ["no unit"],
    ),
    "condition that selects nobody": (
        lambda: ATE("outcome", do={"dose": 1}, where=lambda v: v["dose"] > 99),
        ["no unit"],
    ),
    "a circle": (
        lambda: ITE("outcome", do={"dose": policy(lambda v: v["outcome"])}),
        ["circle", "outcome -> mean -> dose -> outcome"],
    ),
    "treated by shift": (
        lambda: ATT("outcome", do={"dose": shift(1.0)}),
        ["ATT", "set_to", "where="],
    ),
    "group by unknown": (
        lambda: CATE("outcome", do={"dose": 1}, by="treatd"),
        ["groups are made of", "did you mean 'treated'"],
    ),
    "group by a Deterministic": (
        lambda: CATE("outcome", do={"dose": 1}, by="mean"),
        ["'mean'", "observed column"],
    ),
    "unknown coupling": (
        lambda: ATE("outcome", do={"dose": 1}, coupling="monotoni"),
        ["monotoni", "did you mean 'monotone'"],
    ),
    "coupling of an unknown": (
        lambda: ATE("outcome", do={"dose": 1}, coupling={"cuont": "monotone"}),
        ["did you mean 'count'"],
    ),
    "no query": (lambda: "ATE", ["ATE(...)", "'ATE'"]),
    "coupling of a number": (lambda: ATE("outcome", do={"dose": 1}, coupling=3), ["coupling", "3"]),
    "treated by a parameter": (
        lambda: ATT("outcome", do={"slope": 1}),
        ["ATT", "'slope'", "no 'unit' dimension", "where="],
    ),
    "untreated by a parameter": (
        lambda: ATU("outcome", do={"dose": 1, "slope": 1}),
        ["ATU", "'slope'", "where="],
    ),
    "units by a parameter": (
        lambda: ATE("outcome", do={"dose": 1}, where=lambda v: v["slope"] > 0),
        ["`where`", "0 axes", "mechanisms"],
    ),
    "where that raises": (
        lambda: ATE("outcome", do={"dose": 1}, where=lambda v: 1 / 0),
        ["`where` fails with ZeroDivisionError"],
    ),
    "where that gives nothing": (
        lambda: ATE("outcome", do={"dose": 1}, where=lambda v: None),
        ["`where` gives NoneType"],
    ),
    "where that gives another length": (
        lambda: ATE("outcome", do={"dose": 1}, where=lambda v: np.ones(3, bool)),
        ["`where` gives 3", "6 units"],
    ),
    "where that cuts": (
        lambda: ATE("outcome", do={"dose": 1}, where=lambda v: v["dose"][:3] > 0),
        ["`where`", "wrong number of values", "6 units"],
    ),
    "where that is ragged": (
        lambda: ATE("outcome", do={"dose": 1}, where=[[True], [True, False]]),
        ["`where`", "one boolean per unit"],
    ),
    "condition that raises": (
        lambda: ATE("outcome", do={"dose": shift(1, where=lambda v: v.dose)}),
        ["`where` of the intervention on 'dose' fails with AttributeError"],
    ),
    "condition that gives nothing": (
        lambda: ATE("outcome", do={"dose": shift(1, where=lambda v: None)}),
        ["`where` of the intervention on 'dose' gives NoneType"],
    ),
    "condition of another length": (
        lambda: ATE("outcome", do={"dose": shift(1, where=lambda v: np.ones(3, bool))}),
        ["`where` of the intervention on 'dose'", "(3,)", "6 units"],
    ),
    "condition of two axes": (
        lambda: ATE("outcome", do={"dose": shift(1, where=lambda v: np.ones((6, 1), bool))}),
        ["`where` of the intervention on 'dose'", "(6, 1)", "6 units"],
    ),
    "a policy that raises": (
        lambda: ATE("outcome", do={"dose": policy(lambda v: 1 / 0)}),
        ["the policy on 'dose' fails with ZeroDivisionError: division by zero"],
    ),
    "a policy that branches": (
        lambda: ATE("outcome", do={"dose": policy(lambda v: 1 if v["treated"] > 0 else 0)}),
        ["the policy on 'dose' fails with TypeError"],
    ),
    "a policy without arguments": (
        lambda: ATE("outcome", do={"dose": policy(lambda: 1)}),
        ["the policy on 'dose' fails with TypeError", "lambda v"],
    ),
    "a policy of attributes": (
        lambda: ATE("outcome", do={"dose": policy(lambda v: v.treated)}),
        ["the policy on 'dose' fails with AttributeError", 'v["z"]'],
    ),
    "a policy that gives nothing": (
        lambda: ATE("outcome", do={"dose": policy(lambda v: None)}),
        ["the policy on 'dose' gives NoneType"],
    ),
    "a policy that gives a word": (
        lambda: ATE("outcome", do={"dose": policy(lambda v: "high")}),
        ["the policy on 'dose' gives str"],
    ),
    "a policy of another length": (
        lambda: ATE("outcome", do={"dose": policy(lambda v: np.zeros(3))}),
        ["'dose' gives shape (3,)", "(6,)"],
    ),
    "a policy that cuts": (
        lambda: ATE("outcome", do={"dose": policy(lambda v: v["waiting"][:3])}),
        ["policy", "wrong number of values", "6 units"],
    ),
    "replaced by another length": (
        lambda: ATE("outcome", do={"dose": replace_by(pm.Normal.dist(np.zeros(3)))}),
        ["'dose' gives shape (3,)", "(6,)"],
    ),
    "a parameter replaced by several": (
        lambda: ATE("outcome", do={"slope": replace_by(pm.Normal.dist(np.zeros(3)))}),
        ["'slope' gives 1 axes"],
    ),
    "edges that are words": (
        lambda: CATE("outcome", do={"dose": 1}, by={"dose": "four"}),
        ["'dose'", "'four'", "rising numbers"],
    ),
    "edges that are missing": (
        lambda: CATE("outcome", do={"dose": 1}, by={"dose": [0.0, np.nan]}),
        ["'dose'", "nan", "rising numbers"],
    ),
    "group by a parameter": (
        lambda: CATE("outcome", do={"dose": 1}, by=["treated", "slope"]),
        ["'slope'", "observed column"],
    ),
    "doses called as the units": (
        lambda: ITE("outcome", do={"dose": [1, 2]}, dose="unit"),
        ["'unit'", "dose="],
    ),
    "doses called as the draws": (
        lambda: ATE("outcome", do={"dose": [1, 2]}, dose="draw"),
        ["'draw'", "dose="],
    ),
    "doses called as a group": (
        lambda: CATE("outcome", do={"dose": [1, 2]}, by="treated", dose="treated"),
        ["'treated'", "dose="],
    ),
    "doses called as the quantiles": (
        lambda: QTE("outcome", do={"dose": [1, 2]}, dose="quantile"),
        ["'quantile'", "dose="],
    ),
    "doses called as the outcome": (
        lambda: ATE("outcome", do={"dose": [1, 2]}, dose="outcome"),
        ["'outcome'", "dose="],
    ),
    "wrong coupling of one": (
        lambda: ATE("outcome", do={"dose": 1}, coupling={"dose": "gumbel_max"}),
        ["'dose'", "gumbel_max"],
    ),
}


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("case", BAD_QUERIES, ids=str)
def test_queries_that_do_not_fit(case, world):
    make, parts = BAD_QUERIES[case]
    with pytest.raises((QueryError, ModelError)) as caught:
        world.ask(make())
    one_line(caught, *parts)


BAD_VALUES = {
    "ladders of different lengths": (
        lambda: ATE("y", do={"a": [1, 2], "b": [1, 2, 3]}),
        ["different lengths", "'a': 2", "'b': 3"],
    ),
    "empty ladder": (lambda: ATE("y", do=[]), ["empty"]),
    "empty ladder inside": (lambda: ATE("y", do={"x": []}), ["empty"]),
    "do is a number": (lambda: ATE("y", do=3), ["`do`", "3"]),
    "do is a string": (lambda: ATE("y", do="x"), ["`do`", "'x'"]),
    "a step that is a number": (lambda: ATE("y", do=[1.0, 2.0]), ["`do`", "1.0"]),
    "names that are no names": (lambda: ATE("y", do={1: 2}), ["1 is no name"]),
    "versus is a number": (lambda: ATE("y", do={"x": 1}, versus=0), ["`versus`", "0"]),
    "outcome is no name": (lambda: ATE(3, do={"x": 1}), ["name", "3"]),
    "units": (lambda: ATE("y", do={"x": 1}, units="old"), ["'observed'", "'new'", "'old'"]),
    "size without new": (lambda: ATE("y", do={"x": 1}, size=5), ["units='new'"]),
    "size": (lambda: ATE("y", do={"x": 1}, units="new", size=0), ["size", "0"]),
    "rung 3 of new units": (
        lambda: ITE("y", do={"x": 1}, units="new"),
        ["ITE", "rung 3", "PotentialOutcome"],
    ),
    "probabilities": (lambda: QTE("y", do={"x": 1}, q=[0.5, 1.5]), ["between 0 and 1", "1.5"]),
    "no groups": (lambda: CATE("y", do={"x": 1}), ["by="]),
    "groups of a number": (lambda: CATE("y", do={"x": 1}, by=3), ["by=", "int 3"]),
    "groups of numbers": (lambda: CATE("y", do={"x": 1}, by=[3]), ["by=", "list [3]"]),
    "groups of an array": (lambda: CATE("y", do={"x": 1}, by=np.zeros(9)), ["by=", "ndarray"]),
    "groups of a column": (lambda: CATE("y", do={"x": 1}, by=pd.Series([1])), ["by=", "Series"]),
    "probability as a word": (lambda: QTE("y", do={"x": 1}, q="0.5"), ["between 0 and 1", "'0.5'"]),
    "probabilities as words": (lambda: QTE("y", do={"x": 1}, q=["a"]), ["between 0 and 1", "'a'"]),
    "ragged probabilities": (
        lambda: QTE("y", do={"x": 1}, q=[[0.1], [0.2, 0.3]]),
        ["between 0 and 1"],
    ),
    "a ragged mask": (lambda: shift(1.0, where=[[True], [True, False]]), ["`where`", "boolean"]),
    "doses without a name": (lambda: ATE("y", do={"x": [1, 2]}, dose=""), ["dose", "''"]),
    "doses named by a number": (lambda: ATE("y", do={"x": [1, 2]}, dose=3), ["dose", "3"]),
    "a string": (lambda: set_to("high"), ["set_to", "number", "'high'"]),
    "a string in do": (lambda: ATE("y", do={"x": "high"}), ["'x'", "'high'"]),
    "nan": (lambda: shift(np.nan), ["shift", "finite"]),
    "infinity": (lambda: scale(np.array([1.0, np.inf])), ["scale", "finite"]),
    "policy of a number": (lambda: policy(3.0), ["policy", "set_to"]),
    "replaced by a number": (lambda: replace_by(3.0), ["replace_by", "pm.Normal.dist"]),
    "a mask of numbers": (lambda: shift(1.0, where=[0, 1]), ["`where`", "boolean"]),
}


@pytest.mark.parametrize("case", BAD_VALUES, ids=str)
def test_what_is_wrong_whatever_the_model(case):
    make, parts = BAD_VALUES[case]
    with pytest.raises(QueryError) as caught:
        make()
    one_line(caught, *parts)


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("by", [{"dose": 1}, {"dose": [1.0, 0.0]}], ids=str)
def test_groups_that_cannot_be(by, world):
    with pytest.raises(QueryError) as caught:
        world.ask(CATE("outcome", do={"dose": 1}, by=by))
    one_line(caught, repr(next(iter(by))))


@pytest.mark.usefixtures("quick_compile")
def test_a_numeric_column_is_no_category(model, quickly):
    n = 30
    data = {
        "dose": np.linspace(-1, 1, n),
        "waiting": np.ones(n),
        "treated": np.zeros(n, int),
        "count": np.ones(n, int),
        "outcome": np.zeros(n),
    }
    with pytest.raises(QueryError) as caught:
        World.from_evidence(model, TRUTH, data, seed=1).ask(
            CATE("outcome", do={"dose": 1}, by="dose")
        )
    one_line(caught, "30 distinct values", "by={'dose': 4}")


@pytest.mark.usefixtures("quick_compile")
def test_rung_three_without_the_evidence_it_needs(posterior, world, model):
    with pytest.raises(QueryError) as caught:
        posterior.ask(ITE("outcome", do={"treated": 1}))
    one_line(caught, "'dose'", "no evidence", "units='new'")
    assert np.isfinite(posterior.ask(ATE("outcome", do={"treated": 1}, units="new"))).all()
    unseen = World.from_evidence(model, TRUTH, frame(dose=None), seed=1)
    assert "outcome" not in unseen.noise
    with pytest.raises(QueryError) as caught:
        unseen.ask(Counterfactual("outcome", do={"treated": 1}))
    one_line(caught, "'dose'", "no evidence")


BAD_DATA = {
    "unknown column": (lambda: frame(dos=1.0), ["'dos'", "did you mean 'dose'", "drop"]),
    "a parameter's column": (lambda: frame(slope=1.0), ["'slope'", "parameter"]),
    "a Deterministic's column": (lambda: frame(mean=1.0), ["'mean'", "Deterministic"]),
    "NaN": (lambda: frame(dose=[np.nan] + [0.0] * 5), ["'dose'", "missing (NaN)", "1 of 6"]),
    "infinite": (lambda: frame(dose=[np.inf] + [0.0] * 5), ["'dose'", "infinite"]),
    "strings": (lambda: frame(dose=list("abcdef")), ["'dose'", "'a'", "codes 0, 1"]),
    "numbers as strings": (lambda: frame(dose=list("123456")), ["'dose'", "'1'"]),
    "strings among objects": (
        lambda: frame(dose=np.array([1.0, "2", 3, 4, 5, 6], dtype=object)),
        ["'dose'"],
    ),
    "None": (
        lambda: frame(dose=np.array([None, 1, 2, 3, 4, 5], dtype=object)),
        ["'dose'", "missing"],
    ),
    "nullable with a gap": (
        lambda: frame(count=pd.array([1, None, 2, 3, 4, 5], dtype="Int64")),
        ["'count'", "missing"],
    ),
    "categories": (
        lambda: frame(treated=pd.Categorical(list("ababab"))),
        ["'treated'", "codes 0, 1"],
    ),
    "dates": (
        lambda: frame(dose=pd.date_range("2026-01-01", periods=N)),
        ["'dose'", "datetime64"],
    ),
    "complex": (lambda: frame(dose=np.ones(N) * 1j), ["'dose'", "complex128"]),
    "Bernoulli of 2": (
        lambda: frame(treated=[0, 1, 2, 0, 1, 0]),
        ["'treated'", "2", "Bernoulli", "greatest value is 1"],
    ),
    "HalfNormal of -1": (
        lambda: frame(waiting=[-1.0] + [1.0] * 5),
        ["'waiting'", "-1.0", "HalfNormal", "least value is 0"],
    ),
    "Poisson of -1": (lambda: frame(count=[-1] * N), ["'count'", "-1", "least value is 0"]),
    "half a count": (lambda: frame(count=[0.5] * N), ["'count'", "0.5", "integer"]),
    "no rows": (lambda: frame().iloc[:0], ["no rows"]),
    "no columns": (lambda: pd.DataFrame(index=range(3)), ["no columns"]),
    "an empty dict": (dict, ["no columns"]),
    "one label twice": (
        lambda: frame().set_index(pd.Index(["a", "b", "a", "c", "d", "e"])),
        ["'a'", "distinct"],
    ),
    "one column twice": (
        lambda: pd.concat([frame(), frame()[["dose"]]], axis=1),
        ["'dose'", "twice"],
    ),
    "mixed lengths": (
        lambda: {"dose": np.zeros(3), "outcome": np.zeros(4)},
        ["different lengths", "'dose': 3", "'outcome': 4"],
    ),
    "a ragged column": (lambda: {"dose": [[1.0, 2.0], [3.0]]}, ["'dose'", "ragged"]),
    "rows of several levels": (
        lambda: frame().set_index(pd.MultiIndex.from_product([[0, 1], [0, 1, 2]])),
        ["rows", "2 levels", "set_axis"],
    ),
    "columns of several levels": (
        lambda: pd.concat({"first": frame()}, axis=1),
        ["columns", "MultiIndex"],
    ),
    "a single value": (lambda: {"dose": 1.0}, ["'dose'", "single value"]),
    "two axes": (lambda: {"dose": np.zeros((3, 2))}, ["'dose'", "(3, 2)"]),
    "a list": (lambda: [1, 2, 3], ["DataFrame", "list"]),
    "a dataset without units": (
        lambda: xr.Dataset({"dose": ("person", np.zeros(3))}),
        ["'unit'", "person"],
    ),
    "a dataset with an unknown scalar": (
        lambda: frame().rename_axis("unit").to_xarray().assign(dos=1.0),
        ["'dos'"],
    ),
}


@pytest.mark.parametrize("case", BAD_DATA, ids=str)
def test_data_that_do_not_fit(case, model):
    make, parts = BAD_DATA[case]
    with pytest.raises(DataError) as caught:
        read_evidence(Equations(model), make())
    one_line(caught, *parts)
    with pytest.raises(DataError):
        World.from_evidence(model, TRUTH, make(), seed=1)


def test_a_model_s_own_data_need_a_column():
    with pm.Model(coords={"unit": range(3)}) as model:
        age = pm.Data("age", [1.0, 2.0, 3.0], dims="unit")
        pm.Normal("y", age, 1.0, dims="unit")
    with pytest.raises(DataError) as caught:
        condition(model, {"y": np.zeros(4)}, progress=False)
    one_line(caught, "age", "no column")
    with pytest.raises(ModelError) as caught:
        World.simulate(model, {}, units=5, seed=1)
    one_line(caught, "age")
    with pytest.raises((ModelError, DataError)) as caught:
        World.simulate(model, {}, units=5, seed=1, given={"age": np.zeros(4)})
    one_line(caught, "age", "5")
    with pytest.raises((ModelError, DataError)) as caught:
        World.simulate(model, {}, units=5, seed=1, given={"aeg": np.zeros(5)})
    one_line(caught, "aeg", "age")


GOOD_DATA = {
    "booleans": lambda: frame(treated=np.arange(N) % 2 == 1),
    "objects that are numbers": lambda: frame(count=np.arange(N).astype(object)),
    "nullable integers": lambda: frame(count=pd.array(range(N), dtype="Int64")),
    "nullable booleans": lambda: frame(treated=pd.array([False, True] * 3, dtype="boolean")),
    "categories of numbers": lambda: frame(treated=pd.Categorical([0, 1] * 3)),
    "whole floats": lambda: frame(count=np.arange(N) * 1.0),
    "unsigned": lambda: frame(count=np.arange(N).astype("uint8")),
    "single precision": lambda: frame(dose=np.linspace(-1, 1, N).astype("float32")),
    "a dict of lists": lambda: {n: list(c) for n, c in frame().items()},
    "a dataset": lambda: frame().rename_axis("unit").to_xarray(),
}


@pytest.mark.parametrize("case", GOOD_DATA, ids=str)
def test_data_in_many_dresses(case, model):
    evidence = read_evidence(Equations(model), GOOD_DATA[case]())
    plain = read_evidence(Equations(model), frame())
    for name, column in plain.columns.items():
        assert evidence.columns[name].dtype == column.dtype
        np.testing.assert_allclose(evidence.columns[name], column, atol=1e-7)
    assert len(evidence) == N


def test_an_index_becomes_the_labels(model):
    labelled = frame().set_index(pd.Index(list("abcdef"), name="person"))
    assert read_evidence(Equations(model), labelled).labels.tolist() == list("abcdef")
    dataset = labelled.rename_axis("unit").to_xarray()
    assert read_evidence(Equations(model), dataset).labels.tolist() == list("abcdef")


def test_a_dataset_s_dimensions_are_matched_by_name():
    with pm.Model(coords={"unit": range(1), "item": range(3), "day": range(3)}) as model:
        pm.Normal("y", 0.0, 1.0, dims=("unit", "item", "day"))
    values = np.arange(5 * 3 * 3.0).reshape(5, 3, 3)
    dataset = xr.Dataset({"y": (("unit", "item", "day"), values)})
    turned = dataset.transpose("day", "unit", "item")
    np.testing.assert_array_equal(read_evidence(Equations(model), turned).columns["y"], values)


BAD_MODELS = {
    "a string": (lambda: "model", ["pymc.Model", "str"]),
    "a scenario's name": (lambda: None, ["pymc.Model", "NoneType"]),
    "no unit dimension": (lambda: _without_units(), ["'unit'", "unit=...", "'row'"]),
}


def _without_units() -> pm.Model:
    with pm.Model(coords={"row": range(3)}) as model:
        pm.Normal("x", 0.0, 1.0, dims="row")
    return model


@pytest.mark.parametrize("case", BAD_MODELS, ids=str)
def test_what_is_no_model(case):
    make, parts = BAD_MODELS[case]
    for call in (
        lambda m: condition(m, frame()),
        lambda m: World.simulate(m, {}, units=3, seed=1),
        lambda m: World.from_evidence(m, {}, frame()),
        structural,
    ):
        with pytest.raises(ModelError) as caught:
            call(make())
        one_line(caught, *parts)


def test_units_behind_another_dimension_are_refused():
    with pm.Model(coords={"unit": range(4), "item": range(3)}) as model:
        pm.Normal("x", 0.0, 1.0, dims=("item", "unit"))
    with pytest.raises(ModelError) as caught:
        World.simulate(model, {}, units=4, seed=1)
    one_line(caught, "'x'", "first")


BAD_PARAMETERS = {
    "missing": ({"slope": 1.0}, ["spread", "no value"]),
    "unknown": ({**TRUTH, "slop": 1.0}, ["'slop'", "did you mean 'slope'"]),
    "a mechanism": ({**TRUTH, "dose": 1.0}, ["'dose'"]),
    "wrong shape": ({**TRUTH, "slope": [1.0, 2.0]}, ["'slope'", "(2,)"]),
    "NaN": ({**TRUTH, "slope": np.nan}, ["'slope'", "finite"]),
    "outside its support": ({**TRUTH, "spread": -1.0}, ["'spread'", "-1"]),
    "a string": ({**TRUTH, "slope": "steep"}, ["'slope'", "steep"]),
}


@pytest.mark.parametrize("case", BAD_PARAMETERS, ids=str)
def test_parameters_that_do_not_fit(case, model):
    parameters, parts = BAD_PARAMETERS[case]
    for call in (
        lambda: World.simulate(model, parameters, units=3, seed=1),
        lambda: World.from_evidence(model, parameters, frame(), seed=1),
    ):
        with pytest.raises(ModelError) as caught:
            call()
        one_line(caught, *parts)


def test_a_vector_of_parameters_of_another_length():
    with pm.Model(coords={"unit": range(2), "group": range(3)}) as model:
        effect = pm.Normal("effect", 0.0, 1.0, dims="group")
        pm.Normal("y", effect.sum(), 1.0, dims="unit")
    with pytest.raises(ModelError) as caught:
        World.simulate(model, {"effect": [1.0, 2.0]}, units=3, seed=1)
    one_line(caught, "'effect'", "(2,)", "(3,)")


def test_options_that_have_no_meaning(model):
    for options, parts in (
        ({"sampler": "stan"}, ["nutpie", "pymc", "numpyro", "'stan'"]),
        ({"method": "vi"}, ["nuts, marginal", "'vi'"]),
        ({"draws": 0}, ["draws", "0"]),
        ({"chains": 1.5}, ["chains", "1.5"]),
    ):
        with pytest.raises(QueryError) as caught:
            condition(model, frame(), progress=False, **options)
        one_line(caught, *parts)
    for units in (0, -1, 2.5, "many"):
        with pytest.raises(DataError) as caught:
            World.simulate(model, TRUTH, units=units, seed=1)
        one_line(caught, "units", repr(units))


def test_couplings_that_do_not_exist(model):
    for coupling, parts in (
        ({"cuont": "monotone"}, ["did you mean 'count'"]),
        ({"count": "monotoni"}, ["'count'", "monotone"]),
    ):
        for call in (
            lambda c: World.simulate(model, TRUTH, units=3, seed=1, coupling=c),
            lambda c: World.from_evidence(model, TRUTH, frame(), seed=1, coupling=c),
            lambda c: condition(model, frame(), coupling=c, progress=False),
        ):
            with pytest.raises((ModelError, QueryError)) as caught:
                call(coupling)
            one_line(caught, *parts)


def test_hiding_what_does_not_exist(model):
    with pytest.raises(ModelError) as caught:
        World.simulate(model, TRUTH, units=3, seed=1, hidden=("doze",))
    one_line(caught, "did you mean 'dose'")


def test_backends_that_do_not_exist(world):
    with pytest.raises(QueryError) as caught:
        world.ask(ATE("outcome", do={"dose": 1}), backend="torch")
    one_line(caught, "numba", "jax", "'torch'")


@pytest.mark.usefixtures("quick_compile")
def test_a_potential_outcome_of_nobody(model, posterior_by_hand):
    with pm.Model(coords={"unit": range(2)}) as bare:
        mean = pm.Normal("mean")
        age = pm.Data("age", [1.0, 2.0], dims="unit")
        pm.Normal("y", mean + age, 1.0, dims="unit")
    posterior = posterior_by_hand(bare, {"age": [1.0, 2.0]}, {"mean": np.zeros((1, 2))})
    with pytest.raises(QueryError) as caught:
        posterior.ask(Counterfactual("y", do={"age": 0.0}))
    one_line(caught, "Counterfactual", "no evidence", "units='new'")
    answer = posterior.ask(PotentialOutcome("y", do={"age": 0.0}))
    assert answer.attrs["rung"] == 2
    new = posterior.ask(PotentialOutcome("y", do={"mean": 0.0}, units="new", size=9))
    assert new.sizes["unit"] == 9


def test_a_policy_that_gives_no_number():
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", x, 1, dims="unit")
    world = World.simulate(model, {}, units=20, seed=1)
    query = Counterfactual("y", do={"x": policy(lambda v: pm.math.log(v["x"]))})
    with pytest.raises(QueryError, match=r"'x' gives values outside .*NaN"):
        world.ask(query)


@pytest.mark.usefixtures("quick_compile")
def test_a_category_has_no_mean():
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        middle = pm.math.exp(x) / (2 + pm.math.exp(x))
        share = pm.math.stack([(1 - middle) / 2, middle, (1 - middle) / 2], axis=1)
        pm.Categorical("kind", share, dims="unit")
    world = World.simulate(model, {}, units=4, seed=1)
    with pytest.raises(ModelError) as caught:
        world.ask(ATE("kind", do={"x": 1.0}, expectation=True))
    one_line(caught, "Categorical", "'kind'", "no mean", "expectation=False")


@pytest.mark.usefixtures("quick_compile")
def test_who_is_treated_of_a_vector_agrees_in_all_of_it():
    with pm.Model(coords={"unit": range(1), "item": range(2)}) as model:
        t = pm.Bernoulli("t", 0.5, dims=("unit", "item"))
        pm.Normal("y", t.sum(axis=1), 1.0, dims="unit")
    data = {"t": np.array([[1, 1], [1, 0], [0, 0]]), "y": np.zeros(3)}
    world = World.from_evidence(model, {}, data, seed=1)
    # Only the first has both; setting both to 0 takes 2 from it, and 1 and 0 from the others.
    assert float(world.ask(ATT("y", do={"t": 1}, versus={"t": 0}))) == 2.0
    assert float(world.ask(ATU("y", do={"t": 0}))) == -1.5


def plain():
    with pm.Model(coords={"unit": range(1)}) as model:
        k = pm.Normal("k")
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", x + k, 1, dims="unit")
    return model


def test_a_query_where_takes_booleans():
    world = World.simulate(plain(), {"k": 0.0}, units=20, seed=1)
    with pytest.raises(QueryError, match="not one boolean per unit"):
        world.ask(ATE("y", do={"x": shift(1.0)}, where=lambda v: v["x"]))


@pytest.mark.parametrize("hidden", ["xy", ("k",)])
def test_only_mechanisms_are_hidden(hidden):
    with pytest.raises(ModelError, match="hidden"):
        World.simulate(plain(), {"k": 0.0}, units=3, seed=1, hidden=hidden)


@pytest.mark.parametrize(("codes", "what"), [([1, 2, 3], "codes 1 to 3"), ([0.5, 1, 2], "integer")])
def test_codes_that_index_beyond_a_parameter(codes, what):
    with pm.Model(coords={"unit": range(3), "group": range(3)}) as model:
        level = pm.Normal("level", dims="group")
        group = pm.Data("group_of", np.arange(3), dims="unit")
        pm.Normal("y", level[group], 1, dims="unit")
    data = {"group_of": np.array(codes), "y": np.zeros(3)}
    with pytest.raises(DataError, match=what):
        World.from_evidence(model, {"level": [1.0, 2.0, 3.0]}, data)
    data["group_of"] = np.arange(3)
    world = World.from_evidence(model, {"level": [1.0, 2.0, 3.0]}, data)
    np.testing.assert_array_equal(world.noise["y"], [-1.0, -2.0, -3.0])
