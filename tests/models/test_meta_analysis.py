"""The hierarchical model: its density is the product of the textbook's normals."""

import numpy as np
import pymc as pm
import pytest
from scipy.stats import halfcauchy, norm

from ifonly.models.meta_analysis import meta_analysis


def test_its_density_is_the_textbooks() -> None:
    model = meta_analysis(mean_sd=5.0, spread_scale=2.0)
    point = {"mu": 1.3, "tau": 0.7, "z": [0.4], "estimate": [2.0]}
    variables = [model[n] for n in point]
    logp = pm.logp(model["estimate"], np.array([2.0]))
    with model:
        density = sum(
            pm.logp(v, np.asarray(point[v.name])).sum() for v in variables if v.name != "estimate"
        )
    names = [model[n] for n in ("mu", "tau", "z")]
    found = (density + logp.sum()).eval(
        {v: np.asarray(point[v.name], dtype=float) for v in names}, on_unused_input="ignore"
    )
    expected = (
        norm.logpdf(1.3, 0, 5)
        + halfcauchy(scale=2).logpdf(0.7)
        + norm.logpdf(0.4)
        + norm.logpdf(2.0, 1.3 + 0.7 * 0.4, 1.0)
    )
    assert float(found) == pytest.approx(expected)
