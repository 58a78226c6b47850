"""Words and numbers of figures."""

import numpy as np
import pytest
from scipy.stats import norm

from ifonly.inference.answers.shown import elements_of, is_unit_level, label_of, null_of, texts

from .answers import answer


def test_elements():
    draws = answer("CATE", region=["n", "s"])
    found = elements_of(draws, 0.8)
    values = draws.to_numpy().reshape(400, 2)
    np.testing.assert_allclose(found.low, np.quantile(values, 0.1, axis=0))
    np.testing.assert_allclose(found.mean, values.mean(axis=0))
    assert found.interval == "posterior mean and 80% interval"
    short = answer("ITE", chains=False, statistic=["mean", "sd"], unit=[1])
    found = elements_of(short, 0.8)
    assert float(found.high[0]) == pytest.approx(
        float(short[0, 0]) + norm.ppf(0.9) * float(short[1, 0])
    )
    assert elements_of(answer(chains=False), 0.8).interval == "value"


def test_words():
    assert label_of(answer("ATE"), "kg") == "average effect on y (kg)"
    assert label_of(answer("XYZ"), None) == "XYZ y"
    assert [null_of(answer(q)) for q in ("ATE", "RiskRatio", "Counterfactual")] == [0.0, 1.0, None]
    assert is_unit_level(answer("ITE"))
    assert not is_unit_level(answer("ATE"))
    assert texts([0.5, 1, "a"]) == ["0.5", "1", "a"]
