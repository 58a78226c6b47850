"""Every query against NumPy, asked of a world and of a posterior; and what all queries promise."""

import json

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from ifonly.inference import (
    ATE,
    ATT,
    ATU,
    CATE,
    ITE,
    QTE,
    Counterfactual,
    PotentialOutcome,
    World,
    policy,
    scale,
    set_to,
    shift,
)
from ifonly.inference.engine import compute

UNITS = 60
TRUTH = {"b0": 0.4, "bt": 1.2, "btz": 0.7, "sd": 0.6}
CLOSE = {"rtol": 1e-10, "atol": 1e-10}
OBSERVED = np.arange(UNITS) % 4 < 2


def make_model() -> pm.Model:
    """A treatment, a category and a covariate, with both of which the effect varies."""
    with pm.Model(coords={"unit": range(1)}) as model:
        b0, bt, btz = (pm.Normal(n, 0.0, 1.0) for n in ("b0", "bt", "btz"))
        sd = pm.HalfNormal("sd", 1.0)
        kind = pm.Categorical("kind", p=[0.3, 0.3, 0.4], dims="unit")
        z = pm.Normal("z", 0.0, 1.0, dims="unit")
        t = pm.Normal("t", 0.5 * z, 1.0, dims="unit")
        pm.Normal("y", b0 + (bt + btz * z) * t + 0.2 * kind * t, sd, dims="unit")
    return model


@pytest.fixture(scope="module")
def world(quickly) -> World:
    with quickly():
        simulated = World.simulate(make_model(), TRUTH, units=UNITS, seed=7)
        frame = simulated.data.to_dataframe()
        frame["t"] = np.where(OBSERVED, 1.0, np.round(frame["t"], 1))  # some are just "treated"
        return World.from_evidence(make_model(), TRUTH, frame, seed=7)


@pytest.fixture(scope="module")
def draws() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {n: v + 0.1 * rng.uniform(size=(2, 5)) for n, v in TRUTH.items()}


@pytest.fixture(scope="module")
def posterior(world, draws, posterior_by_hand):
    return posterior_by_hand(make_model(), world.data, draws)


@pytest.fixture(params=["world", "posterior"])
def asked(request, world, posterior, draws):
    """Who is asked, the lead dims of the answer, and the outcome at treatments t, in NumPy."""
    seen = {n: world.data[n].to_numpy() for n in ("kind", "z", "t", "y")}
    p = {n: np.asarray(v) for n, v in TRUTH.items()}
    if request.param == "posterior":
        p = {n: v[..., None] for n, v in draws.items()}
    slope = p["bt"] + p["btz"] * seen["z"] + 0.2 * seen["kind"]

    def y(t):
        return seen["y"] + slope * (t - seen["t"])

    lead = () if request.param == "world" else ("chain", "draw")
    return (world if request.param == "world" else posterior), lead, y, seen


def check(answer, dims, expected):
    assert answer.dims == dims
    expected = np.broadcast_to(np.asarray(expected), answer.shape)
    np.testing.assert_allclose(answer, expected, **CLOSE)


@pytest.mark.usefixtures("quick_compile")
def test_unit_level(asked):
    who, lead, y, seen = asked
    dims = (*lead, "unit")
    check(who.ask(Counterfactual("y", do={"t": 2.0})), dims, y(2.0))
    check(who.ask(PotentialOutcome("y", do={"t": 2.0})), dims, y(2.0))
    check(who.ask(ITE("y", do={"t": 2.0})), dims, y(2.0) - seen["y"])
    query = ITE("y", do={"t": shift(0.5)}, versus={"t": 0.0})
    check(who.ask(query), dims, y(seen["t"] + 0.5) - y(0.0))
    check(who.ask(Counterfactual("y", do={})), dims, seen["y"])


@pytest.mark.usefixtures("quick_compile")
def test_unit_labels_are_those_of_the_data(world, posterior_by_hand, draws):
    frame = world.data.to_dataframe()
    frame.index = [f"person {k}" for k in range(UNITS)]
    posterior = posterior_by_hand(make_model(), frame, draws)
    answer = posterior.ask(ITE("y", do={"t": 2.0}))
    assert answer["unit"].to_numpy().tolist() == list(frame.index)
    assert answer.sel(unit="person 3").shape == (2, 5)


