"""Path-specific effects against nested functions in NumPy, unit by unit, without linearity."""

import numpy as np
import pymc as pm
import pytest

from ifonly.inference import ATE, NDE, NIE, PSE, QueryError, World, shift

UNITS = 40
TRUTH = {"p": 0.7, "q": 0.5}
CLOSE = {"rtol": 1e-10, "atol": 1e-10}
ARMS = {"do": {"t": 1.0}, "versus": {"t": -0.5}}
UNIT = {"by": "unit"}


# The equations, the same for PyTensor and NumPy: t acts on all, m1 on m2, all of them on y.
def m1_of(t, p):
    return p * t + 0.3 * t**2


def m2_of(t, m1, q):
    return q * m1 * t + 0.2 * m1**2


def shared_of(t, m1):
    return t * m1


def y_of(t, m1, m2, shared):
    return 0.4 * t + m1 * m2 + 0.1 * m2**2 + 0.6 * shared


def make_model() -> pm.Model:
    """Two mediators in sequence; `shared` is computed, from t and m1."""
    with pm.Model(coords={"unit": range(1)}) as model:
        p, q = pm.Normal("p"), pm.Normal("q")
        t = pm.Normal("t", 0.0, 1.0, dims="unit")
        m1 = pm.Normal("m1", m1_of(t, p), 0.5, dims="unit")
        m2 = pm.Normal("m2", m2_of(t, m1, q), 0.6, dims="unit")
        shared = pm.Deterministic("shared", shared_of(t, m1), dims="unit")
        pm.Normal("y", y_of(t, m1, m2, shared), 0.3, dims="unit")
        pm.Normal("unrelated", 0.0, 1.0, dims="unit")
    return model


@pytest.fixture(scope="module")
def draws():
    rng = np.random.default_rng(1)
    return {n: v + 0.1 * rng.uniform(size=(2, 3)) for n, v in TRUTH.items()}


@pytest.fixture(scope="module")
def world(quickly):
    with quickly():
        return World.simulate(make_model(), TRUTH, units=UNITS, seed=7)


@pytest.fixture(scope="module")
def posterior(world, draws, posterior_by_hand):
    return posterior_by_hand(make_model(), world.data, draws)


@pytest.fixture(params=["world", "posterior"])
def asked(request, world, posterior, draws):
    """Who is asked, the lead dims, and each variable as a function of what its equation reads."""
    v = {n: world.data[n].to_numpy() for n in ("t", "m1", "m2", "y")}
    p = TRUTH if request.param == "world" else {n: x[..., None] for n, x in draws.items()}
    noise = {
        "m1": v["m1"] - m1_of(v["t"], p["p"]),
        "m2": v["m2"] - m2_of(v["t"], v["m1"], p["q"]),
        "y": v["y"] - y_of(v["t"], v["m1"], v["m2"], shared_of(v["t"], v["m1"])),
    }

    class Functions:
        x, x1 = 1.0, -0.5

        def m1(self, t):
            return m1_of(t, p["p"]) + noise["m1"]

        def m2(self, t, m1):
            return m2_of(t, m1, p["q"]) + noise["m2"]

        def y(self, t, m1, m2, shared):
            return y_of(t, m1, m2, shared) + noise["y"]

        def all_at(self, t):
            m1 = self.m1(t)
            return self.y(t, m1, self.m2(t, m1), shared_of(t, m1))

    lead = () if request.param == "world" else ("chain", "draw")
    return (world if request.param == "world" else posterior), lead, Functions()


def along(f, names):
    """Y along chosen paths, written out; a name such as ``t-m1-y`` is a path."""

    def start(name):
        return f.x if name in names else f.x1

    # m1 has one value for each way on: to y, to y by m2, to y by shared.
    m1_y, m1_m2_y, m1_shared_y = (f.m1(start(f"t-m1-{end}")) for end in ("y", "m2-y", "shared-y"))
    m2_y = f.m2(start("t-m2-y"), m1_m2_y)
    return f.y(start("t-y"), m1_y, m2_y, shared_of(start("t-shared-y"), m1_shared_y))


