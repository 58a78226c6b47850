"""The assertions for users' tests: pass on the truth, fail on a bias, refuse without draws."""

from typing import Any

import numpy as np
import pytest
import xarray as xr

from ifonly.inference import QueryError
from ifonly.inference.testing import (
    CannotTellError,
    assert_agree,
    assert_calibrated,
    assert_recovers,
)


def independent(mean: float = 0.0, *, elements: int = 0, seed: int = 1) -> xr.DataArray:
    shape = (4, 500, elements) if elements else (4, 500)
    dims = ("chain", "draw", "unit")[: len(shape)]
    draws = np.random.default_rng(seed).normal(mean, 1.0, shape)
    coords = {"unit": np.arange(elements)} if elements else {}
    return xr.DataArray(draws, dims=dims, coords=coords, name="effect")


def sticky(correlation: float) -> xr.DataArray:
    """Chains with first-order autocorrelation: an ESS of (1 - c) / (1 + c) of the draws."""
    noise = np.random.default_rng(2).standard_normal((4, 500))
    draws = np.zeros_like(noise)
    draws[:, 0] = noise[:, 0]
    for k in range(1, 500):
        draws[:, k] = correlation * draws[:, k - 1] + np.sqrt(1 - correlation**2) * noise[:, k]
    return xr.DataArray(draws, dims=("chain", "draw"), name="effect")


def test_the_truth_passes() -> None:
    assert assert_recovers(independent(2.0), 2.0).covered
    assert assert_recovers(independent(2.0), 2.0, max_sd=1.1).covered
    assert_recovers(independent(elements=300), 0.0)


def test_a_bias_fails_and_the_message_tells_it_from_luck() -> None:
    with pytest.raises(AssertionError) as caught:
        assert_recovers(independent(0.0), 6.0)
    message = str(caught.value)
    for part in (
        "misses the truth by -5.97", "bound is 4.00", "truth 6", "rank of the truth 1.000",
        "with probability 2.3e-09", "sampler's own error", "bulk ESS", "R-hat 1.00", "calibrate(",
    ):  # fmt: skip
        assert part in message, message


def test_a_bound_is_kept_to() -> None:
    answer = independent(0.0)
    assert_recovers(answer, 3.5)
    with pytest.raises(AssertionError, match=r"bound is 3\.00"):
        assert_recovers(answer, 3.5, bound=3.0)


def test_too_few_effective_draws_are_no_verdict() -> None:
    for truth in (0.0, 50.0):
        with pytest.raises(CannotTellError, match="cannot tell whether effect is right: bulk ESS"):
            assert_recovers(sticky(0.98), truth)
    assert not issubclass(CannotTellError, AssertionError)
    assert_recovers(sticky(0.3), 0.0)
    with pytest.raises(CannotTellError):
        assert_recovers(sticky(0.3), 0.0, min_ess=1_900)


def test_chains_that_disagree_are_no_verdict() -> None:
    answer = independent() + xr.DataArray([0.0, 0.0, 0.0, 8.0], dims="chain")
    with pytest.raises(CannotTellError, match=r"R-hat [1-9]\.[1-9]"):
        assert_recovers(answer.rename("effect"), 0.0)


def test_a_posterior_that_learnt_nothing_can_be_refused() -> None:
    with pytest.raises(AssertionError, match="above max_sd"):
        assert_recovers(independent(0.0), 0.0, max_sd=0.5)


def test_one_of_many_elements_is_found_and_named() -> None:
    answer = independent(elements=300)
    truth = xr.zeros_like(answer.isel(chain=0, draw=0, drop=True))
    truth[17] = 9.0
    with pytest.raises(AssertionError, match=r"(?s)at unit=17.*1 of 300 elements") as caught:
        assert_recovers(answer, truth)
    assert "worst of 300" in str(caught.value)


def test_the_worst_of_many_elements_may_be_further_off_than_one() -> None:
    answer = independent(elements=300)
    truth = xr.zeros_like(answer.isel(chain=0, draw=0, drop=True))
    truth[17] = 4.5
    assert_recovers(answer, truth)
    with pytest.raises(AssertionError):
        assert_recovers(answer[..., 17], 4.5)


