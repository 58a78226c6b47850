"""The numbers behind inputs: random streams by seed and name, and how wide noise is."""

import numpy as np
import pytensor.tensor as pt
import pytest

from ifonly.inference import QueryError
from ifonly.inference.engine.feeds import generator, noise_width


def test_a_stream_goes_by_seed_and_name():
    one = generator(1, "x").standard_normal(4)
    np.testing.assert_array_equal(one, generator(1, "x").standard_normal(4))
    assert (one != generator(1, "y").standard_normal(4)).all()
    assert (one != generator(2, "x").standard_normal(4)).all()


def test_the_width_of_noise():
    assert noise_width(None, "y") == ()
    assert noise_width(pt.constant(3), "y") == (3,)
    assert noise_width(pt.zeros((2, 4)).shape[1], "y") == (4,)
    with pytest.raises(QueryError, match="axes\\) of 'y' is not fixed by the model"):
        noise_width(pt.vector("p").shape[0], "y")
