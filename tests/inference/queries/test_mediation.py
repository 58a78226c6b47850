"""Mediation against its algebra: unit by unit where that is determined, else in the mean."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    ATE,
    CDE,
    ITE,
    NDE,
    NIE,
    QueryError,
    World,
    as_in,
    compare,
    intervene,
    shift,
)

UNITS = 50
TRUTH = {"a": 0.8, "b": 0.6, "c": 1.5, "d": 0.4}
CLOSE = {"rtol": 1e-10, "atol": 1e-10}
ARMS = {"do": {"t": 1}, "versus": {"t": 0}}
M = {"mediators": ["m"]}


def make_model(interaction: bool = True) -> pm.Model:
    """t -> m -> y and t -> y, with z behind all; with `interaction` m and t multiply."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a, b, c, d = (pm.Normal(n, 0.0, 1.0) for n in "abcd")
        z = pm.Normal("z", 0.0, 1.0, dims="unit")
        t = pm.Bernoulli("t", logit_p=z, dims="unit")
        m = pm.Normal("m", 0.3 + a * t + 0.5 * z, 0.7, dims="unit")
        product = d * t * m if interaction else d * z
        mean = pm.Deterministic("mean", c * t + b * m + product + z, dims="unit")
        pm.Normal("y", mean, 0.4, dims="unit")
        pm.Normal("aside", z + t, 1.0, dims="unit")
    return model


@pytest.fixture(scope="module")
def draws():
    rng = np.random.default_rng(1)
    return {n: v + 0.1 * rng.uniform(size=(2, 4)) for n, v in TRUTH.items()}


@pytest.fixture(scope="module")
def world(quickly):
    with quickly():
        data = World.simulate(make_model(), TRUTH, units=UNITS, seed=7).data
        return World.from_evidence(make_model(), TRUTH, data, seed=7)


@pytest.fixture(scope="module")
def posterior(world, draws, posterior_by_hand):
    return posterior_by_hand(make_model(), world.data, draws)


@pytest.fixture(params=["world", "posterior"])
def asked(request, world, posterior, draws):
    """Who is asked, the lead dims, and in NumPy: M of each unit at t, and Y at t and m."""
    v = {n: world.data[n].to_numpy() for n in "ztmy"}
    p = {n: np.asarray(x) for n, x in TRUTH.items()}
    if request.param == "posterior":
        p = {n: x[..., None] for n, x in draws.items()}

    def mean(t, m):
        return p["c"] * t + p["b"] * m + p["d"] * t * m

    def mediator(t):
        return v["m"] + p["a"] * (t - v["t"])

    def outcome(t, m):
        return v["y"] + mean(t, m) - mean(v["t"], v["m"])

    lead = () if request.param == "world" else ("chain", "draw")
    return (world if request.param == "world" else posterior), lead, mediator, outcome


def effects(mediator, outcome, one=1.0, other=0.0):
    """The four effects of Robins and Greenland, unit by unit."""
    y11, y00 = outcome(one, mediator(one)), outcome(other, mediator(other))
    y10, y01 = outcome(one, mediator(other)), outcome(other, mediator(one))
    return {
        (NDE, False): y10 - y00,
        (NIE, False): y11 - y10,
        (NDE, True): y11 - y01,
        (NIE, True): y01 - y00,
    }


def check(answer, dims, expected):
    assert answer.dims == dims
    np.testing.assert_allclose(answer, np.broadcast_to(expected, answer.shape), **CLOSE)


@pytest.mark.usefixtures("quick_compile")
def test_both_decompositions_with_an_interaction(asked):
    who, lead, mediator, outcome = asked
    for (query, pure), expected in effects(mediator, outcome).items():
        check(who.ask(query("y", **ARMS, **M, pure=pure)), lead, expected.mean(-1))
        check(
            who.ask(query("y", **ARMS, **M, pure=pure, by="unit")),
            (*lead, "unit"),
            expected,
        )
    total = who.ask(ATE("y", **ARMS))
    for pure in (False, True):
        parts = [who.ask(query("y", **ARMS, **M, pure=pure)) for query in (NDE, NIE)]
        np.testing.assert_allclose(parts[0] + parts[1], total, rtol=1e-14, atol=1e-14)
    two = [effects(mediator, outcome)[NDE, pure].mean() for pure in (False, True)]
    assert abs(two[0] - two[1]) > 0.1, "there is an interaction to tell them apart"


