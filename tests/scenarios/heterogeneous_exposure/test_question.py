"""Findings about the question and the data, of a small world."""

import numpy as np
import pytest

from ifonly.scenarios.heterogeneous_exposure import question
from ifonly.scenarios.heterogeneous_exposure.analyses import Analyses
from ifonly.scenarios.heterogeneous_exposure.truth import ROLES


def test_the_question_names_roles_and_what_identifies_it(found: Analyses) -> None:
    section = next(question.sections(found))
    assert section.table is not None
    assert dict(section.table[["variable", "role"]].to_numpy()) == ROLES
    assert "{baseline_intent, power_segment, prior_value, seasonality_score}" in section.text
    words = {text.get_text() for text in section.figure.axes[0].texts}  # type: ignore[union-attr]
    assert {*ROLES, "treatment", "confounder and effect modifier"} <= words


def test_the_groups_are_compared_before_exposure(found: Analyses) -> None:
    section = list(question.sections(found))[1]
    data, table = found.data, section.table
    assert table is not None
    one, zero = (data[data["exposure"] == k]["baseline_intent"] for k in (1, 0))
    expected = (one.mean() - zero.mean()) / np.sqrt((one.var() + zero.var()) / 2)
    shown = table.set_index("covariate")["difference"]
    assert shown["baseline_intent"] == pytest.approx(expected)
    assert expected > 0.4
    assert f"{data['exposure'].mean():.1%}" in section.text
    assert "no value is missing" in section.text


def test_the_chance_of_exposure_is_the_models(found: Analyses) -> None:
    z, g, s, v = (found.data[n] for n in list(ROLES)[:4])
    log_odds = -0.25 + 0.65 * z + 0.45 * g + 0.3 * s + 0.18 * v
    np.testing.assert_allclose(
        found.told.truth(question.PROPENSITY), 1 / (1 + np.exp(-log_odds)), atol=1e-12
    )