@pytest.mark.usefixtures("quick_compile")
def test_averages(asked):
    who, lead, y, seen = asked
    effect = y(1.0) - y(0.0)
    arms = {"do": {"t": 1.0}, "versus": {"t": 0.0}}
    check(who.ask(ATE("y", **arms)), lead, effect.mean(-1))
    check(who.ask(ATE("y", do={"t": 1.0})), lead, (y(1.0) - seen["y"]).mean(-1))
    treated = seen["t"] == 1.0
    assert 0 < treated.sum() < UNITS
    check(who.ask(ATT("y", **arms)), lead, effect[..., treated].mean(-1))
    check(who.ask(ATU("y", **arms)), lead, effect[..., ~treated].mean(-1))
    mask = np.arange(UNITS) < 7
    for query in (ATE, ATT, ATU):
        check(who.ask(query("y", **arms, where=mask)), lead, effect[..., mask].mean(-1))
    above = seen["z"] > 0.3
    answer = who.ask(ATE("y", **arms, where=lambda v: v["z"] > 0.3))
    check(answer, lead, effect[..., above].mean(-1))


@pytest.mark.usefixtures("quick_compile")
def test_treated_in_several_variables_agree_in_all(asked):
    who, lead, y, seen = asked
    both = (seen["t"] == 1.0) & (seen["kind"] == 2)
    do, versus = {"t": 1.0, "kind": 2}, {"t": 0.0}
    p = y(1.0) + 0.2 * (2 - seen["kind"]) * 1.0
    check(who.ask(ATT("y", do, versus)), lead, (p - y(0.0))[..., both].mean(-1))


@pytest.mark.usefixtures("quick_compile")
def test_conditional_averages(asked):
    who, lead, y, seen = asked
    arms = {"do": {"t": 1.0}, "versus": {"t": 0.0}}
    effect = y(1.0) - y(0.0)

    def means(*masks):
        return np.stack([effect[..., m].mean(-1) for m in masks], axis=-1)

    answer = who.ask(CATE("y", **arms, by="kind"))
    check(answer, (*lead, "kind"), means(*(seen["kind"] == k for k in range(3))))
    assert answer["kind"].to_numpy().tolist() == [0, 1, 2]
    edges = np.quantile(seen["z"], [0.25, 0.5, 0.75])
    code = np.searchsorted(edges, seen["z"], side="left")
    answer = who.ask(CATE("y", **arms, by={"z": 4}))
    check(answer, (*lead, "z"), means(*(code == k for k in range(4))))
    cut = [-0.5, 0.5]
    code = np.searchsorted(cut, seen["z"], side="left")
    answer = who.ask(CATE("y", **arms, by={"z": cut}))
    check(answer, (*lead, "z"), means(*(code == k for k in range(3))))
    assert answer["z"].to_numpy().tolist() == ["<= -0.5", "-0.5 to 0.5", "> 0.5"]


@pytest.mark.usefixtures("quick_compile")
def test_conditional_averages_in_two_dimensions(asked):
    who, lead, y, seen = asked
    effect = y(1.0) - y(0.0)
    code = (seen["z"] > 0).astype(int)
    query = CATE("y", do={"t": 1.0}, versus={"t": 0.0}, by={"kind": None, "z": [0.0]})
    answer = who.ask(query)
    expected = np.stack(
        [
            np.stack([effect[..., (seen["kind"] == k) & (code == b)].mean(-1) for b in (0, 1)], -1)
            for k in range(3)
        ],
        axis=-2,
    )
    check(answer, (*lead, "kind", "z"), expected)
    names = who.ask(CATE("y", do={"t": 1.0}, by=["kind"]))
    assert names.dims == (*lead, "kind")


@pytest.mark.usefixtures("quick_compile")
def test_a_group_without_units_is_nan(asked):
    who, lead, _, _ = asked
    answer = who.ask(CATE("y", do={"t": 1.0}, by={"z": [-50.0, 0.0]}))
    assert np.isnan(answer.isel(z=0)).all()
    assert np.isfinite(answer.isel(z=[1, 2])).all()
    assert answer.dims == (*lead, "z")


@pytest.mark.usefixtures("quick_compile")
def test_quantiles(asked):
    who, lead, y, _ = asked
    q = [0.0, 0.1, 0.5, 0.77, 1.0]
    after, before = np.broadcast_arrays(y(2.0), y(-1.0))
    expected = np.moveaxis(np.quantile(after, q, axis=-1) - np.quantile(before, q, axis=-1), 0, -1)
    answer = who.ask(QTE("y", do={"t": 2.0}, versus={"t": -1.0}, q=q))
    check(answer, (*lead, "quantile"), expected)
    assert answer["quantile"].to_numpy().tolist() == q
    one = who.ask(QTE("y", do={"t": 2.0}, versus={"t": -1.0}, q=0.5))
    check(one, (*lead, "quantile"), expected[..., 2:3])


