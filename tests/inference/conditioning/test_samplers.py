"""Which sampler is taken, what it is given, and what is said where it cannot run."""

import os
import sys
from typing import Any

import numpy as np
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import ModelError, QueryError
from ifonly.inference.conditioning import samplers
from ifonly.inference.conditioning.compiled import jax_chains
from ifonly.inference.conditioning.compiled.jax_chains import Chains
from ifonly.inference.conditioning.samplers import SAMPLERS, chosen_sampler, sampled


def coin() -> pm.Model:
    with pm.Model() as model:
        pm.Bernoulli("k", 0.5)
    return model


def line() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("x")
    return model


@pytest.mark.parametrize(
    ("make", "named", "gpus", "chosen"),
    [
        (line, None, 0, "nutpie"),
        (line, None, 1, "numpyro"),
        (coin, None, 1, "pymc"),
        (line, "pymc", 1, "pymc"),
        (coin, "nutpie", 0, "nutpie"),
    ],
)
def test_the_sampler_suits_model_and_machine(
    make: Any, named: str | None, gpus: int, chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samplers, "gpus", lambda: gpus)
    assert chosen_sampler(make(), named) == chosen


def test_a_sampler_that_there_is_not() -> None:
    with pytest.raises(QueryError, match=r"nutpie or pymc or numpyro, not 'gibbs'"):
        chosen_sampler(line(), "gibbs")


@pytest.mark.parametrize("error", [RuntimeError, pm.exceptions.SamplingError])
def test_a_sampler_that_cannot_start_is_told_in_one_line(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> xr.DataTree:
        raise error("no point to start at\nand a long report")

    monkeypatch.setitem(SAMPLERS, "pymc", fails)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="the sampler pymc could not run: no point") as caught:
        sampled("pymc", {})
    assert "\n" not in str(caught.value)


def test_nutpie_refuses_discrete_variables() -> None:
    options = {"model": coin(), "chains": 1, "draws": 1}
    with pytest.raises(ModelError, match="nutpie has no discrete"):
        sampled("nutpie", options)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `pm.sample` was given."""
    found: dict[str, Any] = {}
    monkeypatch.setattr(pm, "sample", lambda **options: found.update(options))
    return found


def test_pymc_forks_no_process_where_jax_has_threads(
    asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"model": line(), "cores": 4, "nuts": {"target_accept": 0.9}}
    monkeypatch.delitem(sys.modules, "jaxlib", raising=False)
    sampled("pymc", options)
    assert (asked["cores"], asked["nuts_sampler"]) == (4, "pymc")
    monkeypatch.setitem(sys.modules, "jaxlib", np)
    sampled("pymc", options)
    assert asked["cores"] == 1
    assert options["cores"] == 4, "what was given is left alone"


def test_a_step_that_there_is_not_takes_no_options(asked: dict[str, Any]) -> None:
    sampled("pymc", {"model": coin(), "cores": 1, "nuts": {"target_accept": 0.9}})
    assert "nuts" not in asked


@pytest.mark.parametrize("flags", [None, "--xla_dump_to=nowhere"])
def test_numpyro_leaves_xla_as_it_is(monkeypatch: pytest.MonkeyPatch, flags: str | None) -> None:
    monkeypatch.setitem(sys.modules, "pymc.sampling.jax", np)
    found: dict[str, Any] = {}

    def chains(model: Any, keep: Any, seed: int, count: int, **options: Any) -> Chains:
        found.update(options, keep=keep, seed=seed, count=count)
        return Chains({"x": np.zeros((2, 5))}, {"diverging": np.zeros((2, 5), bool)})

    monkeypatch.setattr(jax_chains, "chains", chains)
    if flags is None:
        monkeypatch.delenv("XLA_FLAGS", raising=False)
    else:
        monkeypatch.setenv("XLA_FLAGS", flags)
    options = {"draws": 5, "tune": 7, "chains": 2, "random_seed": 3, "var_names": ["x"]}
    given = sampled("numpyro", {"model": line(), "nuts": {"target_accept": 0.9}, **options})
    assert os.environ.get("XLA_FLAGS") == flags
    assert found == {
        "draws": 5, "tune": 7, "target_accept": 0.9, "keep": ["x"], "seed": 3, "count": 2,
    }  # fmt: skip
    assert given["posterior"]["x"].shape == given["sample_stats"]["diverging"].shape == (2, 5)


def test_numpyro_refuses_discrete_variables() -> None:
    with pytest.raises(ModelError, match="numpyro has no discrete"):
        sampled("numpyro", {"model": coin(), "tune": 1})
