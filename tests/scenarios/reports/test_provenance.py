"""How the numbers of a report came about."""

import platform
from importlib.metadata import version
from types import SimpleNamespace

from ifonly.scenarios.reports.provenance import made_section, method_facts, versions


def test_importance_sampling_says_of_what_its_share_is():
    facts = {"method": "laplace", "khat": 0.3, "efficiency": 0.9}
    words = method_facts(SimpleNamespace(facts=facts))
    assert words["effective share of the proposals"] == 0.9


def test_what_is_not_known_keeps_its_own_name() -> None:
    facts = {"method": "nuts", "sampler": "nutpie", "blocks": "one"}
    assert method_facts(SimpleNamespace(facts=facts)) == facts


def test_an_answer_depends_on_these_versions() -> None:
    found = versions()
    assert found["pymc"] == version("pymc")
    assert found["python"] == platform.python_version()
    assert {"ifonly", "pytensor", "numpy", "jax", "numba"} <= set(found)


def test_how_it_was_made_is_told_as_text() -> None:
    table = made_section({"seed": 7}, {"sample": 1.2345}).table
    assert table is not None
    assert table.to_numpy().tolist() == [["seed", "7"], ["seconds to sample", "1.23"]]
