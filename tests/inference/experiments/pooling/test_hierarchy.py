"""The hierarchical posterior: by quadrature, by an independent integral, and by NUTS."""

import arviz as az
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import halfcauchy, multivariate_normal

from ifonly.inference import DataError, condition
from ifonly.inference.experiments import assurance, pool
from ifonly.models.meta_analysis import meta_analysis

from .studies import SCHOOLS, bcg


def test_the_published_figures_of_the_eight_schools() -> None:
    """tau is 3.598 over all its values; 3.59 where one stops at 30."""
    found = pool(*SCHOOLS, mean_sd=5.0, spread_scale=5.0).table
    assert found.loc["mu"].tolist() == pytest.approx([4.40, 3.32], abs=0.005)
    assert found.loc["tau", "mean"] == pytest.approx(3.59, abs=0.01)
    flat = pool(*SCHOOLS).table
    assert flat.loc["mu"].tolist() == pytest.approx([7.93, 5.18], abs=0.005)
    assert flat.loc["tau", "mean"] == pytest.approx(6.57, abs=0.01)


def test_the_spread_is_that_of_an_independent_integral() -> None:
    """The likelihood of all estimates at once, from the multivariate normal distribution."""
    y, s = SCHOOLS

    def density(t: float) -> float:
        law = multivariate_normal(np.zeros(8), np.diag(s**2 + t**2) + 25)
        return float(law.pdf(y) * halfcauchy(scale=5).pdf(t) * 1e14)

    whole = quad(density, 0, np.inf, limit=400)[0]
    mean = quad(lambda t: t * density(t), 0, np.inf, limit=400)[0] / whole
    found = pool(y, s, mean_sd=5.0, spread_scale=5.0)
    assert found.table.loc["tau", "mean"] == pytest.approx(mean, abs=1e-4)


def test_the_mean_of_the_bcg_trials_is_near_that_of_moments() -> None:
    found = pool(*bcg(), mean_sd=5.0, spread_scale=1.0).table
    assert found.loc["mu"].tolist() == pytest.approx([-0.71, 0.20], abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("studies", "scale"), [(SCHOOLS, 5.0), (bcg(), 1.0)], ids=["eight schools", "BCG trials"]
)
def test_sampling_the_model_gives_the_same(
    studies: tuple[np.ndarray, np.ndarray], scale: float
) -> None:
    y, s = studies
    model = meta_analysis(mean_sd=5.0, spread_scale=scale)
    posterior = condition(
        model, {"estimate": y, "se": s}, method="nuts", draws=4_000, tune=1_000, chains=4,
        seed=1, progress=False, sampler="nutpie", target_accept=0.95,
    )  # fmt: skip
    found = pool(y, s, mean_sd=5.0, spread_scale=scale).table
    drawn = posterior.idata["posterior"]
    for name in ("mu", "tau"):
        mean, sd = float(drawn[name].mean()), float(drawn[name].std())
        # Two decimals in units of the posterior's own spread, but for four Monte Carlo errors.
        error = sd / np.sqrt(float(az.ess(drawn[name].to_numpy())))
        assert error < 0.03 * sd
        assert abs(mean - found.loc[name, "mean"]) < max(0.01 * sd, 4 * error)
        assert sd == pytest.approx(found.loc[name, "sd"], rel=0.06)


def test_shrinkage_cures_the_winners_curse() -> None:
    """Of two hundred experiments the ten largest estimates are too large, and the means are not."""
    rng = np.random.default_rng(8)
    gaps = []
    for _ in range(60):
        truth = rng.normal(0.1, 0.1, 200)
        se = rng.uniform(0.1, 0.3, 200)
        effects = pool(rng.normal(truth, se), se).effects
        top = np.argsort(-effects["estimate"].to_numpy())[:10]
        gaps.append((effects[["estimate", "mean"]].to_numpy()[top] - truth[top, None]).mean(axis=0))
    (raw, shrunken), error = np.mean(gaps, axis=0), np.std(gaps, axis=0) / np.sqrt(60)
    assert raw > 0.3
    assert abs(shrunken) < 4 * error[1] + 0.01


def test_the_prior_for_the_next_experiment_is_that_of_its_draws() -> None:
    found = pool(*SCHOOLS, mean_sd=5.0, spread_scale=5.0)
    mean, sd = found.next_effect
    draws = found.draws(200_000, seed=3)
    assert draws.mean() == pytest.approx(mean, abs=4 * sd / np.sqrt(200_000))
    assert draws.std() == pytest.approx(sd, rel=0.03)
    # An experiment like the last one: its assurance is far below the power at the mean effect.
    assert 0.1 < assurance(draws, 100.0, 2_000) < 0.4
    # Its variance is that of the mean effect, and that of effects about the mean.
    about = found.weight @ found.tau**2
    assert sd == pytest.approx(np.sqrt(found.table.loc["mu", "sd"] ** 2 + about))


def test_what_has_no_posterior_is_refused() -> None:
    with pytest.raises(DataError, match="pooling takes 3 or more"):
        pool([1.0, 2.0], [1.0, 1.0])
    with pytest.raises(DataError, match="mean_sd is a number above 0"):
        pool([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], mean_sd=0.0)
    assert pool([1.0, 2.0], [1.0, 1.0], spread_scale=1.0).table.loc["mu", "mean"] == pytest.approx(
        1.5
    )
