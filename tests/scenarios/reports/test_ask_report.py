"""The page of a question: what it says of the data is of what was seen."""

import warnings

import numpy as np
import pymc as pm

from ifonly.inference import ITE, condition
from ifonly.scenarios.reports.ask_report import ask_report


def test_what_stands_for_a_missing_value_is_no_data(monkeypatch):
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Normal("y", pm.Normal("gain") * x, 1.0, dims="unit")
    data = {"x": [3.0, np.nan, np.nan, 5.0], "y": [1.0, 2.0, 3.0, 4.0]}
    options = {"draws": 30, "tune": 30, "chains": 2, "cores": 1, "seed": 1, "progress": False}
    posterior = condition(model, data, **options)
    query = ITE("y", do={"x": 1.0}, versus={"x": 0.0})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # so few draws have not converged
        answer = posterior.ask(query)
    shown = {}
    monkeypatch.setattr(
        "ifonly.scenarios.reports.ask_report.render",
        lambda title, lead, chapters, made: shown.update({c.title: c for c in chapters}) or "page",
    )
    assert ask_report({}, model, query, posterior, answer, {}) == "page"
    table = shown["The data"].sections[0].table.set_index("variable")
    assert table["not seen"].to_dict() == {"x": 2, "y": 0}
    assert table["mean"].to_dict() == {"x": 4.0, "y": 2.5}
