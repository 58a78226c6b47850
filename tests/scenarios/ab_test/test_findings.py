"""The page of the A/B test: its figures against the truth."""

from io import BytesIO

import pytest

from ifonly.inference import Posterior, World, condition
from ifonly.inference.testing import assert_recovers
from ifonly.scenarios import Section, get
from ifonly.scenarios.ab_test.truth import QUERIES

SCENARIO = get("ab_test")
pytestmark = pytest.mark.slow  # the share harmed is compiled for each coupling


@pytest.fixture(scope="module")
def world() -> World:
    return SCENARIO.simulate()


@pytest.fixture(scope="module")
def posterior(world: World) -> Posterior:
    return condition(SCENARIO.model, world.data, method="auto", seed=1, progress=False)


@pytest.fixture(scope="module")
def found(world: World, posterior: Posterior) -> dict[str, Section]:
    assert SCENARIO.sections is not None
    return {s.title: s for s in SCENARIO.sections(world, posterior)}


def test_the_posterior_knows_the_truth(posterior: Posterior, world: World) -> None:
    query = QUERIES["effect on y"]
    assert_recovers(posterior.ask(query), world.ask(query), max_sd=0.1)


def test_the_plan_halves_with_the_variance(found: dict[str, Section]) -> None:
    table = found["The plan"].table
    assert table is not None
    one, adjusted, looks = table["units for 80% power"]
    assert adjusted / one == pytest.approx(0.5)
    assert looks / adjusted == pytest.approx(1.04, abs=0.01)


def test_cuped_and_the_posterior_agree(found: dict[str, Section]) -> None:
    table = found["With and without what was known before"].table
    assert table is not None
    plain, adjusted, posterior, truth = table["effect"]
    error = table["error"].iloc[1]
    assert posterior == pytest.approx(adjusted, abs=0.3 * error)
    assert abs(adjusted - truth) < 3 * error
    assert error < 0.8 * table["error"].iloc[0]
    assert abs(plain - truth) < 3 * table["error"].iloc[0]


def test_daily_looks_at_a_posterior_err_often(found: dict[str, Section]) -> None:
    table = found["Looking each day"].table
    assert table is not None
    errors = table["error without an effect"].tolist()
    assert errors[0] > 0.35
    assert errors[1] == pytest.approx(0.05, abs=1e-6)
    assert errors[2] < 0.05


def test_the_share_harmed_is_that_of_each_coupling(found: dict[str, Section]) -> None:
    table = found["Guardrails, and whom it harms"].table
    assert table is not None
    for _, share, truth in table.itertuples(index=False):
        assert share == pytest.approx(truth, abs=0.06)


def test_shrinkage_is_nearer_to_the_truth(found: dict[str, Section]) -> None:
    table = found["Many experiments"].table
    assert table is not None
    gaps = table[["estimate", "mean"]].sub(table["truth"], axis=0).mean()
    assert gaps["estimate"] > 0.1
    assert abs(gaps["mean"]) < 0.5 * gaps["estimate"]


def test_every_figure_is_drawn(found: dict[str, Section]) -> None:
    for section in found.values():
        if section.figure is not None:
            section.figure.savefig(BytesIO(), format="png", dpi=40)
