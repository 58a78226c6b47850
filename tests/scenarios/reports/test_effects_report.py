"""The report of effects shows what it promises."""

from dataclasses import replace

from ifonly.scenarios.reports.effects_report import effects_report

from ..analyses.effects.small import found


def test_the_page_has_every_part() -> None:
    page = effects_report(found(), "table.csv", "import pymc\n\nmodel = 1", {"read": 0.1})
    for words in (
        "What does t do to y",
        "The average effect over these units is",
        "Unit by unit",
        "By x",
        "Where the arms overlap",
        "probability of treatment",
        "on both sides",
        "low (95%)",
        "What others would say",
        "AIPW",
        "import pymc",
    ):
        assert words in page
    assert page.count("data:image/") >= 3


def test_a_mean_outside_its_interval_does_not_break_the_page() -> None:
    """One draw of 800 is so far off that the means leave their intervals."""
    draws = found().draws.copy()
    draws[0] += 1e6
    odd = replace(found(), draws=draws)
    groups = odd.by("x")
    assert (groups["mean"] > groups["high"]).all()
    assert "By x" in effects_report(odd, "table.csv", "", {"read": 0.1})
