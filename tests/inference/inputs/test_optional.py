"""Packages of extras: given where they are, and named with their extra where they are not."""

import math
import sys

import pytest

from ifonly.inference.errors import ExtraError
from ifonly.inference.inputs.optional import load


def test_what_is_installed_is_given():
    assert load("math", "estimators") is math


def test_what_is_not_is_named_with_its_extra():
    with pytest.raises(ExtraError) as caught:
        load("no_such_package.inside", "estimators")
    said = str(caught.value)
    assert said.startswith("this needs no_such_package, which is not installed")
    assert "pip install 'ifonly[estimators]'" in said
    assert caught.value.__suppress_context__, "the user is shown no traceback of the import"


def test_what_a_package_itself_lacks_is_named(tmp_path, monkeypatch):
    """The package is there, but one that it needs is not."""
    (tmp_path / "half_installed.py").write_text("import no_such_dependency\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ExtraError, match="this needs no_such_dependency"):
        load("half_installed", "estimators")
    assert "half_installed" not in sys.modules


def test_other_faults_of_a_package_are_not_hidden(tmp_path, monkeypatch):
    (tmp_path / "broken_inside.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ZeroDivisionError):
        load("broken_inside", "estimators")
