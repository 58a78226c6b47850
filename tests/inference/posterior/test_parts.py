"""The blocks of a posterior: as texts, as facts, and the worst of their figures."""

import numpy as np
import pytest

from ifonly.inference.errors import QueryError
from ifonly.inference.posterior.parts import (
    Blocks,
    Part,
    as_text,
    facts_of,
    from_text,
    left_out,
    together,
)

EXACT = Part(("a", "b"), "glm", facts={"khat": 0.2})
OTHER = Part(("c",), "glm", facts={"khat": 0.4})
CHAINS = Part(("d",), "nutpie", True, 3, 0.8)


def test_texts_bring_back_all() -> None:
    back = from_text(as_text([EXACT, CHAINS]))
    assert back[1] == CHAINS
    assert (back[0].unknowns, back[0].facts) == (EXACT.unknowns, EXACT.facts)
    assert np.isnan(back[0].bfmi)


def test_facts_are_of_the_blocks_named() -> None:
    assert facts_of([EXACT, OTHER, CHAINS]) == {
        "sampler": "nutpie",
        "blocks": "glm: a, b, c; nutpie: d",
        "khat": 0.4,
    }
    assert facts_of([EXACT]) == {
        "sampler": "independent draws",
        "blocks": "glm: a, b",
        "khat": 0.2,
        "efficiency": 1.0,
    }


def test_the_worst_figures() -> None:
    rng = np.random.default_rng(1)
    good = {"d": rng.normal(size=(4_000, 2))}
    apart = {"d": good["d"] + np.repeat([0.0, 0.0, 5.0, 5.0], 1_000)[:, None]}
    own = {"a": rng.normal(size=4_000)}
    found = together([EXACT, CHAINS], [own, good], (4, 1_000))
    assert (found.divergences, found.bfmi) == (3, 0.8)
    assert found.r_hat < 1.01
    assert found.ess_bulk == pytest.approx(4_000, rel=0.15)
    assert together([CHAINS], [apart], (4, 1_000)).r_hat > 1.5
    alone = together([EXACT], [own], (4, 1_000))
    assert (alone.r_hat, alone.ess_bulk, alone.converged) == (1.0, 4_000.0, True)
    assert together([], [], (4, 1_000)).converged  # it reads nothing that is unknown


def test_blocks_are_found_by_what_is_read() -> None:
    made: list[str] = []

    def make() -> Part:
        made.append("d")
        return CHAINS

    blocks = Blocks((EXACT, OTHER), {"d": make})
    assert blocks.having(["b"]) == [EXACT]
    assert made == []
    assert blocks.having(["c", "d", "x"]) == [OTHER, CHAINS]


def test_what_a_file_lacks_is_refused_by_name() -> None:
    left = left_out(Blocks((EXACT,)), ["a", "b", "d"], "p.nc")
    assert list(left) == ["d"]
    with pytest.raises(QueryError, match=r"p\.nc was saved without 'd'.*asked="):
        left["d"]()
    assert left_out(Blocks(), ["a"], "p.nc") == {}  # it was not computed by blocks