@pytest.mark.usefixtures("quick_compile")
def test_controlled_direct_effects(asked):
    who, lead, _, outcome = asked
    expected = outcome(1.0, 2.0) - outcome(0.0, 2.0)
    check(who.ask(CDE("y", **ARMS, hold={"m": 2.0})), lead, expected.mean(-1))
    answer = who.ask(CDE("y", **ARMS, hold={"m": 2.0}, by="unit"))
    check(answer, (*lead, "unit"), expected)
    assert (answer.attrs["rung"], answer.attrs["by"]) == (3, "unit")
    if lead:
        shape = compare(answer, answer.isel(chain=0, draw=0, drop=True)).shape
        assert shape == "units", "a unit has no name worth an axis"
    mean = who.ask(CDE("y", **ARMS, hold={"m": 2.0}, expectation=True))
    check(mean, lead, expected.mean(-1))
    assert mean.attrs["rung"] == 2, "nothing that is moved keeps its noise"


@pytest.mark.usefixtures("quick_compile")
def test_subsets_ladders_expectations_and_summaries(asked, world):
    who, lead, mediator, outcome = asked
    z = world.data["z"].to_numpy()
    expected = effects(mediator, outcome)[NDE, False]
    answer = who.ask(NDE("y", **ARMS, **M, where=lambda v: v["z"] > 0))
    check(answer, lead, expected[..., z > 0].mean(-1))
    assert "the units that `where` selects" in answer.attrs["estimand"]
    answer = who.ask(NDE("y", **ARMS, **M, where=z > 0, by="unit"))
    check(answer, (*lead, "unit"), np.where(z > 0, expected, np.nan))
    steps = [{"t": 0}, {"t": 1}, {"z": shift(0.5), "t": 1}]
    ladder = who.ask(NIE("y", do=steps[:2], versus={"t": 0}, mediators="m"))
    check(
        ladder,
        (*lead, "dose"),
        np.stack([0 * expected.mean(-1), effects(mediator, outcome)[NIE, False].mean(-1)], -1),
    )
    assert (ladder.isel(dose=0) == 0).all()
    mean = who.ask(NDE("y", **ARMS, **M, expectation=True))
    check(mean, lead, expected.mean(-1))
    assert mean.attrs["of"] == "expectation"
    summary = who.ask(NDE("y", **ARMS, **M, by="unit", summary=True))
    assert summary.dims == ("statistic", "unit")
    np.testing.assert_allclose(
        summary.sel(statistic="mean"), expected.reshape(-1, UNITS).mean(0), **CLOSE
    )


@pytest.mark.usefixtures("quick_compile")
def test_against_the_world_as_it_was(asked, world):
    """versus=None: the mediators are what they were, to the last bit."""
    who, lead, mediator, outcome = asked
    t, m, y = (world.data[n].to_numpy() for n in "tmy")
    answer = who.ask(NDE("y", do={"t": 1}, **M, by="unit"))
    check(answer, (*lead, "unit"), outcome(1.0, m) - y)
    assert (answer.to_numpy()[..., t == 1] == 0).all(), "nothing was done to the treated"
    check(
        who.ask(NIE("y", do={"t": 1}, **M)),
        lead,
        (outcome(1, mediator(1)) - outcome(1, m)).mean(-1),
    )


