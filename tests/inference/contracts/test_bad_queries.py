"""Queries that do not fit the model or the evidence are refused in one line."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    ATE,
    ATT,
    ATU,
    CATE,
    ITE,
    QTE,
    Counterfactual,
    ModelError,
    PotentialOutcome,
    QueryError,
    World,
    policy,
    replace_by,
    set_to,
    shift,
)

from .dosed import TRUTH, N, frame, one_line, plain

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
def test_a_family_without_a_mean():
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Cauchy("y", x, 1.0, dims="unit")
    world = World.simulate(model, {}, units=4, seed=1)
    with pytest.raises(ModelError) as caught:
        world.ask(ATE("y", do={"x": 1.0}, expectation=True))
    one_line(caught, "Cauchy", "'y'", "no mean", "expectation=False")


def test_a_query_where_takes_booleans():
    world = World.simulate(plain(), {"k": 0.0}, units=20, seed=1)
    with pytest.raises(QueryError, match="not one boolean per unit"):
        world.ask(ATE("y", do={"x": shift(1.0)}, where=lambda v: v["x"]))
