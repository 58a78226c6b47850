"""A model of every kind of mechanism at once: what the experimentation and exposure systems need.

A latent u behind several mechanisms, a Bernoulli treatment by its logit, a Poisson mediator, a
Categorical segment that indexes effects, a MvNormal pair, and a clipped deterministic.
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import ATE, Counterfactual, PotentialOutcome, World, condition, shift

TRUTH = {"direct": 1.2, "mediated": 0.15, "effects": np.array([0.0, 0.4, 1.0]), "on_u": 1.0}
COVARIANCE = np.array([[1.0, 0.3], [0.3, 0.5]])
UNITS = 3000


def make_model() -> pm.Model:
    coords = {"unit": range(1), "segment_kind": ["casual", "regular", "vip"], "score": ["a", "b"]}
    with pm.Model(coords=coords) as model:
        direct = pm.Normal("direct", 0.0, 2.0)
        mediated = pm.Normal("mediated", 0.0, 1.0)
        effects = pm.Normal("effects", 0.0, 1.0, dims="segment_kind")
        on_u = pm.HalfNormal("on_u", 1.0)
        u = pm.Normal("u", 0.0, 1.0, dims="unit")
        segment = pm.Categorical("segment", p=[0.5, 0.4, 0.1], dims="unit")
        age = pm.Normal("age", 35.0, 10.0, dims="unit")
        clipped = pm.Deterministic("clipped", pt.clip(age, 18.0, 75.0), dims="unit")
        pre = pm.Normal("pre", 5.0 + 0.02 * (clipped - 35.0) + 0.8 * u, 1.0, dims="unit")
        t = pm.Bernoulli("t", logit_p=-0.4 + 0.6 * u + 0.5 * pt.eq(segment, 2), dims="unit")
        m = pm.Poisson("m", pt.maximum(0.3 + 1.2 * t + 0.1 * pre, 0.05), dims="unit")
        centre = pt.stack([u, 0.5 * t], axis=-1)
        pair = pm.MvNormal("pair", centre, cov=COVARIANCE, dims=("unit", "score"))
        mean = 2.0 + direct * t + mediated * m + effects[segment] + on_u * u
        mean = mean + 0.02 * (clipped - 35.0) + 0.1 * pair[:, 0]
        pm.Normal("y", mean, 1.0, dims="unit")
    return model


def simulate(rng, size, t=None, shift_u=0.0):
    """The same by hand, from the distributions alone."""
    u = rng.normal(size=size) + shift_u
    segment = rng.choice(3, p=[0.5, 0.4, 0.1], size=size)
    clipped = np.clip(rng.normal(35, 10, size), 18, 75)
    pre = 5 + 0.02 * (clipped - 35) + 0.8 * u + rng.normal(size=size)
    chance = 1 / (1 + np.exp(0.4 - 0.6 * u - 0.5 * (segment == 2)))
    t = (rng.random(size) < chance).astype(int) if t is None else np.full(size, t)
    m = rng.poisson(np.maximum(0.3 + 1.2 * t + 0.1 * pre, 0.05))
    pair = np.stack([u, 0.5 * t], -1) + rng.multivariate_normal([0, 0], COVARIANCE, size)
    y = 2 + 1.2 * t + 0.15 * m + TRUTH["effects"][segment] + u + 0.02 * (clipped - 35)
    y = y + 0.1 * pair[:, 0] + rng.normal(size=size)
    return {"u": u, "segment": segment, "pre": pre, "t": t, "m": m, "y": y, "pair_a": pair[:, 0]}


@pytest.fixture(scope="module")
def world(quickly):
    with quickly():
        return World.simulate(make_model(), TRUTH, units=UNITS, seed=4, hidden=("u",))


def same_mean(ours, theirs):
    """Whether two samples have one mean, within five standard errors."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    error = np.sqrt(ours.var() / ours.size + theirs.var() / theirs.size)
    return abs(ours.mean() - theirs.mean()) <= 5 * error


def values(world, do, **more):
    names = ("u", "segment", "clipped", "pre", "t", "m", "y")
    found = {n: world.ask(PotentialOutcome(n, do=do, **more)).to_numpy() for n in names}
    pair = world.ask(PotentialOutcome("pair", do=do, **more))
    return found | {"pair_a": pair.isel(score=0).to_numpy()}


def outcome_without_noise(v):
    return (
        2
        + 1.2 * v["t"]
        + 0.15 * v["m"]
        + TRUTH["effects"][v["segment"]]
        + v["u"]
        + 0.02 * (v["clipped"] - 35)
        + 0.1 * v["pair_a"]
    )


