"""The page of a question about labels: words stand where codes stood, and nothing is averaged."""

import pytest

from ifonly.inference import ATE
from ifonly.scenarios.reports.ask_report import ask_report
from ifonly.scenarios.reports.beyond import beyond, fit_section
from ifonly.scenarios.reports.grounds import frame_of, grounds, values_asked

from .labelled import FRAME, QUERY, model, posterior


@pytest.fixture(scope="module")
def known():
    return posterior()


def test_the_values_asked_about_are_labels(known):
    assert values_asked(QUERY, "plan", known) == ["pro", "basic"]
    by_code = ATE("spent", do={"plan": 1}, versus={"plan": 0})
    assert values_asked(by_code, "plan", known) == ["pro", "basic"]
    assert frame_of(known)["plan"].tolist() == FRAME["plan"].tolist()


def test_overlap_is_told_of_the_labels(known):
    shares = FRAME["plan"].value_counts(normalize=True)
    said = f"plan is pro for {shares['pro']:.0%} and basic for {shares['basic']:.0%} of the units."
    assert said in grounds(QUERY, known)


def test_the_raw_difference_is_between_the_two_asked_about(known):
    found = {s.title: s for s in beyond(QUERY, known, known.ask(QUERY))}
    section = found["The raw difference, and what others would say"]
    means = FRAME.groupby("plan")["spent"].mean()
    table = section.table.set_index("who")
    raw = table.loc["difference of the raw means", "effect"]
    assert raw == pytest.approx(means["pro"] - means["basic"])
    assert "plan = pro and those with basic" in section.text


def test_the_whole_page(known):
    page = ask_report({}, model(), QUERY, known, known.ask(QUERY), {})
    for words in ("With plan set to pro rather than plan set to basic", "gain[team]", "AIPW"):
        assert words in page


def test_the_data_and_the_fit_speak_of_shares(known):
    page = ask_report({}, model(), QUERY, known, known.ask(QUERY), {})
    counts = FRAME["plan"].value_counts(normalize=True)
    assert ", ".join(f"{k} {v:.0%}" for k, v in counts.items()) in page
    first = counts.index[0]
    fit = fit_section(known).table.set_index("mechanism")
    assert fit.loc[f"plan is {first}", "mean"] == pytest.approx(counts[first])
