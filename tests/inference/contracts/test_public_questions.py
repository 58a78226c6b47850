"""Questions that users of PyMC, DoWhy, EconML, brms and PyMC-Marketing asked in public, posed.

Each is the kind of an issue or a thread: how it was worded stands above it.
"""

from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy.special import expit, ndtr

from ifonly.inference import (
    ATE,
    ATT,
    CATE,
    ITE,
    NDE,
    NIE,
    QTE,
    Counterfactual,
    PotentialOutcome,
    scale,
    shift,
)

from .asked import asked, drawn, prior_posterior

pytestmark = pytest.mark.usefixtures("quick_compile")

N = 24
RNG = np.random.default_rng(10)
X, Z, Y = RNG.normal(size=(3, N))
T, THREE, FOUR, FIVE = np.arange(N) % 2, np.arange(N) % 3, np.arange(N) % 4, np.arange(N) % 5


def rows(values: Any) -> Any:
    """Return one row for all units of numbers with one value a draw."""
    return np.repeat(np.asarray(values)[:, None], N, axis=1)


def test_a_binary_effect_of_a_continuous_cause_stays_binary() -> None:
    """Counterfactual samples give -1 of a column of 0 and 1, when the cause rises by a tenth."""
    with pm.Model(coords={"unit": range(1)}) as model:
        rate, a = pm.Normal("rate", 150, 20, dims="unit"), pm.HalfNormal("a", 0.1)
        pm.Bernoulli("pain", logit_p=-a * (rate - 150), dims="unit")
    p = prior_posterior(model, pd.DataFrame({"rate": 150 + 10 * X, "pain": T}))
    found = asked(p, Counterfactual("pain", do={"rate": scale(1.1)}))
    assert set(np.unique(found)) <= {0, 1}
    assert (found <= T).all()  # as it is raised, pain can only go


def test_counterfactuals_of_a_category() -> None:
    """Counterfactual statements with categorical variables."""
    with pm.Model(coords={"unit": range(1), "plan_": ["a", "b", "c"]}) as model:
        x, b = pm.Normal("x", dims="unit"), pm.Normal("b", dims="plan_")
        plan = pm.Categorical("plan", logit_p=x[:, None] * b, dims="unit")
        pm.Normal("y", pm.Normal("e", dims="plan_")[plan], 1, dims="unit")
    data = pd.DataFrame({"x": X, "plan": np.array(["a", "b", "c"])[THREE], "y": Y})
    p = prior_posterior(model, data)
    np.testing.assert_array_equal(
        asked(p, Counterfactual("plan", do={"x": shift(0.0)})), [THREE] * 3
    )
    found = asked(p, ATE("y", do={"plan": "c"}, versus={"plan": "a"}))
    e = drawn(p, "e")
    np.testing.assert_allclose(found, e[:, 2] - e[:, 0])


def test_three_treatments_and_a_binary_outcome() -> None:
    """A treatment of three values and an outcome of 0 or 1: which effects these are."""
    with pm.Model() as model:
        t, x, a = pm.Data("t", THREE), pm.Data("x", X), pm.Normal("a", shape=3)
        p = pm.Deterministic("p", pm.math.invlogit(a[t] + pm.Normal("b") * x))
        pm.Bernoulli("y", p, observed=T)
    post = prior_posterior(model)
    a, b = drawn(post, "a"), drawn(post, "b")[:, None]
    chance = np.stack([expit(a[:, [k]] + b * X) for k in range(3)], axis=1)
    found = asked(post, ATE("p", do={"t": [0, 1, 2]}, versus={"t": 0}))
    np.testing.assert_allclose(found, (chance - chance[:, :1]).mean(axis=2), atol=1e-12)
    treated = asked(post, ATT("p", do={"t": 2}, versus={"t": 0}))
    expected = (chance[:, 2] - chance[:, 0])[:, THREE == 2].mean(axis=1)
    np.testing.assert_allclose(treated, expected, atol=1e-12)
    ratio = asked(post, PotentialOutcome("p", do={"t": [0, 1]})).mean(axis=2)
    np.testing.assert_allclose(
        ratio[:, 1] / ratio[:, 0], chance[:, 1].mean(1) / chance[:, 0].mean(1)
    )


