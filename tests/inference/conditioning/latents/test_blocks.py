"""Units alike in what is seen of them form a block, with the latents that stand behind it."""

import numpy as np
import pymc as pm

from ifonly.inference.conditioning.latents.blocks import blocks
from ifonly.inference.scm.equations import Equations
from ifonly.inference.scm.evidence import read_evidence

GAP = np.nan


def chain() -> pm.Model:
    """Return u -> x -> y and u -> late, with a panel p of u."""
    with pm.Model(coords={"unit": range(1), "time": range(2)}) as model:
        u = pm.Normal("u", dims="unit")
        x = pm.Normal("x", pm.Normal("a") * u, 1.0, dims="unit")
        pm.Normal("y", x, 1.0, dims="unit")
        pm.Normal("p", u[:, None], 1.0, dims=("unit", "time"))
        pm.Normal("late", u, 1.0, dims="unit")
    return model


def test_a_block_for_each_pattern_of_what_is_missing() -> None:
    data = {
        "x": [1.0, GAP, 2.0, GAP, GAP],
        "y": [0.5, 0.1, GAP, 0.3, GAP],
    }
    equations = Equations(chain())
    found = blocks(equations, read_evidence(equations, data, allow_missing=True))
    by_rows = {tuple(b.rows.tolist()): (b.seen, b.latents, b.partly) for b in found}
    assert by_rows == {
        (0,): (("x", "y"), ("u",), ()),
        (1, 3): (("y",), ("u", "x"), ()),
        (2,): (("x",), ("u",), ()),
        (4,): ((), (), ()),  # nothing seen depends on a latent
    }


def test_a_panel_with_a_part_is_seen_in_part() -> None:
    panel = np.array([[1.0, 2.0], [GAP, 1.0], [GAP, GAP]])
    equations = Equations(chain())
    found = blocks(equations, read_evidence(equations, {"p": panel}, allow_missing=True))
    assert [(b.rows.tolist(), b.seen, b.partly) for b in found] == [
        ([0, 1], ("p",), ("p",)),
        ([2], (), ()),
    ]


def test_the_order_of_blocks_is_that_of_their_patterns() -> None:
    equations = Equations(chain())
    one, two = (
        blocks(equations, read_evidence(equations, {"x": x}, allow_missing=True))
        for x in ([GAP, 1.0, 2.0], [1.0, 2.0, GAP])
    )
    assert [b.seen for b in one] == [b.seen for b in two] == [("x",), ()]