@pytest.mark.usefixtures("quick_compile")
def test_ladders_in_both_spellings(asked):
    who, lead, y, _ = asked
    steps = [-0.5, 0.0, 1.5]
    expected = np.stack([(y(s) - y(0.0)).mean(-1) for s in steps], axis=-1)
    inside = who.ask(ATE("y", do={"t": steps}, versus={"t": 0.0}))
    outside = who.ask(ATE("y", do=[{"t": s} for s in steps], versus={"t": 0.0}))
    for answer in (inside, outside):
        check(answer, (*lead, "dose"), expected)
        assert answer["dose"].to_numpy().tolist() == steps
    named = who.ask(ITE("y", do={"t": [shift(s) for s in steps]}, dose="amount"))
    assert named.dims == (*lead, "amount", "unit")
    np.testing.assert_allclose(named.sel(amount=1.5), y(0.0) * 0 + y(1.5) - y(0.0), **CLOSE)
    assert (named.sel(amount=0.0) == 0).all()


@pytest.mark.usefixtures("quick_compile")
def test_ladders_of_several_variables_and_of_different_kinds(asked):
    who, lead, y, seen = asked
    answer = who.ask(ATE("y", do={"t": [1.0, 2.0], "z": [shift(0), shift(0)]}))
    expected = np.stack([(y(s) - seen["y"]).mean(-1) for s in (1.0, 2.0)], -1)
    check(answer, (*lead, "dose"), expected)
    do = [{"t": shift(1)}, {"t": set_to(1)}, {"z": scale(1), "t": policy(lambda v: v["t"])}, {}]
    answer = who.ask(ATE("y", do=do))
    t = seen["t"]
    expected = np.stack([(y(v) - seen["y"]).mean(-1) for v in (t + 1, 1.0, t, t)], -1)
    check(answer, (*lead, "dose"), expected)
    assert answer["dose"].to_numpy()[:2].tolist() == ["t: shift(1)", "t: set_to(1)"]
    one = who.ask(ATE("y", do=[{"t": 1.0}]))
    assert one.dims == (*lead, "dose")


@pytest.mark.usefixtures("quick_compile")
def test_expectations_leave_out_the_outcome_s_own_noise(asked, draws):
    who, lead, y, seen = asked
    p = TRUTH if not lead else {n: v[..., None] for n, v in draws.items()}
    mean = p["b0"] + (p["bt"] + p["btz"] * seen["z"] + 0.2 * seen["kind"]) * 2.0
    answer = who.ask(Counterfactual("y", do={"t": 2.0}, expectation=True))
    check(answer, (*lead, "unit"), mean)
    assert answer.attrs["of"] == "expectation"
    assert "expectation of y" in answer.attrs["estimand"]
    effect = who.ask(ITE("y", do={"t": 2.0}, versus={"t": 0.0}, expectation=True))
    check(effect, (*lead, "unit"), y(2.0) - y(0.0))


@pytest.mark.usefixtures("quick_compile")
def test_summaries_are_mean_and_sd_over_draws(asked):
    who, lead, y, seen = asked
    answer = who.ask(ITE("y", do={"t": 2.0}, summary=True))
    effect = (y(2.0) - seen["y"]).reshape(-1, UNITS)
    assert answer.dims == ("statistic", "unit")
    np.testing.assert_allclose(answer.sel(statistic="mean"), effect.mean(0), **CLOSE)
    sd = effect.std(0, ddof=1) if lead else np.zeros(UNITS)
    np.testing.assert_allclose(answer.sel(statistic="sd"), sd, **CLOSE)
    ladder = who.ask(Counterfactual("y", do={"t": [0.0, 2.0]}, summary=True))
    assert ladder.dims == ("statistic", "dose", "unit")
    np.testing.assert_allclose(
        ladder.sel(statistic="mean", dose=2.0), y(2.0).reshape(-1, UNITS).mean(0), **CLOSE
    )


