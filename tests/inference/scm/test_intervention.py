"""What an intervention says of itself."""

import numpy as np

from ifonly.inference import policy, set_to, shift


def test_sets_and_labels():
    assert set_to(1).sets
    assert not set_to(1, where=np.array([True])).sets
    assert not shift(1).sets
    assert set_to("pro").labelled
    assert not set_to(1).labelled
    assert repr(set_to("pro")) == "set_to('pro')"
    assert repr(set_to(["a", "b"])) == "set_to(array of shape (2,))"
    assert repr(policy(lambda v: v["z"])) == "policy(...)"
    assert set_to(1, where={"region": "north"}).where == {"region": "north"}
