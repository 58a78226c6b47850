"""Rules, held against adding up by hand, decision theory and the winner's curse."""

import numpy as np
import pytest
import xarray as xr

from ifonly.inference import DataError, QueryError
from ifonly.inference.experiments import pays, rule_values

TRUE = xr.DataArray([0.0, 1.0, 2.0, 5.0], dims="unit")
SOME = np.array([False, True, False, True])


def test_a_rule_returns_its_effects_less_its_costs() -> None:
    rules = {"some": SOME, "all": np.ones(4, bool), "nobody": np.zeros(4, bool)}
    found = rule_values(rules, TRUE, cost=[1.0, 1.0, 1.0, 2.0], value=[1.0, 1.0, 1.0, 2.0])
    # The second gives 1 - 1, the fourth 2 x 5 - 2; the third 2 - 1, the first 0 - 1.
    assert found["profit"].to_list() == [2.0, 2.0, 0.0]
    assert found["units"].to_list() == [2, 4, 0]
    assert found["share"].to_list() == [0.5, 1.0, 0.0]
    assert found["budget"].to_list() == [3.0, 5.0, 0.0]


def test_regret_is_what_the_oracle_has_more() -> None:
    rules = {"some": SOME, "oracle": pays(TRUE, cost=1.5)}
    assert rules["oracle"].tolist() == [False, False, True, True]
    found = rule_values(rules, TRUE + 1.0, cost=1.5, truth=TRUE)
    # Truly: (1 - 1.5) + (5 - 1.5) = 3 of 4 users; the oracle (2 - 1.5) + (5 - 1.5) = 4.
    assert found["true_profit"].to_list() == [0.75, 1.0]
    assert found["regret"].to_list() == [0.25, 0.0]
    assert found["profit"].to_list() == [1.25, 1.5]


def test_the_expected_worth_decides_or_how_sure_it_is() -> None:
    draws = xr.DataArray([[[0.0, 2.0], [0.0, 2.0], [6.0, 2.0]]], dims=("chain", "draw", "unit"))
    assert pays(draws, cost=1.5).tolist() == [True, True]
    assert pays(draws, cost=1.5, sureness=0.5).tolist() == [False, True]
    assert pays(draws, cost=1.5, value=[1.0, 0.5]).tolist() == [True, False]


def test_intervals_are_quantiles_over_draws() -> None:
    draws = np.random.default_rng(2).normal(size=(2, 400, 4))
    effect = xr.DataArray(draws, dims=("chain", "draw", "unit"))
    row = rule_values({"some": SOME}, effect, cost=0.5, ci_prob=0.8).loc["some"]
    profit = ((draws - 0.5) @ SOME).ravel() / 4
    np.testing.assert_allclose(row[["low", "high"]], np.quantile(profit, [0.1, 0.9]))
    assert row["profit"] == pytest.approx(profit.mean())


def test_resampled_units_give_the_error_of_a_mean() -> None:
    rng = np.random.default_rng(3)
    effect = xr.DataArray(rng.normal(1.0, 2.0, 500), dims="unit")
    rule = {"all": np.ones(500, bool)}
    row = rule_values(rule, effect, cost=0.0, ci_prob=0.6827, resamples=4_000).loc["all"]
    sd = float(effect.std()) / np.sqrt(501)
    assert (row["high"] - row["low"]) / 2 == pytest.approx(sd, rel=4.5 / np.sqrt(8_000))


def test_a_rule_judged_by_what_made_it_is_cursed() -> None:
    """No unit truly pays; noise of sd 1 makes half of them seem to, by 0.8 on average."""
    rng = np.random.default_rng(4)
    true = xr.DataArray(np.zeros(20_000), dims="unit")
    one, other = (true + rng.normal(size=20_000) for _ in range(2))
    rule = {"pays": pays(one, cost=0.0)}
    cursed = rule_values(rule, one, cost=0.0, truth=true).loc["pays"]
    honest = rule_values(rule, other, cost=0.0).loc["pays"]
    assert cursed["profit"] == pytest.approx(np.sqrt(2 / np.pi) / 2, abs=0.02)
    assert abs(honest["profit"]) < 4.5 * np.sqrt(0.5 / 20_000)
    assert cursed["true_profit"] == 0.0


@pytest.mark.parametrize(
    ("rule", "options", "error", "message"),
    [
        ([0, 1, 0, 1], {}, DataError, "'some' is int64 of shape"),
        ([True, False], {}, DataError, "a boolean for each of 4 units"),
        (SOME, {"cost": [1.0, 2.0]}, DataError, r"cost has shape \(2,\)"),
        (SOME, {"truth": TRUE[:3]}, DataError, "truth has shape"),
        (SOME, {"ci_prob": 2.0}, QueryError, "ci_prob"),
        (SOME, {"resamples": 0}, QueryError, "resamples"),
    ],
)
def test_what_does_not_fit_is_refused(
    rule: object, options: dict, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        rule_values({"some": rule}, TRUE, **{"cost": 1.0, **options})  # type: ignore[dict-item]


def test_a_missing_effect_and_no_probability_are_refused() -> None:
    with pytest.raises(DataError, match="1 of 4 units have no effect"):
        pays(TRUE.where(TRUE > 0), cost=1.0)
    with pytest.raises(QueryError, match="sureness"):
        pays(TRUE, cost=1.0, sureness=1.5)
