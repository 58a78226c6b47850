"""Probabilities of causation against the algebra of two-by-two tables, and their bounds."""

import json

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, PN, PNS, PS, PotentialOutcome, QueryError, World, shift

ARMS = {"do": {"t": 1}, "versus": {"t": 0}}
EACH = {"PNS": PNS, "PN": PN, "PS": PS}
P1, P0, TAKES = 0.62, 0.27, 0.45
NEW = {"units": "new", "size": 20_000}


def table_model() -> pm.Model:
    """No confounding: a two-by-two table."""
    with pm.Model(coords={"unit": range(1)}) as model:
        p1, p0 = pm.Beta("p1", 1, 1), pm.Beta("p0", 1, 1)
        t = pm.Bernoulli("t", TAKES, dims="unit")
        pm.Bernoulli("y", p0 + (p1 - p0) * t, dims="unit")
    return model


def confounded_model() -> pm.Model:
    """u acts on both; a binary mediator between; t harms where u is low."""
    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.Normal("slope")
        u = pm.Normal("u", dims="unit")
        t = pm.Bernoulli("t", logit_p=1.5 * u, dims="unit")
        m = pm.Bernoulli("m", logit_p=-0.5 + 1.0 * t, dims="unit")
        pm.Bernoulli("y", logit_p=-0.6 + slope * t * u + 0.8 * m + 0.7 * u, dims="unit")
        pm.Deterministic("sum", t + m, dims="unit")
    return model


@pytest.fixture(scope="module")
def table(quickly, posterior_by_hand):
    """A posterior of the table: 2 x 3 draws of the two chances."""
    with quickly():
        data = World.simulate(table_model(), {"p1": P1, "p0": P0}, units=400, seed=2).data
    rng = np.random.default_rng(0)
    draws = {"p1": rng.beta(12, 8, (2, 3)), "p0": rng.beta(5, 15, (2, 3))}
    assert (draws["p1"] > draws["p0"]).all()
    return posterior_by_hand(table_model(), data, draws), draws


@pytest.fixture(scope="module")
def confounded(quickly):
    with quickly():
        return World.simulate(confounded_model(), {"slope": 1.2}, units=500, seed=4)


@pytest.fixture(params=["world", "posterior"], scope="module")
def asked(request, quickly, confounded, posterior_by_hand):
    if request.param == "world":
        with quickly():
            return World.from_evidence(confounded_model(), {"slope": 1.2}, confounded.data, seed=6)
    draws = {"slope": np.random.default_rng(0).normal(1.2, 0.3, (2, 5))}
    return posterior_by_hand(confounded_model(), confounded.data, draws)


def near(answer, expected, chance, size):
    """Whether shares of `size` units are what they should be, within 5 standard errors."""
    return (abs(answer - expected) < 5 * np.sqrt(chance * (1 - chance) / size)).all()


@pytest.mark.usefixtures("quick_compile")
def test_a_table_under_monotonicity(table):
    """No confounding, no harm: the risk difference and the excess risk ratio (Pearl 1999)."""
    posterior, p = table
    p1, p0 = p["p1"], p["p0"]
    expected = {"PNS": p1 - p0, "PN": (p1 - p0) / p1, "PS": (p1 - p0) / (1 - p0)}
    size = {"PNS": 1.0, "PN": TAKES * p1, "PS": (1 - TAKES) * (1 - p0)}
    for name, query in EACH.items():
        answer = posterior.ask(query("y", **ARMS, **NEW, coupling="monotone"))
        assert answer.dims == ("chain", "draw")
        # For a random number of units the error is a little larger; 5 of them leave room.
        assert near(answer, expected[name], expected[name], 20_000 * size[name]), name
        error = np.sqrt(expected[name] * (1 - expected[name]) / (20_000 * size[name]))
        assert answer.attrs["monte_carlo_error"] == pytest.approx(error.max(), rel=0.2)
        assert json.loads(answer.attrs["coupling"]) == {"y": "monotone"}
        assert answer.attrs["rung"] == 3


@pytest.mark.usefixtures("quick_compile")
def test_a_table_whose_outcomes_are_independent(table):
    """PNS is then a product, and what happened tells nothing of what would have."""
    posterior, p = table
    p1, p0 = p["p1"], p["p0"]
    expected = {"PNS": p1 * (1 - p0), "PN": 1 - p0, "PS": p1}
    size = {"PNS": 1.0, "PN": TAKES * p1, "PS": (1 - TAKES) * (1 - p0)}
    for name, query in EACH.items():
        answer = posterior.ask(query("y", **ARMS, **NEW, coupling="independent"))
        assert near(answer, expected[name], expected[name], 20_000 * size[name]), name


