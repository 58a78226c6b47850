"""System 5: published figures, algebra, and a NumPy simulator that shares no code with it."""

from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from ifonly.inference import (
    ATE,
    ATT,
    CATE,
    AssumptionWarning,
    Posterior,
    QueryError,
    World,
    condition,
)
from ifonly.scenarios import get
from ifonly.scenarios.experiment.claims import _assignment, _power, over_fresh_data, two_stage
from ifonly.scenarios.experiment.latent import knowable
from ifonly.scenarios.experiment.others import roles_of, said
from ifonly.scenarios.experiment.reference import CLAIMS
from ifonly.scenarios.experiment.truth import PARAMETERS, QUERIES, ROLES, published
from ifonly.scenarios.experiment.units import first_stage, frame

SCENARIO = get("experiment")
UNITS = 20_000
Array = NDArray[Any]


def sigmoid(x: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-x))


class Users:
    """The sheet's world in NumPy, with the noise of every user kept, and its variants."""

    def __init__(self, units: int, seed: int, variant: str = "") -> None:
        rng = np.random.default_rng(seed)
        self.variant = variant
        self.segment = rng.choice(3, units, p=[0.5, 0.4, 0.1])
        self.age = np.clip(rng.normal(35, 10, units), 18, 75)
        self.activity = rng.gamma(2.0, 2.0, units)
        self.s = (self.activity - 4.0) / np.sqrt(8.0)
        self.u = rng.normal(size=units)
        self.pre = 5 + 0.25 * self.activity + 0.02 * (self.age - 35) + 0.8 * self.u
        self.pre = self.pre + rng.normal(size=units)
        self.arm = rng.integers(0, 2, units)
        self.natural_z = rng.integers(0, 2, units)
        self.E = (rng.random(units) < sigmoid(-0.5 + 0.3 * self.s)).astype(int)
        self.taste, self.chance = rng.random(units), rng.random(units)
        # A Poisson count is that of the base rate and, where treated, one more of rate 1.2.
        self.base = rng.poisson(0.3 + 0.35 * self.activity + 0.8 * self.E)
        self.extra = rng.poisson(1.2, units)
        self.noise = rng.normal(size=units)

    def treatment(self, z: Array | int | None = None, arm: Array | int | None = None) -> Array:
        z = self.natural_z if z is None else z
        arm = self.arm if arm is None else arm
        logit = -0.4 + 1.2 * z + 0.6 * self.u + 0.5 * self.E + 0.15 * (self.activity > 2.5)
        if self.variant == "randomised":
            logit = logit + 8.0 * (arm - 0.5)
        taken = self.taste < sigmoid(logit)
        return (taken & (self.E == 1) if self.variant == "gate" else taken).astype(int)

    def outcome(self, t: Array | int, exposure: Array | None = None) -> Array:
        exposure = self.base + t * self.extra if exposure is None else exposure
        effect = 1.2
        if self.variant == "heterogeneous":
            effect = 1.2 + 0.4 * self.s + np.array([0.0, -0.15, 0.6])[self.segment]
        level = np.array([0.0, 0.4, 1.0])[self.segment]
        y = 2 + effect * t + 0.15 * exposure + 0.02 * (self.age - 35) + 0.3 * self.activity
        return y + level + self.u + self.noise

    def collider(self, t: Array) -> Array:
        on_u = -0.8 if self.variant == "collider_hurts" else 0.8
        return (self.chance < sigmoid(-0.2 + t + on_u * self.u)).astype(int)

    @property
    def effect(self) -> Array:
        return self.outcome(1) - self.outcome(0)


def slope(y: Array, *columns: Array) -> float:
    """The first coefficient of a regression with an intercept."""
    x = np.column_stack([*columns, np.ones(len(y))])
    return float(np.linalg.lstsq(x, y, rcond=None)[0][0])


def fitted(y: Array, *columns: Array) -> Array:
    x = np.column_stack([*columns, np.ones(len(y))])
    return np.asarray(x @ np.linalg.lstsq(x, y, rcond=None)[0])


def controls(data: pd.DataFrame) -> list[Array]:
    levels = [(data["segment"] == k).to_numpy(dtype=float) for k in (1, 2)]
    return [data["age"].to_numpy(), data["activity"].to_numpy(), data["E"].to_numpy(), *levels]


