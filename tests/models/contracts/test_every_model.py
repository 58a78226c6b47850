"""What every model promises, whatever it is of."""

from collections.abc import Callable

import numpy as np
import pymc as pm
import pytensor
import pytest
from pymc.model.fgraph import clone_model, fgraph_from_model, model_from_fgraph
from pytensor.graph.traversal import ancestors
from pytensor.tensor.random.op import RandomVariable

from ifonly.models.experiment import experiment
from ifonly.models.heterogeneous_exposure import heterogeneous_exposure
from ifonly.models.interference import interference
from ifonly.models.linear_walkthrough import linear_walkthrough
from ifonly.models.logged_bandit import logged_bandit
from ifonly.models.nhefs import nhefs
from ifonly.models.ramp_up import ramp_up
from ifonly.models.recommendation_funnel import recommendation_funnel
from ifonly.models.recommendation_funnel_flexible import recommendation_funnel_flexible
from ifonly.models.switchback import switchback

FUNNEL = {
    "user_intent",
    "catalog_match",
    "tutorial_prompt",
    "recommendation_quality",
    "watch_time",
    "next_week_value",
}
COVARIATES = {"sex", "race", "age", "education", "exercise", "active", "wt71"}
SMOKING = {"smokeintensity", "smokeyrs", "qsmk"}
BUYERS = {"baseline_intent", "power_segment", "seasonality_score", "prior_value"}
USERS = {"signup_month", "segment", "age", "activity", "u", "pre_metric"}
TRIAL = {"Z", "E", "T", "exposure", "C", "Y"}
# The model, its mechanisms, and one in the middle of the graph with one below it.
MODELS: list[tuple[Callable[[], pm.Model], set[str], tuple[str, str]]] = [
    (experiment, USERS | TRIAL, ("T", "Y")),
    (
        heterogeneous_exposure,
        BUYERS | {"exposure", "weekly_value"},
        ("exposure", "weekly_value"),
    ),
    (interference, {"t", "y"}, ("t", "y")),
    (linear_walkthrough, {"a", "b", "c", "y"}, ("b", "y")),
    (logged_bandit, {"x", "arm", "revenue", "retention"}, ("arm", "revenue")),
    (ramp_up, {"day", "t", "y"}, ("t", "y")),
    (recommendation_funnel, FUNNEL, ("recommendation_quality", "next_week_value")),
    (recommendation_funnel_flexible, FUNNEL, ("recommendation_quality", "next_week_value")),
    (switchback, {"toss", "y"}, ("toss", "y")),
    (nhefs, COVARIATES | SMOKING | {"wt82_71"}, ("qsmk", "wt82_71")),
]
each_model = pytest.mark.parametrize(
    ("build", "mechanisms", "pair"), MODELS, ids=[build.__name__ for build, *_ in MODELS]
)
UNITS = 5


def names(variables: list) -> list[str]:
    return [variable.name for variable in variables]


def drawn(model: pm.Model, variables: list[str]) -> dict[str, np.ndarray]:
    return dict(
        zip(
            variables,
            pm.draw([model[name] for name in variables], random_seed=1, mode="FAST_COMPILE"),
            strict=True,
        )
    )


def resized(model: pm.Model, units: int = UNITS) -> pm.Model:
    model.set_dim("unit", units, coord_values=range(units))
    return model


@each_model
def test_mechanisms_have_the_unit_dimension_and_parameters_do_not(
    build: Callable[[], pm.Model], mechanisms: set[str], pair: tuple[str, str]
) -> None:
    model = build()
    assert len(model.coords["unit"]) == 1
    along_units = {name for name, dims in model.named_vars_to_dims.items() if "unit" in dims}
    assert along_units == mechanisms | set(names(model.deterministics))
    assert all(model.named_vars_to_dims[name] == ("unit",) for name in along_units)
    assert mechanisms < set(names(model.free_RVs))


@each_model
def test_every_variable_is_generated_and_named(
    build: Callable[[], pm.Model], mechanisms: set[str], pair: tuple[str, str]
) -> None:
    model = build()
    assert model.observed_RVs == []
    assert model.potentials == []
    assert model.parent is None
    assert set(model.rvs_to_initial_values.values()) == {None}
    drawn_in_graph = {
        variable
        for variable in ancestors(list(model.named_vars.values()))
        if variable.owner and isinstance(variable.owner.op, RandomVariable)
    }
    # A distribution made of another one, such as a censored normal, draws it inside.
    parts = {part for v in model.free_RVs for part in v.owner.inputs}
    # The generators' states are outputs too; the draws themselves all have names.
    named = set(model.free_RVs) | parts
    assert {v for v in drawn_in_graph if v.owner.out == v} <= named


@each_model
def test_models_are_fresh(
    build: Callable[[], pm.Model], mechanisms: set[str], pair: tuple[str, str]
) -> None:
    first, second = build(), build()
    resized(first)
    assert names(first.basic_RVs) == names(second.basic_RVs)
    assert len(second.coords["unit"]) == 1
    assert not set(first.basic_RVs) & set(second.basic_RVs)


@each_model
def test_everything_follows_the_unit_dimension(
    build: Callable[[], pm.Model], mechanisms: set[str], pair: tuple[str, str]
) -> None:
    model = resized(build())
    along_units = [*mechanisms, *names(model.deterministics)]
    for name, values in drawn(model, along_units).items():
        assert values.shape == (UNITS,), name
        assert np.isfinite(values).all(), name


@each_model
def test_a_copy_is_the_same_model(
    build: Callable[[], pm.Model], mechanisms: set[str], pair: tuple[str, str]
) -> None:
    model = resized(build())
    graph, _ = fgraph_from_model(model)
    for copy in (clone_model(model), model_from_fgraph(graph, mutate_fgraph=True)):
        assert set(names(copy.basic_RVs)) == set(names(model.basic_RVs))
        assert copy.named_vars_to_dims == model.named_vars_to_dims
        assert copy.coords == model.coords


@each_model
def test_a_model_is_conditioned_and_intervened_on(
    build: Callable[[], pm.Model], mechanisms: set[str], pair: tuple[str, str]
) -> None:
    cause, outcome = pair
    model = resized(build())
    data = drawn(model, sorted(mechanisms))
    observed = pm.observe(model, data)
    assert set(names(observed.observed_RVs)) == mechanisms
    log_probability = pytensor.function(
        observed.value_vars,
        observed.logp(sum=False),
        mode="FAST_COMPILE",
        on_unused_input="ignore",
    )
    start = observed.initial_point()
    terms = log_probability(**{v.name: start[v.name] for v in observed.value_vars})
    assert len(terms) == len(observed.basic_RVs)
    assert all(np.isfinite(term).all() for term in terms)

    changed = pm.do(model, {cause: np.ones(UNITS, dtype=data[cause].dtype)})
    assert cause not in names(changed.free_RVs)
    assert outcome in names(changed.free_RVs)
    assert np.isfinite(drawn(changed, [outcome])[outcome]).all()
