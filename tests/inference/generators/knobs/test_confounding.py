"""The latent confounder keeps the propensity, and its means in the arms are those of the theory."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr, ndtri
from scipy.stats import norm

from ifonly.inference.generators.knobs.confounding import (
    assigned,
    latent_means,
    threshold_given,
)


@pytest.mark.parametrize("e", [0.05, 0.5, 0.9])
def test_the_propensity_and_the_means_of_u_by_quadrature(e: float) -> None:
    h, strength = ndtri(e), 0.7

    def chance(u: float) -> float:
        return float(ndtr(threshold_given(h, u, strength)))

    share = quad(lambda u: chance(u) * norm.pdf(u), -10, 10, epsabs=1e-13)[0]
    treated = quad(lambda u: u * chance(u) * norm.pdf(u), -10, 10, epsabs=1e-13)[0] / e
    assert share == pytest.approx(e, abs=1e-12)
    low, high = latent_means(np.array(h), strength)
    assert high == pytest.approx(treated, abs=1e-11)
    assert low == pytest.approx(-treated * e / (1 - e), abs=1e-11)


def test_units_are_assigned_with_that_probability() -> None:
    u, noise = np.random.default_rng(5).standard_normal((2, 100_000))
    treated = assigned(np.full(u.size, ndtri(0.3)), u, noise, 0.7)
    assert set(treated) == {0, 1}
    assert abs(treated.mean() - 0.3) < 4 * np.sqrt(0.21 / u.size)