# --- the published data --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return published()


def test_the_published_data_come_from_their_stream(data: pd.DataFrame) -> None:
    n = 50_000
    rng = np.random.default_rng(123)
    month = rng.integers(1, 7, size=n)
    segment = rng.choice(["casual", "regular", "vip"], size=n, p=[0.5, 0.4, 0.1])
    age = np.clip(rng.normal(35, 10, size=n), 18, 75)
    activity = rng.gamma(shape=2.0, scale=2.0, size=n)
    u = rng.normal(0, 1, size=n)
    pre = 5 + 0.25 * activity + 0.02 * (age - 35) + 0.8 * u + rng.normal(0, 1, size=n)
    z = rng.binomial(1, 0.5, size=n)
    s = (activity - activity.mean()) / activity.std()
    e = rng.binomial(1, sigmoid(-0.5 + 0.3 * s))
    t = rng.binomial(1, sigmoid(-0.4 + 1.2 * z + 0.6 * u + 0.5 * e + 0.15 * (activity > 2.5)))
    exposure = rng.poisson(np.clip(0.3 + 1.2 * t + 0.35 * activity + 0.8 * e, 0.05, None))
    c = rng.binomial(1, sigmoid(-0.2 + 1.0 * t + 0.8 * u))
    level = pd.Series(segment).map({"casual": 0.0, "regular": 0.4, "vip": 1.0}).to_numpy()
    y = 2 + 1.2 * t + 0.15 * exposure + 0.02 * (age - 35) + 0.3 * activity + level + u
    y = y + rng.normal(0, 1, size=n)
    codes = pd.Categorical(segment).codes
    expected = [month, codes, age, activity, pre, z, e, t, exposure, c, y]
    assert list(data) == [n for n in ROLES if n != "u"]
    np.testing.assert_allclose(data, np.stack(expected, axis=1), rtol=0, atol=1e-12)


def test_the_first_published_row(data: pd.DataFrame) -> None:
    first = [1, 0, 22.711829, 1.669579, 5.376245, 1, 1, 0, 5, 0, 3.008113]
    assert data.iloc[0].round(6).to_list() == first


def test_published_correlations_and_first_stage(data: pd.DataFrame) -> None:
    correlation = data.corr()
    pairs = {
        ("Z", "T"): 0.263,
        ("T", "Y"): 0.479,
        ("exposure", "Y"): 0.496,
        ("E", "exposure"): 0.281,
        ("Z", "Y"): 0.093,
    }
    for (one, other), value in pairs.items():
        assert round(correlation.loc[one, other], 3) == value
    t, others = data["T"].to_numpy(), controls(data)
    short = ((t - fitted(t, *others)) ** 2).sum()
    whole = ((t - fitted(t, data["Z"].to_numpy(), *others)) ** 2).sum()
    f = (short - whole) / (whole / (len(t) - 7))
    assert round(f, -1) == 3_780


def test_published_regressions(data: pd.DataFrame) -> None:
    t, y, z, c = (data[n].to_numpy() for n in "TYZC")
    others, pre = controls(data), data["pre_metric"].to_numpy()
    assert round(slope(y, t), 3) == 1.967
    assert round(slope(y, t, *others), 3) == 1.898
    assert round(slope(y, fitted(t, z, *others), *others), 3) == 1.455
    assert round(slope(y, t, pre, *others), 3) == 1.708
    assert round(slope(y, t, c, *others), 3) == 1.697
    assert round(t[data["E"] == 0].mean(), 2) == 0.57


# --- the world and its variants ------------------------------------------------------------------


def world_of(variant: str = "", units: int = UNITS) -> World:
    scenario = SCENARIO.variant(variant) if variant else SCENARIO
    return scenario.simulate(units=units, seed=1)


@pytest.fixture(scope="module")
def world() -> World:
    return world_of()


def near(found: Any, expected: float, sd: float, units: float = UNITS) -> None:
    """A mean over units, 4.5 of its standard errors from its expectation at most."""
    assert abs(float(found) - expected) < 4.5 * sd / np.sqrt(units)


# The effect of one user is 1.2 and 0.15 for each of Poisson(1.2) more exposures.
SD_OF_EFFECT = 0.15 * np.sqrt(1.2)


