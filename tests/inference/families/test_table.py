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


# Of what these are made, and cannot be, since no form of it tells a value's rank (or its density).
NO_LAW = {"Flat", "HalfFlat", "PolyaGamma"}
CATEGORIES = {"Categorical", "OrderedLogistic", "OrderedProbit"}
MIXED = {"Mixture", "NormalMixture"}
MIXED_COUNTS = {
    "ZeroInflatedBinomial", "ZeroInflatedNegativeBinomial", "ZeroInflatedPoisson",
    "HurdleNegativeBinomial", "HurdlePoisson",
}  # fmt: skip
OUTER = {
    "Censored": (
        lambda inner: pm.Censored.dist(inner, lower=0.2, upper=5),
        NO_LAW | CATEGORIES | MIXED | MIXED_COUNTS | {"VonMises"},
    ),
    "Truncated": (
        lambda inner: pm.Truncated.dist(inner, lower=0.2, upper=5),
        NO_LAW | CATEGORIES | {"VonMises"},
    ),
    "Mixture": (
        lambda inner: pm.Mixture.dist([0.5, 0.5], [inner, inner]),
        NO_LAW | MIXED | {"Interpolated", "VonMises"},
    ),
}


@pytest.mark.parametrize(
    "outer", ["Censored", "Mixture", pytest.param("Truncated", marks=pytest.mark.slow)]
)
@pytest.mark.filterwarnings("ignore::pymc.distributions.mixture.MixtureTransformWarning")
@pytest.mark.filterwarnings("ignore:RandomVariables")  # PyMC's own, where it tries an inverse cdf
def test_what_is_made_of_each_univariate_family_has_a_form_or_a_reason(outer):
    """PyMC itself truncates no mixtures, hurdles, masses or truncated ones."""
    make, without = OUTER[outer]
    refused: dict[str, str] = {}
    for name, example in EXAMPLES.items():
        if not callable(example) or getattr((rv := example()).owner.op, "ndim_supp", 1):
            continue
        try:
            made = make(rv)
        except (NotImplementedError, StopIteration, TypeError):
            assert outer == "Truncated", name
            continue
        try:
            structural_form.of(made)
        except ModelError as error:
            refused[name] = str(error)
    assert set(refused) == without
    assert all(", of which it is made, has " in reason for reason in refused.values())
