"""Interventions and groups as they are typed."""

import pytest

from ifonly.scenarios.cli.phrases import parse_groups, parse_interventions, parsed
from ifonly.scenarios.cli.terminal import Mistake


@pytest.mark.parametrize(
    ("phrase", "means"),
    [
        ("T=1", {"T": [("=", 1.0)]}),
        ("T = -1.5", {"T": [("=", -1.5)]}),
        ("T+.5", {"T": [("+", 0.5)]}),
        ("T-0.5", {"T": [("-", 0.5)]}),
        ("T--1", {"T": [("-", -1.0)]}),
        ("T*1e-2", {"T": [("*", 0.01)]}),
        ("x1+2", {"x1": [("+", 2.0)]}),
        ("a-b=3", {"a-b": [("=", 3.0)]}),
        ("a b=3", {"a b": [("=", 3.0)]}),
        ("T=0 | 1|2.", {"T": [("=", 0.0), ("=", 1.0), ("=", 2.0)]}),
        ("T=high | very high", {"T": [("=", "high"), ("=", "very high")]}),
        ("T='10 cm'|pro", {"T": [("=", "10 cm"), ("=", "pro")]}),
        ("T=1, S+2", {"T": [("=", 1.0)], "S": [("+", 2.0)]}),
    ],
)
def test_signs_and_numbers(phrase: str, means: dict[str, list[tuple[str, float]]]) -> None:
    assert parsed([phrase], "--do") == means


def test_each_sign_is_an_intervention() -> None:
    found = parse_interventions(["a=2", "b*3, c+0.5", "d-0.25|-1"], "--do")
    assert {name: str(action) for name, action in found.items()} == {
        "a": "set_to(2)",
        "b": "scale(3)",
        "c": "shift(0.5)",
        "d": "[shift(-0.25), shift(1)]",
    }


@pytest.mark.parametrize("phrase", ["T", "T=high!", "=1", "T=1|", "T=", "T=1;S=2", "T=1,", ""])
def test_what_is_no_intervention(phrase: str) -> None:
    with pytest.raises(Mistake, match=r'--versus .* is not understood: "T=1" sets'):
        parsed([phrase], "--versus")


def test_two_phrases_about_one_variable() -> None:
    with pytest.raises(Mistake, match="--do says two things of 'T'"):
        parsed(["T=1", "S=2, T+1"], "--do")


def test_groups() -> None:
    assert parse_groups(["sex, age : 4", "income:-1|2.5"]) == {
        "sex": None,
        "age": 4,
        "income": [-1.0, 2.5],
    }


@pytest.mark.parametrize("phrase", ["age:", ":4", "age:x", "age:1|x", "age:2.5", ""])
def test_what_is_no_group(phrase: str) -> None:
    with pytest.raises(Mistake, match=r"--by .* is not understood"):
        parse_groups([phrase])