def test_the_simulator_knows_the_algebra() -> None:
    users = Users(400_000, seed=3)
    effect = users.effect
    near(effect.mean(), 1.38, SD_OF_EFFECT, 400_000)
    treated = users.treatment() == 1
    near(effect[treated].mean(), 1.38, SD_OF_EFFECT, treated.sum())
    complier = users.treatment(z=1) > users.treatment(z=0)
    near(effect[complier].mean(), 1.38, SD_OF_EFFECT, complier.sum())
    held = users.base
    np.testing.assert_allclose(users.outcome(1, held) - users.outcome(0, held), 1.2, atol=1e-12)


def test_a_world_is_spread_as_the_simulator_is(world: World) -> None:
    users = Users(UNITS, seed=5)
    t = users.treatment()
    exposure = users.base + t * users.extra
    other = {
        "segment": users.segment,
        "age": users.age,
        "activity": users.activity,
        "u": users.u,
        "pre_metric": users.pre,
        "Z": users.natural_z,
        "E": users.E,
        "T": t,
        "exposure": exposure,
        "C": users.collider(t),
        "Y": users.outcome(t, exposure),
    }
    found = world.everything.to_dataframe()[list(other)]
    mine = pd.DataFrame(other)
    error = np.sqrt((found.var() + mine.var()) / UNITS)
    assert ((found.mean() - mine.mean()).abs() < 4.5 * error).all()
    # Fisher's transformation: a correlation's standard error is 1 / sqrt(n).
    apart = np.arctanh(found.corr() - np.eye(11)) - np.arctanh(mine.corr() - np.eye(11))
    assert float(apart.abs().to_numpy().max()) < 4.5 * np.sqrt(2.0 / UNITS)
    np.testing.assert_allclose(np.log(found.std() / mine.std()), 0.0, atol=0.04)


def test_what_the_analyst_sees(world: World) -> None:
    assert set(map(str, world.data)) == set(ROLES) - {"u"}
    assert set(map(str, world.everything)) == set(ROLES)
    assert set(PARAMETERS) == set(world.parameters)
    assert SCENARIO.units == 50_000


def test_the_true_total_effect(world: World) -> None:
    near(world.ask(QUERIES["total effect of T"]), 1.38, SD_OF_EFFECT)


@pytest.mark.slow
def test_the_true_effect_on_the_treated_and_in_groups(world: World) -> None:
    treated = float(world.data["T"].sum())
    near(world.ask(QUERIES["effect on the treated"]), 1.38, SD_OF_EFFECT, treated)
    for label, column in (("effect by segment", "segment"), ("effect by activity", "activity")):
        found = world.ask(QUERIES[label])
        least = UNITS * (0.1 if column == "segment" else 0.25)
        assert found.size == (3 if column == "segment" else 4)
        assert (np.abs(found - 1.38) < 4.5 * SD_OF_EFFECT / np.sqrt(least)).all()


@pytest.mark.slow
def test_the_true_direct_and_mediated_effects(world: World) -> None:
    held = ATE("Y", do={"T": 1, "exposure": 3}, versus={"T": 0, "exposure": 3})
    assert float(world.ask(held)) == pytest.approx(1.2, abs=1e-12)
    more = float(world.ask(ATE("exposure", do={"T": 1}, versus={"T": 0})))
    near(more, 1.2, np.sqrt(1.2))
    total = float(world.ask(QUERIES["total effect of T"]))
    assert total == pytest.approx(1.2 + 0.15 * more, abs=1e-12)