@pytest.mark.usefixtures("quick_compile")
def test_as_in_is_what_they_are_made_of(asked):
    who, lead, mediator, outcome = asked
    cross = {"t": 1, "m": as_in("versus")}
    answer = who.ask(ITE("y", do=cross, versus={"t": 0}))
    np.testing.assert_array_equal(answer, who.ask(NDE("y", **ARMS, **M, by="unit")))
    backwards = who.ask(ITE("y", do={"t": 1}, versus={"t": 0, "m": as_in("do")}))
    check(backwards, (*lead, "unit"), effects(mediator, outcome)[NDE, True])
    natural = who.ask(ITE("y", do={"t": 1, "m": as_in("natural")}))
    np.testing.assert_array_equal(natural, who.ask(NDE("y", do={"t": 1}, **M, by="unit")))
    population = who.ask(ATE("y", do=cross, versus={"t": 0}, units="new", size=20))
    assert population.attrs["rung"] == 3
    some = who.ask(
        ITE("m", do={"t": 1, "m": as_in("versus", where=lambda v: v["z"] > 0)}, versus={"t": 0})
    )
    above = who.state.evidence.columns["z"] > 0
    expected = np.where(above, 0.0, mediator(1.0) - mediator(0.0))
    check(some, (*lead, "unit"), expected)


def test_a_computed_variable_mediates_too(world, quick_compile):
    """A Deterministic has no mechanism to replace, but a value in each world."""
    query = {"outcome": "y", **ARMS, "mediators": "mean", "by": "unit"}
    assert (world.ask(NDE(**query)) == 0).all()
    np.testing.assert_array_equal(world.ask(NIE(**query)), world.ask(ITE("y", **ARMS)))
    held = {"outcome": "y", **ARMS, "hold": {"mean": 1.0}, "by": "unit"}
    assert (world.ask(CDE(**held)) == 0).all()


@pytest.mark.usefixtures("quick_compile")
def test_linear_and_gaussian(posterior_by_hand, world, draws):
    """Direct: the coefficient; indirect: the product of coefficients (Wright)."""
    posterior = posterior_by_hand(make_model(interaction=False), world.data, draws)
    for units in ({}, {"units": "new", "size": 7}):
        for pure in (False, True):
            ask = {"outcome": "y", "do": {"t": shift(0)}, "versus": {"t": 0}, **M, **units}
            ask |= {"do": {"t": 1}, "pure": pure}
            np.testing.assert_allclose(posterior.ask(NDE(**ask)), draws["c"], **CLOSE)
            np.testing.assert_allclose(posterior.ask(NIE(**ask)), draws["a"] * draws["b"], **CLOSE)


@pytest.mark.usefixtures("quick_compile")
def test_the_regression_formulas_with_an_interaction(posterior, draws):
    """VanderWeele (2015), chapter 2, with exposures 1 and 0 and M(0) of mean 0.3 over z.

    NDE = c + d E M(0), total NIE = (b + d) a; the latter varies with no unit.
    """
    p, new = draws, {"units": "new", "size": 4000, "seed": 2}
    direct = posterior.ask(NDE("y", **ARMS, **M, **new))
    error = direct.attrs["monte_carlo_error"]
    assert 0 < error < 0.01
    assert (abs(direct - (p["c"] + p["d"] * 0.3)) < 5 * error).all()
    np.testing.assert_allclose(
        posterior.ask(NIE("y", **ARMS, **M, **new)), (p["b"] + p["d"]) * p["a"], **CLOSE
    )
    np.testing.assert_allclose(
        posterior.ask(NIE("y", **ARMS, **M, **new, pure=True)), p["b"] * p["a"], **CLOSE
    )
    assert (direct.attrs["rung"], direct.attrs["units"]) == (3, "new")


@pytest.mark.parametrize("quick", [True, False])
def test_nothing_is_exactly_nothing(posterior, quick, request):
    """With numba too, whose rewrites and fused loops must not spoil it."""
    if quick:
        request.getfixturevalue("quick_compile")
    same = {"do": {"t": 1}, "versus": {"t": 1}}
    queries = [
        NDE("y", **same, **M, by="unit"),
        NIE("y", **same, **M, units="new"),
        NIE("y", do={"t": shift(0)}, **M, pure=True),
        NDE("y", **same, **M, pure=True),
    ]
    for query in queries[:: 1 if quick else 2]:
        assert (posterior.ask(query) == 0).all(), query


