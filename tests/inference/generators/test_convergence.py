"""Traces of chains: figures of chains that agree and that do not."""

import warnings

import numpy as np
import pytest

from ifonly.inference import ConvergenceWarning
from ifonly.inference.generators.convergence import traces_of, warn_of_chains


def chains(apart: float, sweeps: int = 80) -> list[list[dict[str, np.ndarray]]]:
    rng = np.random.default_rng(1)
    return [
        [{"mean": rng.normal(k * apart, 1.0, 3), "still": np.ones(1)} for _ in range(sweeps)]
        for k in (0, 1)
    ]


def test_independent_draws_have_their_own_number() -> None:
    found = traces_of(chains(0.0))
    assert found["quantity"].to_numpy().tolist() == ["mean_0", "mean_1", "mean_2", "still"]
    assert found["r_hat"][:3].max() < 1.1
    assert found["ess_bulk"][:3].min() > 80
    assert np.isnan(found["r_hat"][3])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_chains(found)


def test_chains_that_differ_are_told() -> None:
    found = traces_of(chains(3.0))
    # Two means 3 apart, of spread 1: between 4.5, within 1, so about sqrt(1 + 4.5 / 2).
    assert float(found["r_hat"][:3].mean()) == pytest.approx(1.8, abs=0.25)
    with pytest.warns(ConvergenceWarning, match="above 1.41 for 3 of 3 quantities"):
        warn_of_chains(found)


def test_few_sweeps_say_nothing() -> None:
    assert np.isnan(traces_of(chains(3.0, sweeps=50))["r_hat"]).all()
    warn_of_chains(traces_of(chains(3.0, sweeps=50)))
