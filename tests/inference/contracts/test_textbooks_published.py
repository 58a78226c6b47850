"""Examples of textbooks whose answers are printed there: Pearl's Primer, What If, Halpern.

The chances of the tables are known, so that the answers are those of the page.
"""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference import ATE, ITE, NDE, NIE, Counterfactual, PotentialOutcome, World

pytestmark = pytest.mark.usefixtures("quick_compile")

MANY = 100_000  # of units: a chance is then known to 0.0016 (one standard error, at most)


def told(rows: Any) -> dict[str, np.ndarray]:
    """Return columns of so many units of each kind: (count, values by name)."""
    return {n: np.concatenate([np.full(k, v[n]) for k, v in rows]) for n in rows[0][1]}


def test_simpsons_paradox() -> None:
    """Primer, table 1.1: 87 of 350 who took the drug were men, 270 of 350 who did not.

    Its chances are 0.832 with the drug and 0.7818 without (section 3.2).
    """
    counts = {(1, 1): (81, 87), (0, 1): (234, 270), (1, 0): (192, 263), (0, 0): (55, 80)}
    chance = [[counts[d, s][0] / counts[d, s][1] for s in (0, 1)] for d in (0, 1)]
    rows = []
    for (drug, sex), (well, many) in counts.items():
        rows += [(well, {"drug": drug, "sex": sex, "well": 1})]
        rows += [(many - well, {"drug": drug, "sex": sex, "well": 0})]
    with pm.Model(coords={"unit": range(1)}) as model:
        p, q, r = pm.Beta("p", 1, 1, shape=(2, 2)), pm.Beta("q", 1, 1, shape=2), pm.Beta("r", 1, 1)
        sex = pm.Bernoulli("sex", r, dims="unit")
        drug = pm.Bernoulli("drug", q[sex], dims="unit")
        pm.Bernoulli("well", p[drug, sex], dims="unit")
    known = {"p": chance, "q": [263 / 343, 87 / 357], "r": 357 / 700}
    world = World.from_evidence(model, known, told(rows), seed=1)
    found = world.ask(PotentialOutcome("well", do={"drug": [0, 1]}, expectation=True))
    np.testing.assert_allclose(found.mean("unit"), [0.7818, 0.832], atol=0.003)
    weights = np.array([343, 357]) / 700
    np.testing.assert_allclose(found.mean("unit"), np.array(chance) @ weights, rtol=1e-12)
    data = told(rows)
    naive = data["well"][data["drug"] == 1].mean() - data["well"][data["drug"] == 0].mean()
    assert naive == pytest.approx(0.78 - 0.83, abs=0.006)  # which says the contrary


def test_heart_transplants() -> None:
    """What If, table 2.2: standardised, the risk is a half with the transplant and without."""
    deaths = {(0, 0): (1, 4), (0, 1): (1, 4), (1, 0): (2, 3), (1, 1): (6, 9)}  # by (L, A)
    rows = []
    for (critical, transplant), (died, many) in deaths.items():
        rows += [(died, {"L": critical, "A": transplant, "Y": 1})]
        rows += [(many - died, {"L": critical, "A": transplant, "Y": 0})]
    with pm.Model(coords={"unit": range(1)}) as model:
        p = pm.Beta("p", 1, 1, shape=(2, 2))
        critical = pm.Bernoulli("L", 0.6, dims="unit")
        transplant = pm.Bernoulli("A", 0.5 + 0.25 * critical, dims="unit")
        pm.Bernoulli("Y", p[critical, transplant], dims="unit")
    risk = {"p": [[1 / 4, 1 / 4], [2 / 3, 2 / 3]]}
    world = World.from_evidence(model, risk, told(rows), seed=1)
    found = world.ask(PotentialOutcome("Y", do={"A": [0, 1]}, expectation=True)).mean("unit")
    np.testing.assert_allclose(found, [0.5, 0.5], rtol=1e-12)
    assert world.ask(ATE("Y", do={"A": 1}, versus={"A": 0})) == 0.0  # unit by unit too


def test_treatment_and_confounder_feed_each_other() -> None:
    """What If, table 20.1: no strategy of two treatments changes the mean of 60."""
    first = np.repeat([0, 1], [3_200, 1_600])
    mean = np.array([[84.0, 52.0], [76.0, 44.0]])  # by (A0, L1)
    share = np.array([0.75, 0.5])  # of L1 = 1, by A0
    later = np.concatenate([np.repeat([0, 1], [800, 2_400]), np.repeat([0, 1], [800, 800])])
    with pm.Model(coords={"unit": range(1)}) as model:
        before = pm.Bernoulli("A0", 1 / 3, dims="unit")
        worse = pm.Bernoulli("L1", pt.constant(share)[before], dims="unit")
        after = pm.Bernoulli("A1", 0.4 + 0.4 * worse, dims="unit")
        effect = pm.Normal("effect")
        level = pt.constant(mean)[before, worse] + effect * after
        pm.Normal("Y", level, 1.0, dims="unit")
    data = {"A0": first, "L1": later, "A1": later, "Y": mean[first, later]}
    world = World.from_evidence(model, {"effect": 0.0}, data, seed=1)
    for do in ({"A0": 0, "A1": 0}, {"A0": 1, "A1": 1}, {"A0": 1, "A1": 0}):
        query = PotentialOutcome("Y", do=do, units="new", size=MANY, expectation=True)
        # The standard deviation of the mean given A0 is 16; over these units 0.05.
        assert float(world.ask(query).mean()) == pytest.approx(60.0, abs=0.2)
    # Adjusting for what the first treatment moved would say that it harms.
    assert mean[1, 0] - mean[0, 0] == -8.0


