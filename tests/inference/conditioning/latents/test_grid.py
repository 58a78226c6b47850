"""The grid of nodes: moments by algebra, and latents that no grid can hold."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ModelError, condition

UNITS = 6


def latent(make):
    """Return a model in which `make` gives the latent that an outcome is read from."""
    with pm.Model(coords={"unit": range(UNITS)}) as model:
        a = pm.Normal("a")
        pm.Normal("y", a + make(a), 1.0, dims="unit")
    return model


REFUSED = {
    "a count without end": (lambda a: pm.Poisson("u", 2.0, dims="unit"), "fixed, finite set"),
    "bounds that move": (
        lambda a: pm.Uniform("u", 0, pm.math.exp(a), dims="unit"),
        "depends on other variables",
    ),
    "three at once": (
        lambda a: sum(pm.Normal(f"u{k}", 0, 1, dims="unit") for k in range(3)),
        "at most 2 continuous",
    ),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_cannot_be_integrated_is_refused_by_name(case):
    make, words = REFUSED[case]
    with pytest.raises(ModelError, match=words) as error:
        condition(latent(make), {"y": np.zeros(UNITS)}, method="marginal", seed=1, progress=False)
    assert "method='nuts'" in str(error.value)
