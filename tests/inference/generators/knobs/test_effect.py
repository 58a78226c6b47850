"""The identities between what is observed in each arm and the potential outcomes."""

import numpy as np

from ifonly.inference.generators.knobs.effect import Means, faithful, specified

RNG = np.random.default_rng(4)
M0, M1, TAU, K0, K1 = RNG.normal(size=(5, 50))
E = RNG.uniform(0.1, 0.9, 50)


def observed(means: Means) -> tuple[np.ndarray, np.ndarray]:
    """E[Y | x, T = 0] and E[Y | x, T = 1], from the definition of kappa and total probability."""
    # E[Y(t)] = e a + (1 - e) b with a - b = kappa gives b = mean - e kappa, a = b + kappa.
    return means.untreated - E * K0, means.treated - E * K1 + K1


def test_faithful_keeps_both_arms() -> None:
    found = faithful((M0, M1), E, (K0, K1))
    np.testing.assert_allclose(observed(found), (M0, M1), atol=1e-14)
    np.testing.assert_allclose(found.effect, M1 - M0 - (1 - E) * K1 - E * K0, atol=1e-14)


def test_specified_has_the_effect_keeps_the_mean_and_reports_the_cost() -> None:
    found = specified((M0, M1), E, (K0, K1), TAU)
    low, high = observed(found)
    np.testing.assert_allclose(found.effect, TAU, atol=1e-14)
    np.testing.assert_allclose(E * high + (1 - E) * low, E * M1 + (1 - E) * M0, atol=1e-14)
    np.testing.assert_allclose(found.cost, high - low - (M1 - M0), atol=1e-14)
