"""The NHEFS model, held against its equations in NumPy and the published mean effect."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pymc as pm
import pytensor
import pytest
from scipy.special import expit

from ifonly.models.nhefs import nhefs

CONFOUNDERS = [
    "sex",
    "race",
    "age",
    "education",
    "smokeintensity",
    "smokeyrs",
    "exercise",
    "active",
    "wt71",
]
DISCRETE = ["sex", "race", "education", "smokeintensity", "smokeyrs", "exercise", "active", "qsmk"]


def units(number: int, seed: int) -> dict[str, np.ndarray]:
    """Units drawn in NumPy, without the model."""
    rng = np.random.default_rng(seed)
    return {
        "sex": rng.integers(0, 2, number),
        "race": rng.integers(0, 2, number),
        "age": rng.uniform(25.0, 74.0, number),
        "education": rng.integers(0, 5, number),
        "smokeintensity": rng.integers(1, 60, number),
        "smokeyrs": rng.integers(1, 60, number),
        "exercise": rng.integers(0, 3, number),
        "active": rng.integers(0, 3, number),
        "wt71": rng.uniform(40.0, 120.0, number),
    }


def linear(intercept: float, slopes: np.ndarray, x: dict[str, np.ndarray]) -> np.ndarray:
    """The linear predictor, one term after the other, in the order of the docstring."""
    age, cigarettes = (x["age"] - 44.0) / 12.0, (x["smokeintensity"] - 20.0) / 12.0
    years, weight = (x["smokeyrs"] - 25.0) / 12.0, (x["wt71"] - 71.0) / 15.0
    total = intercept + slopes[0] * x["sex"] + slopes[1] * x["race"]
    total = total + slopes[2] * age + slopes[3] * age**2
    total = total + slopes[4] * cigarettes + slopes[5] * cigarettes**2
    total = total + slopes[6] * years + slopes[7] * years**2
    total = total + slopes[8] * weight + slopes[9] * weight**2
    total = total + np.concatenate([[0.0], slopes[10:14]])[x["education"]]
    total = total + np.concatenate([[0.0], slopes[14:16]])[x["exercise"]]
    return total + np.concatenate([[0.0], slopes[16:18]])[x["active"]]


def compiled(model: pm.Model, output: str, inputs: list[str]) -> Callable[..., np.ndarray]:
    return pytensor.function(
        [model[name] for name in inputs],
        model[output],
        mode="FAST_COMPILE",
        on_unused_input="ignore",
    )


def test_outcomes_are_the_equations() -> None:
    x = units(200, seed=1)
    quit_smoking = np.random.default_rng(2).integers(0, 2, 200)
    quit_slopes, gain_slopes = np.random.default_rng(3).normal(size=(2, 18))
    known = pm.do(
        nhefs(),
        {
            "qsmk_intercept": -1.3,
            "qsmk_on": quit_slopes,
            "wt82_71_intercept": 3.5,
            "wt82_71_on": gain_slopes,
            "wt82_71_on_qsmk": 3.4,
            "wt82_71_on_qsmk_x_smokeintensity": 0.6,
        },
    )
    probability = compiled(known, "qsmk_p", CONFOUNDERS)(*(x[name] for name in CONFOUNDERS))
    np.testing.assert_allclose(probability, expit(linear(-1.3, quit_slopes, x)), atol=1e-12)
    gain = compiled(known, "wt82_71_mu", [*CONFOUNDERS, "qsmk"])(
        *(x[name] for name in CONFOUNDERS), quit_smoking
    )
    effect = 3.4 + 0.6 * (x["smokeintensity"] - 20.0) / 12.0
    expected = linear(3.5, gain_slopes, x) + effect * quit_smoking
    np.testing.assert_allclose(gain, expected, atol=1e-12)


def test_drawn_units_look_like_adults_who_smoke() -> None:
    """With the parameters near the posterior mean, each column is near that of the data."""
    model = pm.do(
        nhefs(),
        {
            "sex_p": 0.51,
            "age_location": 3.74,
            "age_sd": 0.28,
            "smokeyrs_intercept": 24.9,
            "smokeyrs_on_age": 10.6,
            "race_p": 0.13,
            "smokeintensity_intercept": 3.18,
            "smokeintensity_on_sex": -0.25,
            "smokeintensity_on_race": -0.39,
            "smokeintensity_alpha": 3.4,
            "wt71_location": 4.33,
            "wt71_on_sex": -0.185,
            "wt71_sd": 0.19,
        },
    )
    model.set_dim("unit", 4_000, coord_values=range(4_000))
    wanted = ["sex", "age", "smokeyrs", "smokeintensity", "wt71"]
    drawn = pm.draw([model[name] for name in wanted], random_seed=1, mode="FAST_COMPILE")
    columns = dict(zip(wanted, drawn, strict=True))
    means = {name: float(values.mean()) for name, values in columns.items()}
    data = {"sex": 0.51, "age": 43.7, "smokeyrs": 24.6, "smokeintensity": 20.5, "wt71": 70.8}
    assert means == pytest.approx(data, rel=0.06)
    assert np.corrcoef(columns["age"], columns["smokeyrs"])[0, 1] == pytest.approx(0.87, abs=0.05)
    assert columns["smokeyrs"].min() >= 0


def nhefs_data() -> pd.DataFrame:
    from causaldata import nhefs_complete

    frame = nhefs_complete.load_pandas().data
    frame = frame[[*CONFOUNDERS, "qsmk", "wt82_71"]].astype(float)
    frame["education"] -= 1.0
    return frame.astype(dict.fromkeys(DISCRETE, int))


@pytest.mark.slow
def test_the_standardised_effect_is_the_published_one() -> None:
    """Hernán and Robins, chapter 13: 3.5 kg (2.6 to 4.5); without adjustment 2.5 kg."""
    import nutpie

    data = nhefs_data()
    by_quitting = data.groupby("qsmk")["wt82_71"].mean()
    assert by_quitting[1] - by_quitting[0] == pytest.approx(2.54, abs=0.005)

    model = nhefs()
    model.set_dim("unit", len(data), coord_values=range(len(data)))
    observed = pm.observe(model, {name: column.to_numpy() for name, column in data.items()})
    fitted = nutpie.compile_pymc_model(observed, var_names=[v.name for v in observed.free_RVs])
    tree = nutpie.sample(fitted, draws=500, tune=500, chains=2, cores=2, seed=1, progress_bar=False)
    posterior = tree.posterior.dataset
    cigarettes = (data["smokeintensity"].mean() - 20.0) / 12.0
    effect = posterior["wt82_71_on_qsmk"]
    effect = effect + posterior["wt82_71_on_qsmk_x_smokeintensity"] * cigarettes
    assert float(effect.mean()) == pytest.approx(3.5, abs=0.1)
    assert effect.quantile([0.025, 0.975]).to_numpy() == pytest.approx([2.6, 4.4], abs=0.2)
