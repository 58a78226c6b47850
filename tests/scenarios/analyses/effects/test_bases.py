"""Which columns the models have."""

from ifonly.inference.inputs.basis import Basis
from ifonly.scenarios.analyses.effects.bases import bases_of

from .small import found


def test_the_bases_read_only_what_they_may() -> None:
    part = found().parts["linear"]
    bases = bases_of(part.table, part.assignment, "splines")
    assert isinstance(bases.outcome, Basis)
    assert isinstance(bases.effect, Basis)
    assert [c.name for c in bases.outcome.columns] == ["x", "place", "propensity_logit"]
    assert [c.name for c in bases.effect.columns] == ["x", "place"]