def test_the_simulated_world_has_the_law_of_the_simulator(world):
    theirs = simulate(np.random.default_rng(0), UNITS)
    assert "u" not in world.data
    ours = {n: world.everything[n].to_numpy() for n in ("u", "segment", "pre", "t", "m", "y")}
    for name, value in ours.items():
        assert same_mean(value, theirs[name]), name
        assert same_mean((value - value.mean()) ** 2, (theirs[name] - theirs[name].mean()) ** 2)
    pair = world.everything["pair"].to_numpy()
    assert pair.shape == (UNITS, 2)
    residual = pair - np.stack([ours["u"], 0.5 * ours["t"]], -1)
    np.testing.assert_allclose(np.cov(residual.T), COVARIANCE, atol=0.12)
    assert world.everything["clipped"].min() >= 18
    for name in ("t", "m", "segment"):
        assert world.data[name].dtype.kind == "i"


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize(
    ("do", "by_hand"),
    [({"t": 1}, {"t": 1}), ({"t": 0}, {"t": 0}), ({"u": shift(1.0)}, {"shift_u": 1.0})],
    ids=["t=1", "t=0", "u+1"],
)
def test_rung_two_against_the_simulator(world, do, by_hand):
    theirs = simulate(np.random.default_rng(1), 20_000, **by_hand)
    ours = values(world, do, units="new", size=3000)
    for name, value in ours.items():
        if name in theirs:
            assert same_mean(value, theirs[name]), name


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("do", [{"t": 1}, {"u": shift(1.0)}, {"segment": 2, "age": 200.0}], ids=str)
def test_rung_three_keeps_each_unit_s_noise(world, do):
    """The algebra where it determines the answer, the coupling's laws where it does not."""
    before = {n: world.everything[n].to_numpy() for n in ("u", "segment", "clipped", "pre")}
    before |= {n: world.everything[n].to_numpy() for n in ("t", "m", "y")}
    before["pair_a"] = world.everything["pair"].to_numpy()[:, 0]
    after = values(world, do)
    noise = before["y"] - outcome_without_noise(before)
    np.testing.assert_allclose(after["y"] - outcome_without_noise(after), noise, atol=1e-9)
    moved_pre = 0.8 * (after["u"] - before["u"]) + 0.02 * (after["clipped"] - before["clipped"])
    np.testing.assert_allclose(after["pre"] - before["pre"], moved_pre, atol=1e-9)
    np.testing.assert_allclose(
        after["pair_a"] - before["pair_a"], after["u"] - before["u"], atol=1e-9
    )
    if "t" not in do:
        assert (after["t"] >= before["t"]).all(), "the chance rose for everybody"
        assert (after["t"] > before["t"]).any()

    def rate(v):
        return np.maximum(0.3 + 1.2 * v["t"] + 0.1 * v["pre"], 0.05)

    assert (after["m"] >= before["m"]).all(), "the mean rose for everybody"
    extra, expected = after["m"] - before["m"], rate(after) - rate(before)
    assert (extra[expected < 1e-12] == 0).all()
    error = np.sqrt(expected.sum())
    assert abs(extra.sum() - expected.sum()) < 5 * error
    if "age" in do:
        assert (after["clipped"] == 75.0).all()
        assert (after["segment"] == 2).all()


@pytest.mark.usefixtures("quick_compile")
def test_the_total_effect_and_its_share_through_the_mediator(world):
    """1.2 + 0.15 * 1.2 for everybody in expectation."""
    answer = world.ask(ATE("y", do={"t": 1}, versus={"t": 0}))
    assert abs(float(answer) - 1.38) < 5 * 0.15 * np.sqrt(1.2 / UNITS)
    held = world.ask(ATE("y", do={"t": 1, "m": 3}, versus={"t": 0, "m": 3}))
    assert float(held) == pytest.approx(1.2, abs=1e-9)


@pytest.mark.usefixtures("quick_compile")
def test_the_world_from_evidence_recovers_what_the_evidence_determines(world):
    columns = {n: world.everything[n].to_numpy() for n in world.everything if n != "clipped"}
    known = World.from_evidence(make_model(), TRUTH, columns, seed=3)
    for name in ("u", "age", "pre", "y", "pair"):
        np.testing.assert_allclose(known.noise[name], world.noise[name], atol=1e-8)
    do = {"segment": 2}
    ours, theirs = (w.ask(Counterfactual("pre", do=do)) for w in (known, world))
    np.testing.assert_allclose(ours, theirs, atol=1e-9)
    for name in ("t", "m", "y"):
        answer = known.ask(Counterfactual(name, do={"u": shift(0.0)}))
        np.testing.assert_array_equal(answer, world.everything[name])


@pytest.mark.slow
def test_conditioning_with_u_latent():
    world = World.simulate(make_model(), TRUTH, units=150, seed=6, hidden=("u",))
    posterior = condition(
        make_model(), world.data, seed=2, draws=300, tune=600, chains=4, progress=False
    )
    assert posterior.diagnostics.divergences == 0
    assert posterior.diagnostics.r_hat < 1.05
    assert posterior.idata["posterior"]["u"].sizes["unit"] == 150
    vars(posterior)["diagnostics"] = type(posterior.diagnostics)(1.0, 1e4, 1e4, 0, 1.0)
    for query in (
        ATE("y", do={"t": 1}, versus={"t": 0}),
        ATE("y", do={"t": 1, "m": 3}, versus={"t": 0, "m": 3}),
        ATE("t", do={"u": shift(1.0)}),
    ):
        answer, truth = posterior.ask(query), float(world.ask(query))
        assert np.isfinite(answer).all()
        assert abs(float(answer.mean()) - truth) < 4 * float(answer.std()) + 0.05
    u = posterior.idata["posterior"]["u"].mean(("chain", "draw"))
    assert np.corrcoef(u, world.everything["u"])[0, 1] > 0.6
