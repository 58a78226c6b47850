"""What a page says after its sliders were moved is what the engine answers in Python."""

import re

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, ITE, QueryError, World, condition, scale, set_to, shift
from ifonly.scenarios.pages.whatif import whatif_page

from .browser import BROWSER, moved

needs_browser = pytest.mark.skipif(BROWSER is None, reason="there is no chromium on this machine")

UNITS = 60
LEVERS = {"linear": ("a", "b"), "curved": ("t", "a"), "discrete": ("t", "k")}
A = {"set": set_to, "shift": shift, "scale": scale}


def linear() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        slope, twist = pm.Normal("slope"), pm.Normal("twist")
        a = pm.Normal("a", 2.0, 0.3, dims="unit")
        b = pm.Normal("b", slope * a, 1.0, dims="unit")
        pm.Normal("y", twist * a * b + b, 1.0, dims="unit")
    return model


def curved() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.Normal("slope")
        a = pm.Normal("a", 0.0, 1.0, dims="unit")
        t = pm.Bernoulli("t", logit_p=a, dims="unit")
        pm.Normal("y", pm.math.exp(slope * a) + t, 1.0, dims="unit")
    return model


def discrete() -> pm.Model:
    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.Normal("slope")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        k = pm.Poisson("k", pm.math.exp(0.3 * t), dims="unit")
        pm.Bernoulli("y", logit_p=slope * t + 0.3 * k - 0.5, dims="unit")
    return model


@pytest.fixture(scope="module")
def made():
    """Return, by name, a world, its posterior and the page about both."""
    found = {}
    for make, truth in (
        (linear, {"slope": 0.5, "twist": 0.3}),
        (curved, {"slope": 0.4}),
        (discrete, {"slope": 1.0}),
    ):
        world = World.simulate(make(), truth, units=UNITS, seed=3)
        posterior = condition(make(), world.data, seed=4, draws=500, chains=2, progress=False)
        page = whatif_page(posterior, "y", LEVERS[make.__name__], world=world)
        found[make.__name__] = world, posterior, page
    return found


def asked(who, names, moves):
    do = {names[k]: A[kind](value) for k, kind, value in moves}
    answer = who.ask(ATE("y", do=do))
    return np.ravel(answer.to_numpy())


@needs_browser
def test_what_is_a_polynomial_is_exact_at_every_setting(made):
    world, posterior, html = made["linear"]
    moves = [
        [(0, "set", 1.25)],
        [(1, "shift", 0.75)],
        [(0, "scale", 1.5)],
        [(0, "scale", 0.5), (1, "shift", -0.25)],
        [(0, "shift", 0.125), (1, "set", 0.5)],
    ]
    seen = moved(html, moves)
    assert "is exact" in html
    for said, one in zip(seen, moves, strict=True):
        draws = asked(posterior, ["a", "b"], one)
        assert said["values"] == [value for _, _, value in one]
        assert float(said["mean"]) == pytest.approx(draws.mean(), rel=1e-10)
        assert float(said["low"]) == pytest.approx(np.quantile(draws, 0.05), rel=1e-9)
        assert float(said["high"]) == pytest.approx(np.quantile(draws, 0.95), rel=1e-9)
        assert float(said["truth"]) == pytest.approx(asked(world, ["a", "b"], one)[0], rel=1e-10)
        level = draws.mean() + world.data["y"].mean()
        assert float(said["rungs"][2]) == pytest.approx(float(level), rel=1e-10)
        assert said["took"] < 16.0  # milliseconds: a picture of a screen that shows sixty a second


@needs_browser
def test_one_unit_has_its_own_mean_and_stays_where_its_own_value_is_set(made):
    world, posterior, html = made["linear"]
    unit = int(np.argmin(world.data["y"].to_numpy()))  # the first of those that a page offers
    own = float(world.data["a"][unit])
    there, same = moved(html, [[(0, "set", 1.25)], [(0, "set", own)]], who="0")
    effect = posterior.ask(ITE("y", do={"a": set_to(1.25)}))[..., unit]
    assert float(there["mean"]) == pytest.approx(float(effect.mean()), rel=0.05)  # of fewer draws
    assert float(there["rungs"][2]) == pytest.approx(
        float(there["mean"]) + float(world.data["y"][unit]), rel=1e-10
    )
    assert float(same["low"]) == float(same["high"]) == 0.0
    assert same["sentence"].endswith(f"y of unit {unit} would stay as it is.")


@needs_browser
def test_what_is_no_polynomial_is_near_and_says_how_near(made):
    _, posterior, html = made["curved"]
    moves = [[(1, "set", 0.5)], [(1, "shift", 0.4)], [(0, "set", 1)]]
    seen = moved(html, moves)
    off = float(re.search(r'"error": ([\d.e-]+)', html).group(1))
    assert 0.0 < off < 0.02
    for said, one in zip(seen, moves, strict=True):
        draws = asked(posterior, ["t", "a"], one)
        assert float(said["mean"]) == pytest.approx(draws.mean(), abs=0.03 * np.abs(draws).max())


@needs_browser
def test_levels_are_exact_alone_and_set_together(made):
    _, posterior, html = made["discrete"]
    moves = [[(0, "set", 1)], [(0, "set", 0)], [(1, "set", 2)], [(0, "set", 1), (1, "set", 0)]]
    seen = moved(html, moves)
    assert seen[0]["sentence"].startswith("With t set to 1, ")  # a level has no decimals
    for said, one in zip(seen, moves, strict=True):
        draws = asked(posterior, ["t", "k"], one)
        assert float(said["mean"]) == pytest.approx(draws.mean(), abs=1e-10)


@needs_browser
def test_a_page_says_what_moved_whom_and_by_how_much(made):
    [said] = moved(made["linear"][2], [[(1, "shift", 0.5)]])
    assert said["sentence"].startswith(
        "With b raised by 0.500, the mean of y over these units would"
    )
    assert re.search(r"by [\d.]+ \(90 % interval [\d.−]+ to [\d.−]+\)", said["sentence"])


def test_a_page_fetches_nothing_and_is_small(made):
    for _, _, html in made.values():
        assert len(html) < 1_000_000
        assert "How to read this page" in html
        assert "default-src 'none'" in html
        assert "connect-src 'none'" in html
        assert not re.search(r'(?:src|href)="(?!#)', html)


def test_labels_from_a_table_cannot_end_the_script():
    with pm.Model(coords={"unit": range(1)}) as model:
        a = pm.Normal("a", 0.0, 1.0, dims="unit")
        pm.Normal("y", pm.Normal("slope") * a, 1.0, dims="unit")
    import pandas as pd

    labels = [f"</script><b>{k}" for k in range(8)]
    frame = pd.DataFrame({"a": np.arange(8.0), "y": np.arange(8.0)}, index=labels)
    html = whatif_page(condition(model, frame, seed=1, draws=200, chains=2, progress=False))
    assert html.count("</script>") == 2


@pytest.mark.parametrize(
    ("outcome", "levers", "match"),
    [
        ("z", (), "outcome is 'z'"),
        ("slope", (), "outcome is 'slope'"),
        ("y", ("z",), "has the lever 'z'"),
        ("y", ("y",), "has the lever 'y'"),
        ("a", (), "nothing to move"),
    ],
)
def test_a_page_without_outcome_or_lever_is_refused(made, outcome, levers, match):
    with pytest.raises(QueryError, match=match):
        whatif_page(made["linear"][1], outcome, levers)
