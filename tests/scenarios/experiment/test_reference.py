"""What the reference publishes, as the sheet has it, and that every fact has its numbers."""

from string import Formatter

from ifonly.scenarios.experiment.reference import (
    CLAIMS,
    PUBLISHED_CORRELATIONS,
    PUBLISHED_F,
    PUBLISHED_FIGURES,
)


def test_published_figures() -> None:
    assert PUBLISHED_F == 3_780
    assert {f"{a}-{b}": value for (a, b), value in PUBLISHED_CORRELATIONS.items()} == {
        "Z-T": 0.263,
        "T-Y": 0.479,
        "exposure-Y": 0.496,
        "E-exposure": 0.281,
        "Z-Y": 0.093,
    }
    assert [value for value, _ in PUBLISHED_FIGURES.values()] == [
        -0.0006, 0.0150, 1.967, 1.898, 1.455, 1.433, 1.443, 1.697, 1.701, 1.705,
    ]  # fmt: skip


def test_what_is_consistent_and_what_is_biased() -> None:
    said = {analysis: about for analysis, (_, about) in PUBLISHED_FIGURES.items()}
    assert {name for name, about in said.items() if "biased by u" in about} == {
        "naive OLS", "back-door OLS", "S-learner", "T-learner", "X-learner",
    }  # fmt: skip
    assert {name for name, about in said.items() if "consistent" in about} == {
        "2SLS", "2SLS, eligible only", "2SLS, weighted",
    }  # fmt: skip


def test_every_row_of_the_sheet_has_its_fact() -> None:
    """The sheet lists twelve, and of each it quotes some words."""
    quoted = (
        "true effect is 1.2", "weighting repairs", "eligible to receive treatment", "0.058",
        "Age and segment confound T", "collider C", "larger t", "30 % more users", "Welch",
        "smallest sample is 61", "0.7 to 2.7", "first 1 %",
    )  # fmt: skip
    assert len(CLAIMS) == len(quoted)
    for (says, _), words in zip(CLAIMS, quoted, strict=True):
        assert words in says


def test_numbers_in_a_fact_are_computed_and_written_to_some_digits() -> None:
    for _, fact in CLAIMS:
        for _, name, form, _ in Formatter().parse(fact):
            assert name is None or form, f"{name} is shown to all its digits"
    used = {n for _, fact in CLAIMS for _, n, _, _ in Formatter().parse(fact) if n}
    assert {"iv", "iv_se", "joint", "welch_size", "n_itt", "learner_mean", "treated"} <= used
