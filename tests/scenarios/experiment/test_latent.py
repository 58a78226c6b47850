"""What can be known of the hidden confounder, against the algebra."""

import numpy as np
import pytest

from ifonly.inference import World
from ifonly.scenarios.experiment.latent import knowable
from ifonly.scenarios.experiment.truth import PARAMETERS

from .simulator import Users
from .worlds import SCENARIO, world_of


def test_what_can_be_known_of_the_latent_is_the_algebra() -> None:
    """Of two normal measurements with known slopes the precisions add up to the prior's."""
    alone = PARAMETERS | {"T_on_u": 0.0, "C_on_u": 0.0}
    world = World.simulate(SCENARIO.model, alone, units=50, seed=1, hidden=("u",))
    np.testing.assert_allclose(knowable(world), 1.0 / (1.0 + 0.8**2 + 1.0**2), rtol=1e-6)


def test_treatment_and_collider_tell_of_the_latent_too(world: World) -> None:
    """Each adds the curvature of its log-likelihood, a product of squared slope and p (1 - p)."""
    variance = knowable(world).mean()
    users = Users(100_000, seed=17)
    chance = users.treatment().mean()
    collider = users.collider(users.treatment()).mean()
    precision = 2.64 + 0.6**2 * chance * (1 - chance) + 0.8**2 * collider * (1 - collider)
    assert variance == pytest.approx(1.0 / precision, rel=0.03)


def test_the_outcome_not_seen_tells_nothing_of_the_latent() -> None:
    world = world_of("outcome_missing", units=400)
    variance, unseen = knowable(world), world.data["Y"].isnull().to_numpy()
    assert variance[unseen].min() > 1.0 / (1.64 + 0.25)
    assert variance[~unseen].max() < 1.0 / 2.5
