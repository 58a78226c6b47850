"""What is read from the engine's source is what the engine itself says when it is imported."""

import dataclasses
import inspect
from importlib import import_module
from typing import get_args

import pytest

from ifonly.inference import queries, structural_form
from ifonly.scenarios.cli.offered import couplings, kinds, one_of


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("conditioning/samplers.py", "Sampler"),
        ("conditioning/methods.py", "Method"),
        ("engine/vectorized.py", "Backend"),
    ],
)
def test_values_are_those_of_the_type(file: str, name: str) -> None:
    module = import_module(f"ifonly.inference.{file.removesuffix('.py').replace('/', '.')}")
    assert one_of(file, name) == get_args(getattr(module, name))


def test_what_a_file_does_not_define() -> None:
    with pytest.raises(LookupError, match="defines no Nothing"):
        one_of("engine/compute.py", "Nothing")


@pytest.mark.parametrize("name", kinds())
def test_parameters_are_those_of_the_class(name: str) -> None:
    found, made = kinds()[name], getattr(queries, name)
    fields = {f.name: f for f in dataclasses.fields(made) if not f.name.startswith("_")}
    signature = inspect.signature(made).parameters
    assert {n for n, f in found.fields.items() if f.given} == set(signature)
    assert {n for n, f in found.fields.items() if f.required} == {
        n for n, p in signature.items() if p.default is p.empty
    }
    assert set(found.fields) == set(fields)
    assert set(found.needs) <= set(found.takes)


def test_constants_of_a_class_are_inherited_and_say_what_it_takes() -> None:
    for name, found in kinds().items():
        made = getattr(queries, name)
        for constant, value in found.constants.items():
            assert getattr(made, constant) == value, (name, constant)
    assert "versus" in kinds()["ATE"].takes
    assert "versus" not in kinds()["Counterfactual"].takes
    assert "mediators" in kinds()["NDE"].needs


def test_each_parameter_is_described_in_one_sentence() -> None:
    docs = kinds()["QTE"].docs
    assert docs["q"]
    assert all("\n" not in text and not text.endswith(".") for text in docs.values())


def test_the_couplings_are_those_that_are_registered() -> None:
    registered = {f.coupling for forms in structural_form._forms.values() for f in forms}
    assert couplings() == registered