CHOSEN = {
    "direct": (["t", "shared", "y"], ["t-shared-y"]),
    "through the computed": (["t", "y"], ["t-y", "t-shared-y"]),
    "in sequence": (["t", "m1", "m2", "y"], ["t-m1-m2-y"]),
    "the second alone": (["t", "m2", "y"], ["t-m2-y"]),
    "the first alone": (["t", "m1", "y"], ["t-m1-y", "t-m1-shared-y"]),
    "the first, all spelled out": (["t", "m1", "shared", "y"], ["t-m1-shared-y"]),
    "two": ([["t", "m1", "m2", "y"], ("t", "m2", "y")], ["t-m1-m2-y", "t-m2-y"]),
    "all that meet m1": (
        [["t", "m1", "y"], ["t", "m1", "m2", "y"]],
        ["t-m1-y", "t-m1-shared-y", "t-m1-m2-y"],
    ),
    "all": (
        [["t", "y"], ["t", "m1", "y"], ["t", "m2", "y"], ["t", "m1", "m2", "y"]],
        ["t-y", "t-shared-y", "t-m1-y", "t-m1-shared-y", "t-m2-y", "t-m1-m2-y"],
    ),
}


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize("chosen", CHOSEN)
def test_each_path_against_nested_functions(asked, chosen):
    who, lead, f = asked
    path, names = CHOSEN[chosen]
    expected = np.broadcast_to(along(f, names) - f.all_at(f.x1), (2, 3, UNITS) if lead else UNITS)
    assert abs(expected).max() > 0.01
    answer = who.ask(PSE("y", **ARMS, path=path, **UNIT))
    assert answer.dims == (*lead, "unit")
    np.testing.assert_allclose(answer, expected, **CLOSE)
    mean = who.ask(PSE("y", **ARMS, path=path))
    assert mean.dims == lead
    np.testing.assert_allclose(mean, expected.mean(-1), **CLOSE)
    np.testing.assert_allclose(
        who.ask(PSE("y", **ARMS, path=path, expectation=True)), expected.mean(-1), **CLOSE
    )
    assert (answer.attrs["rung"], answer.attrs["query"]) == (3, "PSE")


@pytest.mark.usefixtures("quick_compile")
def test_paths_are_what_mediation_is_made_of(posterior):
    everything = CHOSEN["all"][0]
    total = posterior.ask(PSE("y", **ARMS, path=everything))
    np.testing.assert_allclose(total, posterior.ask(ATE("y", **ARMS)), rtol=1e-13)
    both = {"mediators": ["m1", "m2"]}
    direct = posterior.ask(PSE("y", **ARMS, path=["t", "y"]))
    # `shared` reads m1 too, which an NDE keeps as it was.
    np.testing.assert_allclose(direct, posterior.ask(NDE("y", **ARMS, **both)), rtol=1e-13)
    indirect = posterior.ask(PSE("y", **ARMS, path=everything[1:]))
    pure = posterior.ask(NIE("y", **ARMS, **both, pure=True))
    np.testing.assert_allclose(indirect, pure, rtol=1e-13)
    one = posterior.ask(PSE("y", **ARMS, path=CHOSEN["all that meet m1"][0]))
    pure = posterior.ask(NIE("y", **ARMS, mediators="m1", pure=True))
    np.testing.assert_allclose(one, pure, rtol=1e-13)


def test_paths_that_share_a_variable_do_not_mix(quick_compile, posterior_by_hand):
    """a and b meet in d; d acts on y itself and by e. Two paths through d are not four."""
    with pm.Model(coords={"unit": range(1)}) as model:
        t = pm.Normal("t", dims="unit")
        a = pm.Normal("a", t**2, 1.0, dims="unit")
        b = pm.Normal("b", 2.0 * t, 1.0, dims="unit")
        d = pm.Normal("d", a * b, 1.0, dims="unit")
        e = pm.Normal("e", d**2, 1.0, dims="unit")
        pm.Normal("y", d * e, 1.0, dims="unit")
    world = World.simulate(model, {}, units=20, seed=2)
    v = {n: world.data[n].to_numpy() for n in "tabdey"}
    n = {
        "a": v["a"] - v["t"] ** 2,
        "b": v["b"] - 2 * v["t"],
        "d": v["d"] - v["a"] * v["b"],
        "e": v["e"] - v["d"] ** 2,
        "y": v["y"] - v["d"] * v["e"],
    }

    def y(a_y, b_y, a_e, b_e):
        """With d as y reads it, and d as e reads it."""
        d_y, d_e = (
            ((i**2 + n["a"]) * (2 * j + n["b"]) + n["d"]) for i, j in ((a_y, b_y), (a_e, b_e))
        )
        return d_y * (d_e**2 + n["e"]) + n["y"]

    arms = {"do": {"t": 1.0}, "versus": {"t": 0.0}, **UNIT}
    answer = world.ask(PSE("y", **arms, path=[["t", "a", "d", "y"], ["t", "b", "d", "e", "y"]]))
    np.testing.assert_allclose(answer, y(1, 0, 0, 1) - y(0, 0, 0, 0), **CLOSE)
    four = [["t", i, "d", *end] for i in "ab" for end in (["y"], ["e", "y"])]
    np.testing.assert_allclose(
        world.ask(PSE("y", **arms, path=four)), y(1, 1, 1, 1) - y(0, 0, 0, 0), **CLOSE
    )


