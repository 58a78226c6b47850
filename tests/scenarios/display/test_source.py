"""The code behind a figure stands in the notebook, with what it calls, as text."""

from ifonly.scenarios.display.source import code_behind


def half(x: float) -> float:
    return x / 2 if x < 1 else _other(x)


def _other(x: float) -> float:
    return len(str(x))


def test_the_source_has_the_function_and_those_of_its_module_that_it_calls() -> None:
    text = code_behind(half).text
    assert text.index("def half") < text.index("def _other")
    assert text.count("def ") == 2, "str and len are not of this module"
    assert "x &lt; 1" in code_behind(half)._repr_html_()


def _there(x: int) -> int:
    return _back(x - 1) if x else 0


def _back(x: int) -> int:
    return _there(x - 1) if x else 1


def test_functions_that_call_each_other_stand_once() -> None:
    text = code_behind(_there).text
    assert [text.count(f"def {name}(") for name in ("_there", "_back")] == [1, 1]
