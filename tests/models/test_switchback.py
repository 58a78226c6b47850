"""The model of a switchback, held against a recursion."""

import numpy as np
import pymc as pm
from scipy.stats import norm

from ifonly.models.switchback import switchback

TRUTH = {"level": 10.0, "trend": 1.0, "tau": 2.0, "rho": 0.8, "sigma": 0.5}


def built_up(arm: np.ndarray) -> np.ndarray:
    held, found = 0.0, []
    for t in arm:
        held = 0.8 * held + 0.2 * t
        found.append(held)
    return np.array(found)


def test_the_stock_is_a_recursion_and_the_outcome_normal_about_it() -> None:
    model = pm.do(switchback(), TRUTH)
    model.set_dim("unit", 7, coord_values=range(7))
    arm, y = np.array([0, 1, 1, 0, 0, 1, 0]), np.array([10.0, 10.5, 11.2, 11.0, 10.9, 11.8, 11.6])
    observed = pm.observe(model, {"toss": arm, "y": y})
    found = observed.compile_logp(sum=False, vars=[observed["y"]], mode="FAST_COMPILE")({})[0]
    mean = 10.0 + np.arange(1, 8) / 7 + 2.0 * built_up(arm)
    np.testing.assert_allclose(found, norm.logpdf(y, mean, 0.5))


def test_the_stock_of_many_periods_is_the_recursion_too() -> None:
    model = pm.do(switchback(), TRUTH)
    arm = np.random.default_rng(1).integers(0, 2, 1_500)
    found = model["stock"].eval({model["toss"]: arm}, mode="FAST_COMPILE")
    np.testing.assert_allclose(found, built_up(arm), atol=1e-12)


def test_blocks_share_the_toss_of_their_first_period() -> None:
    model = switchback(block=3)
    toss = np.array([1, 0, 0, 0, 1, 1, 1, 0])
    found = model["t"].eval({model["toss"]: toss}, mode="FAST_COMPILE")
    assert found.tolist() == [1, 1, 1, 0, 0, 0, 1, 1]