@pytest.mark.slow
def test_an_effect_that_varies_is_that_of_the_simulator() -> None:
    world = world_of("heterogeneous")
    data = world.data.to_dataframe()
    users = Users(1_000_000, seed=7, variant="heterogeneous")
    effect, treated = users.effect, users.treatment() == 1
    assert effect.mean() == pytest.approx(1.38, abs=4.5 * effect.std() / 1_000)
    sd = float(effect.std())
    near(world.ask(QUERIES["total effect of T"]), 1.38, sd)
    att = float(world.ask(ATT("Y", do={"T": 1}, versus={"T": 0})))
    near(att, effect[treated].mean(), sd, float(data["T"].sum()))
    # The active are more often treated, and gain more.
    assert effect[treated].mean() > 1.38 + 0.005
    found = world.ask(CATE("Y", do={"T": 1}, versus={"T": 0}, by="segment"))
    for k, expected in enumerate((1.38, 1.23, 1.98)):
        near(found[k], expected, sd, float((data["segment"] == k).sum()))
    found = world.ask(CATE("Y", do={"T": 1}, versus={"T": 0}, by={"activity": [2.0, 4.0]}))
    groups = np.digitize(users.activity, [2.0, 4.0])
    for k in range(3):
        near(found[k], effect[groups == k].mean(), sd, 0.2 * UNITS)


@pytest.mark.slow
def test_a_gate_that_gates() -> None:
    scenario = SCENARIO.variant("gate")
    world = world_of("gate")
    data = world.data.to_dataframe()
    assert data["T"][data["E"] == 0].sum() == 0
    users = Users(400_000, seed=9, variant="gate")
    share = users.treatment()[users.E == 1].mean()
    eligible = data["E"] == 1
    near(data["T"][eligible].mean(), share, np.sqrt(share * (1 - share)), eligible.sum())
    found = world.ask(scenario.queries["effect on the eligible"])
    near(found, 1.38, SD_OF_EFFECT, eligible.sum())


def test_a_collider_that_hurts() -> None:
    """With one arrow turned, conditioning on it takes the estimate away from 1.38, not nearer."""
    for variant, hurts in (("", False), ("collider_hurts", True)):
        data = world_of(variant).data.to_dataframe()
        t, y, c = (data[n].to_numpy() for n in "TYC")
        without, given = slope(y, t, *controls(data)), slope(y, t, c, *controls(data))
        assert without > 1.38 + 0.2
        assert (given > without + 0.05) is hurts
        assert (given < without - 0.1) is not hurts
        users = Users(200_000, seed=11, variant=variant)
        taken = users.treatment()
        frame = pd.DataFrame({"age": users.age, "activity": users.activity, "E": users.E})
        frame["segment"] = users.segment
        theirs = slope(users.outcome(taken), taken, users.collider(taken), *controls(frame))
        assert given == pytest.approx(theirs, abs=4.5 * 0.025)


def test_an_outcome_that_is_missing_for_the_ineligible() -> None:
    world = world_of("outcome_missing", units=2_000)
    seen, ineligible = world.data["Y"], world.data["E"] == 0
    assert bool((seen.isnull() == ineligible).all())
    assert not world.everything["Y"].isnull().any()
    assert bool((seen == world.everything["Y"]).sum() == (~ineligible).sum())


@pytest.mark.slow
def test_a_placebo_outcome_is_confounded_and_has_no_effect() -> None:
    scenario = SCENARIO.variant("placebo")
    world = world_of("placebo")
    with pytest.warns(AssumptionWarning, match="'T' does not act on 'placebo'"):
        answer = world.ask(scenario.queries["effect on the placebo outcome"])
    assert float(answer) == 0.0
    data = world.data.to_dataframe()
    assert slope(data["placebo"].to_numpy(), data["T"].to_numpy(), *controls(data)) > 0.4


@pytest.mark.slow
def test_a_randomised_arm_drives_the_treatment() -> None:
    scenario = SCENARIO.variant("randomised")
    world = world_of("randomised")
    users = Users(1_000_000, seed=13, variant="randomised")
    moved = users.treatment(arm=1) - users.treatment(arm=0)
    effect = users.outcome(users.treatment(arm=1)) - users.outcome(users.treatment(arm=0))
    near(world.ask(scenario.queries["effect of the arm"]), effect.mean(), effect.std())
    data = world.data.to_dataframe()
    by_arm = data.groupby("arm")["T"].mean()
    near(by_arm[1] - by_arm[0], moved.mean(), 0.5)
    assert by_arm[1] - by_arm[0] > 0.9


