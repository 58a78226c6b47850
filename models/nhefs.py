"""Smoking cessation and weight gain in the NHEFS cohort, 1971 to 1982."""

from collections.abc import Mapping

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

__all__ = ["nhefs"]

# Centre and scale of the continuous covariates: round numbers near their means and deviations.
REFERENCE = {
    "age": (44.0, 12.0),  # years
    "smokeintensity": (20.0, 12.0),  # cigarettes a day
    "smokeyrs": (25.0, 12.0),  # years
    "wt71": (71.0, 15.0),  # kg
}
LEVELS = {"education": 5, "exercise": 3, "active": 3}
TERMS = [
    "sex",
    "race",
    *(f"{name}{power}" for name in REFERENCE for power in ("", "_squared")),
    *(f"{name}_{level}" for name, levels in LEVELS.items() for level in range(1, levels)),
]


def nhefs() -> pm.Model:
    r"""Return a fresh model of quitting smoking and of the weight gained over eleven years.

    With :math:`z` the four continuous covariates in their reference scale, :math:`x` all the
    confounders, :math:`z_2` the standardised ``smokeintensity`` and :math:`A` ``qsmk``:

    .. math::

        h_k(x) &= \beta_{k0} + \beta_{k1} \text{sex} + \beta_{k2} \text{race}
            + \sum_j (\beta_{kj} z_j + \gamma_{kj} z_j^2)
            + \delta_k[\text{education}] + \epsilon_k[\text{exercise}] + \zeta_k[\text{active}] \\
        A &\sim \text{Bernoulli}(\text{logit}^{-1}\, h_1(x)) \\
        \text{wt82\_71} &\sim N(h_2(x) + \theta A + \eta A z_2, \sigma)

    The confounders are mechanisms too. Some are exchangeable among units, some depend on others:

    .. math::

        \text{sex}, \text{race} &\sim \text{Bernoulli}, \quad
        \text{education}, \text{exercise}, \text{active} \sim \text{Categorical}, \quad
        \text{age} \sim \text{LogNormal} \\
        \text{smokeyrs} &\sim \text{Poisson}(\text{softplus}(a_0 + a_1 z_1)) \\
        \text{smokeintensity} &\sim
            \text{NegativeBinomial}(\exp(b_0 + b_1 \text{sex} + b_2 \text{race}), \alpha) \\
        \text{wt71} &\sim \text{LogNormal}(c_0 + c_1 \text{sex}, s)

    Returns
    -------
    pymc.Model
        Mechanisms, with dims ``unit`` (length 1):

        ==================  ==================================================================
        ``sex``             0 man, 1 woman
        ``race``            0 white, 1 black or other
        ``age``             years, in 1971
        ``education``       0 eighth grade or less, 1 high school left, 2 high school, 3 college
                            left, 4 college or more
        ``smokeintensity``  cigarettes a day, in 1971
        ``smokeyrs``        years of smoking, a whole number
        ``exercise``        in recreation: 0 much, 1 moderate, 2 little or none
        ``active``          on a usual day: 0 very, 1 moderately, 2 not
        ``wt71``            weight in 1971, kg
        ``qsmk``            1 where the unit quit smoking between 1971 and 1982
        ``wt82_71``         weight gained from 1971 to 1982, kg
        ==================  ==================================================================

        Deterministics with dims ``unit``: ``qsmk_p`` (a probability) and ``wt82_71_mu`` (kg).
        Parameters: ``qsmk_on`` and ``wt82_71_on`` are slopes with dims ``term``, where
        ``education_2`` is level 2 against level 0; ``education_p``, ``exercise_p`` and
        ``active_p`` have dims ``<name>_category``; all others have no dims.

    Notes
    -----
    The data are ``nhefs_complete`` of the package ``causaldata`` (1,566 units). There all columns
    have the codes above, as text or floating point, but for ``education``, which counts from 1:
    take 1 away. Discrete columns must be integers.

    Continuous covariates are standardised by fixed numbers: age by (44, 12) years, smokeintensity
    by (20, 12) cigarettes a day, smokeyrs by (25, 12) years and wt71 by (71, 15) kg.

    The equation of ``wt82_71`` is that of Hernán and Robins, "Causal Inference: What If" (2020,
    Chapman & Hall/CRC), chapter 13, which standardises it to a mean effect of 3.5 kg; that of
    ``qsmk`` is theirs in chapter 12. The laws of the confounders are ours, and coarse: the data's
    cigarettes heap at 10, 20, 30 and 40 a day, its ages end at 25 and 74, its years of smoking
    spread a little wider, and its confounders depend on each other in more ways than these.
    Answers about the observed units do not use these laws; those about new units do.

    Examples
    --------
    >>> model = nhefs()
    >>> len([name for name, dims in model.named_vars_to_dims.items() if "unit" in dims])
    13
    """
    coords: dict[str, range | list[str]] = {"unit": range(1), "term": TERMS}
    coords |= {f"{name}_category": range(levels) for name, levels in LEVELS.items()}
    with pm.Model(coords=coords) as model:
        confounders = _confounders()
        design = _design(confounders)
        quit_logit = _linear("qsmk", design, 1.0)
        pm.Deterministic("qsmk_p", pm.math.sigmoid(quit_logit), dims="unit")
        quit_smoking = pm.Bernoulli("qsmk", logit_p=quit_logit, dims="unit")

        cigarettes = _standardised("smokeintensity", confounders["smokeintensity"])
        gain = (
            _linear("wt82_71", design, 5.0)
            + pm.Normal("wt82_71_on_qsmk", 0.0, 5.0) * quit_smoking
            + pm.Normal("wt82_71_on_qsmk_x_smokeintensity", 0.0, 5.0) * quit_smoking * cigarettes
        )
        gain = pm.Deterministic("wt82_71_mu", gain, dims="unit")
        pm.Normal("wt82_71", gain, pm.HalfNormal("wt82_71_sd", 10.0), dims="unit")
    return model