def test_a_bias_shared_by_most_elements_fails_at_the_bound_itself() -> None:
    with pytest.raises(AssertionError, match="300 of 300 elements are beyond 4 sds"):
        assert_recovers(independent(elements=300), 4.5)


def test_a_deterministic_answer_is_exact_or_wrong() -> None:
    answer = xr.full_like(independent(), 0.3)
    assert_recovers(answer, 0.1 + 0.2)
    with pytest.raises(AssertionError, match="probability 0"):
        assert_recovers(answer, 0.31)


def test_an_answer_that_is_nan_does_not_pass() -> None:
    answer = independent(elements=3)
    answer[..., 1] = np.nan
    with pytest.raises(AssertionError, match=r"NaN on one side only, such as unit=1"):
        assert_recovers(answer, 0.0)


def test_a_summary_cannot_be_judged() -> None:
    summary = xr.DataArray([0.0, 1.0], coords={"statistic": ["mean", "sd"]}, name="effect")
    with pytest.raises(QueryError, match="summary"):
        assert_recovers(summary, 0.0)


def test_two_draws_are_no_verdict() -> None:
    """Their effective sample size is NaN, which is not at least anything."""
    with pytest.raises(CannotTellError, match="bulk ESS nan"):
        assert_recovers(independent()[:, :2], 0.0)
    with pytest.raises(CannotTellError, match="bulk ESS nan"):
        assert_agree(independent()[:, :2], independent(seed=2)[:, :2])


@pytest.mark.parametrize("bad", [0, -1.0, np.nan, "4"])
@pytest.mark.parametrize("option", ["bound", "min_ess", "max_sd"])
def test_options_are_numbers_above_zero(option: str, bad: Any) -> None:
    with pytest.raises(QueryError, match=f"{option} is a number above 0"):
        assert_recovers(independent(), 0.0, **{option: bad})
    if option != "max_sd":
        with pytest.raises(QueryError, match=f"{option} is a number above 0"):
            assert_agree(independent(), independent(seed=2), **{option: bad})


@pytest.mark.parametrize(
    "other", [0.0, None, np.zeros((4, 500)), independent().mean(("chain", "draw"))]
)
def test_only_answers_can_agree(other: Any) -> None:
    with pytest.raises(QueryError, match="posterior"):
        assert_agree(independent(), other)
    with pytest.raises(QueryError, match="posterior"):
        assert_recovers(other, 0.0)


def test_two_routes_to_one_posterior_agree() -> None:
    assert_agree(independent(seed=1), independent(seed=2))
    assert_agree(independent(elements=20, seed=1), independent(elements=20, seed=2))


def test_routes_that_part_are_told_by_mean_and_by_sd() -> None:
    one, two = independent(seed=1), independent(seed=2)
    with pytest.raises(AssertionError, match="the means of two answers"):
        assert_agree(one, two + 0.3)
    with pytest.raises(AssertionError, match="the standard deviations of two answers"):
        assert_agree(one, two * 1.3)
    with pytest.raises(CannotTellError):
        assert_agree(one, sticky(0.98))


class Overconfident:
    """A scenario whose worlds are not those of its model: its answers miss more often than told."""

    hidden = ()
    units = 20

    def __init__(self) -> None:
        import pymc as pm

        with pm.Model(coords={"unit": range(1)}) as self.model:
            effect = pm.Normal("effect", 0.0, 1.0)
            pm.Normal("y", effect, 1.0, dims="unit")
        self.parameters = {"effect": 4.0}

    def simulate(self, units: int, seed: int) -> Any:
        from ifonly.inference import World

        return World.simulate(self.model, self.parameters, units=units, seed=seed)


@pytest.mark.slow
def test_a_calibration_that_fails_says_how_often_the_truth_was_held() -> None:
    from ifonly.inference import ATE, set_to

    query = ATE("y", do={"effect": set_to(0.0)})
    with pytest.raises(AssertionError, match=r"not uniform.*90% intervals"):
        assert_calibrated(Overconfident(), query, 30, parameters="truth", draws=50, alpha=0.01)
    with pytest.raises(QueryError, match="alpha"):
        assert_calibrated(Overconfident(), query, alpha=0)
