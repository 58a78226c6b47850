"""A population of users with a hidden confounder, an instrument, a mediator and a collider."""

from math import sqrt

import pymc as pm
import pytensor.tensor as pt

__all__ = ["AGE_CENTRE", "experiment", "standardised"]

AGE_CENTRE = 35.0  # years
YOUNGEST, OLDEST = 18.0, 75.0  # years; values beyond are recorded as these
ACTIVE = 2.5  # activity above which a user counts as active
LEAST_EXPOSURE = 0.05


def standardised(activity: pt.TensorLike) -> pt.TensorLike:
    """Return `activity` standardised by the mean and deviation of Gamma(shape 2, scale 2).

    Parameters
    ----------
    activity : number, array or tensor of shape (unit,)

    Returns
    -------
    of the same type
        In standard deviations.

    Examples
    --------
    >>> standardised(4.0)
    0.0
    """
    return (activity - 4.0) / sqrt(8.0)


def experiment(
    *,
    gate: bool = False,
    heterogeneous: bool = False,
    placebo: bool = False,
    randomised: bool = False,
) -> pm.Model:
    r"""Return a fresh model of an experiment with an unobserved confounder ``u``.

    With :math:`g, A, a, m` segment, age, activity and ``pre_metric``, :math:`X` the exposure,
    :math:`s(a) = (a - 4)/\sqrt 8` and :math:`\sigma` the logistic function:

    .. math::

        g &\sim \text{Categorical}(\pi), \qquad u \sim N(0, 1) \\
        A &\sim N(\cdot, \cdot) \text{ clipped to } [18, 75], \qquad a \sim \text{Gamma} \\
        m &\sim N(m_0 + m_1 a + m_2 (A - 35) + m_3 u, \cdot) \\
        Z &\sim \text{Bernoulli}(\cdot), \qquad
        E \sim \text{Bernoulli}(\sigma(e_0 + e_1 s(a))) \\
        T &\sim \text{Bernoulli}(\sigma(t_0 + t_1 Z + t_2 u + t_3 E + t_4 [a > 2.5])) \\
        X &\sim \text{Poisson}(\max(x_0 + x_1 T + x_2 a + x_3 E, 0.05)) \\
        C &\sim \text{Bernoulli}(\sigma(c_0 + c_1 T + c_2 u)) \\
        Y &\sim N(y_0 + y_1 T + y_2 X + y_3 (A - 35) + y_4 a + y_g + y_5 u, \cdot)

    with priors :math:`N(0, 1)` for intercepts and slopes (those of ``pre_metric`` and ``Y`` have
    intercepts :math:`N(0, 5)`, slopes per year :math:`N(0, 0.1)`; that of exposure has
    :math:`N(1, 1)`) and :math:`N^+(1)` for standard
    deviations.

    Parameters
    ----------
    gate : bool
        Whether only the eligible (``E = 1``) can be treated.
    heterogeneous : bool
        Whether the effect of ``T`` on ``Y`` varies with activity and with segment: the slopes
        ``Y_on_T_x_activity`` (per standard deviation), ``Y_on_T_x_regular`` and ``Y_on_T_x_vip``.
    placebo : bool
        Whether there is an outcome ``placebo`` that has ``Y``'s causes but ``T`` and exposure.
    randomised : bool
        Whether a randomised ``arm`` moves the log-odds of ``T`` by ``T_on_arm``.

    Returns
    -------
    pymc.Model
        Mechanisms ``signup_month`` (1 to 6), ``segment`` (0 casual, 1 regular, 2 vip), ``age``
        (years), ``activity``, ``u``, ``pre_metric``, ``Z``, ``E``, ``T``, ``exposure`` (a count),
        ``C`` and ``Y``, and where asked for ``placebo`` and ``arm``, with dims ``unit``, which has
        length 1.

        Parameters, without dims but ``segment_probability`` (dims: ``level``):
        ``<mechanism>_intercept``; ``<mechanism>_on_<cause>`` for a slope, where ``active`` is
        :math:`[a > 2.5]`; ``<mechanism>_sd``; ``age_mean``, ``activity_shape``,
        ``activity_scale``, ``Z_probability``, ``arm_probability``.

    Notes
    -----
    Nothing measures ``u``, so its sign and scale are a convention: its variance is 1, and it
    raises ``pre_metric``, so that ``pre_on_u`` has a half-normal prior. Turned round, the same data
    have the same probability, and without this every posterior would have two mirrored modes.
    ``Y_on_u`` has one too, which is an assumption: what raises the metric before the experiment
    lowers no outcome after it. Without it the mirrored mode is not gone but cut off at
    ``pre_on_u = 0``, and samplers and optimisers that begin on its side stay there.

    Activity is standardised by the mean and standard deviation of its law under the scenario's
    truth, which are numbers. Standardised by the sample's own, a unit's eligibility would depend
    on who else was sampled.

    The clipped age is a normal censored at 18 and 75, with its share of exact 18s and 75s.

    Examples
    --------
    >>> model = experiment(heterogeneous=True)
    >>> [name.name for name in model.free_RVs if name.name.startswith("Y_on_T")]
    ['Y_on_T', 'Y_on_T_x_activity', 'Y_on_T_x_regular', 'Y_on_T_x_vip']
    """
    with pm.Model(coords={"unit": range(1), "level": ["casual", "regular", "vip"]}) as model:
        segment, age, activity = _covariates()
        u = pm.Normal("u", 0.0, 1.0, dims="unit")
        _pre_metric(age, activity, u)
        eligible = _eligibility(activity)
        treated = _treatment(eligible, activity, u, gate=gate, randomised=randomised)
        exposure = _exposure(treated, activity, eligible)
        _collider(treated, u)
        effect = _effect(segment, activity, heterogeneous=heterogeneous)
        on_exposure = _slope("Y_on_exposure")
        _outcome("Y", (segment, age, activity, u), effect * treated + on_exposure * exposure)
        if placebo:
            _outcome("placebo", (segment, age, activity, u), 0.0)
    return model


