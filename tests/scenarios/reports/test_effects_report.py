"""The report of effects shows what it promises."""

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
        "What others would say",
        "AIPW",
        "import pymc",
    ):
        assert words in page
    assert page.count("data:image/") >= 3