def _confounders() -> dict[str, TensorVariable]:
    """The confounders' mechanisms, added to the model in context."""
    sex = pm.Bernoulli("sex", pm.Beta("sex_p", 1.0, 1.0), dims="unit")
    race = pm.Bernoulli("race", pm.Beta("race_p", 1.0, 1.0), dims="unit")
    age_location = pm.Normal("age_location", np.log(44.0), 0.5)
    age = pm.LogNormal("age", age_location, pm.HalfNormal("age_sd", 0.5), dims="unit")
    categories = {
        name: pm.Categorical(
            name,
            pm.Dirichlet(f"{name}_p", np.ones(levels), dims=f"{name}_category"),
            dims="unit",
        )
        for name, levels in LEVELS.items()
    }
    years = pm.math.softplus(
        pm.Normal("smokeyrs_intercept", 25.0, 10.0)
        + pm.Normal("smokeyrs_on_age", 0.0, 10.0) * _standardised("age", age)
    )
    smokeyrs = pm.Poisson("smokeyrs", years, dims="unit")
    cigarettes = pm.math.exp(
        pm.Normal("smokeintensity_intercept", np.log(20.0), 1.0)
        + pm.Normal("smokeintensity_on_sex", 0.0, 0.5) * sex
        + pm.Normal("smokeintensity_on_race", 0.0, 0.5) * race
    )
    alpha = pm.LogNormal("smokeintensity_alpha", np.log(5.0), 1.0)
    smokeintensity = pm.NegativeBinomial("smokeintensity", mu=cigarettes, alpha=alpha, dims="unit")
    location = (
        pm.Normal("wt71_location", np.log(71.0), 0.5) + pm.Normal("wt71_on_sex", 0.0, 0.5) * sex
    )
    wt71 = pm.LogNormal("wt71", location, pm.HalfNormal("wt71_sd", 0.5), dims="unit")
    continuous = {"age": age, "smokeintensity": smokeintensity, "smokeyrs": smokeyrs, "wt71": wt71}
    return {"sex": sex, "race": race, **categories, **continuous}


def _design(confounders: Mapping[str, TensorVariable]) -> TensorVariable:
    """The confounders as columns, in the order of `TERMS`; dims unit and term."""
    columns = [confounders["sex"], confounders["race"]]
    for name in REFERENCE:
        z = _standardised(name, confounders[name])
        columns += [z, z**2]
    for name, levels in LEVELS.items():
        columns += [pt.eq(confounders[name], level) for level in range(1, levels)]
    return pt.stack([column.astype("float64") for column in columns], axis=1)


def _linear(outcome: str, design: TensorVariable, width: float) -> TensorVariable:
    """The linear predictor of an outcome; its slopes have prior standard deviation `width`."""
    slopes = pm.Normal(f"{outcome}_on", 0.0, width, dims="term")
    return pm.Normal(f"{outcome}_intercept", 0.0, 2.0 * width) + design @ slopes


def _standardised(name: str, value: TensorVariable) -> TensorVariable:
    centre, scale = REFERENCE[name]
    return (value - centre) / scale
