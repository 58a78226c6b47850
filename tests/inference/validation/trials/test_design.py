"""Designs: arms by lot, look by look, and what is no design."""

import numpy as np
import pytest

from ifonly.inference import QueryError
from ifonly.inference.validation.trials import TwoArms


@pytest.mark.parametrize("share", [0.5, 0.3])
def test_each_look_holds_both_arms_in_their_shares(share: float) -> None:
    design = TwoArms("t", "y", 50, looks=3, share=share)
    arm = design.assigned(np.random.default_rng(0), {}, runs=4_000)
    start = 0
    for end in design.ends:
        count = arm[:, start:end].sum(axis=1)
        assert (np.abs(count - share * (end - start)) < 1).all()
        start = end
    error = np.sqrt(share * (1 - share) / 4_000)
    assert (np.abs(arm.mean(axis=0) - share) < 4.5 * error).all()


def test_strata_hold_the_shares_too() -> None:
    strata = np.random.default_rng(1).integers(0, 3, (50, 60))
    arm = TwoArms("t", "y", 60, strata="s").assigned(np.random.default_rng(2), {"s": strata}, 50)
    for k in range(3):
        inside = strata == k
        off = (arm * inside).sum(axis=1) - 0.5 * inside.sum(axis=1)
        assert (np.abs(off) < 1).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"units": 10, "looks": 5}, "fewer than four a look"),
        ({"units": 0}, "positive whole number"),
        ({"units": 10, "share": 1.0}, "share is"),
        ({"units": 10, "treatment": "y"}, "they are two"),
    ],
)
def test_what_is_no_design_is_refused(options, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(QueryError, match=words):
        TwoArms(**{"treatment": "t", "outcome": "y", **options})
