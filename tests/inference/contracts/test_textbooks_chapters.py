"""Chapters of further textbooks: on causes, on cognition, on surveys, and on structural equations.

Where a figure is printed it is the one of the page; else answers are held to algebra.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy.special import expit
from scipy.stats import norm

from ifonly.inference import (
    ATE,
    ATT,
    ATU,
    CATE,
    ITE,
    PN,
    AssumptionWarning,
    Counterfactual,
    PotentialOutcome,
    World,
    scale,
    shift,
)

from .asked import check_answers

pytestmark = pytest.mark.usefixtures("quick_compile")

CASES: list[Callable[[], Any]] = []

N = 12
RNG = np.random.default_rng(23)
X, Z, Y = RNG.normal(size=(3, N))
GROUP, ARM = np.arange(N) % 3, np.arange(N) % 2
MANY = 40_000


def case(make: Callable[[], Any]) -> Callable[[], Any]:
    """Keep a model with its questions."""
    CASES.append(make)
    return make


@case
def rings_at_31_degrees() -> Any:
    """Davidson-Pilon, Bayesian Methods for Hackers, chapter 2: the launch of the Challenger."""
    degrees = np.linspace(53.0, 81.0, N)
    with pm.Model() as model:
        temperature = pm.Data("temperature", degrees)
        beta, alpha = pm.Normal("beta", 0, 0.1), pm.Normal("alpha", 0, 1)
        p = pm.Deterministic("p", 1.0 / (1.0 + pt.exp(beta * temperature + alpha)))
        pm.Bernoulli("defect", p, observed=ARM)
    cold = PotentialOutcome("p", do={"temperature": 31.0})
    return model, None, [(cold, lambda d: expit(-31 * d["beta"] - d["alpha"])[:, None])]


@case
def answers_behind_a_coin() -> Any:
    """The same, chapter 2: students who cheated, asked so that no answer tells."""
    with pm.Model() as model:
        p = pm.Uniform("freq_cheating", 0, 1)
        skewed = pm.Deterministic("p_skewed", 0.5 * p + 0.25)
        pm.Binomial("yes", 100, skewed, observed=35)
    mean = {"expectation": True}
    return (
        model,
        None,
        [
            (PotentialOutcome("yes", do={"freq_cheating": 1.0}, **mean), lambda d: 75.0),
            (
                PotentialOutcome("yes", do={"freq_cheating": scale(0.5)}, **mean),
                lambda d: 25 + 25 * d["freq_cheating"][:, None],
            ),
        ],
    )


@case
def signals_and_noise() -> Any:
    """Lee and Wagenmakers, Bayesian Cognitive Modeling, chapter 11: signal detection."""
    hits, alarms = RNG.binomial(25, 0.7, N), RNG.binomial(25, 0.3, N)
    with pm.Model(coords={"subject": range(N)}) as model:
        d = pm.Normal("d", 1.0, 0.3, dims="subject")
        c = pm.Normal("c", 0.0, 0.3, dims="subject")
        seen = pm.Deterministic("seen", pm.math.invprobit(d / 2 - c), dims="subject")
        false = pm.Deterministic("false", pm.math.invprobit(-d / 2 - c), dims="subject")
        pm.Binomial("hits", 25, seen, observed=hits, dims="subject")
        pm.Binomial("alarms", 25, false, observed=alarms, dims="subject")
    strict = {"c": shift(0.5)}
    return (
        model,
        None,
        [
            (
                ITE("false", do=strict),
                lambda d: norm.cdf(-d["d"] / 2 - d["c"] - 0.5) - norm.cdf(-d["d"] / 2 - d["c"]),
            ),
            (PotentialOutcome("seen", do={"d": 0.0, "c": 0.0}), lambda d: 0.5),
        ],
    )


@case
def exams_of_two_groups() -> Any:
    """The same, chapter 6: who knew the answers, and who guessed."""
    right = RNG.binomial(40, np.where(ARM, 0.8, 0.5))
    with pm.Model() as model:
        z = pm.Bernoulli("z", 0.5, shape=N)
        phi = pm.Uniform("phi", 0.5, 1)
        theta = pm.Deterministic("theta", pt.switch(pt.eq(z, 0), 0.5, phi))
        pm.Binomial("right", p=theta, n=40, observed=right)
    return (
        model,
        None,
        [
            (ITE("theta", do={"z": 1}), lambda d: (1 - d["z"]) * (d["phi"][:, None] - 0.5)),
            (Counterfactual("theta", do={"z": 0}), lambda d: 0.5),
        ],
    )


@case
def practitioners_of_touch() -> Any:
    """Kruschke, Doing Bayesian Data Analysis, chapter 9: a mode and a concentration."""
    who = np.arange(N) % 4
    with pm.Model(coords={"practitioner": list("abcd")}) as model:
        omega = pm.Beta("omega", 1.0, 1.0)
        kappa = pm.Deterministic("kappa", pm.Gamma("kappa_minus_two", 0.5, 0.5) + 2)
        theta = pm.Beta(
            "theta",
            alpha=omega * (kappa - 2) + 1,
            beta=(1 - omega) * (kappa - 2) + 1,
            dims="practitioner",
        )
        pm.Bernoulli("y", theta[who], observed=ARM)
    return (
        model,
        None,
        [
            (Counterfactual("y", do={"theta": 1.0}), lambda d: 1),
            (
                PotentialOutcome("y", do={"theta": scale(0.5)}, expectation=True),
                lambda d: d["theta"][:, who] / 2,
            ),
        ],
    )


@case
def counts_of_hair_and_eyes() -> Any:
    """The same, chapter 24: a table of counts, as sums of effects on a logarithm."""
    eye, hair = np.arange(N) // 4, np.arange(N) % 4
    with pm.Model(coords={"eye": list("abc"), "hair": list("uvwx")}) as model:
        base = pm.Normal("base", 2.0, 0.5)
        of_eye = pm.ZeroSumNormal("of_eye", 0.3, dims="eye")
        of_hair = pm.ZeroSumNormal("of_hair", 0.3, dims="hair")
        both = pm.ZeroSumNormal("both", 0.3, dims=("eye", "hair"), n_zerosum_axes=2)
        rate = pt.exp(base + of_eye[eye] + of_hair[hair] + both[eye, hair])
        pm.Poisson("count", pm.Deterministic("rate", rate), observed=RNG.poisson(8, N))
    free = {"both": 0.0}
    return (
        model,
        None,
        [
            (
                PotentialOutcome("rate", do=free),
                lambda d: np.exp(d["base"][:, None] + d["of_eye"][:, eye] + d["of_hair"][:, hair]),
            )
        ],
    )


@case
def hours_that_cannot_be_negative() -> Any:
    """Wooldridge, Introductory Econometrics, section 17.2: the Tobit model of hours worked."""
    hours = np.clip(2.0 * X + Y, 0.0, None)
    with pm.Model() as model:
        educ, kids = pm.Data("educ", X), pm.Data("kids", GROUP.astype(float))
        b = pm.Normal("b", 0, 1, shape=3)
        wanted = pm.Normal.dist(b[0] + b[1] * educ + b[2] * kids, pm.HalfNormal("sigma", 1))
        pm.Censored("hours", wanted, lower=0.0, upper=None, observed=hours)
    works = hours > 0
    return (
        model,
        None,
        [
            # Who works has a noise that is known: the hours wanted move, and stop at zero.
            (Counterfactual("hours", do={"educ": shift(0.0)}), lambda d: hours),
            (
                ATE("hours", do={"kids": shift(1.0)}, where=works),
                lambda d: (np.clip(hours[works] + d["b"][:, 2:], 0.0, None) - hours[works]).mean(
                    axis=1
                ),
            ),
        ],
    )


@case
def classes_that_saw_a_programme() -> Any:
    """Gelman, Hill and Vehtari, Regression and Other Stories, section 19.2: Electric Company."""
    with pm.Model(coords={"grade": range(3)}) as model:
        grade = pm.Data("grade_", GROUP, dims="class")
        treated, pre = pm.Data("treated", ARM, dims="class"), pm.Data("pre", X, dims="class")
        a, b, c = (pm.Normal(n, dims="grade") for n in "abc")
        slope = b[grade] + c[grade] * pre
        pm.Normal("post", a[grade] + slope * treated + pre, 1.0, observed=Y, dims="class")
    both = {"do": {"treated": 1}, "versus": {"treated": 0}}

    def by_grade(d: Any) -> Any:
        effect = d["b"][:, GROUP] + d["c"][:, GROUP] * X
        return np.stack([effect[:, g == GROUP].mean(axis=1) for g in range(3)], axis=1)

    return (
        model,
        None,
        [
            (ITE("post", **both), lambda d: d["b"][:, GROUP] + d["c"][:, GROUP] * X),
            (CATE("post", **both, by="grade_"), by_grade),
        ],
    )


@case
def democracy_and_industry() -> Any:
    """Bollen, Structural Equations with Latent Variables, chapter 8: latents and indicators."""
    seen = RNG.normal(size=(3, N))
    with pm.Model(coords={"country": range(N)}) as model:
        load, g, b = pm.Normal("load", 1, 0.1, shape=3), pm.Normal("g"), pm.Normal("b")
        industry = pm.Normal("industry", 0, 1, dims="country")
        then = pm.Normal("then", g * industry, 0.5, dims="country")
        now = pm.Normal("now", b * then + 0.5 * industry, 0.5, dims="country")
        for k, (name, cause) in enumerate({"x1": industry, "y1": then, "y5": now}.items()):
            pm.Normal(name, load[k] * cause, 0.3, observed=seen[k], dims="country")
    more = {"industry": shift(1.0)}
    return (
        model,
        None,
        [
            (ATE("now", do=more), lambda d: d["g"] * d["b"] + 0.5),
            (ATE("y5", do=more), lambda d: d["load"][:, 2] * (d["g"] * d["b"] + 0.5)),
            (
                ITE("y5", do={"then": 0.0}),
                lambda d: -(d["load"][:, 2:] * d["b"][:, None] * d["then"]),
            ),
        ],
    )


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_answer_is_that_of_the_algebra(make: Callable[[], Any]) -> None:
    check_answers(make)


def test_a_college_degree() -> None:
    """Morgan and Winship, section 2.7.3: effects of 4 and 3, an average of 3.3, and 5 in the data.

    Of the 30 % with a degree the outcomes are 10 and 6, of the others 8 and 5.
    """
    degree = np.arange(1_000) < 300
    with pm.Model(coords={"unit": range(1)}) as model:
        motivated = pm.Bernoulli("motivated", 0.3, dims="unit")
        d = pm.Bernoulli("d", motivated, dims="unit")
        with_degree, without = pt.switch(motivated, 10.0, 8.0), pt.switch(motivated, 6.0, 5.0)
        pm.Normal("y", pt.switch(d, with_degree, without), 1e-9, dims="unit")
    y = np.where(degree, 10.0, 5.0)
    columns = {"motivated": degree.astype(int), "d": degree.astype(int), "y": y}
    world = World.from_evidence(model, {}, columns, seed=1)
    both = {"do": {"d": 1}, "versus": {"d": 0}}
    for query, effect in ((ATE, 3.3), (ATT, 4.0), (ATU, 3.0)):
        with pytest.warns(AssumptionWarning, match="'motivated' holds the very values of 'd'"):
            found = world.ask(query("y", **both))
        assert float(found) == pytest.approx(effect)
    assert y[degree].mean() - y[~degree].mean() == pytest.approx(5.0)


def test_an_effect_that_two_sexes_share_with_opposite_signs() -> None:
    """Hernan and Robins, What If, table 4.1: 0.6 for 0.4 of women, 0.4 for 0.6 of men."""
    with pm.Model(coords={"unit": range(1), "sex_level": ["man", "woman"]}) as model:
        risk = pm.Beta("risk", 1, 1, shape=(2, 2))
        sex = pm.Bernoulli("sex", 0.5, dims="unit")
        treated = pm.Bernoulli("treated", 0.5, dims="unit")
        pm.Bernoulli("dies", risk[sex, treated], dims="unit")
    known = {"risk": np.array([[0.6, 0.4], [0.4, 0.6]])}
    world = World.simulate(model, known, units=MANY, seed=2)
    both = {"do": {"treated": 1}, "versus": {"treated": 0}, "expectation": True}
    by = world.ask(CATE("dies", **both, by="sex"))
    np.testing.assert_allclose(by, [-0.2, 0.2], atol=1e-12)
    women = (world.data["sex"].values == 1).mean()
    assert float(world.ask(ATE("dies", **both))) == pytest.approx(0.4 * (women - 0.5))


def test_leukemia_and_radiation() -> None:
    """Pearl, Causality, section 9.3: of 30 deaths in 69,130 and 16 in 59,026, PN is 0.375.

    Both chances are taken times a hundred, which leaves PN as it is.
    """
    high, low = 100 * 30 / 69_130, 100 * 16 / 59_026
    with pm.Model(coords={"unit": range(1)}) as model:
        exposed = pm.Bernoulli("exposed", 0.5, dims="unit")
        pm.Bernoulli("died", pt.switch(exposed, high, low), dims="unit")
    world = World.simulate(model, {}, units=5 * MANY, seed=3)
    found = float(world.ask(PN("died", do={"exposed": 1}, versus={"exposed": 0})))
    cases = 2.5 * MANY * high
    assert found == pytest.approx(0.375, abs=4 * np.sqrt(0.375 * 0.625 / cases))


@pytest.mark.parametrize(("treated", "blind"), [(1, 1), (1, 0), (0, 1), (0, 0)])
def test_a_treatment_of_the_eye(treated: int, blind: int) -> None:
    """Peters, Janzing and Schölkopf, Elements of Causal Inference, example 3.4.

    The treatment cures 99 % and blinds 1 %, who would go blind without it the other way round: of a
    patient who went blind with it one knows that he would have been cured without.
    """
    with pm.Model(coords={"unit": range(1)}) as model:
        rare = pm.Bernoulli("rare", 0.01, dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Deterministic("b", t * rare + (1 - t) * (1 - rare), dims="unit")
    rare_one = blind if treated else 1 - blind
    world = World.from_evidence(model, {}, {"t": [treated], "rare": [rare_one]}, seed=1)
    assert world.ask(PotentialOutcome("b", do={})).item() == blind
    assert world.ask(Counterfactual("b", do={"t": 1 - treated})).item() == 1 - blind
