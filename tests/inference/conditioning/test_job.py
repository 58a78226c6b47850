"""What is to be conditioned: what is kept of it, its random streams, and its draws by chain."""

from typing import Any

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from arviz_base import from_dict

from ifonly.inference.conditioning.job import Job, Outcome, tree
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence


@pytest.fixture(scope="module")
def job() -> Job:
    with pm.Model(coords={"unit": range(3), "group": ["a", "b"]}) as model:
        effect = pm.Normal("effect", dims="group")
        pm.Deterministic("gap", effect[1] - effect[0])
        u = pm.Normal("u", dims="unit")
        mean = pm.Deterministic("mean", effect[0] + u, dims="unit")
        pm.Deterministic("level", mean.mean())
        pm.Normal("y", mean, 1.0, dims="unit")
    equations = Equations(model)
    evidence = read_evidence(equations, {"y": np.zeros(3)})
    return Job(model, equations, evidence, "unit", seed=7, draws=3, tune=5, chains=2)


def test_what_draws_have_is_free_or_without_units(job: Job) -> None:
    assert job.keep(job.model) == ["effect", "u", "y", "gap", "level"]


def test_what_parameters_alone_give(job: Job) -> None:
    assert set(job.single) == {"effect", "gap"}


def test_streams_are_their_own_and_come_again(job: Job) -> None:
    one, two = (job.stream(k).random(4) for k in (1, 2))
    assert (one != two).all()
    np.testing.assert_array_equal(job.stream(1).random(4), one)
    expected = np.random.SeedSequence(7, spawn_key=(1,))
    np.testing.assert_array_equal(np.random.default_rng(expected).random(4), one)


def test_draws_are_divided_into_chains_with_the_model_s_labels(job: Job) -> None:
    effect = np.arange(12.0).reshape(6, 2)
    found = tree(job, job.model, {"effect": effect, "u": np.zeros((6, 3))})["posterior"]
    assert found["effect"].dims == ("chain", "draw", "group")
    np.testing.assert_array_equal(found["effect"], effect.reshape(2, 3, 2))
    assert found["group"].to_numpy().tolist() == ["a", "b"]
    assert found["u"].dims == ("chain", "draw", "unit")


def test_an_outcome_has_nothing_of_its_own_to_say_by_default(job: Job) -> None:
    nothing: Any = {}
    found = Outcome(tree(job, job.model, {"effect": np.zeros((6, 2))}), "nutpie")
    assert (found.facts, found.later) == (nothing, nothing)


def test_draws_are_laid_out_as_arviz_does(job: Job) -> None:
    """With the model's labels, and counts where it has none."""
    drawn = {"effect": np.arange(12.0).reshape(6, 2), "gap": np.arange(6.0)}
    drawn |= {"loose": np.arange(18.0).reshape(6, 3)}
    shaped = {n: v.reshape(2, 3, *v.shape[1:]) for n, v in drawn.items()}
    expected = from_dict(
        {"posterior": shaped}, dims={"effect": ["group"]}, coords={"group": ["a", "b"]}
    )["posterior"].to_dataset()
    found = tree(job, job.model, drawn)["posterior"].to_dataset()
    del found.attrs["created_at"], expected.attrs["created_at"]
    xr.testing.assert_identical(found, expected)
