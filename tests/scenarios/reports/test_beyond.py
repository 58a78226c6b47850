"""What a reader asks next: each section's numbers against NumPy."""

import numpy as np
import pytest

from ifonly.inference import ATE, Counterfactual, shift
from ifonly.scenarios.reports.beyond import beyond, fit_section

from .questions import FRAME, QUERY, posterior


@pytest.fixture(scope="module")
def known():
    return posterior()


def sections(known, query):
    return {s.title: s for s in beyond(query, known, known.ask(query))}


def test_the_raw_difference_and_who_gains(known):
    found = sections(known, QUERY)
    table = found["The raw difference, and what others would say"].table.set_index("who")
    raw = FRAME.y[FRAME.t == 1].mean() - FRAME.y[FRAME.t == 0].mean()
    assert table.loc["difference of the raw means", "effect"] == pytest.approx(raw)
    gain = known.idata["posterior"]["gain"].to_numpy()
    assert table.loc["this model", "effect"] == pytest.approx(
        gain.mean() * (1 + 0.2 * FRAME.z.mean())
    )
    who = found["Who gains, who loses"]
    middle = gain.mean() * (1 + 0.2 * np.median(FRAME.z))
    assert f"{float(f'{middle:.3g}'):g}" in who.text
    assert who.figure is not None


def test_a_ladder_of_a_numeric_treatment(known):
    found = sections(known, ATE("y", do={"z": shift(1.0)}))
    assert "At other values of z" in found
    [ax] = found["At other values of z"].figure.axes
    assert ax.get_xlabel() == "z"
    doses = np.unique(np.quantile(FRAME.z, np.linspace(0.05, 0.95, 5)))
    np.testing.assert_allclose(ax.lines[0].get_xdata(), doses)


def test_couplings_in_words(known):
    found = sections(known, ATE("k", do={"t": 1}, versus={"t": 0}))
    text = found["What no data can tell"].text
    assert "For k, which is counted or categorical" in text
    assert "independent" in text


def test_of_a_world_nobody_gains(known):
    assert not sections(known, Counterfactual("y", do={"t": 1}))


def test_the_fit_of_each_mechanism(known):
    table = fit_section(known).table.set_index("mechanism")
    assert table.loc["z", "mean"] == pytest.approx(FRAME.z.mean())
    assert bool(table.loc["z", "in range"])
    # All counts are 1: no spread, where a Poisson has some.
    assert not bool(table.loc["k", "in range "])
