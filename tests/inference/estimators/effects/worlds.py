"""Confounded data whose effects are known, and what is held of an estimator on them."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from ifonly.inference.estimators import Roles, UnitEffectEstimator, UnitEffects

ROLES = Roles("t", "y", adjust=("x", "z", "g"))


class Known(NamedTuple):
    data: pd.DataFrame
    effects: np.ndarray


def varied(units: int = 1_500, seed: int = 3) -> Known:
    """tau = 1 + x + 0.6 [g = b]; the naive difference is off by about 0.9."""
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, units))
    g = rng.choice(["a", "b", "c"], size=units)
    t = rng.binomial(1, 1 / (1 + np.exp(-0.8 * x - 0.4 * z)))
    effects = 1.0 + x + 0.6 * (g == "b")
    y = 1.5 * x + z - 0.5 * (g == "c") + effects * t + 0.5 * rng.normal(size=units)
    return Known(pd.DataFrame({"x": x, "z": z, "g": g, "t": t, "y": y}), effects)


def pehe(found: UnitEffects, effects: np.ndarray) -> float:
    return float(np.sqrt(np.mean((found.mean - effects) ** 2)))


def covered(found: UnitEffects, effects: np.ndarray) -> float:
    return float(np.mean((found.low <= effects) & (effects <= found.high)))


def hold(
    estimator: UnitEffectEstimator,
    *,
    error: float,
    cover: tuple[float, float] | None,
    known: Known | None = None,
) -> UnitEffects:
    """Hold an estimator to the truth, to its seed, and to the units that it is asked about.

    The effects have a standard deviation of 1.04, which is the error of a constant effect.
    """
    known = varied() if known is None else known
    found = estimator.unit_effects(known.data, ROLES, seed=5)
    assert len(found) == len(known.data)
    assert pehe(found, known.effects) < error
    assert abs(found.ate - known.effects.mean()) < 0.2
    if cover is not None:
        assert cover[0] <= covered(found, known.effects) <= cover[1]
        assert (found.sd > 0).all()
        assert found.ate_low < known.effects.mean() < found.ate_high
    # The same units and others after them, whose treatment and outcome it does not see.
    other = varied(300, seed=11)
    asked = pd.concat([known.data, other.data])[["g", "z", "x"]]
    again = estimator.unit_effects(known.data, ROLES, at=asked, seed=5)
    np.testing.assert_allclose(again.mean[:-300], found.mean, rtol=1e-5)
    effects = np.concatenate([known.effects, other.effects])
    assert np.sqrt(np.mean((again.mean[-300:] - other.effects) ** 2)) < 1.2 * error
    assert abs(again.ate - effects.mean()) < 0.2
    return found
