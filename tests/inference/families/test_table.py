"""Every distribution that PyMC has is in the table, with a form or a reasoned refusal."""

import pymc as pm
import pytest

import ifonly.inference.families  # noqa: F401  (registers the forms)
from ifonly.inference.errors import ModelError
from ifonly.inference.families.form import structural_form
from ifonly.inference.families.table import EXAMPLES, family_table

# What PyMC exports beside its families: what they are made from.
BASES = {"Continuous", "Discrete", "Distribution", "SymbolicRandomVariable"}


@pytest.fixture(scope="module")
def table():
    return family_table()


def test_every_distribution_of_pymc_is_there():
    assert set(EXAMPLES) == set(pm.distributions.__all__) - BASES


@pytest.mark.parametrize("family", EXAMPLES)
def test_it_has_couplings_or_a_reason(table, family):
    couplings, reason = table.loc[family]
    assert bool(couplings) != bool(reason)
    assert "has no structural form" not in reason, "nobody has said why"
    if couplings:
        forms = structural_form.couplings(EXAMPLES[family]())
        assert couplings.split(", ") == list(forms)


@pytest.mark.parametrize(
    ("family", "couplings"),
    [
        ("Normal", "monotone"),
        ("Poisson", "process, monotone, independent"),
        ("OrderedProbit", "monotone, gumbel_max, independent"),
        ("OrderedLogistic", "monotone, gumbel_max, independent"),
        ("Censored", "monotone"),
        ("HurdleGamma", "switch, monotone"),
        ("HurdlePoisson", "switch, monotone, independent"),
        ("ZeroInflatedPoisson", "process, switch, monotone, independent"),
        ("ZeroInflatedBinomial", "switch, process, monotone, independent"),
        ("NormalMixture", "gumbel_max, monotone, independent"),
        ("CustomDist", "monotone"),
    ],
)
def test_defaults_come_first(table, family, couplings):
    assert set(table.loc[family, "couplings"].split(", ")) == set(couplings.split(", "))
    assert table.loc[family, "couplings"].split(", ")[0] == couplings.split(", ")[0]


def test_a_refusal_gives_its_reason():
    by_density = pm.CustomDist.dist(0.0, logp=lambda value, mu: -((value - mu) ** 2))
    with pytest.raises(ModelError, match=r"CustomDist.*log-density.*dist=\.\.\."):
        structural_form.of(by_density)
