"""DerSimonian and Laird, and REML, against published figures and statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from ifonly.inference import DataError
from ifonly.inference.experiments import dersimonian_laird, reml

from .studies import SCHOOLS, bcg


def test_the_published_figures_of_the_bcg_trials() -> None:
    found = dersimonian_laird(*bcg())
    assert found.tau2 == pytest.approx(0.3088, abs=5e-5)
    assert (found.estimate, found.se) == pytest.approx((-0.7141, 0.1787), abs=5e-5)
    # Viechtbauer (2010, doi:10.18637/jss.v036.i03), table of the metafor package.
    other = reml(*bcg())
    assert other.tau2 == pytest.approx(0.3132, abs=5e-5)
    assert (other.estimate, other.se) == pytest.approx((-0.7145, 0.1798), abs=5e-5)
    assert other.q == pytest.approx(152.2330, abs=5e-4)


def test_moments_are_those_of_statsmodels() -> None:
    for y, s in ((2 * SCHOOLS[0], SCHOOLS[1]), bcg()):
        other = combine_effects(y, s**2, method_re="dl")
        found = dersimonian_laird(y, s)
        assert found.tau2 == pytest.approx(other.tau2)
        assert found.estimate == pytest.approx(other.mean_effect_re)
        assert found.se == pytest.approx(other.sd_eff_w_re)


def test_experiments_that_agree_have_no_spread() -> None:
    found = reml([1.0, 1.1, 0.9], [1.0, 1.0, 1.0])
    assert found.tau2 == 0.0
    assert found.estimate == pytest.approx(1.0)
    assert found.i2 == 0.0


@pytest.mark.parametrize(
    ("y", "s", "words"),
    [
        ([1.0], [1.0], "there are 1 experiments"),
        ([1.0, 2.0], [1.0, 0.0], "not above 0"),
        ([1.0, np.nan], [1.0, 1.0], "not finite"),
        ([1.0, 2.0], [1.0], "one number for each experiment"),
    ],
)
def test_what_cannot_be_pooled_is_refused(y, s, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=words):
        dersimonian_laird(y, s)