@pytest.mark.usefixtures("quick_compile")
def test_soft_interventions_parameters_and_ladders(asked, world):
    who, lead, f = asked
    t = world.data["t"].to_numpy()
    answer = who.ask(PSE("y", do={"t": shift(0.5)}, path=["t", "m2", "y"], **UNIT))
    m1 = f.m1(t)
    rest = shared_of(t, m1)
    expected = f.y(t, m1, f.m2(t + 0.5, m1), rest) - f.y(t, m1, f.m2(t, m1), rest)
    np.testing.assert_allclose(answer, np.broadcast_to(expected, answer.shape), **CLOSE)
    ladder = who.ask(PSE("y", do={"t": [-0.5, 1.0]}, versus={"t": -0.5}, path=["t", "m2", "y"]))
    assert ladder.dims == (*lead, "dose")
    assert (ladder.isel(dose=0) == 0).all()
    np.testing.assert_allclose(
        ladder.isel(dose=1), (along(f, ["t-m2-y"]) - f.all_at(f.x1)).mean(-1), **CLOSE
    )
    by_parameter = who.ask(PSE("y", do={"p": shift(1.0)}, path=["p", "m1", "m2", "y"], **UNIT))
    moved = f.y(t, m1, f.m2(t, m1 + t), rest) - f.y(t, m1, f.m2(t, m1), rest)
    np.testing.assert_allclose(by_parameter, np.broadcast_to(moved, by_parameter.shape), **CLOSE)


@pytest.mark.usefixtures("quick_compile")
def test_a_cause_of_what_is_done_is_no_path_of_it(world):
    """With z set too, t still answers to z as it was: the edge from z is not chosen."""
    with pm.Model(coords={"unit": range(1)}) as model:
        z = pm.Normal("z", dims="unit")
        t = pm.Normal("t", 2.0 * z, 1.0, dims="unit")
        pm.Normal("y", 3.0 * t + z, 1.0, dims="unit")
    world = World.simulate(model, {}, units=5, seed=1)
    do = {"z": shift(1.0), "t": shift(0.5)}
    found = {
        name: float(world.ask(PSE("y", do=do, path=path)))
        for name, path in {"t": ["t", "y"], "z": ["z", "y"]}.items()
    }
    assert found == pytest.approx({"t": 1.5, "z": 1.0}, abs=1e-12)
    assert float(world.ask(ATE("y", do=do))) == pytest.approx(3 * 2.5 + 1)


@pytest.mark.parametrize("backend", ["numba", "jax"])
def test_backends_and_exact_zeros(backend, posterior, draws, world, quickly):
    queries = [
        PSE("y", **ARMS, path=CHOSEN["in sequence"][0], **UNIT),
        PSE("y", do={"t": shift(0)}, path=["t", "y"]),
    ]
    found = [posterior.ask(q, backend=backend) for q in queries]
    posterior.state.computer._compiled.clear()
    with quickly():
        plain = posterior.ask(queries[0])
    posterior.state.computer._compiled.clear()
    np.testing.assert_allclose(found[0], plain, **CLOSE)
    if backend == "numba":
        assert (found[1] == 0).all()
    assert (abs(found[1]) < 1e-13).all()


@pytest.mark.usefixtures("quick_compile")
def test_what_no_path_reaches_is_the_same_symbol(posterior):
    """Not merely equal: one symbol for all worlds that read the same."""
    from ifonly.inference.queries.dos import interventions
    from ifonly.inference.scm.interventions import as_in, set_to

    dos = {
        "do": interventions({"t": 1.0}, "do"),
        "versus": interventions({"t": 0.0}, "versus"),
        "cross": {"t": set_to(0.0), "m1": as_in("versus")},
        "still": {"m1": as_in("natural")},
    }
    cross = posterior.state.cross_world({}, False, dos)
    routes = frozenset({("t", "m2", "y")})
    path, versus = cross.along(routes), cross.world("versus")
    assert path.read("m1", "y") is versus["m1"]
    assert path.read("m2", "y") is not versus["m2"]
    assert path.read("unrelated", "y") is cross.natural["unrelated"]
    assert cross.along(frozenset({("t", "y")}))["m2"] is versus["m2"]
    for name in ("m1", "m2", "shared", "y", "unrelated"):
        assert cross.world("still")[name] is cross.natural[name]
    assert cross.moved == {"m1", "m2"}


WRONG = [
    ("tmy", "path is a sequence of names"),
    ([], "path is a sequence of names"),
    (["t"], "path is a sequence of names"),
    ([["t", "y"], ["t"]], "path is a sequence of names"),
    ([["t", "y"], "y"], "path is a sequence of names"),
    (["t", 3, "y"], "path is a sequence of names"),
    (["t", "m1"], "t -> m1 does not end at 'y'"),
    (["m1", "y"], "m1 -> y does not begin at what `do` acts on \\(t\\)"),
    (["t", "m3", "y"], "names 'm3', which does not exist.*did you mean"),
    (["t", "unrelated", "y"], "none of this model's: 'unrelated' does not depend on 't' directly"),
    (["t", "m2", "m1", "y"], "'m1' does not depend on 'm2' directly; it depends on p, t"),
    (["t", "m1", "t", "y"], "meets 't', which `do` replaces"),
]


@pytest.mark.usefixtures("quick_compile")
@pytest.mark.parametrize(("path", "message"), WRONG, ids=str)
def test_mistakes_get_one_line(world, path, message):
    with pytest.raises(QueryError, match=message) as caught:
        world.ask(PSE("y", **ARMS, path=path))
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("quick_compile")
def test_the_estimand_names_the_paths(world):
    query = PSE("y", **ARMS, path=[["t", "m1", "y"], ["t", "y"]])
    assert "along t -> m1 -> y and t -> y" in world.ask(query).attrs["estimand"]