@pytest.mark.usefixtures("quick_compile")
def test_new_units(asked):
    """The population's effect, within the Monte Carlo error that the answer states."""
    who, lead, _, _ = asked
    arms = {"do": {"t": shift(1.0)}, "units": "new", "size": 4000}
    answer = who.ask(ATE("y", **arms))
    p = who.parameters if not lead else who.idata["posterior"]
    expected = p["bt"] + 0.2 * 1.1  # E[z] = 0, E[kind] = 0.3 + 0.8
    error = answer.attrs["monte_carlo_error"]
    assert answer.dims == lead
    assert 0 < error < 0.03
    assert (abs(answer - expected) < 5 * error).all()
    assert answer.attrs["n_units"] == 4000
    assert (answer.attrs["rung"], answer.attrs["units"]) == (2, "new")
    outcome = who.ask(PotentialOutcome("y", do={"t": 1.0}, units="new", size=9))
    assert outcome.shape[-1] == 9
    groups = who.ask(CATE("y", by="kind", **arms))
    assert groups.dims == (*lead, "kind")
    expected = np.asarray(p["bt"])[..., None] + 0.2 * np.arange(3)
    assert (abs(groups - expected) < 5 * groups.attrs["monte_carlo_error"]).all()
    default = who.ask(PotentialOutcome("y", do={"t": 1.0}, units="new"))
    assert default.sizes["unit"] == UNITS
    quantiles = who.ask(
        QTE(
            "t",
            do={"t": set_to(1.0)},
            versus={"z": 0.0},
            q=[0.1, 0.5],
            **{k: v for k, v in arms.items() if k != "do"},
        )
    )
    assert (abs(quantiles - (1.0 - stats.norm.ppf([0.1, 0.5]))) < 0.15).all()


@pytest.mark.usefixtures("quick_compile")
def test_the_stated_monte_carlo_error_is_right(posterior):
    """Against the spread of the same answer over seeds; a chi-square interval of 60 repetitions."""
    query = {"do": {"t": shift(1.0)}, "units": "new", "size": 50}
    answers = [posterior.ask(ATE("y", **query, seed=s)) for s in range(60)]
    stated = np.sqrt(np.mean([a.attrs["monte_carlo_error"] ** 2 for a in answers]))
    spread = np.sqrt(np.var(np.stack(answers), axis=0, ddof=1).mean())
    assert 0.85 < spread / stated < 1.15


def queries(do):
    """One query of each kind that compares."""
    yield ITE("y", do)
    yield ATE("y", do)
    yield CATE("y", do, by="kind")
    yield QTE("y", do)
    for units in ("observed", "new"):
        yield ATE("y", do, units=units, seed=3)


ZERO = [
    {"t": shift(0)},
    {"t": scale(1)},
    {"t": policy(lambda v: v["t"])},
    {"z": shift(0.0), "kind": shift(0)},
    {"btz": shift(0.0)},
]


@pytest.mark.parametrize("do", ZERO, ids=str)
def test_nothing_done_is_exactly_nothing(posterior, do, request):
    """With numba, whose rewrites and fused loops must not spoil it."""
    if "t" not in do:
        request.getfixturevalue("quick_compile")
    for query in list(queries(do))[:: 1 if "quick_compile" in request.fixturenames else 2]:
        assert (posterior.ask(query) == 0).all(), query


@pytest.mark.usefixtures("quick_compile")
def test_attributes_say_which_estimand_it_is(world, posterior):
    answer = posterior.ask(ITE("y", do={"t": shift(0.5)}, versus={"t": 0.0}))
    a = answer.attrs
    assert answer.name == "y"
    assert (a["query"], a["outcome"], a["rung"], a["units"]) == ("ITE", "y", 3, "observed")
    assert (a["of"], a["seed"], a["n_units"], a["n_draws"]) == ("outcome", 5, UNITS, 10)
    for part in ("Y_i(do) - Y_i(versus)", "t: shift(0.5)", "versus t: set_to(0)"):
        assert part in a["estimand"]
    assert set(json.loads(a["versions"])) >= {"pymc", "pytensor", "numpy"}
    assert (a["converged"], a["problems"], a["divergences"]) == (1, "", 0)
    assert {"r_hat", "ess_bulk", "ess_tail", "bfmi"} <= set(a)
    assert json.loads(a["coupling"]) == {}, "no discrete variable is moved"
    assert "converged" not in world.ask(ATE("y", do={"t": 1.0})).attrs
    assert "the world as it was" in world.ask(ATE("y", do={"t": 1.0})).attrs["estimand"]
    assert world.ask(ATE("y", do={"t": 1.0}, seed=99)).attrs["seed"] == 99
    # they can be written to a file
    assert all(isinstance(v, int | float | str) for v in a.values())


@pytest.mark.usefixtures("quick_compile")
def test_the_coupling_of_what_is_moved_is_stated():
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", 0.0, 1.0, dims="unit")
        k = pm.Poisson("k", pm.math.exp(x), dims="unit")
        pm.Normal("y", k, 1.0, dims="unit")
    world = World.simulate(model, {}, units=20, seed=1)
    assert set(json.loads(world.ask(ATE("y", do={"x": shift(1.0)})).attrs["coupling"])) == {"k"}
    assert json.loads(world.ask(ATE("y", do={"k": 3})).attrs["coupling"]) == {}


