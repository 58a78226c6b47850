"""Draws that are made when they are first read, once."""

import numpy as np
import pytest

from ifonly.inference.posterior.lazy_draws import Drawn


def test_what_comes_later_is_made_once_when_it_is_read() -> None:
    made: list[str] = []

    def make() -> dict[str, np.ndarray]:
        made.append("u and v")
        return {"u": np.ones(2), "v": np.zeros(2)}

    drawn = Drawn({"a": np.arange(2.0)}, {"u": make, "v": make})
    assert list(drawn) == ["a", "u", "v"]
    assert len(drawn) == 3
    assert "u" in drawn
    assert "w" not in drawn
    assert drawn["a"].tolist() == [0.0, 1.0]
    assert made == [], "names are known without draws"
    assert drawn["v"].tolist() == [0.0, 0.0]
    assert drawn["u"].tolist() == [1.0, 1.0]
    assert made == ["u and v"], "both came together"
    assert list(drawn) == ["a", "u", "v"]
    with pytest.raises(KeyError):
        drawn["w"]


def test_what_is_known_is_not_made_again() -> None:
    drawn = Drawn({"u": np.ones(1)}, {"u": lambda: pytest.fail("made again")})
    assert drawn["u"].tolist() == [1.0]
    assert len(drawn) == 1