@pytest.mark.usefixtures("quick_compile")
def test_the_bounds_of_a_table(table):
    """Without confounding P(y_x) = P(y | x), and the bounds are Frechet's."""
    posterior, p = table
    p1, p0 = p["p1"], p["p0"]
    expected = {
        "PNS": (np.maximum(0, p1 - p0), np.minimum(p1, 1 - p0)),
        "PN": ((p1 - p0) / p1, np.minimum(1, (1 - p0) / p1)),
        "PS": ((p1 - p0) / (1 - p0), np.minimum(1, p1 / (1 - p0))),
    }
    for name, query in EACH.items():
        answer = posterior.ask(query("y", **ARMS, **NEW, bounds=True))
        assert answer.dims == ("chain", "draw", "bound")
        assert answer["bound"].to_numpy().tolist() == ["lower", "upper"]
        for bound, value in zip(("lower", "upper"), expected[name], strict=True):
            # The least cell has a fifth of the units; four shares come together.
            assert (abs(answer.sel(bound=bound) - value) < 5 * 2 * np.sqrt(0.25 / 4000)).all()
        assert "Tian and Pearl's bounds" in answer.attrs["estimand"]


def shares(world, do, versus):
    """What an experiment and an observation of the same units show, counted in NumPy."""
    y, t = (world.state.evidence.columns[n] for n in "yt")
    yx, yx1 = (world.ask(PotentialOutcome("y", do={"t": a})).to_numpy() for a in (do, versus))
    return y == 1, t == do, yx == 1, yx1 == 1


@pytest.mark.usefixtures("quick_compile")
def test_observed_units_against_counting(asked):
    """Queries with one seed share their noise, so that what each unit would do is known."""
    y, x, yx, yx1 = shares(asked, 1, 0)
    np.testing.assert_array_equal(yx[..., x], np.broadcast_to(y[x], yx[..., x].shape))
    expected = {
        "PNS": (yx & ~yx1).mean(-1),
        "PN": (~yx1)[..., x & y].mean(-1),
        "PS": yx[..., ~x & ~y].mean(-1),
    }
    for name, query in EACH.items():
        np.testing.assert_allclose(asked.ask(query("y", **ARMS)), expected[name], rtol=1e-12)
    lead = ("chain", "draw") if yx.ndim > 1 else ()
    alone = asked.ask(PNS("y", **ARMS, by="unit"))
    assert alone.dims == (*lead, "unit")
    np.testing.assert_array_equal(alone, yx & ~yx1)
    alone = asked.ask(PN("y", **ARMS, by="unit"))
    np.testing.assert_array_equal(alone, np.where(x & y, ~yx1, np.nan))
    alone = asked.ask(PS("y", **ARMS, by="unit"))
    np.testing.assert_array_equal(alone, np.where(~x & ~y, yx, np.nan))
    half = np.arange(len(y)) % 2 == 0
    some = asked.ask(PN("y", **ARMS, where=half))
    np.testing.assert_allclose(some, (~yx1)[..., x & y & half].mean(-1), rtol=1e-12)


@pytest.mark.usefixtures("quick_compile")
def test_observed_bounds_against_counting(asked):
    """The formulas of Tian and Pearl (2000) over the shares counted."""
    y, x, yx, yx1 = shares(asked, 1, 0)
    q1, q0, p = yx.mean(-1), yx1.mean(-1), y.mean()
    xy, xy_, x_y, x_y_ = ((a & b).mean() for a in (x, ~x) for b in (y, ~y))
    zero, one = np.zeros_like(q1), np.ones_like(q1)
    expected = {
        "PNS": (
            np.max(np.stack([zero, q1 - q0, p - q0, q1 - p]), axis=0),
            np.min(np.stack([q1, 1 - q0, (xy + x_y_) * one, q1 - q0 + xy_ + x_y]), axis=0),
        ),
        "PN": (np.maximum(0, (p - q0) / xy), np.minimum(1, (1 - q0 - x_y_) / xy)),
        "PS": (np.maximum(0, (q1 - p) / x_y_), np.minimum(1, (q1 - xy) / x_y_)),
    }
    for name, query in EACH.items():
        answer = asked.ask(query("y", **ARMS, bounds=True))
        np.testing.assert_allclose(answer, np.stack(expected[name], axis=-1), rtol=1e-10)


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("coupling", ["monotone", "independent", {"y": "independent"}], ids=str)
@pytest.mark.parametrize("units", [{}, {"units": "new", "size": 400}], ids=["observed", "new"])
def test_the_point_lies_within_the_bounds_in_every_draw(asked, coupling, units):
    """Exactly: they are of the same units. With t turned round too, where it mostly harms."""
    turned = {"do": {"t": 0}, "versus": {"t": 1}}
    for query in EACH.values():
        for arms in (ARMS, turned):
            ask = {**arms, "coupling": coupling, **units}
            point, limits = asked.ask(query("y", **ask)), asked.ask(query("y", **ask, bounds=True))
            low, high = limits.sel(bound="lower"), limits.sel(bound="upper")
            assert (low <= point + 1e-12).all()
            assert (point <= high + 1e-12).all()
            assert (limits >= 0).all()
            assert (limits <= 1).all()
            assert (high - low).max() > 0.01, "they are no point themselves"


