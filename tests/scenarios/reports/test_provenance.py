"""How the numbers of a report came about."""

from types import SimpleNamespace

from ifonly.scenarios.reports.provenance import method_facts


def test_importance_sampling_says_of_what_its_share_is():
    facts = {"method": "laplace", "khat": 0.3, "efficiency": 0.9}
    words = method_facts(SimpleNamespace(facts=facts))
    assert words["effective share of the proposals"] == 0.9