def test_variants_are_scenarios_that_differ_in_one_thing() -> None:
    for name, variant in SCENARIO.variants.items():
        assert set(variant.parameters) >= set(SCENARIO.parameters), name
        assert set(variant.queries) >= set(SCENARIO.queries), name
        assert variant.title != SCENARIO.title
        assert set(variant.model.named_vars) >= set(SCENARIO.model.named_vars), name
        missing = {v.name for v in variant.model.free_RVs} - {*variant.roles, *variant.parameters}
        assert missing == set(), name
    with pytest.raises(QueryError, match="did you mean 'gate'"):
        SCENARIO.variant("gates")


# --- what others would say, and where the reference is wrong --------------------------------------


def test_what_others_would_say_is_what_was_published(data: pd.DataFrame) -> None:
    table = said(data, roles_of(SCENARIO.model, data), 1.38)
    estimate = table["estimate"].astype(float)
    assert round(estimate["difference"], 3) == 1.967
    assert round(estimate["OLS"], 3) == 1.898
    assert round(estimate["OLS with pre_metric"], 3) == 1.708
    assert round(estimate["OLS with C"], 3) == 1.697
    assert round(estimate["2SLS"], 3) == 1.455
    assert round(estimate["2SLS, eligible only"], 3) == 1.433
    assert estimate["2SLS, eligible and weighted"] == pytest.approx(1.443, abs=1e-3)
    assert round(float(table.loc["2SLS", "se"]), 3) == 0.049
    assert table["covered"].to_dict()["2SLS"]
    assert not table["covered"].to_dict()["OLS"]
    assert "collider" in table.loc["OLS with C", "problems"]
    assert "u is latent" in table.loc["OLS", "problems"]


def test_the_wrong_error_of_a_second_stage(data: pd.DataFrame) -> None:
    estimate, error = two_stage(data)
    assert round(estimate, 3) == 1.455
    assert round(error, 3) == 0.058


def test_fresh_data_are_analysed_one_by_one() -> None:
    found = over_fresh_data(2)
    estimates = []
    for seed in (1, 2):
        d = published(seed=seed)
        t, y, z = (d[n].to_numpy() for n in "TYZ")
        estimates.append(slope(y, fitted(t, z, *controls(d)), *controls(d)))
    assert found["all_mean"] == pytest.approx(np.mean(estimates), rel=1e-9)
    assert found["all_sd"] == pytest.approx(np.std(estimates, ddof=1), rel=1e-6)


def test_the_size_of_welchs_test_within_strata(data: pd.DataFrame) -> None:
    """By lots drawn here within the strata, against the algebra."""
    some = data.iloc[:1_200]
    quartile = np.digitize(some["activity"], np.quantile(some["activity"], [0.25, 0.5, 0.75]))
    strata = (some["segment"] * 4 + quartile).to_numpy()
    y, rng, lots = some["Y"].to_numpy(), np.random.default_rng(2), 6_000
    order = np.argsort(rng.random((lots, len(y))) + strata, axis=1)
    arm = np.empty_like(order)
    np.put_along_axis(arm, order, np.broadcast_to(np.arange(len(y)) % 2, order.shape), axis=1)
    n = arm.sum(axis=1)
    one, other = (arm * y).sum(axis=1) / n, ((1 - arm) * y).sum(axis=1) / (len(y) - n)
    two = (arm * y**2).sum(axis=1) / n - one**2, ((1 - arm) * y**2).sum(axis=1) / n - other**2
    size = (np.abs(one - other) > 1.96 * np.sqrt(two[0] / n + two[1] / n)).mean()
    assert _assignment(some)["welch_size"] == pytest.approx(size, abs=4.5 * np.sqrt(0.025 / lots))


def test_sizes_of_experiments(data: pd.DataFrame) -> None:
    """Student's test needs a few more than the normal approximation."""
    from statsmodels.stats.power import TTestIndPower

    found, sd = _power(data), data["Y"].std()
    for name, effect in (("n_itt", found["itt"]), ("n_treated", 1.38)):
        arm = TTestIndPower().solve_power(effect / sd, alpha=0.05, power=0.8)
        assert -0.5 <= 2 * arm - found[name] < 6
    assert found["itt"] == pytest.approx(0.356, abs=1e-3)
    assert found["n_itt"] == pytest.approx(1_001, abs=3)
    assert found["n_treated"] == 66


# --- what is shown -------------------------------------------------------------------------------


def test_the_first_stage_of_any_data(data: pd.DataFrame) -> None:
    assert round(first_stage(data), -1) == 3_780