def _slope(name: str, sd: float = 1.0) -> pt.TensorVariable:
    return pm.Normal(name, 0.0, sd)


def _covariates() -> tuple[pt.TensorVariable, ...]:
    """Add the roots of the graph, and return segment, age and activity."""
    pm.DiscreteUniform("signup_month", 1, 6, dims="unit")
    chances = pm.Dirichlet("segment_probability", [1.0, 1.0, 1.0], dims="level")
    segment = pm.Categorical("segment", chances, dims="unit")
    normal = pm.Normal.dist(pm.Normal("age_mean", 40.0, 15.0), pm.HalfNormal("age_sd", 15.0))
    age = pm.Censored("age", normal, YOUNGEST, OLDEST, dims="unit")
    shape, scale = pm.HalfNormal("activity_shape", 3.0), pm.HalfNormal("activity_scale", 3.0)
    activity = pm.Gamma("activity", shape, 1.0 / scale, dims="unit")
    return segment, age, activity


def _pre_metric(
    age: pt.TensorVariable, activity: pt.TensorVariable, u: pt.TensorVariable
) -> pt.TensorVariable:
    mean = (
        _slope("pre_intercept", 5.0)
        + _slope("pre_on_activity") * activity
        + _slope("pre_on_age", 0.1) * (age - AGE_CENTRE)
        + pm.HalfNormal("pre_on_u", 1.0) * u
    )
    return pm.Normal("pre_metric", mean, pm.HalfNormal("pre_sd", 1.0), dims="unit")


def _eligibility(activity: pt.TensorVariable) -> pt.TensorVariable:
    logit = _slope("E_intercept") + _slope("E_on_activity") * standardised(activity)
    return pm.Bernoulli("E", logit_p=logit, dims="unit")


def _treatment(
    eligible: pt.TensorVariable,
    activity: pt.TensorVariable,
    u: pt.TensorVariable,
    *,
    gate: bool,
    randomised: bool,
) -> pt.TensorVariable:
    encouraged = pm.Bernoulli("Z", pm.Beta("Z_probability", 1.0, 1.0), dims="unit")
    logit = (
        _slope("T_intercept")
        + _slope("T_on_Z") * encouraged
        + _slope("T_on_u") * u
        + _slope("T_on_E") * eligible
        + _slope("T_on_active") * (activity > ACTIVE)
    )
    if randomised:
        arm = pm.Bernoulli("arm", pm.Beta("arm_probability", 1.0, 1.0), dims="unit")
        logit = logit + _slope("T_on_arm", 5.0) * (arm - 0.5)
    if gate:
        logit = pt.switch(eligible, logit, -float("inf"))
    return pm.Bernoulli("T", logit_p=logit, dims="unit")


def _exposure(
    treated: pt.TensorVariable, activity: pt.TensorVariable, eligible: pt.TensorVariable
) -> pt.TensorVariable:
    # At 0, where searches would begin, every user would have the least exposure: a plateau.
    mean = (
        pm.Normal("exposure_intercept", 1.0, 1.0)
        + _slope("exposure_on_T") * treated
        + _slope("exposure_on_activity") * activity
        + _slope("exposure_on_E") * eligible
    )
    return pm.Poisson("exposure", pt.maximum(mean, LEAST_EXPOSURE), dims="unit")


def _collider(treated: pt.TensorVariable, u: pt.TensorVariable) -> pt.TensorVariable:
    logit = _slope("C_intercept") + _slope("C_on_T") * treated + _slope("C_on_u") * u
    return pm.Bernoulli("C", logit_p=logit, dims="unit")


def _effect(
    segment: pt.TensorVariable, activity: pt.TensorVariable, *, heterogeneous: bool
) -> pt.TensorVariable:
    """Return the direct effect of treatment on the outcome: one, or one a unit."""
    effect = _slope("Y_on_T")
    if not heterogeneous:
        return effect
    return (
        effect
        + _slope("Y_on_T_x_activity") * standardised(activity)
        + _slope("Y_on_T_x_regular") * pt.eq(segment, 1)
        + _slope("Y_on_T_x_vip") * pt.eq(segment, 2)
    )


def _outcome(
    name: str, causes: tuple[pt.TensorVariable, ...], done: pt.TensorVariable | float
) -> pt.TensorVariable:
    """Return an outcome; `done` is what treatment and exposure add to its mean."""
    segment, age, activity, u = causes
    mean = (
        _slope(f"{name}_intercept", 5.0)
        + _slope(f"{name}_on_age", 0.1) * (age - AGE_CENTRE)
        + _slope(f"{name}_on_activity") * activity
        + _slope(f"{name}_on_regular") * pt.eq(segment, 1)
        + _slope(f"{name}_on_vip") * pt.eq(segment, 2)
        + pm.HalfNormal(f"{name}_on_u", 1.0) * u
        + done
    )
    return pm.Normal(name, mean, pm.HalfNormal(f"{name}_sd", 1.0), dims="unit")
