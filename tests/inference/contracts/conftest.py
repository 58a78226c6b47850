"""The model of `dosed.py`, and its worlds and posteriors."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    Posterior,
    World,
)

from .dosed import TRUTH, frame, make_model


@pytest.fixture(scope="module")
def model() -> pm.Model:
    return make_model()


@pytest.fixture(scope="module")
def world(model, quickly) -> World:
    with quickly():
        return World.from_evidence(model, TRUTH, frame(), seed=1)


@pytest.fixture(scope="module")
def posterior(model, posterior_by_hand) -> Posterior:
    """The dose has no column and is no latent of these draws either."""
    draws = {"slope": np.full((1, 2), 2.0), "spread": np.full((1, 2), 0.5)}
    return posterior_by_hand(model, frame(dose=None), draws)
