"""System 3's equations, held against their algebra."""

import numpy as np
import pymc as pm
import pytensor
import pytest

from ifonly.models.heterogeneous_exposure import heterogeneous_exposure, interactions
from ifonly.scenarios.heterogeneous_exposure.truth import PARAMETERS, published

ROWS = published().iloc[:50]


def evaluated(model: pm.Model, name: str) -> np.ndarray:
    """The parameter that the mean of a variable is made of, on the published rows."""
    done = pm.do(model, {n: PARAMETERS[n] for n in PARAMETERS if n in model.named_vars})
    node = done[name]
    wanted = node if node.owner.op.__class__.__name__ == "Elemwise" else None
    if wanted is None:
        wanted = node.owner.op.dist_params(node.owner)[0]
    columns = [n for n in ROWS if n != name]
    function = pytensor.function(
        [done[n] for n in columns], wanted, mode="FAST_COMPILE", on_unused_input="ignore"
    )
    return function(*(ROWS[n].to_numpy().astype(done[n].dtype) for n in columns))


def test_parameters_are_those_of_the_truth() -> None:
    free = {v.name for v in heterogeneous_exposure().free_RVs}
    assert free == {*PARAMETERS, *ROWS.columns}
    assert free - {v.name for v in interactions().free_RVs} == {"effect_on_positive_intent"}


@pytest.mark.parametrize("kink", [True, False])
def test_the_effect_bends_at_zero_where_it_may(kink: bool) -> None:
    z, g = ROWS["baseline_intent"], ROWS["power_segment"]
    assert (z > 0).any()
    assert (z < 0).any()
    expected = 0.55 + 0.55 * g + 0.45 * z + kink * 0.25 * np.maximum(z, 0)
    found = evaluated(heterogeneous_exposure(kink=kink), "effect")
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_means_are_those_of_the_equations() -> None:
    z, g, s, v, t = (ROWS[n] for n in list(ROWS)[:5])
    tau = 0.55 + 0.55 * g + 0.45 * z + 0.25 * np.maximum(z, 0)
    value = 3.0 + 0.65 * z + 0.85 * g + 0.4 * s + 0.55 * v + tau * t
    prior = 2.0 + 0.8 * z + 0.7 * g + 0.35 * s
    model = heterogeneous_exposure()
    np.testing.assert_allclose(evaluated(model, "weekly_value"), value, atol=1e-12)
    np.testing.assert_allclose(evaluated(model, "prior_value"), prior, atol=1e-12)


def test_the_chance_of_exposure_is_logistic() -> None:
    z, g, s, v = (ROWS[n] for n in list(ROWS)[:4])
    log_odds = -0.25 + 0.65 * z + 0.45 * g + 0.3 * s + 0.18 * v
    found = evaluated(heterogeneous_exposure(), "exposure")
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-log_odds)), atol=1e-12)
    assert found[:2].round(4).tolist() == [0.6299, 0.0593]
