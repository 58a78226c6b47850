"""Chains that did not converge are told in the answer, and by a warning."""

import arviz as az
import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, ConvergenceWarning, Diagnostics, PotentialOutcome, condition
from ifonly.inference.posterior.diagnostics import diagnose
from ifonly.scenarios.reports.sections import diagnostics_section

pytestmark = pytest.mark.usefixtures("quick_compile")


def idata(values, **stats):
    tree = {"posterior": {"a": values}}
    if stats:
        tree["sample_stats"] = stats
    return az.from_dict(tree)


@pytest.fixture(scope="module")
def good():
    return np.random.default_rng(0).normal(size=(4, 500))


def test_good_chains_converge(good):
    energy = np.random.default_rng(1).normal(size=(4, 500))
    found = diagnose(idata(good, diverging=np.zeros((4, 500), bool), energy=energy))
    assert found.converged
    assert found.problems == ()
    assert found.r_hat < 1.01
    assert found.ess_bulk > 1000
    assert found.bfmi == pytest.approx(2.0, abs=0.3), "white noise"


def test_what_is_wrong_is_told(good):
    apart = good + np.arange(4)[:, None]
    assert any("R-hat" in p for p in diagnose(idata(apart)).problems)
    sticky = np.cumsum(good, axis=1)
    assert any("ESS" in p for p in diagnose(idata(sticky)).problems)
    short = diagnose(idata(good[:, :50]))
    assert any("ESS" in p for p in short.problems)
    diverging = np.zeros((4, 500), bool)
    diverging[0, :3] = True
    assert "3 divergent transitions" in diagnose(idata(good, diverging=diverging)).problems
    slow = np.cumsum(good, axis=1)
    problems = diagnose(idata(good, diverging=diverging & False, energy=slow)).problems
    assert any("BFMI" in p for p in problems)


def test_one_bad_value_among_many_is_found(good):
    values = np.random.default_rng(2).normal(size=(4, 500, 30))
    values[..., 17] += 3.0 * np.arange(4)[:, None]
    assert not diagnose(idata(values)).converged


def test_constants_are_no_problem(good):
    """A latent that is fixed, or a derived parameter that never moves, has no R-hat."""
    tree = az.from_dict({"posterior": {"a": good, "fixed": np.ones((4, 500))}})
    assert diagnose(tree).converged


def test_chains_that_are_stuck_at_different_values_did_not_converge(good):
    """Each never moves, so that no spread within chains is there to compare with."""
    values = np.ones((4, 500, 1000), dtype=int)
    assert diagnose(az.from_dict({"posterior": {"a": good, "k": values}})).converged
    values[2, :, 333] = 0
    found = diagnose(az.from_dict({"posterior": {"a": good, "k": values}}))
    assert not found.converged
    assert found.r_hat == np.inf
    assert "R-hat inf" in found.problems[0]


def test_the_answer_warns_and_says_so(make_chain, chain_world, chain_draws, posterior_by_hand):
    posterior = posterior_by_hand(make_chain(), chain_world.data, chain_draws)
    vars(posterior)["diagnostics"] = Diagnostics(1.2, 50.0, 60.0, 7, 0.1)
    with pytest.warns(ConvergenceWarning, match=r"R-hat 1\.200.*7 divergent") as caught:
        answer = posterior.ask(ATE("y", do={"x": 1.0}))
    assert caught[0].filename == __file__, "the warning points at the caller"
    assert answer.attrs["converged"] == 0
    assert (answer.attrs["r_hat"], answer.attrs["divergences"]) == (1.2, 7)
    for part in ("R-hat", "bulk ESS 50", "tail ESS 60", "divergent", "BFMI"):
        assert part in answer.attrs["problems"]


def test_independent_draws_are_judged_by_their_weights() -> None:
    """By luck alone 4 x 110 independent draws can miss the bounds of chains."""
    rng = np.random.default_rng(0)
    tree = idata(rng.normal(size=(4, 110)))
    found = diagnose(tree, efficiency=0.95)
    assert found.ess_bulk == found.ess_tail == pytest.approx(0.95 * 440)
    assert found.converged
    assert diagnose(tree, efficiency=0.5).problems == ("220 independent draws, below 400",)


@pytest.mark.filterwarnings("error")
def test_independent_draws_are_few_and_have_no_convergence():
    """Of 300 independent draws nothing failed to converge; that they are few is said."""
    data = {"y": np.random.default_rng(0).normal(size=30)}
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Normal("y", pm.Normal("mean", 0.0, 2.0), 1.0, dims="unit")
    query = PotentialOutcome("y", do={"mean": 1.0}, units="new", seed=1)
    made = {
        n: condition(model, data, draws=n, chains=1, seed=1, progress=False) for n in (300, 400)
    }
    with pytest.warns(ConvergenceWarning, match="few draws: 300 independent draws, below 400$"):
        answer = made[300].ask(query)
    assert answer.attrs["converged"] == 1
    assert "converge" not in answer.attrs["problems"]
    assert made[400].ask(query).attrs["problems"] == ""
    assert "there is no convergence to doubt; they are few" in diagnostics_section(made[300]).text
    assert "few" not in diagnostics_section(made[400]).text
