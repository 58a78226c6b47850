"""What the experiment's reference publishes, and where it is wrong: says, and the fact."""

from __future__ import annotations

__all__ = ["CLAIMS", "PUBLISHED_CORRELATIONS", "PUBLISHED_F", "PUBLISHED_FIGURES"]

PUBLISHED_CORRELATIONS = {
    ("Z", "T"): 0.263,
    ("T", "Y"): 0.479,
    ("exposure", "Y"): 0.496,
    ("E", "exposure"): 0.281,
    ("Z", "Y"): 0.093,
}
PUBLISHED_F = 3_780
# By analysis: the published figures, and what the figure is of.
PUBLISHED_FIGURES = {
    "A/B on assignment labels, raw": (-0.0006, "a null: the labels were drawn after the outcome"),
    "A/B on assignment labels, CUPED": (0.0150, "a null, with 32.4 % less variance"),
    "naive OLS": (1.967, "biased by u"),
    "back-door OLS": (1.898, "biased by u"),
    "2SLS": (1.455, "consistent for the total effect, 1.38"),
    "2SLS, eligible only": (1.433, "consistent too, with fewer users"),
    "2SLS, weighted": (1.443, "consistent too, with a larger variance"),
    "S-learner": (1.697, "biased by u; the spread is noise"),
    "T-learner": (1.701, "biased by u; the spread is noise"),
    "X-learner": (1.705, "biased by u; the spread is noise"),
}
# What the reference says, and the fact, with places for the numbers that are computed.
CLAIMS = (
    (
        "The true effect is 1.2; the instrument's estimate is 0.25 off, because LATE is not ATE "
        "and because of selection.",
        "The effect of do(T) is {direct:.2f} + {per_exposure:.2f} x {exposures:.1f} = "
        "{total:.2f}, for everybody. Two-stage least squares with correct standard errors gives "
        "{iv:.3f} ({iv_se:.3f}); its 95 % interval, {iv_low:.3f} to {iv_high:.3f}, holds "
        "{total:.2f} and not 1.2. The joint model: {joint:.3f} ({joint_sd:.4f}).",
    ),
    (
        "The analysis of the eligible is biased, and weighting repairs it.",
        "E depends on activity only. Over {fresh:.0f} fresh data sets the means are {all_mean:.3f} "
        "for all, {eligible_mean:.3f} for the eligible and {weighted_mean:.3f} weighted, with "
        "standard deviations {all_sd:.3f}, {eligible_sd:.3f} and {weighted_sd:.3f}: leaving "
        "out the rest costs precision, and weighting repairs nothing.",
    ),
    (
        "E means: eligible to receive treatment.",
        "{treated:.0%} of the ineligible are treated: E gates nothing.",
    ),
    (
        "The standard error of the second stage is 0.058.",
        "That formula ({naive_se:.3f}) takes the first stage's fit for the treatment; two-stage "
        "least squares has {iv_se:.3f}.",
    ),
    (
        "Age and segment confound T.",
        "They do not enter T. The observed confounders are activity and E; the proxy pre_metric, "
        "left out there, removes {removed:.0%} of the bias ({with_pre:.3f}), or "
        "{removed_of_iv:.0%} of the way from {ols:.3f} to {iv:.3f}.",
    ),
    (
        "Conditioning on the collider C distorts.",
        "Here it brings the estimate nearer to the truth: {with_c:.3f} against {ols:.3f}. With "
        "the arrow from u turned it hurts: the variant collider_hurts.",
    ),
    (
        "The A/B test finds no effect, and CUPED a larger t.",
        "The labels were drawn after Y: the true effect is zero, and both estimates, -0.0006 and "
        "0.0150, are noise, whose standard deviations are {lot_sd:.4f} and {cuped_sd:.4f}.",
    ),
    (
        "32 % less variance is like 30 % more users.",
        "{reduction:.1%} less is like {more_users:.0%} more: 1 / (1 - {reduction:.3f}) = "
        "{users_factor:.2f}.",
    ),
    (
        "Welch's test after stratified assignment.",
        "The strata explain {explained:.0%} of the variance of Y, which the test does not know, so "
        "that its real size at 5 % is {welch_size:.1%}. Adjust for the strata.",
    ),
    (
        "The smallest sample is 61.",
        "One draw for each size is no power. Eighty per cent power at 5 % takes {n_itt:,.0f} users "
        "for the effect of Z ({itt:.3f}), {n_treated:,.0f} for a fully complied experiment on T, "
        "or {n_in_arms:,.0f} with the spread that Y has within its arms.",
    ),
    (
        "Effects differ, from 0.7 to 2.7, skewed to the right, and VIPs come first.",
        "The true effect has no variance. An X-learner on these rows has a mean of "
        "{learner_mean:.2f}, which is confounding, and a spread of {learner_sd:.2f}, which is "
        "noise, with a skew of {learner_skew:.2f}; its segments differ by {learner_apart:.2f} at "
        "most.",
    ),
    (
        "The first 1 % give more.",
        "A winner's curse inside the sample: the same learner promises {learner_top:.2f} for them, "
        "and the reference 4.23; the truth is {total:.2f}.",
    ),
)