def test_what_can_be_known_of_the_latent_is_the_algebra() -> None:
    """Of two normal measurements with known slopes the precisions add up to the prior's."""
    alone = PARAMETERS | {"T_on_u": 0.0, "C_on_u": 0.0}
    world = World.simulate(SCENARIO.model, alone, units=50, seed=1, hidden=("u",))
    np.testing.assert_allclose(knowable(world), 1.0 / (1.0 + 0.8**2 + 1.0**2), rtol=1e-6)


def test_treatment_and_collider_tell_of_the_latent_too(world: World) -> None:
    """Each adds the curvature of its log-likelihood, a product of squared slope and p (1 - p)."""
    variance = knowable(world).mean()
    users = Users(100_000, seed=17)
    chance = users.treatment().mean()
    collider = users.collider(users.treatment()).mean()
    precision = 2.64 + 0.6**2 * chance * (1 - chance) + 0.8**2 * collider * (1 - collider)
    assert variance == pytest.approx(1.0 / precision, rel=0.03)


def test_the_outcome_not_seen_tells_nothing_of_the_latent() -> None:
    world = world_of("outcome_missing", units=400)
    variance, unseen = knowable(world), world.data["Y"].isnull().to_numpy()
    assert variance[unseen].min() > 1.0 / (1.64 + 0.25)
    assert variance[~unseen].max() < 1.0 / 2.5


@pytest.fixture(scope="module")
def small() -> World:
    return SCENARIO.simulate(units=240, seed=5)


@pytest.fixture(scope="module")
def posterior(small: World) -> Posterior:
    return condition(
        SCENARIO.model, small.data, draws=60, tune=200, chains=2, seed=1, progress=False
    )


@pytest.mark.slow
@pytest.mark.filterwarnings(
    # Short chains on purpose: it is about what is shown, not about how right it is.
    "ignore:this answer comes from chains:ifonly.inference.ConvergenceWarning"
)
# In so few rows the instrument is weak indeed.
@pytest.mark.filterwarnings("ignore:weak instrument:ifonly.inference.AssumptionWarning")
def test_sections_show_every_item(posterior: Posterior, small: World) -> None:
    found = list(SCENARIO.sections(small, posterior))
    assert [section.title[:2] for section in found] == [f"{k}." for k in range(1, 10)]
    assert all(section.table is not None and section.text for section in found)
    for section in found:
        if section.figure is not None:
            section.figure.savefig(BytesIO(), format="png", dpi=40)
    roles, cohorts, balance, exposure, latent, cells, returns, others, wrong = (
        s.table for s in found
    )
    np.testing.assert_allclose(
        roles["on the published data"], roles["published"], atol=5e-4, rtol=1e-3
    )
    data = frame(small)
    by_segment = cohorts[cohorts["cohort"] == "segment"].set_index("group")
    np.testing.assert_allclose(
        by_segment["share treated"], data.groupby("segment")["T"].mean(), rtol=1e-12
    )
    assert cohorts.groupby("cohort")["units"].sum().eq(240).all()
    strata = balance["what they had before"].str.startswith(("segment", "activity quartile"))
    assert balance.loc[strata, "z, within strata"].abs().max() < 1.0
    assert exposure["number"].to_list() == [240, *np.bincount(data["E"])]
    assert "joint model, first 240 rows" in set(others["analysis"])
    assert others["truth"].round(2).isin([1.38, 1.20, 0.18]).all()
    assert len(wrong) == len(CLAIMS)
    assert not wrong["the fact"].str.contains("nan|{").any()
    assert latent["were the parameters known"].iloc[0] == pytest.approx(0.805, abs=0.02)
    assert len(cells) <= 12
    # A treatment costs 1.4, and so does each of the 240 / 2 that are not learnt from.
    assert returns["budget"].iloc[-1] == pytest.approx(1.4 * 120, abs=1.5)
    # Treating everybody gains what a point is worth, by segment, times the effect.
    everybody = returns["true profit"].iloc[-1]
    worth = data["segment"].map({"casual": 0.8, "regular": 1.2, "vip": 3.0}).mean()
    assert everybody == pytest.approx(120 * (1.38 * worth - 1.4), abs=20)
