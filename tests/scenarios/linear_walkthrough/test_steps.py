"""The five steps of the walkthrough, shown of a posterior whose answers are known."""

from typing import Any

import numpy as np
import pytest

from ifonly.scenarios import Section, get
from ifonly.scenarios.linear_walkthrough.steps import SHOWN, sections
from ifonly.scenarios.linear_walkthrough.truth import FIRST_FIVE, PARAMETERS, PUBLISHED_MEANS

from ..standin import OFF, Standin

SCENARIO = get("linear_walkthrough")
WORLD = SCENARIO.simulate(units=12, seed=4)
DATA = {str(n): v.to_numpy() for n, v in WORLD.data.items()}


@pytest.fixture(scope="module")
def shown() -> list[Section]:
    """The sections, where sigma_y is learnt as 1 and the rest as it is, each within a hundredth."""
    learnt = {n: v + OFF.to_numpy() for n, v in (PARAMETERS | {"sigma_y": 1.0}).items()}
    posterior: Any = Standin(WORLD, **learnt)
    return list(sections(WORLD, posterior))


def rows(section: Section) -> Any:
    assert section.table is not None
    return section.table


def test_the_skeleton_is_all_random_and_the_truth_is_put_in_with_do(shown: list[Section]) -> None:
    def words(section: Section) -> set[str]:
        assert section.figure is not None
        return {text.get_text() for text in section.figure.axes[0].texts}

    assert "set by do" not in words(shown[0])
    assert "set by do" in words(shown[1])
    assert {*PARAMETERS, "y_mu"} <= words(shown[1])
    assert "beta_ay = 1.5" in shown[1].text
    assert rows(shown[1])["y"].tolist() == DATA["y"][:5].tolist()


def test_what_is_observed_is_not_inferred(shown: list[Section]) -> None:
    found = rows(shown[2]).set_index("variable")
    assert found["values"].to_dict() == {"a": 12, "b": 12, "c": 12, "y": 12} | dict.fromkeys(
        [n for n in PARAMETERS if n in found.index], 1
    )
    assert found["in this model"]["y"] == "observed"


def test_how_many_parameters_are_found(shown: list[Section]) -> None:
    found = rows(shown[3]).set_index("parameter")
    assert "of 4 of 5 parameters" in shown[3].text
    assert "2 chains of 3 draws" in shown[3].text
    assert found["mean"].to_dict() == pytest.approx(PARAMETERS | {"sigma_y": 1.0})
    assert found["sd"]["sigma_y"] == pytest.approx(float(OFF.std(ddof=1)))


@pytest.mark.parametrize(("step", "factor"), [(4, 0.0), (5, 5.0)])
def test_a_what_if_keeps_the_noise_of_each_unit(
    shown: list[Section], step: int, factor: float
) -> None:
    found = rows(shown[step])
    assert len(found) == SHOWN
    moved = 0.7 * (factor - 1.0) * DATA["b"]
    mean = 1.5 * DATA["a"] + 0.7 * factor * DATA["b"] + 0.3 * DATA["c"]
    np.testing.assert_allclose(found["y as it was"], DATA["y"][:SHOWN])
    for column in ("y, truth", "y, posterior mean"):
        np.testing.assert_allclose(found[column], (DATA["y"] + moved)[:SHOWN], atol=1e-12)
    for column in ("y_mu, truth", "y_mu, posterior mean"):
        np.testing.assert_allclose(found[column], mean[:SHOWN], atol=1e-12)
    assert f"truth {moved.mean():.3f}" in shown[step].text
    assert "off by 0.0000 (RMSE)" in shown[step].text


def test_the_two_quantities_of_the_published_units(shown: list[Section]) -> None:
    a, b, c, y = (np.array(FIRST_FIVE[n]) for n in "abcy")
    found = rows(shown[6])
    np.testing.assert_allclose(found["b = 0: interventional mean"], 1.5 * a + 0.3 * c, atol=1e-12)
    np.testing.assert_allclose(found["b = 0: counterfactual"], y - 0.7 * b, atol=1e-12)
    name = "b = 5 x observed"
    np.testing.assert_allclose(found[f"{name}: counterfactual"], y + 2.8 * b, atol=1e-12)
    assert found[f"{name}: the reference's figure"].tolist() == PUBLISHED_MEANS[name]
    assert "the mean is -0.222251 and the counterfactual -0.060915" in shown[6].text
