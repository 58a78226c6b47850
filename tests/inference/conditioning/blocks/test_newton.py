"""Newton's method, against the optimum in closed form."""

import numpy as np

from ifonly.inference.conditioning.blocks.newton import mode

Floats = np.ndarray


def test_the_mode_of_a_gamma_on_the_log_scale() -> None:
    """log Gamma(a, b): its mode is log(a / b), and the curvature there a."""
    a, b = np.array([3.0, 0.5]), np.array([2.0, 9.0])
    found = mode(
        lambda x: (a * x - b * np.exp(x)).sum(axis=1),
        lambda x: (a - b * np.exp(x), np.diag(b * np.exp(x))),
        np.array([3.0, -4.0]),
    )
    assert found is not None
    # It stops within 1e-5 standard deviations of the mode.
    np.testing.assert_allclose(found[0], np.log(a / b), atol=1e-5 / np.sqrt(a.min()))
    np.testing.assert_allclose(found[1], np.diag(a), rtol=2e-5)


def test_a_density_without_a_mode_has_none() -> None:
    found = mode(lambda x: x.sum(axis=1), lambda x: (np.ones(1), np.zeros((1, 1))), np.zeros(1))
    assert found is None
