import numpy as np
import pytest
import statsmodels.formula.api as smf

from ifonly.inference.errors import DataError
from ifonly.inference.estimators import Roles
from ifonly.inference.estimators.effects import Interactions

from .worlds import ROLES, covered, hold, varied


def test_it_recovers_linear_effects():
    hold(Interactions(), error=0.12, cover=(0.85, 1.0))


def test_coverage_over_worlds_is_nominal():
    """The model is true here, so that 40 worlds' intervals hold 95 % of the effects."""
    shares = []
    for seed in range(40):
        known = varied(300, seed=seed)
        shares.append(covered(Interactions().unit_effects(known.data, ROLES), known.effects))
    mean, error = np.mean(shares), np.std(shares) / np.sqrt(len(shares))
    assert abs(mean - 0.95) < 3 * error + 0.005


def test_effects_are_those_of_a_formula():
    known = varied(300)
    found = Interactions().unit_effects(known.data, ROLES)
    fit = smf.ols("y ~ t * (x + z + C(g))", known.data).fit()
    treated, control = (fit.predict(known.data.assign(t=k)) for k in (1, 0))
    np.testing.assert_allclose(found.mean, treated - control)


def test_an_offset_costs_no_digits():
    known = varied(300)
    moved = known.data.assign(x=known.data["x"] * 1e-3 + 1e6)
    np.testing.assert_allclose(
        Interactions().unit_effects(moved, ROLES).mean,
        Interactions().unit_effects(known.data, ROLES).mean,
        rtol=1e-4,  # of x are six digits left behind the offset
    )


def test_too_few_units_are_refused():
    with pytest.raises(DataError, match="10 coefficients and 8 units"):
        Interactions().unit_effects(varied(8, seed=1).data, ROLES)


def test_a_covariate_that_one_arm_fixes_does_not_change_the_effect():
    known = varied(60)
    data = known.data.assign(z=known.data["t"] * known.data["z"])
    roles = Roles("t", "y", adjust=("x", "z"))
    found = Interactions().unit_effects(data, roles)
    fit = smf.ols("y ~ x + z + t + t:x", data).fit()
    np.testing.assert_allclose(found.mean, fit.params["t"] + fit.params["t:x"] * data["x"])
    assert found.problems == ("1 products are left out: one arm does not tell them",)


def test_a_unit_that_alone_decides_a_coefficient_leaves_an_interval():
    data = varied(60).data.assign(z=0.0)
    data.loc[data.index[data["t"] == 1][0], "z"] = 1.0
    found = Interactions().unit_effects(data, Roles("t", "y", adjust=("x", "z")))
    assert np.isfinite(found.low).all()


def test_a_treatment_that_the_covariates_determine_is_refused():
    data = varied(60).data.assign(z=lambda d: 3.0 * d["t"])
    with pytest.raises(DataError, match="cannot tell the effect of 't'"):
        Interactions().unit_effects(data, Roles("t", "y", adjust=("z",)))
