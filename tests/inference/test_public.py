"""The public names are there, and loaded when first used."""

import pytest

import ifonly.inference
from ifonly.inference import public


def test_every_public_name_is_found() -> None:
    assert ifonly.inference.__all__ is public.__all__
    assert set(public.__all__) <= set(dir(ifonly.inference))
    for name in public.__all__:
        assert getattr(ifonly.inference, name) is getattr(public, name)


def test_a_name_that_there_is_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'ATTE'"):
        ifonly.inference.ATTE  # noqa: B018
