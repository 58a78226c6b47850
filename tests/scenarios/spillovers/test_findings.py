"""What analyses of spillovers find, beside the truth."""

from io import BytesIO

import numpy as np
import pytest

from ifonly.inference import Posterior, World, condition
from ifonly.inference.testing import assert_recovers
from ifonly.scenarios import get
from ifonly.scenarios.spillovers.findings import by_clusters, by_design, ring
from ifonly.scenarios.spillovers.truth import QUERIES

SCENARIO = get("spillovers")


@pytest.fixture(scope="module")
def world() -> World:
    return SCENARIO.simulate()


@pytest.fixture(scope="module")
def posterior(world: World) -> Posterior:
    return condition(SCENARIO.model, world.data, seed=1, draws=250, progress=False)


@pytest.mark.parametrize("label", QUERIES)
def test_the_posterior_knows_the_truth(posterior: Posterior, world: World, label: str) -> None:
    assert_recovers(posterior.ask(QUERIES[label]), world.ask(QUERIES[label]), max_sd=0.1)


def test_the_ring_is_the_models(world: World) -> None:
    t = world.data["t"].to_numpy()
    np.testing.assert_allclose(ring(len(t)) @ t / 2, world.everything["exposure"])


def test_analyses_without_a_model(world: World) -> None:
    found = by_design(world, draws=2_000)
    naive, hajek = found.loc["difference in means"], found.loc["Hájek"]
    assert abs(naive["value"] - 1.0) < 3 * naive["se"]
    assert naive["high"] < 1.5
    assert abs(hajek["value"] - 1.5) < 3 * hajek["se"]
    assert found.loc["Horvitz-Thompson", "se"] > 3 * hajek["se"]


def test_clusters_find_1_45(world: World) -> None:
    found = by_clusters(world, sizes=(1, 10), times=6)
    assert found[1] == pytest.approx(1.0, abs=0.01)
    # Sixty clusters, half of them treated: a neighbouring cluster is a little likelier the other.
    assert found[10] == pytest.approx(1.45 - 0.05 / 59, abs=0.01)


def test_sections(world: World, posterior: Posterior) -> None:
    found = list(SCENARIO.sections(world, posterior))
    assert len(found) == 3
    assert "1.45" in found[2].text
    for section in found:
        if section.figure is not None:
            section.figure.savefig(BytesIO(), format="png", dpi=40)
