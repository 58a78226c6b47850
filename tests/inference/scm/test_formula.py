"""Models of bambi: their columns can be set, and what `do` gives is what bambi itself predicts."""

import logging

import numpy as np
import pandas as pd
import pymc as pm
import pytest

from ifonly.inference import ATE, CATE, ITE, DataError, Posterior, condition
from ifonly.inference.scm.formula import is_formula, of_formula

# Bambi itself warns, of pandas and of short chains.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

N = 60
FORMULA = "y ~ t*x + w + w:x + np.log(v**2 + 1) + (x|g)"


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "x": rng.normal(1.0, 1.0, N),
            "t": rng.binomial(1, 0.5, N),
            "g": rng.choice(list("abc"), N),
            "w": pd.Categorical(rng.choice(["lo", "mid", "hi"], N)),
            "v": rng.normal(size=N),
        }
    )
    frame["y"] = 1 + 2 * frame["x"] + 1.5 * frame["t"] + rng.normal(size=N)
    return frame.assign(b=(frame["y"] > 2).astype(int))


@pytest.fixture(scope="module")
def fitted(table):
    import bambi

    built = bambi.Model(FORMULA, table)
    how = {"draws": 20, "tune": 20, "chains": 2, "cores": 1, "random_seed": 1}
    return built, built.fit(progressbar=False, **how)


def predicted(built, fit, table, **columns):
    """What bambi says of the rows had their columns been so: dims chain, draw, row."""
    new = table.assign(**columns)
    found = built.predict(fit, data=new, kind="response_params", inplace=False)
    return found["posterior"]["mu"].to_numpy()


@pytest.mark.parametrize(
    ("columns", "do"),
    [
        ({"t": 1}, {"t": 1}),
        ({"t": 0}, {"t": 0}),
        ({"x": 0.5}, {"x": 0.5}),
        ({"w": "hi"}, {"w": "hi"}),
        ({"w": "mid", "t": 1}, {"w": "mid", "t": 1}),
    ],
)
def test_an_effect_is_what_bambi_predicts(table, fitted, columns, do):
    posterior = Posterior.from_idata(*fitted, seed=1)
    answer = posterior.ask(ITE("y", do=do))
    new = predicted(*fitted, table, **columns)
    expected = new - predicted(*fitted, table)
    np.testing.assert_allclose(answer.to_numpy(), expected, rtol=1e-6, atol=1e-8)


def test_the_density_is_bambis_own(fitted):
    built, _ = fitted
    old, formula = built.backend.model, of_formula(built)
    assert set(formula.renamed) == {"t", "x", "w"}
    point = old.initial_point()
    names = {new: name for name, new in formula.renamed.items()}
    own = {v.name: point[names.get(v.name, v.name)] for v in formula.model.value_vars}
    quick = {"mode": "FAST_COMPILE"}
    assert formula.model.compile_logp(**quick)(own) == pytest.approx(
        old.compile_logp(**quick)(point), rel=1e-12
    )


def test_what_is_more_than_a_column_cannot_be_set(fitted, caplog):
    with caplog.at_level(logging.WARNING, "ifonly"):
        formula = of_formula(fitted[0])
    assert "the formula's g, v: kept as numbers" in caplog.text
    assert {"t", "x", "w"} == {v.name for v in formula.model.data_vars}


def test_it_groups_and_names_its_coefficients(table, fitted):
    posterior = Posterior.from_idata(*fitted, table, seed=1)
    query = CATE("y", do={"t": 1}, versus={"t": 0}, by="g")
    answer = posterior.ask(query)
    found = predicted(*fitted, table, t=1) - predicted(*fitted, table, t=0)
    expected = [found[..., (table["g"] == g).to_numpy()].mean(-1) for g in "abc"]
    np.testing.assert_allclose(answer.to_numpy(), np.stack(expected, axis=-1), rtol=1e-6)
    assert {"b_t", "b_x", "b_w"} <= set(posterior.idata["posterior"].data_vars)


def test_its_own_model_and_table_are_told_what_to_give(table, fitted):
    built, fit = fitted
    with pytest.raises(DataError, match=r"give the model itself, not its backend\.model"):
        Posterior.from_idata(built.backend.model, fit, table)
    with pytest.raises(DataError, match="give the bambi model itself"):
        Posterior.from_idata(built.backend.model, fit)


def test_a_fit_without_its_coefficients_is_refused(fitted):
    built, fit = fitted
    with pytest.raises(DataError, match="center_predictors=False"):
        of_formula(built).draws(fit["posterior"].to_dataset().drop_vars("x"))


def test_it_is_conditioned_like_any_model(table):
    """Of flat priors the effect is that of least squares."""
    import bambi

    built = bambi.Model("y ~ t + x", table)
    posterior = condition(built, draws=500, tune=500, chains=2, seed=1, progress=False)
    design = np.column_stack([np.ones(N), table[["t", "x"]]])
    expected = np.linalg.lstsq(design, table["y"], rcond=None)[0][1]
    answer = posterior.ask(ATE("y", do={"t": 1}, versus={"t": 0}))
    assert float(answer.mean()) == pytest.approx(expected, abs=0.1 * float(answer.std()) + 0.02)


def test_probabilities(table):
    """Of a logistic regression: the probability at 1 less that at 0, row by row."""
    import bambi

    built = bambi.Model("b ~ t + x", table, family="bernoulli")
    fit = built.fit(draws=10, tune=10, chains=1, cores=1, random_seed=1, progressbar=False)
    answer = Posterior.from_idata(built, fit, seed=1).ask(
        ATE("b", do={"t": 1}, versus={"t": 0}, expectation=True)
    )
    values = fit["posterior"].to_dataset()
    eta = (
        values["Intercept"].to_numpy()[..., None]
        + values["x"].to_numpy()[..., None] * table["x"].to_numpy()
    )
    one, zero = (1 / (1 + np.exp(-(eta + k * values["t"].to_numpy()[..., None]))) for k in (1, 0))
    np.testing.assert_allclose(answer.to_numpy(), (one - zero).mean(-1), rtol=1e-6)


def test_others_are_no_formula():
    assert not is_formula(pm.Model())
