"""Findings about overlap, of a small world whose answers are known."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest

from ifonly.scenarios.heterogeneous_exposure import overlap
from ifonly.scenarios.heterogeneous_exposure.analyses import Analyses
from ifonly.scenarios.heterogeneous_exposure.truth import published

from .test_truth import tau


@pytest.fixture(scope="module")
def shown(found: Analyses) -> list[Any]:
    return list(overlap.sections(found))


def propensity(data: Any) -> np.ndarray:
    z, g, s, v = (data[n].to_numpy() for n in list(data)[:4])
    return 1 / (1 + np.exp(-(-0.25 + 0.65 * z + 0.45 * g + 0.3 * s + 0.18 * v)))


def test_the_propensity_rises_with_the_predicted_effect(shown: list[Any], found: Analyses) -> None:
    table = shown[0].table
    order = np.argsort(tau(found.data).to_numpy(), kind="stable")
    parts = np.split(propensity(found.data[list(published().columns)])[order], 5)
    np.testing.assert_allclose(table["mean propensity"], [p.mean() for p in parts], atol=1e-9)
    np.testing.assert_allclose(table["least"], [p.min() for p in parts], atol=1e-9)
    np.testing.assert_allclose(table["greatest"], [p.max() for p in parts], atol=1e-9)
    outside = [(p < 0.1) | (p > 0.9) for p in parts]
    assert table.iloc[:, -1].to_list() == [f"{o.mean():.1%}" for o in outside]
    assert f"{np.mean(outside):.1%} of the users" in shown[0].text


def test_each_way_to_trim_has_its_own_truth(shown: list[Any], found: Analyses) -> None:
    e, effect = propensity(found.data[list(published().columns)]), tau(found.data).to_numpy()
    weights = [
        np.ones(len(e)), (e >= 0.1) & (e <= 0.9), (e >= 0.2) & (e <= 0.8), e * (1 - e)
    ]  # fmt: skip
    expected = [np.average(effect, weights=w) for w in weights]
    np.testing.assert_allclose(shown[1].table["true effect"], expected, atol=1e-9)
    assert expected[0] > expected[3] > expected[2]
    assert shown[1].table["covered"].all()


def test_the_margin_that_tells_most_is_named(shown: list[Any], found: Analyses) -> None:
    e = propensity(found.data[list(published().columns)])
    g = np.sort(1 / (e * (1 - e)))
    kept = int(np.argmin(np.cumsum(g) / np.arange(1, len(g) + 1) ** 2)) + 1
    assert kept < len(g)
    inside = np.abs(e - 0.5) <= np.sqrt(0.25 - 1 / g[kept - 1]) + 1e-12
    told = float(shown[1].text.partition("propensity is below ")[2].split()[0])
    assert e[~inside & (e < 0.5)].max(initial=0.0) - 1e-3 <= told <= e[inside].min() + 1e-3


def test_the_region_without_contrast_is_named() -> None:
    rows = published()
    assert "no region of the covariates is without contrast" in overlap._regions(rows, "Here")
    harder = overlap.without_some(rows)
    above = harder["baseline_intent"] > overlap.CUT
    assert harder.loc[above, "exposure"].eq(1).all()
    assert (
        len(rows) - len(harder) == ((rows["baseline_intent"] > 1.5) & (rows["exposure"] == 0)).sum()
    )
    said = overlap._regions(harder, "There")
    assert said.startswith("There, the watch says: “no contrast: of ")
    assert "baseline_intent > 1." in said


def test_every_figure_can_be_drawn(shown: list[Any]) -> None:
    for section in shown:
        section.figure.savefig(BytesIO(), format="png", dpi=40)
