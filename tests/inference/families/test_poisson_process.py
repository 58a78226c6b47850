"""Counts by the process behind them, against algebra."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from ifonly.inference.families.form import structural_form

from .one_family import (
    couple,
)

N = 40_000


@pytest.mark.parametrize(("y", "mean"), [(5, 4.0), (3000, 2900.0)])
def test_a_poisson_process_thins_and_adds(y, mean):
    value = np.full(N, y)
    means = [0.25 * mean, 0.9 * mean, 1.0 * mean, 1.1 * mean, 1.5 * mean]
    worlds = couple(pm.Poisson.dist(mean), "process", value, (mean,), [(m,) for m in means])
    for m, moved in zip(means, worlds, strict=True):
        down = m <= mean
        expected = y * m / mean if down else y + m - mean
        spread = np.sqrt((y * m / mean * (1 - m / mean) if down else m - mean) / N)
        assert abs(moved.mean() - expected) <= 4.5 * spread
    assert (np.diff(worlds, axis=0) >= 0).all()
    np.testing.assert_array_equal(worlds[2], value)


def test_fresh_worlds_share_one_process():
    form = structural_form.of(pm.Poisson.dist(1.0), "process")
    noise = form.embed(pt.constant(np.random.default_rng(1).random(N)))
    worlds = [form.predict(noise, pt.constant(m)).eval() for m in (2.0, 50.0, 51.0)]
    assert (np.diff(worlds, axis=0) >= 0).all()
    gap = worlds[2] - worlds[1]
    assert abs(gap.mean() - 1.0) < 4.5 / np.sqrt(N)
    assert abs(gap.var() - 1.0) < 0.06


def test_a_binomial_process_keeps_and_adds_trials():
    value = np.full(N, 4)
    worlds = couple(
        pm.Binomial.dist(10, 0.4), "process", value, (10.0, 0.4), [(10.0, 0.2), (10.0, 0.7)]
    )
    # 4 successes kept with chance 1/2; 6 failures turned with chance .3 / .6.
    assert abs(worlds[0].mean() - 2.0) < 4.5 / np.sqrt(N)
    assert abs(worlds[1].mean() - 7.0) < 4.5 * np.sqrt(1.5 / N)


def test_a_negative_binomial_scales_its_gamma():
    # lambda | y ~ Gamma(n + y, 1 - p); with a common n a larger mean adds lambda (s' / s - 1).
    n, p, q, y = 2.0, 0.5, 0.25, 3
    moved = couple(pm.NegativeBinomial.dist(n=n, p=p), "process", np.full(N, y), (n, p), [(n, q)])[
        0
    ]
    rate = (1 - q) / q / ((1 - p) / p) - 1.0
    gamma_mean, gamma_var = (n + y) * (1 - p), (n + y) * (1 - p) ** 2
    spread = np.sqrt((rate * gamma_mean + rate**2 * gamma_var) / N)
    assert abs(moved.mean() - (y + rate * gamma_mean)) < 4.5 * spread
