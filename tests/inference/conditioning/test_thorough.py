"""A second, longer run where the first has not converged: when, and what is kept of it."""

import numpy as np
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference.conditioning.job import Job
from ifonly.inference.conditioning.thorough import thinned, thorough
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence


def job_of(units: int, draws: int) -> Job:
    with pm.Model(coords={"unit": range(units)}) as model:
        pm.Normal("y", pm.Normal("a"), 1.0, dims="unit")
    equations = Equations(model)
    evidence = read_evidence(equations, {"y": np.zeros(units)})
    return Job(model, equations, evidence, "unit", seed=7, draws=draws, tune=200, chains=4)


class Sampler:
    """Chains that are apart, unless their steps are small; it keeps what it was asked for."""

    def __init__(self, converges: bool) -> None:
        self.jobs: list[Job] = []
        self.converges = converges

    def __call__(self, job: Job) -> xr.DataTree:
        self.jobs.append(job)
        values = np.random.default_rng(1).normal(size=(job.chains, job.draws))
        if not self.converges and job.target_accept < 0.9:
            values += np.arange(job.chains)[:, None]
        return xr.DataTree.from_dict({"posterior": xr.Dataset({"a": (("chain", "draw"), values)})})


@pytest.mark.parametrize(
    ("units", "thin"), [(10, 5), (5_000, 2), (100_000, 1)], ids=["few", "some", "many"]
)
def test_chains_that_are_apart_run_longer_and_are_thinned(units: int, thin: int) -> None:
    sampler = Sampler(converges=False)
    found = thorough(job_of(units, 400), sampler)
    _, longer = sampler.jobs
    assert (longer.draws, longer.tune, longer.target_accept) == (400 * thin, 400, 0.99)
    drawn = np.random.default_rng(1).normal(size=(4, 400 * thin))
    np.testing.assert_array_equal(found["posterior"]["a"], drawn[:, thin - 1 :: thin])
    assert found["posterior"]["draw"].values.tolist() == list(range(400))


@pytest.mark.parametrize(("converges", "draws"), [(True, 400), (False, 100)])
def test_one_run_is_enough(converges: bool, draws: int) -> None:
    """That has converged, or that has too few draws for anybody to tell."""
    sampler = Sampler(converges)
    thorough(job_of(10, draws), sampler)
    assert len(sampler.jobs) == 1


def test_what_diverged_between_two_draws_that_are_kept_counts() -> None:
    flags = np.zeros((2, 6), bool)
    flags[0, 1] = flags[1, 5] = True
    energy = np.arange(12.0).reshape(2, 6)
    dims = ("chain", "draw")
    stats = xr.Dataset({"diverging": (dims, flags), "energy": (dims, energy)})
    posterior = xr.Dataset({"a": (dims, energy)})
    found = thinned(xr.DataTree.from_dict({"posterior": posterior, "sample_stats": stats}), 3)
    assert found["sample_stats"]["diverging"].values.tolist() == [[True, False], [False, True]]
    assert found["sample_stats"]["energy"].values.tolist() == [[2.0, 5.0], [8.0, 11.0]]
