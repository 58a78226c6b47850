"""What goes wrong when a mediator, a collider or another effect is held."""

import pytest

from ifonly.inference import QueryError
from ifonly.inference.graph import colliders, conditioning_problems, is_back_door_set

from .textbook import drawn

M_BIAS = drawn("a > t m, b > m y, t > y", latents="a b")
BUTTERFLY_SEEN = drawn("a > t m, b > m y, m > t y, t > y")
FRONT_DOOR = drawn("u > t y, t > m, m > y", latents="u")


def test_m_bias_and_butterfly_say_what_a_bad_control_opens():
    [problem] = conditioning_problems(M_BIAS, "t", "y", ["m"])
    assert str(problem) == ("m is a collider: conditioning on it opens t <- a -> m <- b -> y")
    assert conditioning_problems(BUTTERFLY_SEEN, "t", "y", ["m", "a"]) == ()
    assert colliders(M_BIAS, "t", "y") == ("m",)
    assert colliders(FRONT_DOOR, "t", "y") == ()


@pytest.mark.parametrize(
    ("text", "held", "role"),
    [
        ("t > m, m > y", "m", "mediator"),
        ("t > m, m > y d", "d", "descendant of a mediator"),
        ("t > y, y > d", "d", "descendant of the outcome"),
        ("t > y d", "d", "descendant of the treatment"),
        ("t > c y, u > c y", "c", "collider"),
        ("t > c y, u > c y, c > d", "d", "descendant of a collider"),
    ],
)
def test_roles_that_should_not_be_held(text, held, role):
    [problem] = conditioning_problems(drawn(text), "t", "y", [held])
    assert (problem.variable, problem.role) == (held, role)
    valid = is_back_door_set(drawn(text), "t", "y", [held])
    assert valid == (role == "descendant of the treatment")


def test_in_words():
    [problem] = conditioning_problems(drawn("t > m, m > y"), "t", "y", ["m"])
    assert (
        str(problem)
        == "m is a mediator: conditioning on it takes away the effect along t -> m -> y"
    )
    [problem] = conditioning_problems(drawn("t > y d"), "t", "y", ["d"])
    assert str(problem) == "d is a descendant of the treatment"
    assert problem.path == ""


def test_a_mediator_that_is_a_collider_too_is_a_mediator():
    graph = drawn("t > m y, m > y, u > m y", latents="u")
    [problem] = conditioning_problems(graph, "t", "y", ["m"])
    assert (problem.variable, problem.role) == ("m", "mediator")


def test_a_collider_whose_path_is_closed_elsewhere_is_no_problem():
    graph = drawn("t > c, u > c y, t > y")
    assert [p.variable for p in conditioning_problems(graph, "t", "y", ["c"])] == ["c"]
    [after] = conditioning_problems(graph, "t", "y", ["c", "u"])
    assert (after.variable, after.role) == ("c", "descendant of the treatment")


def test_names_that_the_graph_does_not_have():
    with pytest.raises(QueryError, match="'q', which does not exist"):
        conditioning_problems(M_BIAS, "t", "y", ["q"])
    with pytest.raises(QueryError, match="'a' is latent"):
        conditioning_problems(M_BIAS, "t", "y", ["a"])
