"""Survival and time series of PyMC's example gallery, restated; answers are held to algebra."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from scipy.special import expit

from ifonly.inference import ITE, Counterfactual, PotentialOutcome, shift

from .asked import check_answers

pytestmark = pytest.mark.usefixtures("quick_compile")

CASES: list[Callable[[], Any]] = []

N = 12
RNG = np.random.default_rng(21)
X, M, Y = RNG.normal(size=(3, N))
GONE = np.arange(N) % 3 > 0
TIME = RNG.weibull(1.4, N) * 3
DESIGN = np.column_stack([np.ones(N), np.arange(N) % 2])
DIED = RNG.integers(0, 2, size=(N, 4))
AT_RISK = RNG.uniform(0.1, 3.0, size=(N, 4))


def case(make: Callable[[], Any]) -> Callable[[], Any]:
    """Keep a model with its questions."""
    CASES.append(make)
    return make


@case
def proportional_hazards() -> Any:
    """Bayesian survival analysis: a Poisson count for each patient and interval, and no dims."""
    with pm.Model(coords={"intervals": np.arange(4)}) as model:
        base = pm.Gamma("base", 1.0, 1.0, dims="intervals")
        beta = pm.Normal("beta", 0, sigma=1)
        hazard = pm.Deterministic("hazard", pt.outer(pt.exp(beta * DESIGN[:, 1]), base))
        pm.Poisson("died", pm.Deterministic("mu", AT_RISK * hazard), observed=DIED)
    x = DESIGN[None, :, 1, None]

    def told(d: Any) -> Any:
        return d["base"][:, None] * np.exp((1 + d["beta"][:, None, None]) * x)

    return (
        model,
        None,
        [
            (PotentialOutcome("hazard", do={"beta": shift(1.0)}), told),
            (PotentialOutcome("mu", do={"beta": shift(1.0)}), lambda d: AT_RISK * told(d)),
        ],
    )


@case
def hazards_that_change() -> Any:
    """The same with an effect that walks over the intervals."""
    with pm.Model(coords={"intervals": np.arange(4)}) as model:
        base = pm.Gamma("base", 1.0, 1.0, dims="intervals")
        beta = pm.GaussianRandomWalk(
            "beta", init_dist=pm.Normal.dist(), sigma=1.0, dims="intervals"
        )
        hazard = pm.Deterministic("hazard", base * pt.exp(pt.outer(pt.constant(X), beta)))
        pm.Poisson("died", pm.Deterministic("mu", AT_RISK * hazard), observed=DIED)
    return (
        model,
        None,
        [(PotentialOutcome("hazard", do={"beta": 0.0}), lambda d: d["base"][:, None])],
    )


def of_events(name: str, law: Any, survival: Callable[..., Any]) -> Any:
    """Return a model whose data are split by whether the event was seen."""
    log_time = np.log(TIME)
    with pm.Model() as model:
        predictors = pm.Data("predictors", DESIGN)
        censored = pm.Data("censored", ~GONE)
        y_seen, y_open = pm.Data("y_seen", log_time[GONE]), pm.Data("y_open", log_time[~GONE])
        beta = pm.Normal("beta", 0.0, 5.0, shape=2)
        eta = beta.dot(predictors.T)
        s = pm.HalfNormal("s", 5.0)
        law(name, eta[~censored], s, observed=y_seen)
        pm.Potential("open", survival(y_open, eta[censored], s))
    late = log_time[GONE]
    return (
        model,
        None,
        [
            (
                ITE(name, do={"beta": shift(np.array([0.5, 1.0]))}),
                lambda d: (DESIGN @ [0.5, 1.0])[GONE],
            ),
            (
                Counterfactual(name, do={"beta": 0.0}),
                lambda d: late - d["beta"] @ DESIGN[GONE].T,
            ),
        ],
    )


def extreme_values_of_log_times() -> Any:
    """Parametric survival: Gumbel for what was seen, and a Potential for what was not."""
    return of_events("events", pm.Gumbel, lambda y, m, s: 1.0 - pt.exp(-pt.exp(-(y - m) / s)))


def logistic_log_times() -> Any:
    """The same, log-logistic."""
    return of_events("seen", pm.Logistic, lambda y, m, s: 1.0 - pm.math.sigmoid((y - m) / s))


@case
def censored_values_as_latents() -> Any:
    """Censored data, the imputed model: three groups of units of different number."""
    with pm.Model() as model:
        mu, sigma = pm.Normal("mu", 9.0, 3.0), pm.HalfNormal("sigma", 3.0)
        pm.Normal(
            "above",
            mu,
            sigma,
            default_transform=pm.distributions.transforms.Interval(16.0, None),
            shape=3,
            initval=np.full(3, 17.0),
        )
        pm.Normal("observed", mu=mu, sigma=sigma, observed=Y + 9, shape=N)
    return model, None, [(Counterfactual("observed", do={"mu": shift(2.0)}), lambda d: Y + 11)]


@case
def frailties_of_groups() -> Any:
    """Frailty models: shared frailties in the hazard, and a matrix of covariates with dims."""
    coords = {"intervals": range(4), "preds": ["sentiment", "male"], "individuals": range(N)}
    field = np.arange(N) % 3
    with pm.Model(coords={**coords, "field": range(3)}) as model:
        covariates = pm.Data("covariates", np.column_stack([X, M]), dims=("individuals", "preds"))
        base = pm.Gamma("base", 1.0, 1.0, dims=("intervals"))
        beta = pm.Normal("beta", 0, sigma=1, dims="preds")
        frailty = pm.Gamma("frailty", 2.0, 2.0, dims="field")
        risk = frailty[field] * pt.exp(pm.math.dot(beta, covariates.T))
        hazard = pm.Deterministic("hazard", pt.outer(risk, base), dims=("individuals", "intervals"))
        mu = pm.Deterministic("mu", AT_RISK * hazard, dims=("individuals", "intervals"))
        pm.Poisson("left", mu, observed=DIED, dims=("individuals", "intervals"))

    def hazard_of(d: Any, sentiment: Any) -> Any:
        risk = d["frailty"][:, field] * np.exp(d["beta"] @ [sentiment, M])
        return risk[:, :, None] * d["base"][:, None]

    return (
        model,
        None,
        [
            (
                ITE("hazard", do={"covariates": shift(np.array([1.0, 0.0]))}),
                lambda d: hazard_of(d, X + 1) - hazard_of(d, X),
            ),
            (
                PotentialOutcome("hazard", do={"frailty": 1.0}),
                lambda d: hazard_of(d, X) / d["frailty"][:, field, None],
            ),
        ],
    )


@case
def a_structural_series() -> Any:
    """Forecasting with structural series: a latent AR, a trend and a season, added."""
    fourier = RNG.normal(size=(2, N))
    with pm.Model() as model:
        model.add_coord("obs_id", list(range(N)))
        model.add_coord("fourier", np.arange(2))
        t = pm.Data("t", list(range(N)), dims="obs_id")
        y = pm.Data("y", Y, dims="obs_id")
        coefs = pm.Normal("coefs", [0.1, 0.2], [0.1, 0.1])
        sigma = pm.HalfNormal("sigma", 1.0)
        init = pm.Normal.dist(0.0, 0.1, size=1)
        ar = pm.AR(
            "ar", coefs, sigma=sigma, init_dist=init, constant=True, steps=t.shape[0] - 1,
            dims="obs_id",
        )  # fmt: skip
        a, b = pm.Normal("alpha", 0.0, 0.1), pm.Normal("beta", 0.0, 0.1)
        trend = pm.Deterministic("trend", a + b * t, dims="obs_id")
        weights = pm.Normal("weights", 0.0, 0.1, dims="fourier")
        season = pm.Deterministic("season", pm.math.dot(weights, fourier), dims="obs_id")
        mu = ar + trend + season
        pm.Normal("seen", mu=mu, sigma=sigma, observed=y, dims="obs_id")
    return (
        model,
        None,
        [
            (ITE("seen", do={"ar": shift(1.0)}), lambda d: 1.0),
            (Counterfactual("seen", do={"season": 0.0}), lambda d: Y - d["weights"] @ fourier),
            (ITE("seen", do={"t": shift(3)}), lambda d: 3 * d["beta"][:, None]),
        ],
    )


@case
def two_series_that_lead_each_other() -> Any:
    """Vector autoregression: lags of the data, and shocks that are correlated."""
    table = RNG.normal(size=(N + 2, 2))
    coords = {"lags": [1, 2], "equations": ["x", "y"], "cross": ["x", "y"], "time": range(N)}
    with pm.Model(coords=coords) as model:
        weights = pm.Normal("weights", 0.3, 1.0, dims=["equations", "lags", "cross"])
        alpha = pm.Normal("alpha", 0.0, 5.0, dims=("equations",))
        data = pm.Data("data_obs", table[2:], dims=["time", "equations"])
        ars = [
            pm.math.sum(
                [
                    pm.math.sum(weights[j, i] * table[2 - (i + 1) : -(i + 1)], axis=-1)
                    for i in range(2)
                ],
                axis=0,
            )
            for j in range(2)
        ]
        mean = alpha + pm.math.stack(ars, axis=-1)
        chol, _, _ = pm.LKJCholeskyCov("chol", eta=1.0, n=2, sd_dist=pm.HalfNormal.dist(sigma=1.0))
        pm.MvNormal("obs", mu=mean, chol=chol, observed=data, dims=["time", "equations"])
    lags = np.stack([table[1:-1], table[:-2]])
    return (
        model,
        None,
        [
            (Counterfactual("obs", do={"alpha": shift(np.array([1.0, 0.0]))}),
             lambda d: np.add(table[2:], [1.0, 0.0])),
            (Counterfactual("obs", do={"weights": 0.0}),
             lambda d: table[2:] - np.einsum("djik,itk->dtj", d["weights"], lags)),
        ],
    )  # fmt: skip


@case
def walks_of_several_series() -> Any:
    """A multivariate random walk over sections of time, read through an index."""
    section = pytensor.shared(np.repeat(np.arange(3), N // 3))
    table = RNG.normal(size=(N, 2))
    slope = np.linspace(-1, 1, N)
    with pm.Model(coords={"y_": ["y_0", "y_1"], "steps": np.arange(N)}) as model:
        chol, *_ = pm.LKJCholeskyCov("chol", n=2, eta=2, sd_dist=pm.HalfCauchy.dist(2.5))
        alpha = pm.MvGaussianRandomWalk(
            "alpha",
            mu=np.zeros(2),
            chol=chol,
            shape=(3, 2),
            init_dist=pm.MvNormal.dist(np.zeros(2), np.eye(2)),
        )
        beta = pm.Normal("beta", shape=(3, 2))
        mean = alpha[section] + beta[section] * slope[:, None]
        seen = pytensor.shared(table)
        pm.Normal("y", mean, pm.HalfNormal("sigma", 1.0), observed=seen, dims=("steps", "y_"))
    return (
        model,
        None,
        [
            (
                Counterfactual("y", do={"beta": 0.0}),
                lambda d: table - d["beta"][:, np.repeat(np.arange(3), N // 3)] * slope[:, None],
            ),
            (ITE("y", do={"alpha": shift(np.array([1.0, 0.0]))}), lambda d: [1.0, 0.0]),
        ],
    )


@case
def passengers_of_airlines() -> Any:
    """A season that multiplies a trend, without checks of bounds."""
    t, fourier = np.linspace(0, 1, N), RNG.normal(size=(N, 4))
    with pm.Model(check_bounds=False, coords={"fourier": np.arange(4)}) as model:
        α, β = pm.Normal("α", mu=0, sigma=0.5), pm.Normal("β", mu=0, sigma=0.5)
        trend = pm.Deterministic("trend", α + β * t)
        weights = pm.Normal("weights", mu=0, sigma=0.1, dims="fourier")
        season = pm.Deterministic("season", pm.math.dot(weights, fourier.T))
        pm.Normal("seen", trend * (1 + season), pm.HalfNormal("σ", 0.1), observed=Y)
    return (
        model,
        None,
        [
            (
                ITE("seen", do={"season": 0.0}),
                lambda d: -(d["α"][:, None] + d["β"][:, None] * t) * (d["weights"] @ fourier.T),
            )
        ],
    )


@case
def learning_from_rewards() -> Any:
    """Reinforcement learning: chances that a scan carries along the trials."""
    action, reward = np.arange(N) % 2, (np.arange(N) // 3) % 2

    def update(action: Any, reward: Any, q: Any, rate: Any) -> Any:
        return pt.set_subtensor(q[action], q[action] + rate * (reward - q[action]))

    with pm.Model() as model:
        rate, firm = pm.Beta("rate", 1, 1), pm.HalfNormal("firm", 10)
        q = pytensor.scan(
            fn=update,
            sequences=[pt.as_tensor_variable(action), pt.as_tensor_variable(reward)],
            outputs_info=[0.5 * pt.ones((2,), dtype="float64")],
            non_sequences=[rate],
            return_updates=False,
        )
        q = q[:-1] * firm
        logp = q - pt.logsumexp(q, axis=1, keepdims=True)
        right = pm.Deterministic("right", pt.exp(logp[:, 1]))
        pm.Bernoulli("like", p=right, observed=action[1:])

    def chances(d: Any) -> Any:
        found = []
        for firm in d["firm"]:
            q, row = np.array([0.5, 0.5]), []
            for a, r in zip(action[:-1], reward[:-1], strict=True):
                q[a] += 0.5 * (r - q[a])
                row.append(expit(firm * (q[1] - q[0])))
            found.append(row)
        return np.array(found)

    return (
        model,
        None,
        [
            (PotentialOutcome("right", do={"rate": 0.0}), lambda d: 0.5),
            (PotentialOutcome("right", do={"rate": 0.5}), chances),
        ],
    )


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_the_answer_is_that_of_the_algebra(make: Callable[[], Any]) -> None:
    check_answers(make)


@pytest.mark.parametrize("make", [extreme_values_of_log_times, logistic_log_times])
def test_units_of_a_potential_are_said_to_be_left_out(make: Callable[[], Any]) -> None:
    with pytest.warns(UserWarning, match="'open' has data of its own"):
        check_answers(make)
