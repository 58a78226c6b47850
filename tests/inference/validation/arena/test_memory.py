import numpy as np
import pytest

from ifonly.inference.validation.arena import memory
from ifonly.inference.validation.arena.memory import measured


def test_the_peak_is_seen_though_it_is_freed():
    with measured() as found:
        block = np.ones(16 * 2**20)  # 128 MiB
        del block
        small = np.ones(2**17)
    assert small.sum() == 2**17
    assert found.peak is None or found.peak > 100


def test_where_the_system_does_not_say_there_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "CLEAR", tmp_path / "absent" / "file")
    with measured() as found:
        pass
    assert found.peak is None


def test_an_error_passes():
    with pytest.raises(ZeroDivisionError), measured() as found:
        raise ZeroDivisionError
    assert found.peak is None or found.peak >= 0
