"""A model without its latents: what it serves, where its nodes begin, and its density."""

from typing import Any

import numpy as np
import pymc as pm
import pytest
from pytensor.compile.mode import Mode
from scipy import stats

from ifonly.inference.conditioning.latents import integrated
from ifonly.inference.conditioning.latents.integrated import Without, patterns, without_latents
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import Evidence, read_evidence
from ifonly.inference.scm.observe import observe

GAP = np.nan
DATA = {"x": np.array([0.5, GAP, -1.0]), "k": np.array([1.0, 0.0, 1.0])}


def make() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("a")
        u = pm.Normal("u", dims="unit")
        x = pm.Normal("x", a + u, 0.5, dims="unit")
        pm.Normal("k", x, 1.0, dims="unit")
    return model


def evidence_of(data: Any) -> Evidence:
    return read_evidence(Equations(make()), data, allow_missing=True)


@pytest.fixture(scope="module")
def found(quickly: Any) -> Without:
    evidence = evidence_of(DATA)
    with quickly():
        model, _ = observe(make(), evidence, "unit")
        return without_latents(model, evidence, "unit", 1, exact=False)


def test_what_is_seen_and_latent_in_each_block(found: Without) -> None:
    expected = ((("x", "k"), ("u",), ()), (("k",), ("u", "x"), ()))
    assert patterns(Equations(make()), evidence_of(DATA)) == expected
    assert found.patterns == expected
    assert (found.latents, found.lines) == (("u", "x"), 2)
    assert [v.name for v in found.model.free_RVs] == ["a"]


def test_it_serves_other_units_that_lack_the_same(found: Without) -> None:
    more = {"x": [GAP, GAP, 1.0, 2.0], "k": np.zeros(4)}
    assert found.takes(evidence_of(more))
    assert not found.takes(evidence_of({"x": [1.0, 2.0], "k": [0.0, 1.0]}))
    assert not found.takes(evidence_of({"k": [0.0, 1.0]}))


def test_nodes_begin_about_zero_with_what_is_seen_of_each_block(found: Without) -> None:
    evidence = evidence_of(DATA)
    nodes = found.nodes(found.model, evidence, 4, 9)
    assert [b.rows.tolist() for b in nodes.blocks] == [[0, 2], [1]]
    assert {n: v.tolist() for n, v in nodes.columns[0].items()} == {
        "x": [0.5, -1.0],
        "k": [1.0, 1.0],
    }
    assert {n: v.tolist() for n, v in nodes.columns[1].items()} == {"k": [0.0]}
    assert [g.mean.shape for g in nodes.grids] == [(1, 2, 1), (1, 1, 2)]
    assert all((g.mean == 0).all() for g in nodes.grids)
    assert (nodes.count, nodes.seed) == (4, 9)


def test_the_model_at_many_nodes_has_the_marginal_density(found: Without) -> None:
    """x is N(a, 1.25); k given x is N(x, 1), and N(a, 2.25) without it."""
    evidence = evidence_of(DATA)
    model, _ = observe(make(), evidence, "unit")
    alone = found.model_at(found.nodes(model, evidence, 40, 9))
    a = 0.3
    expected = stats.norm.logpdf(a) + stats.norm.logpdf([0.5, -1.0], a, np.sqrt(1.25)).sum()
    expected += stats.norm.logpdf([1.0, 1.0], [0.5, -1.0], 1.0).sum()
    expected += stats.norm.logpdf(0.0, a, 1.5)
    density = alone.compile_fn(alone.logp(), mode=Mode(linker="py", optimizer="fast_compile"))
    assert float(density({"a": a})) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("tied", [False, True])
def test_many_units_without_latents_are_apart_unless_one_reads_another(
    tied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pm.Model(coords={"unit": range(1)}) as model:
        x = pm.Normal("x", dims="unit")
        pm.Normal("k", pm.Normal("slope") * (x - x.mean() if tied else x), 1.0, dims="unit")
    data = {"x": np.array([1.0, 2.0, 5.0, -1.0]), "k": np.zeros(4)}
    evidence = read_evidence(Equations(model), data)
    for most, expected in ((4, False), (3, not tied)):
        monkeypatch.setattr(integrated, "IN_CACHE", most)
        observed, _ = observe(model, evidence, "unit")
        assert without_latents(observed, evidence, "unit", 1).apart == expected