@pytest.mark.usefixtures("quick_compile")
def test_where_nobody_is_harmed_the_lower_bound_is_the_point(table):
    """PNS = P(y_x) - P(y_x') (Tian and Pearl 2000), in the same units and so exactly."""
    posterior, _ = table
    point = posterior.ask(PNS("y", **ARMS, coupling="monotone"))
    limits = posterior.ask(PNS("y", **ARMS, coupling="monotone", bounds=True))
    np.testing.assert_allclose(point, limits.sel(bound="lower"), rtol=0, atol=1e-14)
    np.testing.assert_allclose(
        point, posterior.ask(ATE("y", **ARMS, coupling="monotone")), rtol=0, atol=1e-14
    )


@pytest.mark.usefixtures("quick_compile")
def test_ladders_and_computed_outcomes(asked):
    """A Deterministic of 0 and 1 is binary; a sequence of interventions is a dose."""
    same = asked.ask(PNS("y", do=[{"t": 0}, {"t": 1}], versus={"t": 0}))
    assert same.dims[-1] == "dose"
    assert (same.isel(dose=0) == 0).all()
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Bernoulli("t", 0.5, dims="unit")
        x = pm.Normal("x", 0.8 * t, 1.0, dims="unit")
        pm.Deterministic("high", x > 0.5, dims="unit")
        pm.Deterministic("flag", (x > 0.5) * 1.0, dims="unit")
    world = World.simulate(model, {}, units=200, seed=1)
    t, x = (world.data[n].to_numpy() for n in "tx")
    x1, x0 = x + 0.8 * (1 - t), x - 0.8 * t
    expected = ((x1 > 0.5) & (x0 <= 0.5)).mean()
    for name in ("high", "flag"):
        answer = world.ask(PNS(name, **ARMS))
        np.testing.assert_allclose(answer, expected, rtol=1e-12)
        assert json.loads(answer.attrs["coupling"]) == {}, "nothing discrete is moved"


WRONG = [
    (lambda: PNS("y", do={"t": 1}), "give versus"),
    (lambda: PN("y", **ARMS, expectation=True), "not an expectation"),
    (lambda: PN("y", **ARMS, bounds=True, by="unit"), "leave by='unit' out"),
    (lambda: PN("u", **ARMS), "PN is about 'u', which is Normal, not binary"),
    (lambda: PNS("sum", **ARMS), "'sum' has values other than 0 and 1"),
    (lambda: PN("y", do={"u": shift(1)}, versus={"t": 0}), "needs set_to interventions"),
    (lambda: PS("y", do={"t": 1}, versus={"u": shift(1)}), "PS needs set_to.*versus"),
    (lambda: PNS("yy", **ARMS), "'yy'"),
    (
        lambda: PNS("y", do={"t": 1}, versus={"t": 0, "m": 1}, bounds=True),
        "some unit had neither",
    ),
]


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("case", WRONG, ids=lambda c: c[1][:24])
def test_mistakes_get_one_line(confounded, case):
    make, message = case
    with pytest.raises(QueryError, match=message) as caught:
        confounded.ask(make())
    assert "\n" not in str(caught.value)


def test_backends_agree(asked, quickly):
    query = PNS("y", **ARMS, bounds=True)
    found = [asked.ask(query, backend=b) for b in ("numba", "jax")]
    asked.state.computer._compiled.clear()
    with quickly():
        found.append(asked.ask(query))
    asked.state.computer._compiled.clear()
    for answer in found[:2]:
        np.testing.assert_allclose(answer, found[2], rtol=1e-10)