def test_two_treatments_alone_and_together() -> None:
    """Two binary campaigns: one model of both gives another effect of the first than its own."""
    with pm.Model() as model:
        mail, ad, b = pm.Data("mail", T), pm.Data("ad", FOUR // 2), pm.Normal("b", shape=3)
        p = pm.Deterministic("p", pm.math.sigmoid(b[0] * mail + b[1] * ad + b[2] * mail * ad))
        pm.Bernoulli("churn", p=p, observed=THREE % 2)
    post = prior_posterior(model)
    b = drawn(post, "b")
    both = asked(post, ATE("p", do={"mail": 1, "ad": 1}, versus={"mail": 0, "ad": 0}))
    np.testing.assert_allclose(both, expit(b.sum(axis=1)) - 0.5)
    alone = asked(post, ATE("p", do={"mail": 1, "ad": 0}, versus={"mail": 0, "ad": 0}))
    np.testing.assert_allclose(alone, expit(b[:, 0]) - 0.5)


def test_levels_in_steps() -> None:
    """A treatment of several ordered levels, 0, 1, 2 and more."""
    with pm.Model() as model:
        claimed, e = pm.Data("claimed", FOUR), pm.Normal("e", shape=4)
        pm.Normal("y", e[claimed], 1, observed=Y)
    p = prior_posterior(model)
    found = asked(p, ATE("y", do={"claimed": [1, 2, 3]}, versus={"claimed": 0}))
    np.testing.assert_allclose(found, drawn(p, "e")[:, 1:] - drawn(p, "e")[:, :1])


def ordered_cut(count: int) -> Any:
    """Return cutpoints in order, as parameters."""
    ordered = pm.distributions.transforms.ordered
    return pm.Normal("cut", 0, 2, shape=count, transform=ordered, initval=np.arange(float(count)))


def test_a_normal_mediator_of_an_ordinal_outcome() -> None:
    """Whether coefficients may be multiplied if the outcome is cumulative probit: they may not."""
    with pm.Model() as model:
        x, a, b = pm.Data("X", X, dims="unit"), pm.Normal("a"), pm.Normal("b", shape=2)
        m = pm.Normal("M", a * x, 1, dims="unit")
        pm.OrderedProbit("Y", eta=b[0] * m + b[1] * x, cutpoints=ordered_cut(3), dims="unit")
    p = prior_posterior(model, {"M": Z, "Y": FOUR})
    a, b, cut = drawn(p, "a")[:, None], drawn(p, "b"), drawn(p, "cut")
    found = asked(p, NIE("Y_probs", do={"X": 1.0}, versus={"X": 0.0}, mediators=["M"]))

    def probs(x: float, m: Any) -> Any:
        eta = (b[:, :1] * m + b[:, 1:] * x)[..., None]
        return np.diff(ndtr(cut[:, None, :] - eta), axis=2, prepend=0.0, append=1.0)

    own = Z - a * X  # each unit's own part of the mediator
    expected = (probs(1.0, a + own) - probs(1.0, own)).mean(axis=1)
    np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.slow
def test_an_ordinal_or_binary_mediator() -> None:
    """A mediator that is a Likert item, or yes and no, whose indirect effect is no product."""
    with pm.Model() as model:
        x, a, b = pm.Data("X", X, dims="unit"), pm.HalfNormal("a"), pm.Normal("b", shape=3)
        m = pm.OrderedProbit("M", eta=a * x, cutpoints=ordered_cut(3), dims="unit", compute_p=False)
        k = pm.Bernoulli("K", logit_p=a * x, dims="unit")
        pm.Normal("Y", b[0] * m + b[1] * x + b[2] * k, 1, dims="unit")
    p = prior_posterior(model, {"M": FOUR, "K": T, "Y": Y})
    doing: Any = {"do": {"X": 1.0}, "versus": {"X": 0.0}}
    direct = asked(p, NDE("Y", mediators=["M", "K"], **doing))
    np.testing.assert_allclose(direct, drawn(p, "b")[:, 1])
    steps = asked(p, ITE("M", do={"X": shift(1.0)}))
    assert (steps >= 0).all()
    total = asked(p, ATE("Y", **doing))
    np.testing.assert_allclose(total, direct + asked(p, NIE("Y", mediators=["M", "K"], **doing)))


def test_doing_where_values_are_missing() -> None:
    """The do operator with missing covariates and outcomes."""
    table = {"x": np.where(FIVE, X, np.nan), "t": T, "y": np.where(THREE, Y, np.nan)}
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        t = pm.Bernoulli("t", logit_p=x, dims="unit")
        pm.Normal("y", pm.Normal("tau") * t + pm.Normal("b") * x, 1, dims="unit")
    p = prior_posterior(model, pd.DataFrame(table))
    np.testing.assert_allclose(asked(p, ATE("y", do={"t": 1}, versus={"t": 0})), drawn(p, "tau"))


def test_spending_nothing_on_one_channel() -> None:
    """What sales had been without the first channel, with adstock and saturation."""
    spend = np.abs(np.column_stack([X, Z]))
    with pm.Model(coords={"channel": ["tv", "radio"], "date": range(N)}) as model:
        given = pm.Data("spend", spend, dims=("date", "channel"))
        keep, beta = pm.Beta("keep", 1, 3, dims="channel"), pm.HalfNormal("beta", 2, dims="channel")
        late = [pt.concatenate([pt.zeros((k, 2)), given[: N - k]]) for k in range(3)]
        stock = sum(keep**k * v for k, v in enumerate(late))
        part = pm.Deterministic("part", beta * pt.tanh(stock), dims=("date", "channel"))
        pm.Normal("sales", part.sum(axis=-1), pm.HalfNormal("sigma", 2), observed=Y, dims="date")
    p = prior_posterior(model)
    found = asked(p, ITE("sales", do={"spend": scale(np.array([0.0, 1.0]))}))
    keep, beta = drawn(p, "keep")[:, :1], drawn(p, "beta")[:, :1]
    lagged = [np.concatenate([np.zeros(k), spend[: N - k, 0]]) for k in range(3)]
    stock = sum(keep**k * v for k, v in enumerate(lagged))
    np.testing.assert_allclose(found, -beta * np.tanh(stock), atol=1e-12)


def test_treatment_by_clusters_and_panels() -> None:
    """Effects that vary over clusters; one period of a panel that had gone otherwise."""
    with pm.Model(coords={"cluster": range(5)}) as model:
        cluster, t = pm.Data("cluster_idx", FIVE, dims="obs"), pm.Data("treat", T, dims="obs")
        own = pm.Normal("own", pm.Normal("mu"), pm.HalfNormal("sd"), dims="cluster")
        pm.Normal("y", own[cluster] * t, 1, observed=Y, dims="obs")
    p = prior_posterior(model)
    found = asked(p, CATE("y", do={"treat": 1}, versus={"treat": 0}, by="cluster_idx"))
    np.testing.assert_allclose(found, drawn(p, "own"))
    with pm.Model(coords={"id": range(8), "time": range(3)}) as panel:
        t = pm.Data("t", T.reshape(8, 3), dims=("id", "time"))
        a, b = pm.Normal("a", dims="id"), pm.Normal("b")
        pm.Normal("y", a[:, None] + b * t, 1, observed=Y.reshape(8, 3), dims=("id", "time"))
    p = prior_posterior(panel)
    found = asked(p, ITE("y", do={"t": np.array([1, 0, 0])}, versus={"t": 0}))
    expected = drawn(p, "b")[:, None, None] * np.tile([1.0, 0.0, 0.0], (8, 1))
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_outcomes_that_are_not_normal() -> None:
    """Counts with an exposure, prices on the log scale, shares, and a lower limit."""
    exposure = np.exp(Z)
    with pm.Model() as model:
        t, at = pm.Data("t", T), pm.Data("exposure", exposure)
        b = pm.Normal("b", 0, 0.5, shape=2)
        linear = b[0] + b[1] * t
        pm.Poisson("n", pm.math.exp(linear) * at, observed=FOUR)
        pm.LogNormal("price", linear, 0.5, observed=np.exp(Y))
        pm.Beta("share", mu=pm.math.invlogit(linear), nu=10.0, observed=expit(Y))
        pm.Censored("spent", pm.Normal.dist(linear, 1.0), 0.0, None, observed=np.maximum(Y, 0))
    p = prior_posterior(model)
    b = drawn(p, "b")
    doing: Any = {"do": {"t": 1}, "versus": {"t": 0}}
    mean = np.exp(b[:, 0]) * (np.exp(b[:, 1]) - 1)
    np.testing.assert_allclose(
        asked(p, ATE("n", expectation=True, **doing)), mean * exposure.mean()
    )
    np.testing.assert_allclose(
        asked(p, ATE("price", expectation=True, **doing)), mean * np.exp(0.125)
    )
    share = asked(p, ATE("share", expectation=True, **doing))
    np.testing.assert_allclose(share, expit(b.sum(axis=1)) - expit(b[:, 0]))
    untreated = np.exp(Y) * np.exp(-b[:, 1:] * T)
    found = asked(p, QTE("price", q=[0.25, 0.5], **doing))
    quantiles = np.quantile(untreated, [0.25, 0.5], axis=1).T * (np.exp(b[:, 1:]) - 1)
    np.testing.assert_allclose(found, quantiles)
    assert (asked(p, ITE("spent", **doing)) * np.sign(b[:, 1:]) >= 0).all()


def test_features_bases_and_several_outcomes() -> None:
    """A treatment that is computed, a spline in a matrix, outcomes side by side, a mixture."""
    basis = np.column_stack([X**k for k in range(3)])
    with pm.Model(coords={"basis": range(3), "goal": ["a", "b"]}) as model:
        t, matrix = pm.Data("t", T), pm.Data("B", basis)
        ratio = pm.Deterministic("ratio", pm.Data("spent", X) / pm.Data("clicks", 1 + FOUR))
        w, own, b = pm.Normal("w", dims="basis"), pm.Normal("own", dims="basis"), pm.Normal("b")
        pm.Normal("y", matrix @ w + t * (matrix @ own) + b * ratio, 1, observed=Y)
        goals = t[:, None] * pm.Normal("g", dims="goal")
        pm.Normal("both", goals, 1.0, observed=np.column_stack([X, Z]))
        parts = [pm.Normal.dist(k * t, 1.0) for k in (1.0, 3.0)]
        pm.Mixture("mixed", w=pm.Dirichlet("share", np.ones(2)), comp_dists=parts, observed=Z)
    p = prior_posterior(model)
    doing: Any = {"do": {"t": 1}, "versus": {"t": 0}}
    np.testing.assert_allclose(asked(p, ITE("y", **doing)), drawn(p, "own") @ basis.T, atol=1e-12)
    found = asked(p, ATE("y", do={"ratio": 2.0}, versus={"ratio": 1.0}))
    np.testing.assert_allclose(found, drawn(p, "b"))
    np.testing.assert_allclose(asked(p, ATE("both", **doing)), drawn(p, "g"), atol=1e-12)
    moved = asked(p, ITE("mixed", **doing))
    assert np.isclose(moved[..., None], [1.0, 3.0], atol=1e-9).any(axis=-1).all()


@pytest.mark.parametrize("index", [None, "dates", "names"])
def test_tables_as_they_come(index: str | None) -> None:
    """A treatment of True and False, and rows with dates or names."""
    labels = {"dates": pd.date_range("2026-01-01", periods=N), "names": [f"u{k}" for k in range(N)]}
    table = pd.DataFrame({"t": T.astype(bool), "y": Y}, index=labels.get(index or ""))
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Bernoulli("t", 0.5, dims="unit")
        pm.Normal("y", pm.Normal("b") * t, 1, dims="unit")
    p = prior_posterior(model, table)
    answer = p.ask(ITE("y", do={"t": True}, versus={"t": False}))
    np.testing.assert_allclose(answer[0], rows(drawn(p, "b")))
    assert len(answer["unit"]) == N
