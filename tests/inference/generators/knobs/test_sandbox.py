"""The sandbox: knobs to rounding, independent of each other, and an oracle that is unbiased."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, ndtr, ndtri, owens_t

from ifonly.inference.errors import DataError, KnobError
from ifonly.inference.generators.knobs import (
    Bernoulli,
    Dial,
    Knobs,
    LogNormal,
    NegativeBinomial,
    Normal,
    Outcome,
    Sandbox,
    sandbox,
)

UNITS = 20_000
RNG = np.random.default_rng(6)
TABLE = pd.DataFrame(
    {"age": RNG.normal(40, 10, UNITS), "sex": RNG.choice(["f", "m"], UNITS, p=[0.6, 0.4])}
)
LAWS = [Normal(2.0), Bernoulli(), NegativeBinomial(), NegativeBinomial(3.0), LogNormal(0.5)]
TAU, KAPPA = "0.05 + 0.02*z(age)", "0.02 - 0.01*(2*t - 1)*tanh(z(age))"
MODES = ("specified", "faithful")
Z = ((TABLE["age"] - TABLE["age"].mean()) / TABLE["age"].std(ddof=0)).to_numpy()


class Learnt:
    """A generator of known propensity and means."""

    def __init__(self, law: Outcome) -> None:
        self.low, self.span = (0.15, 0.5) if law.kind == "bernoulli" else (2.0, 5.0)

    def propensity(self, table: pd.DataFrame) -> np.ndarray:
        return expit(-0.5 + 0.03 * (table["age"].to_numpy() - 40))

    def outcome(self, table: pd.DataFrame, t: int) -> np.ndarray:
        score = 0.04 * (table["age"].to_numpy() - 40) + 0.3 * t * (table["sex"] == "f")
        return self.low + self.span * expit(score.to_numpy())


def made(law: Outcome, **knobs: object) -> Sandbox:
    return sandbox(Learnt(law), TABLE, Knobs(**knobs), law)


def faithful_effect(law: Outcome, found: Sandbox) -> np.ndarray:
    """What the confounding leaves of the learnt contrast, by algebra."""
    low, high = (Learnt(law).outcome(TABLE, t) for t in (0, 1))
    e = found.propensity.values
    return high - low - (1 - e) * found.confounding[1] - e * found.confounding[0]


@pytest.mark.parametrize("effect", [TAU, None], ids=MODES)
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.kind)
def test_all_three_knobs_at_once_to_rounding(law: Outcome, effect: str | None) -> None:
    found = made(law, effect=effect, overlap="0.5*z(age)", confounding=KAPPA)
    tau = 0.05 + 0.02 * Z if effect else faithful_effect(law, found)
    np.testing.assert_allclose(found.means.effect, tau, atol=1e-12)
    e = found.propensity.values
    ratio = np.log((1 - e) / e * e.mean() / (1 - e).mean())
    np.testing.assert_allclose(ratio, 0.5 * Z + found.propensity.shift, atol=1e-12)
    for t in (0, 1):
        asked = 0.02 - 0.01 * (2 * t - 1) * np.tanh(Z)
        np.testing.assert_allclose(found.confounding[t], asked, atol=1e-15)
    assert max(found.errors.values()) < 1e-12
    assert set(found.errors) == {"alpha", "kappa_0", "kappa_1"} | ({"tau"} if effect else set())


def test_binary_confounding_against_another_algorithm() -> None:
    found = made(Bernoulli(), effect=TAU, confounding=KAPPA)
    e, h = found.propensity.values, found.threshold
    for t, mean in enumerate((found.means.untreated, found.means.treated)):
        a, rho = ndtri(mean), found.strength * found.loadings[t]
        rest = np.sqrt(1 - rho**2)
        apart = np.where((a * h > 0), 0.0, 0.5)
        both = (ndtr(a) + ndtr(h)) / 2 - apart
        both -= owens_t(a, (h - rho * a) / (a * rest)) + owens_t(h, (a - rho * h) / (h * rest))
        asked = 0.02 - 0.01 * (2 * t - 1) * np.tanh(Z)
        np.testing.assert_allclose((both - mean * e) / (e * (1 - e)), asked, atol=1e-12)


def test_the_knobs_are_independent() -> None:
    """Turning one leaves the others as they were, and the same seed draws the same units."""
    plain = made(Normal(2.0), effect=TAU, overlap="0.5*z(age)")
    confounded = made(Normal(2.0), effect=TAU, overlap="0.5*z(age)", confounding=0.3)
    steep = made(Normal(2.0), effect=TAU, overlap="1.5*z(age)", confounding=0.3)
    assert np.array_equal(plain.propensity.values, confounded.propensity.values)
    np.testing.assert_allclose(plain.means.effect, steep.means.effect, atol=1e-12)
    first, second = (s.draw(500, seed=1) for s in (plain, steep))
    assert first.rows["age"].equals(second.rows["age"])
    assert first.truth["u"].equals(second.truth["u"])


def test_the_faithful_mode_keeps_the_observed_means() -> None:
    law = Bernoulli()
    found = made(law, confounding=0.05, overlap=Dial("auc", 0.75))
    e = found.propensity.values
    seen = found.means.untreated - e * 0.05, found.means.treated + (1 - e) * 0.05
    for t in (0, 1):
        np.testing.assert_allclose(seen[t], Learnt(law).outcome(TABLE, t), atol=1e-14)
    assert found.figures["auc"] == pytest.approx(0.75, abs=1e-10)
    assert found.figures["cost_rms"] == 0


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.kind)
def test_draws_have_what_was_asked(law: Outcome) -> None:
    """Moments that are zero by the definitions, in standard errors."""
    found = made(law, effect=TAU, overlap="0.5*z(age)", confounding=KAPPA)
    drawn = found.draw(seed=2)
    t, truth = drawn.rows["T"].to_numpy(), drawn.truth
    e = truth["e"].to_numpy()
    moments = [t - e, truth["y1"] - truth["y0"] - truth["tau"]]
    for arm, mean in enumerate((found.means.untreated, found.means.treated)):
        score = (truth[f"y{arm}"] - mean) * (t - e) / (e * (1 - e))
        moments.append(score - truth[f"kappa_{arm}"])
    for moment in moments:
        assert abs(moment.mean()) < 4 * moment.std() / np.sqrt(len(moment))
    seen = np.where(t == 1, truth["y1"], truth["y0"])
    assert np.array_equal(drawn.rows["Y"], seen)


@pytest.mark.parametrize("effect", [0.05, None], ids=MODES)
@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.kind)
def test_adjusting_for_the_latent_too_is_unbiased_and_without_it_biased(
    law: Outcome, effect: float | None
) -> None:
    """The doubly robust score, once with all that is known of x, once with x and U."""
    strong = 0.08 if law.kind == "bernoulli" else 0.8
    found = made(law, effect=effect, overlap="0.4*z(age)", confounding=strong, strength=0.6)
    tau = np.full(UNITS, 0.05) if effect else faithful_effect(law, found)
    drawn = found.draw(seed=3)
    t, y = drawn.rows["T"].to_numpy(), drawn.rows["Y"].to_numpy()
    means, u = (found.means.untreated, found.means.treated), drawn.truth["u"].to_numpy()

    def off(chance: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[float, float]:
        weight = np.where(t == 1, 1 / np.maximum(chance, 1e-3), -1 / np.maximum(1 - chance, 1e-3))
        score = high - low + weight * (y - np.where(t == 1, high, low)) - tau
        return score.mean(), score.std() / np.sqrt(UNITS)

    bias, error = off(found.propensity.values, *means)
    assert bias > 6 * error
    # kappa is the same in both arms: leaving U out adds all of it.
    assert bias == pytest.approx(strong, abs=4 * error)
    given = [found.law.given(m, k, u) for m, k in zip(means, found.loadings, strict=True)]
    chance = ndtr((found.threshold + found.strength * u) / np.sqrt(1 - found.strength**2))
    bias, error = off(chance, *given)
    assert abs(bias) < 4 * error < strong


def test_impossible_knobs_are_refused() -> None:
    for law, knobs, said in [
        (Normal(2.0), {"overlap": 1.0}, "constant factor"),
        (Bernoulli(), {"effect": "0.02*age"}, "out of the range of the outcome"),
        (Bernoulli(), {"effect": 0.1, "confounding": 0.9}, "beyond its limits"),
        (Normal(2.0), {"effect": "log(age - 40)"}, "no finite number"),
        (Normal(2.0), {"effect": lambda table: table["nope"]}, "fails with KeyError"),
    ]:
        with pytest.raises(KnobError, match=said):
            made(law, **knobs)


def test_functions_are_knobs_too() -> None:
    by_text = made(Normal(2.0), effect="0.1*(sex == 'f')", confounding="0.1*t")
    by_code = made(
        Normal(2.0),
        effect=lambda table: 0.1 * (table["sex"] == "f"),
        confounding=lambda table, t: 0.1 * t,
    )
    assert by_text.truth.equals(by_code.truth)


def test_more_rows_than_the_population_has_are_refused() -> None:
    with pytest.raises(DataError, match="ask for fewer"):
        made(Normal(2.0)).draw(UNITS + 1)