@pytest.mark.usefixtures("quick_compile")
def test_what_the_answer_says_of_itself(world):
    texts = {
        NDE("y", **ARMS, **M): [
            "Y_i(do, M_i(versus)) - Y_i(versus)",
            "pure",
            "direct",
            "mean over",
        ],
        NDE("y", **ARMS, **M, pure=True): ["Y_i(do) - Y_i(versus, M_i(do))", "total", "direct"],
        NIE("y", **ARMS, **M): ["Y_i(do) - Y_i(do, M_i(versus))", "total", "indirect", "being m"],
        NIE("y", **ARMS, **M, pure=True): ["Y_i(versus, M_i(do)) - Y_i(versus)", "pure"],
        CDE("y", **ARMS, hold={"m": 2}): ["holding m = 2", "controlled"],
    }
    for query, words in texts.items():
        attrs = world.ask(query).attrs
        for word in (*words, "do(t = 1)", "against do(t = 0)"):
            assert word in attrs["estimand"]
        assert attrs["query"] == type(query).__name__


WRONG = [
    (lambda: NDE("y", **ARMS, mediators=[]), "needs mediators"),
    (lambda: NDE("y", **ARMS, mediators=["m", "m"]), "each once"),
    (lambda: NDE("y", **ARMS, mediators=3), "names of variables"),
    (lambda: NDE("y", **ARMS, mediators=["mm"]), "`mediators` names 'mm'.*did you mean 'm'"),
    (lambda: NDE("y", **ARMS, mediators=["z"]), "'z', which does not lie between t and 'y'.* m"),
    (lambda: NDE("y", **ARMS, mediators=["y"]), "'y', which does not lie between"),
    (lambda: NDE("y", **ARMS, mediators=["aside"]), "'aside', which does not lie between"),
    (lambda: NIE("y", {"t": 1, "m": 2}, mediators=["m"]), "'m', which `do` or `versus`.*CDE"),
    (lambda: NIE("y", {"tt": 1}, **M), "`do` names 'tt'.*did you mean"),
    (lambda: NIE("y", **ARMS, **M, by="segment"), "by='unit'.*where="),
    (lambda: NIE("y", **ARMS, **M, summary=True), "by='unit'"),
    (lambda: CDE("y", **ARMS, hold={}), "needs variables to hold"),
    (lambda: CDE("y", **ARMS, hold={"t": 1}), "`hold` names 't'"),
    (lambda: CDE("y", **ARMS, hold=3), "`hold` maps names"),
    (lambda: CDE("y", **ARMS, hold={"y": 1}), "'y', the outcome, "),
    (lambda: CDE("m", **ARMS, hold={"y": 1}), "'y', which does not act on 'm'"),
    (
        lambda: ITE("y", {"m": as_in("elsewhere")}),
        "'elsewhere'; this query has 'do', 'versus', 'nat",
    ),
    (lambda: ITE("y", {"m": as_in("versus")}, {"m": as_in("do")}), "in a circle: m -> m"),
    (lambda: ITE("y", {"m": as_in(2)}), "name of a world"),
]


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("case", WRONG, ids=lambda c: c[1][:24])
def test_mistakes_get_one_line(world, case):
    make, message = case
    with pytest.raises(QueryError, match=message) as caught:
        world.ask(make())
    assert "\n" not in str(caught.value)


def test_one_model_has_no_other_world():
    with pytest.raises(QueryError, match="no other world 'versus'; ask a query"):
        intervene(make_model(), {"m": as_in("versus")})


@pytest.mark.parametrize("backend", ["numba", "jax"])
def test_backends(backend, posterior, world, draws):
    query = NDE("y", **ARMS, **M, by="unit")
    v = {n: world.data[n].to_numpy() for n in "tm"}
    p = {n: x[..., None] for n, x in draws.items()}
    expected = p["c"] + p["d"] * (v["m"] - p["a"] * v["t"])
    np.testing.assert_allclose(posterior.ask(query, backend=backend), expected, **CLOSE)
