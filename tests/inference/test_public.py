"""The public names are there, and loaded when first used."""

import subprocess
import sys

import pytest

import ifonly.inference
from ifonly.inference import public


def test_every_public_name_is_found() -> None:
    assert ifonly.inference.__all__ is public.__all__
    assert set(public.__all__) <= set(dir(ifonly.inference))
    for name in public.__all__:
        assert getattr(ifonly.inference, name) is getattr(public, name)


def test_a_name_that_there_is_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'ATTE'"):
        ifonly.inference.ATTE  # noqa: B018


def test_a_posterior_without_a_sampler_is_asked_before_anything_more_is_loaded() -> None:
    """What draws figures, compares, samples or compiles for a GPU is a second and more to load."""
    code = """
import sys
import pymc as pm
from ifonly.inference import ATE, condition
with pm.Model(coords={"unit": range(1)}) as model:
    x = pm.Normal("x", pm.Normal("a"), 1, dims="unit")
    y = pm.Normal("y", pm.Normal("b") * x, pm.HalfNormal("sd"), dims="unit")
data = {"x": [1.0, 2.0, 0.0], "y": [0.0, 3.0, 0.5]}
posterior = condition(model, data, draws=50, seed=1, progress=False)
assert posterior.ask(ATE("y", do={"x": 1.0}, versus={"x": 0.0})).shape == (4, 50)
heavy = {"arviz", "arviz_plots", "arviz_stats", "jaxlib", "matplotlib", "nutpie"}
heavy |= {"networkx", "scipy.optimize", "scipy.stats"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", done.stderr
