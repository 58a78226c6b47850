"""A recommendation funnel whose equations are known up to their coefficients."""

import pymc as pm

__all__ = ["recommendation_funnel"]


def recommendation_funnel() -> pm.Model:
    r"""Return a fresh model of a recommendation funnel: linear, with one product in each equation.

    With :math:`I` ``user_intent``, :math:`C` ``catalog_match``, :math:`T` ``tutorial_prompt``,
    :math:`Q` ``recommendation_quality``, :math:`W` ``watch_time`` and :math:`V`
    ``next_week_value``:

    .. math::

        I, C, T &\sim N(m_k, s_k) \\
        Q &\sim N(q_0 + q_1 I + q_2 C + q_3 I C, \sigma_Q) \\
        W &\sim N(w_0 + w_1 Q + w_2 T + w_3 I + w_4 Q I, \sigma_W) \\
        V &\sim N(v_0 + v_1 Q + v_2 W + v_3 I + v_4 T + v_5 W I, \sigma_V)

    with priors :math:`N(0, 1)` for means, intercepts and slopes and :math:`N^+(1)` for standard
    deviations.

    Returns
    -------
    pymc.Model
        Mechanisms ``user_intent``, ``catalog_match``, ``tutorial_prompt``,
        ``recommendation_quality``, ``watch_time`` and ``next_week_value``, and the deterministics
        ``recommendation_quality_mu``, ``watch_time_mu`` and ``next_week_value_mu``, with dims
        ``unit``. All are scores on a standardised scale. The dimension ``unit`` has length 1.

        Parameters, without dims, named by the short names ``intent``, ``catalog``, ``prompt``,
        ``quality``, ``watch`` and ``value``: ``<root>_mean``; ``<outcome>_intercept``;
        ``<outcome>_on_<cause>`` for a slope; ``<outcome>_on_<cause>_x_<cause>`` for the slope of
        a product; ``<mechanism>_sd``.

    Notes
    -----
    The equations of a worked example whose published answers come from DoWhy's ``gcm`` (Blöbaum
    et al., 2024, Journal of Machine Learning Research 25(147):1-7,
    https://doi.org/10.48550/arXiv.2206.06821).

    Examples
    --------
    >>> model = recommendation_funnel()
    >>> [name.name for name in model.free_RVs if name.name.startswith("quality_on")]
    ['quality_on_intent', 'quality_on_catalog', 'quality_on_intent_x_catalog']
    """
    with pm.Model(coords={"unit": range(1)}) as model:
        intent_mean = pm.Normal("intent_mean", 0.0, 1.0)
        catalog_mean = pm.Normal("catalog_mean", 0.0, 1.0)
        prompt_mean = pm.Normal("prompt_mean", 0.0, 1.0)
        intent_sd = pm.HalfNormal("intent_sd", 1.0)
        catalog_sd = pm.HalfNormal("catalog_sd", 1.0)
        prompt_sd = pm.HalfNormal("prompt_sd", 1.0)
        quality_sd = pm.HalfNormal("quality_sd", 1.0)
        watch_sd = pm.HalfNormal("watch_sd", 1.0)
        value_sd = pm.HalfNormal("value_sd", 1.0)

        intent = pm.Normal("user_intent", intent_mean, intent_sd, dims="unit")
        catalog = pm.Normal("catalog_match", catalog_mean, catalog_sd, dims="unit")
        prompt = pm.Normal("tutorial_prompt", prompt_mean, prompt_sd, dims="unit")

        quality_mu = (
            pm.Normal("quality_intercept", 0.0, 1.0)
            + pm.Normal("quality_on_intent", 0.0, 1.0) * intent
            + pm.Normal("quality_on_catalog", 0.0, 1.0) * catalog
            + pm.Normal("quality_on_intent_x_catalog", 0.0, 1.0) * intent * catalog
        )
        quality_mu = pm.Deterministic("recommendation_quality_mu", quality_mu, dims="unit")
        quality = pm.Normal("recommendation_quality", quality_mu, quality_sd, dims="unit")

        watch_mu = (
            pm.Normal("watch_intercept", 0.0, 1.0)
            + pm.Normal("watch_on_quality", 0.0, 1.0) * quality
            + pm.Normal("watch_on_prompt", 0.0, 1.0) * prompt
            + pm.Normal("watch_on_intent", 0.0, 1.0) * intent
            + pm.Normal("watch_on_quality_x_intent", 0.0, 1.0) * quality * intent
        )
        watch_mu = pm.Deterministic("watch_time_mu", watch_mu, dims="unit")
        watch = pm.Normal("watch_time", watch_mu, watch_sd, dims="unit")

        value_mu = (
            pm.Normal("value_intercept", 0.0, 1.0)
            + pm.Normal("value_on_quality", 0.0, 1.0) * quality
            + pm.Normal("value_on_watch", 0.0, 1.0) * watch
            + pm.Normal("value_on_intent", 0.0, 1.0) * intent
            + pm.Normal("value_on_prompt", 0.0, 1.0) * prompt
            + pm.Normal("value_on_watch_x_intent", 0.0, 1.0) * watch * intent
        )
        value_mu = pm.Deterministic("next_week_value_mu", value_mu, dims="unit")
        pm.Normal("next_week_value", value_mu, value_sd, dims="unit")
    return model
