"""What is read of a scenario is what it says when it is loaded."""

import pytest

from ifonly.scenarios import TITLES, get
from ifonly.scenarios.cli.scenario_texts import queries_of, variables_of

READ = [n for n in TITLES if n != "sandbox"]


@pytest.mark.parametrize("name", READ)
def test_queries_are_those_of_the_scenario(name: str) -> None:
    found = queries_of(name)
    assert found is None or list(found) == list(get(name).queries)


@pytest.mark.parametrize("name", READ)
def test_variables_are_those_of_the_model(name: str) -> None:
    found = variables_of(name)
    assert found is None or found == set(get(name).model.named_vars)


def test_something_is_read_and_what_is_not_there_is_not() -> None:
    assert sum(queries_of(n) is not None for n in READ) > len(READ) / 2
    assert sum(variables_of(n) is not None for n in READ) > len(READ) / 2
    assert queries_of("nothing") is None
    assert variables_of("nothing") is None