@pytest.mark.usefixtures("quick_compile")
def test_same_seed_same_answer(world, posterior_by_hand, draws):
    query = ATE("y", do={"t": 1.0}, units="new", size=30)
    one, two = (posterior_by_hand(make_model(), world.data, draws) for _ in range(2))
    np.testing.assert_array_equal(one.ask(query), two.ask(query))
    np.testing.assert_array_equal(one.ask(query), one.ask(query))
    other = posterior_by_hand(make_model(), world.data, draws, seed=6)
    assert (one.ask(query) != other.ask(query)).all()


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("size", [1, 3 * UNITS, 7 * UNITS])
def test_batches_do_not_matter(posterior, monkeypatch, size):
    questions = [
        ITE("y", do={"kind": shift(0), "t": 1.0}),
        ATE("y", do={"z": 1.0}, units="new"),
        PotentialOutcome("kind", do={"t": 1.0}, units="new"),
        ITE("y", do={"t": 1.0}, summary=True),
        ATE("y", do={"t": 1.0}, units="new"),
        ATE("y", do={"t": 1.0}),  # of monomials: draws and units never meet
    ]
    whole = [posterior.ask(q) for q in questions]
    monkeypatch.setitem(compute.BATCH, "numba", size)
    for query, before in zip(questions, whole, strict=True):
        after = posterior.ask(query)
        np.testing.assert_allclose(after, before, rtol=1e-13, atol=1e-13)
        assert after.attrs.get("monte_carlo_error", 0) == pytest.approx(
            before.attrs.get("monte_carlo_error", 0), rel=1e-12
        )


@pytest.mark.usefixtures("quick_compile")
def test_a_second_ask_compiles_nothing_nor_do_other_amounts(world, posterior_by_hand, draws):
    posterior = posterior_by_hand(make_model(), world.data, draws)
    computer = posterior.state.computer
    per_unit, mask = np.arange(UNITS) * 0.1, np.arange(UNITS) % 2 == 0
    pairs = [
        (ATE("y", do={"t": 1.0}), ATE("y", do={"t": 2.0})),
        (ITE("y", do={"t": shift(0.5)}), ITE("y", do={"t": shift(-3)})),
        (ITE("y", do={"t": scale(per_unit)}), ITE("y", do={"t": scale(-per_unit)})),
        (
            ITE("y", do={"t": set_to(1.0, where=mask)}),
            ITE("y", do={"t": set_to(1.0, where=~mask)}),
        ),
        (ATT("y", {"t": 1.0}, {"t": 0.0}), ATT("y", {"t": 1.0}, {"t": 0.5})),
        (ATU("y", {"t": 2.0}), ATU("y", {"t": 1.0})),
        (ATE("y", do={"t": 1.0}, where=mask), ATE("y", do={"t": 1.0}, where=~mask)),
        (ATE("y", do={"t": [0.0, 1.0]}), ATE("y", do={"t": [0.0, 1.0, 2.0, 3.0]})),
        (ATE("y", do={"t": 1.0}, units="new"), ATE("y", do={"t": 3.0}, units="new", seed=8)),
    ]
    for first, second in pairs:
        posterior.ask(first)
        before = computer.compilations
        posterior.ask(first)
        posterior.ask(second)
        assert computer.compilations == before, (first, second)


@pytest.mark.usefixtures("quick_compile")
def test_a_policy_whose_closure_changed_is_not_stale(world):
    knob = {"add": 1.0}
    query = ITE("t", do={"t": policy(lambda v: v["t"] + knob["add"])})
    np.testing.assert_allclose(world.ask(query), 1.0, **CLOSE)
    knob["add"] = 2.5
    np.testing.assert_allclose(world.ask(query), 2.5, **CLOSE)
    table = np.arange(UNITS) * 1.0
    query = ITE("t", do={"t": policy(lambda v: v["t"] + table)})
    np.testing.assert_allclose(world.ask(query), np.arange(UNITS), **CLOSE)
    table[:] = 7.0
    np.testing.assert_allclose(world.ask(query), 7.0, **CLOSE)


@pytest.mark.usefixtures("quick_compile")
def test_mechanisms_that_nothing_reaches_keep_their_evidence_bit_for_bit(posterior, world):
    for name in ("kind", "z", "t", "y"):
        answer = posterior.ask(Counterfactual(name, do={}))
        seen = np.broadcast_to(world.data[name], answer.shape)
        np.testing.assert_array_equal(answer, seen)
    assert posterior.ask(Counterfactual("kind", do={"t": 1.0})).dtype == np.int64
