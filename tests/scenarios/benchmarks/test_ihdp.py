import numpy as np
import pytest

from ifonly.inference.errors import QueryError
from ifonly.scenarios.benchmarks.ihdp import IHDP


def test_the_children_are_hills():
    case = IHDP("B").case(0, 0)
    assert len(case.data) == 747
    assert case.data["t"].sum() == 139
    assert len(IHDP("B").roles.adjust) == 25
    # Of the surfaces Hill (2011) fixes the effect on the treated: 4.
    assert case.effects[case.data["t"] == 1].mean() == pytest.approx(4.0)
    assert case.effects.std() > 0.1


def test_surface_a_is_the_same_for_all():
    case = IHDP("A").case(3, 0)
    np.testing.assert_array_equal(case.effects, 4.0)


def test_a_replication_is_its_random_state():
    same, other = IHDP("B").case(5, 1), IHDP("B").case(6, 1)
    np.testing.assert_array_equal(same.data["y"], IHDP("B").case(5, 2).data["y"])
    assert (same.data["y"] != other.data["y"]).any()
    np.testing.assert_array_equal(same.data["bw"], other.data["bw"])


def test_other_surfaces_are_refused():
    with pytest.raises(QueryError, match="A and B, not 'C'"):
        IHDP("C")
