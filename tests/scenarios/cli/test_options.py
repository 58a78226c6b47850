"""Options that several commands share."""

import argparse
from pathlib import Path

import pytest

from ifonly.scenarios.cli.options import (
    add_sampling,
    add_scenario,
    check_estimators,
    chosen,
    natural,
    positive,
    scenario_name,
)
from ifonly.scenarios.cli.terminal import Mistake


@pytest.mark.parametrize(("text", "value"), [("1", 1), ("1_000", 1_000), ("2147483647", 2**31 - 1)])
def test_positive_numbers(text: str, value: int) -> None:
    assert positive(text) == value


@pytest.mark.parametrize("text", ["0", "-3", "1.5", "x", "", "1e3", "2147483648"])
def test_no_positive_numbers(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=r"no positive whole number|any machine"):
        positive(text)


def test_natural_numbers_begin_with_0() -> None:
    assert [natural("0"), natural("7")] == [0, 7]
    for text in ("-1", "0.5", "x"):
        with pytest.raises(argparse.ArgumentTypeError, match="from 0 up"):
            natural(text)


def test_the_nearest_scenario_is_named() -> None:
    assert scenario_name("experiment") == "experiment"
    with pytest.raises(Mistake, match=r"there is no scenario 'experimnt'.* mean 'experiment'"):
        scenario_name("experimnt")
    with pytest.raises(Mistake, match="there is linear_walkthrough") as caught:
        scenario_name("#")
    assert "mean" not in str(caught.value)


def test_a_scenario_or_a_variant_of_it_is_chosen() -> None:
    parser = argparse.ArgumentParser()
    add_scenario(parser)
    whole = chosen(parser.parse_args(["experiment"]))
    part = chosen(parser.parse_args(["experiment", "--variant", "gate"]))
    assert whole.title + "; only the eligible can be treated" == part.title


def test_what_is_not_given_of_the_sampling_is_left_to_the_method() -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_sampling(parser)
    assert set(vars(parser.parse_args([])).values()) == {None}
    given = parser.parse_args(["--draws", "5", "--method", "laplace", "--target-accept", "0.9"])
    assert (given.draws, given.method, given.target_accept) == (5, "laplace", 0.9)


def test_a_command_that_asks_nothing_has_no_backend() -> None:
    parser = argparse.ArgumentParser()
    add_sampling(parser, backend=False)
    assert not {"backend", "target_accept"} & set(vars(parser.parse_args([])))
    assert "(1000)" in parser.format_help()


def test_a_file_is_a_scenario_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("from ifonly.scenarios.linear_walkthrough import scenario\n")
    assert scenario_name(str(path)) == "mine"
    assert chosen(argparse.Namespace(name=str(path), variant=None)).name == "linear_walkthrough"
    with pytest.raises(Mistake, match="there is no file"):
        scenario_name(str(tmp_path / "none.py"))


@pytest.mark.parametrize(
    "given", [["--target-accept", "1"], ["--target-accept", "x"], ["--seed", "9223372036854775808"]]
)
def test_what_no_sampler_takes_is_refused_at_once(given, capsys):
    parser = argparse.ArgumentParser()
    add_sampling(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(given)
    assert given[1] in capsys.readouterr().err


def test_estimators_are_those_that_the_arena_finds() -> None:
    from ifonly.inference.estimators.effects import registered
    from ifonly.scenarios.analyses.effects.estimators import register_effect_models

    register_effect_models()
    for name in registered():
        check_estimators(name, "--estimators")
    check_estimators("ols, mine.module:estimator", "--estimators")
    with pytest.raises(Mistake, match=r"--rank names 'olss'.* did you mean 'ols'"):
        check_estimators("splines,olss", "--rank")
    with pytest.raises(Mistake, match="should name estimators"):
        check_estimators(" , ", "--rank")