def test_jobs_and_homework() -> None:
    """Primer, section 4.5.2: of the effect of 0.46 on success 0.32 is direct, 0.035 mediated."""
    success = np.array([[0.20, 0.30], [0.40, 0.80]])  # by (training, homework)
    with pm.Model(coords={"unit": range(1)}) as model:
        training = pm.Bernoulli("T", pm.Beta("p", 1, 1), dims="unit")
        homework = pm.Bernoulli("M", 0.40 + 0.35 * training, dims="unit")
        chance = pt.constant(success)[training, homework]
        pm.Bernoulli("Y", chance, dims="unit")
    world = World.simulate(model, {"p": 0.5}, units=MANY, seed=1)
    doing: Any = {"do": {"T": 1}, "versus": {"T": 0}, "expectation": True}
    found = {
        "total": world.ask(ATE("Y", **doing)),
        "direct": world.ask(NDE("Y", mediators=["M"], **doing)),
        # Printed is what the mediator does to the untrained: ours, the other way round.
        "mediated": -world.ask(NIE("Y", {"T": 0}, {"T": 1}, mediators=["M"], expectation=True)),
    }
    printed = {"total": 0.46, "direct": 0.32, "mediated": 0.035}
    for name, value in printed.items():  # the spread of a unit's own is at most 0.5
        assert float(found[name]) == pytest.approx(value, abs=0.006)


def test_a_linear_model_of_training() -> None:
    """Primer, section 4.3.1 (figure 4.1): X = 0.5, H = 1, Y = 1.5, and twice the homework."""
    with pm.Model(coords={"unit": range(1)}) as model:
        a, b, c = (pm.Normal(n) for n in "abc")
        x = pm.Normal("X", dims="unit")
        h = pm.Normal("H", a * x, dims="unit")
        pm.Normal("Y", b * x + c * h, dims="unit")
    known = {"a": 0.5, "b": 0.7, "c": 0.4}
    joe = World.from_evidence(model, known, {"X": [0.5], "H": [1.0], "Y": [1.5]})
    assert float(joe.ask(Counterfactual("Y", do={"H": 2.0}))[0]) == pytest.approx(1.90)
    noise = joe.noise.sel(unit=0)
    np.testing.assert_allclose([noise["X"], noise["H"], noise["Y"]], [0.5, 0.75, 0.75])


def test_salaries() -> None:
    """Primer, section 4.2.3 in its form of study question 4.3.2: a nonlinear unit counterfactual.

    Of Y = a X + U and X = U: had X been x, a unit with U = u had a x + u (equation 4.5, a = 1).
    """
    with pm.Model(coords={"unit": range(1)}) as model:
        a, u = pm.Normal("a"), pm.Normal("U", dims="unit")
        x = pm.Deterministic("X", u, dims="unit")
        pm.Deterministic("Y", a * x + u, dims="unit")
    world = World.from_evidence(model, {"a": 1.0}, {"U": [1.0, 2.0, 3.0]})
    # Table 4.1: Y_1, Y_2 and Y_3 of the three units.
    table = world.ask(Counterfactual("Y", do={"X": [1.0, 2.0, 3.0]}))
    np.testing.assert_allclose(table, [[2, 3, 4], [3, 4, 5], [4, 5, 6]])


@pytest.mark.parametrize(("both", "spared"), [(False, 1), (True, 0)])
def test_forest_fires(both: bool, spared: int) -> None:
    """Halpern, Actual Causality (2016), example 2.3.1: lightning and a match, either or both."""
    with pm.Model() as model:
        lightning, match = pm.Bernoulli("L", 0.5), pm.Bernoulli("M", 0.5)
        pm.Deterministic("fire", lightning & match if both else lightning | match)
    world = World.from_evidence(model, {}, {"L": [1], "M": [1]})
    assert world.ask(Counterfactual("fire", do={"L": 0})).to_numpy().tolist() == [spared]
    assert world.ask(Counterfactual("fire", do={"L": 0, "M": 0})).to_numpy().tolist() == [0]


def test_suzy_and_billy() -> None:
    """Halpern, example 2.3.3: Suzy's stone hits first, and Billy's would have hit otherwise."""
    with pm.Model() as model:
        suzy, billy = pm.Bernoulli("ST", 0.5), pm.Bernoulli("BT", 0.5)
        hit = pm.Deterministic("SH", suzy)
        late = pm.Deterministic("BH", billy * (1 - hit))
        pm.Deterministic("broken", hit | late)
    world = World.from_evidence(model, {}, {"ST": [1], "BT": [1]})

    def ask(**do: int) -> int:
        return int(world.ask(Counterfactual("broken", do=do)).item())

    assert ask(ST=0) == 1  # but for Suzy, it breaks all the same
    assert ask(ST=0, BH=0) == 0  # her throw is the cause, Billy's stone held where it was
    assert world.ask(ITE("BH", do={"ST": 0})).item() == 1


def test_voters() -> None:
    """Halpern, example 2.3.2: of eleven voters, one more or less decides only a close vote."""
    for ayes in (11, 6):
        with pm.Model() as model:
            votes = [pm.Bernoulli(f"v{k}", 0.5) for k in range(11)]
            pm.Deterministic("passed", pt.ge(sum(votes), 6))
        world = World.from_evidence(model, {}, {f"v{k}": [int(k < ayes)] for k in range(11)})
        found = world.ask(Counterfactual("passed", do={"v0": 0})).item()
        assert bool(found) is (ayes == 11)
