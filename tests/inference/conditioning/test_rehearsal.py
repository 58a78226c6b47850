"""What is wrong with a query is known before anything is sampled, and nothing else is."""

import re
from typing import Any

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import (
    ATE,
    ATT,
    CATE,
    ITE,
    Counterfactual,
    DataError,
    ModelError,
    PotentialOutcome,
    QueryError,
    QueryWarning,
    condition,
    policy,
    rehearse,
    set_to,
    shift,
)
from ifonly.inference.conditioning.methods import METHODS

DATA = {"t": [0, 1, 1], "count": [0, 2, 1], "y": [0.3, 1.2, -0.4]}


@pytest.fixture(scope="module")
def model() -> pm.Model:
    with pm.Model(coords={"unit": range(1), "group": range(2)}) as model:
        effect = pm.Normal("effect", dims="group")
        spread = pm.HalfNormal("spread")
        latent = pm.Normal("latent", dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        count = pm.Poisson("count", pm.math.exp(latent), dims="unit")
        mean = pm.Deterministic("mean", effect[t] + count, dims="unit")
        pm.Normal("y", mean, spread, dims="unit")
    return model


@pytest.fixture(autouse=True)
def unsampled(monkeypatch: pytest.MonkeyPatch) -> None:
    def samples(*_: object, **__: object) -> None:
        raise AssertionError("it has sampled")

    monkeypatch.setattr(pm, "sample", samples)


BAD = {
    "a parameter": (ATE("effect", do={"t": 1}), "is a parameter"),
    "an unknown outcome": (ATE("yy", do={"t": 1}), "did you mean 'y'"),
    "an unknown target": (ATE("y", do={"tt": 1}), "did you mean 't'"),
    "an unknown in versus": (ATE("y", do={"t": 1}, versus={"tt": 0}), "did you mean 't'"),
    "a Bernoulli of 2": (ATE("y", do={"t": 2}), "'t' gives values outside the support"),
    "a Bernoulli of 2 in versus": (ATE("y", do={"t": 1}, versus={"t": 2}), "outside the support"),
    "a dose beyond": (ATE("y", do={"t": [0, 1, 2]}), "outside the support"),
    "a negative spread": (ATE("y", do={"spread": -1}), "'spread' gives values outside"),
    "a count shifted below 0": (ITE("y", do={"count": shift(-1)}), "'count' gives values outside"),
    "half a count": (ATE("y", do={"count": 0.5}), "integer"),
    "a wrong length": (ATE("y", do={"t": set_to([0, 1])}), r"some of its dimensions \(unit: 3\)"),
    "a policy that fails": (ATE("y", do={"t": policy(lambda v: v["tt"])}), "did you mean 't'"),
    "a group that is not seen": (CATE("y", do={"t": 1}, by="latent"), "observed column"),
    "a dimension twice": (ITE("y", do={"t": [0, 1]}, dose="unit"), "dose="),
    "a coupling": (ATE("y", do={"t": 1}, coupling="gumbel_mix"), "gumbel_mix"),
    "nobody in a mapping": (ATE("y", do={"t": 1}, where={"count": 9}), "over no unit"),
    "nobody": (ATT("y", do={"t": 1}, where=lambda v: v["count"] < 0), "over no unit"),
    "no query": ("ATE", "takes a query"),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_a_query_that_does_not_fit(case: str, model: pm.Model) -> None:
    query, words = BAD[case]
    with pytest.raises(QueryError, match=words) as caught:
        rehearse(model, DATA, query)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_rung_three_without_the_evidence_it_needs(model: pm.Model) -> None:
    with pm.Model(coords={"unit": range(3)}) as given:
        age = pm.Data("age", [1.0, 2.0, 3.0], dims="unit")
        pm.Normal("y", age + pm.Normal("mean"), 1.0, dims="unit")
    with pytest.raises(QueryError, match="no evidence"):
        rehearse(given, {"age": [1.0, 2.0]}, Counterfactual("y", do={"mean": 0.0}))
    # A latent is inferred, so its noise is known.
    rehearse(model, {"y": DATA["y"]}, ITE("y", do={"t": 1}))


@pytest.mark.parametrize(
    "query",
    [
        ATE("y", do={"t": 1}, versus={"t": 0}),
        ATE("y", do={"count": shift(1)}, units="new", size=7),
        ATE("mean", do={"effect": 0.0, "latent": policy(lambda v: v["t"] * 1.0)}),
        ITE("y", do={"spread": [1.0, 2.0]}, summary=True),
        CATE("y", do={"t": 1}, by={"count": 2}),
        PotentialOutcome("count", do={"latent": 0.0}, units="new", expectation=True),
    ],
    ids=lambda query: type(query).__name__,
)
def test_a_query_that_fits(query: Any, model: pm.Model) -> None:
    rehearse(model, DATA, query)


def test_what_only_draws_can_tell_is_left_to_them(model: pm.Model) -> None:
    # A posterior might have no spread below 1; whether this one has, its draws will say.
    rehearse(model, DATA, ATE("y", do={"spread": shift(-1.0)}))


@pytest.mark.parametrize("kind", ["data", "column"])
@pytest.mark.parametrize("change", [shift(1), shift(-1), 5])
def test_an_index_that_goes_astray_is_told_by_the_evidence(kind: str, change: Any) -> None:
    """How many effects there are to select from is known, though not what they are."""
    codes = np.array([0, 1, 2, 0])
    with pm.Model(coords={"unit": range(4), "kind": list("abc")}) as model:
        if kind == "data":
            g = pm.Data("g", codes, dims="unit")
        else:
            g = pm.DiscreteUniform("g", -9, 9, dims="unit")
        pm.Normal("y", pm.Normal("effect", dims="kind")[g], 1, dims="unit")
    data = {"y": np.zeros(4)} | ({"g": codes} if kind == "column" else {})
    with pytest.raises(QueryError, match="gives an index beyond the length of 'effect'"):
        rehearse(model, data, ATE("y", do={"g": change}))
    rehearse(model, data, ATE("y", do={"g": 2}))


def test_data_and_couplings_are_checked_too(model: pm.Model) -> None:
    query = ATE("y", do={"t": 1})
    with pytest.raises(DataError, match="'t'"):
        rehearse(model, DATA | {"t": [0, 1, 2]}, query)
    with pytest.raises(ModelError, match="did you mean 'count'"):
        rehearse(model, DATA, query, coupling={"cuont": "monotone"})
    with pytest.raises(QueryError, match="backend"):
        rehearse(model, DATA, query, backend="torch")


def test_the_unit_dimension_may_have_another_name() -> None:
    with pm.Model(coords={"person": range(1)}) as model:
        x = pm.Normal("x", dims="person")
        pm.Normal("y", x * pm.Normal("slope"), 1.0, dims="person")
    data = {"x": np.zeros(2), "y": np.zeros(2)}
    rehearse(model, data, ATE("y", do={"x": 1}), unit="person")
    with pytest.raises(QueryError, match="'person' dimension"):
        rehearse(model, data, ATE("slope", do={"x": 1}), unit="person")


def weighted() -> pm.Model:
    """Return a model of which PyMC weights the likelihood as that of more units."""
    seen = np.zeros(3)
    with pm.Model(coords={"unit": range(3)}) as model:
        t = pm.Normal("t", dims="unit", observed=seen)
        mean = pm.Normal("a") + t
        pm.Normal("y", mean, 1.0, dims="unit", observed=seen, total_size=30)
    return model


def formless() -> pm.Model:
    """Return a model of a family that has no structural form."""

    def density(value: Any, mean: Any) -> Any:
        return -((value - mean) ** 2) / 2

    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Normal("t", dims="unit")
        mean = pm.Normal("a") + t
        pm.CustomDist("y", mean, logp=density, class_name="Mystery", dims="unit")
    return model


@pytest.mark.parametrize(
    ("make", "words"),
    [(weighted, "'y' (Normal with total_size)"), (formless, "'y' (Mystery)")],
    ids=["total_size", "no form"],
)
def test_what_cannot_be_asked_is_said_before_sampling(
    make: Any, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`condition` warns, `rehearse` refuses; what needs no such noise is asked all the same."""

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(METHODS, "auto", stop)
    model, data = make(), {"t": np.zeros(3), "y": np.zeros(3)}
    with pytest.warns(QueryWarning, match=re.escape(words)), pytest.raises(KeyboardInterrupt):
        condition(model, data, seed=1, progress=False)
    with pytest.raises(ModelError, match="'y'"):
        rehearse(model, data, ATE("y", do={"t": 1.0}))
    rehearse(model, data, ATE("t", do={"t": 1.0}))


def test_nothing_to_infer_is_refused_as_by_condition() -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        pm.Normal("y", dims="unit")
    for ask in (
        lambda: rehearse(model, {"y": [1.0]}, ATE("y", do={"y": 0.0})),
        lambda: condition(model, {"y": [1.0]}, progress=False),
    ):
        with pytest.raises(ModelError, match=r"use World\.from_evidence"):
            ask()


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("case", BAD, ids=str)
def test_asking_refuses_what_the_rehearsal_refuses(
    case: str, model: pm.Model, posterior_by_hand: Any
) -> None:
    query, words = BAD[case]
    rng = np.random.default_rng(1)
    draws = {
        "effect": rng.normal(size=(1, 4, 2)),
        "spread": rng.uniform(1, 2, size=(1, 4)),
        "latent": rng.normal(size=(1, 4, 3)),
    }
    posterior = posterior_by_hand(model, DATA, draws)
    with pytest.raises(QueryError, match=words):
        posterior.ask(query)
