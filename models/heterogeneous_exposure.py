"""Users who differ in what an exposure does to them, and in how likely they are to be exposed."""

import pymc as pm
import pytensor.tensor as pt

__all__ = ["heterogeneous_exposure", "interactions"]


def heterogeneous_exposure(*, kink: bool = True) -> pm.Model:
    r"""Return a fresh model of an exposure whose effect differs from user to user.

    With :math:`z, g, s, v` intent, segment, season and prior value, :math:`T` the exposure and
    :math:`\sigma` the logistic function:

    .. math::

        z &\sim N(\cdot, \cdot), \qquad g \sim \text{Bernoulli}(\cdot), \qquad
        s \sim N(\cdot, \cdot) \\
        v &\sim N(v_0 + v_1 z + v_2 g + v_3 s, \cdot) \\
        T &\sim \text{Bernoulli}(\sigma(t_0 + t_1 z + t_2 g + t_3 s + t_4 v)) \\
        \tau &= e_0 + e_1 g + e_2 z + e_3 \max(z, 0) \\
        Y &\sim N(y_0 + y_1 z + y_2 g + y_3 s + y_4 v + \tau T, \cdot)

    with priors :math:`N(0, 2)` for intercepts, :math:`N(0, 1)` for slopes, :math:`N^+(1)` for
    standard deviations and a uniform one for the probability.

    Parameters
    ----------
    kink : bool
        Whether the effect may rise more steeply above an intent of 0 than below. Without it the
        effect is linear in intent and segment.

    Returns
    -------
    pymc.Model
        Mechanisms ``baseline_intent``, ``power_segment`` (0 standard, 1 power),
        ``seasonality_score``, ``prior_value``, ``exposure`` (0 or 1) and ``weekly_value``, and
        the Deterministic ``effect`` (of exposure on ``weekly_value``), with dims ``unit``, which
        has length 1.

        Parameters, without dims: ``<mechanism>_intercept``; ``<mechanism>_on_<cause>`` for a
        slope; ``<mechanism>_mean``, ``<mechanism>_sd``, ``power_probability``. Those of the effect
        are ``effect_intercept``, ``effect_on_power``, ``effect_on_intent`` and
        ``effect_on_positive_intent``, the last only with `kink`.

    Examples
    --------
    >>> model = heterogeneous_exposure(kink=False)
    >>> [v.name for v in model.free_RVs if v.name.startswith("effect")]
    ['effect_intercept', 'effect_on_power', 'effect_on_intent']
    """
    with pm.Model(coords={"unit": range(1)}) as model:
        intent, power, season = _roots()
        causes = {"intent": intent, "power": power, "season": season}
        prior_mean = _linear("prior", causes)
        prior = pm.Normal("prior_value", prior_mean, _spread("prior_sd"), dims="unit")
        causes["prior"] = prior
        exposed = pm.Bernoulli("exposure", logit_p=_linear("exposure", causes), dims="unit")
        effect = _effect(intent, power, kink=kink)
        mean = _linear("value", causes) + effect * exposed
        pm.Normal("weekly_value", mean, _spread("value_sd"), dims="unit")
    return model


def interactions() -> pm.Model:
    """Return the model whose effect is linear: interactions with intent and segment, no kink.

    Returns
    -------
    pymc.Model
        As `heterogeneous_exposure` without `kink`.

    Examples
    --------
    >>> "effect_on_positive_intent" in interactions().named_vars
    False
    """
    return heterogeneous_exposure(kink=False)


def _slope(name: str, sd: float = 1.0) -> pt.TensorVariable:
    return pm.Normal(name, 0.0, sd)


def _spread(name: str) -> pt.TensorVariable:
    return pm.HalfNormal(name, 1.0)


def _roots() -> tuple[pt.TensorVariable, ...]:
    """Add the roots of the graph, and return intent, segment and season."""
    intent = pm.Normal("baseline_intent", _slope("intent_mean"), _spread("intent_sd"), dims="unit")
    chance = pm.Beta("power_probability", 1.0, 1.0)
    power = pm.Bernoulli("power_segment", chance, dims="unit")
    season = pm.Normal(
        "seasonality_score", _slope("season_mean"), _spread("season_sd"), dims="unit"
    )
    return intent, power, season


def _linear(name: str, causes: dict[str, pt.TensorVariable]) -> pt.TensorVariable:
    """Return an intercept plus a slope times each cause."""
    total = _slope(f"{name}_intercept", 2.0)
    for cause, value in causes.items():
        total = total + _slope(f"{name}_on_{cause}") * value
    return total


def _effect(
    intent: pt.TensorVariable, power: pt.TensorVariable, *, kink: bool
) -> pt.TensorVariable:
    effect = (
        _slope("effect_intercept")
        + _slope("effect_on_power") * power
        + _slope("effect_on_intent") * intent
    )
    if kink:
        effect = effect + _slope("effect_on_positive_intent") * pt.maximum(intent, 0.0)
    return pm.Deterministic("effect", effect, dims="unit")
