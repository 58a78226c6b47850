"""Every query as it is typed on the command line, against its algebra; and its mistakes."""

import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ifonly.inference import queries
from ifonly.inference.queries import Query
from ifonly.scenarios.cli.main import main
from ifonly.scenarios.cli.offered import kinds, one_of
from ifonly.scenarios.cli.question import LEFT, TYPED

MODEL = """
import pymc as pm

with pm.Model(coords={"unit": range(1)}) as model:
    a, b = pm.Normal("a"), pm.Normal("b")
    z = pm.Bernoulli("z", 0.5, dims="unit")
    t = pm.Bernoulli("t", 0.2 + 0.6 * z, dims="unit")
    m = pm.Normal("m", t, 1.0, dims="unit")
    y = pm.Normal("y", a * t + b * m, 1.0, dims="unit")
    w = pm.Bernoulli("w", 0.3 + 0.4 * t, dims="unit")
"""
WORLDS = ["--do", "t=1", "--versus", "t=0"]
OF_Y = ["--outcome", "y", *WORLDS]
COMPLIANCE = ["--treatment", "t", "--instrument", "z"]
pytestmark = pytest.mark.filterwarnings(
    "always:this answer comes from:ifonly.inference.ConvergenceWarning"
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model and its posterior."""
    from ifonly.inference import condition

    folder = tmp_path_factory.mktemp("kept")
    (folder / "model.py").write_text(MODEL)
    space: dict[str, Any] = {}
    exec(MODEL, space)
    rng = np.random.default_rng(0)
    z = rng.integers(0, 2, 60)
    t = (rng.random(60) < 0.2 + 0.6 * z).astype(int)
    m = t + rng.normal(size=60)
    y = t + 0.5 * m + rng.normal(size=60)
    w = (rng.random(60) < 0.3 + 0.4 * t).astype(int)
    data = pd.DataFrame({"z": z, "t": t, "m": m, "y": y, "w": w})
    posterior = condition(space["model"], data, draws=50, tune=50, chains=2, seed=1, progress=False)
    posterior.save(folder / "p.nc")
    return folder


def ask(kept: Path, *words: str) -> list[str]:
    return ["ask", str(kept / "model.py"), "--posterior", str(kept / "p.nc"), *words]


def told(capsys: pytest.CaptureFixture[str], kept: Path, *words: str) -> Any:
    assert main([*ask(kept, *words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def means(kept: Path) -> dict[str, float]:
    """The posterior means of the parameters, read from the file."""
    import xarray as xr

    with xr.open_datatree(kept / "p.nc", engine="h5netcdf") as tree:
        return {n: float(tree["posterior"][n].mean()) for n in ("a", "b")}


@pytest.mark.parametrize(
    ("words", "of"),
    [
        (["--query", "NDE", "--mediators", "m"], {"a": 1}),
        (["--query", "nie", "--mediators", "m", "--pure"], {"b": 1}),
        (["--query", "CDE", "--hold", "m=0"], {"a": 1}),
        (["--query", "PSE", "--path", "t > m > y"], {"b": 1}),
        (["--query", "PSE", "--path", "t->m->y", "--path", "t>y"], {"a": 1, "b": 1}),
    ],
)
def test_effects_across_worlds(capsys, kept, words, of):
    """A linear model: the direct effect is a, the one through m is b."""
    [row] = told(capsys, kept, *OF_Y, *words)["answer"]
    truth = means(kept)
    assert row["mean"] == pytest.approx(sum(truth[n] * k for n, k in of.items()))
    units = told(capsys, kept, *OF_Y, *words, "--by", "unit")["answer"]
    assert len(units) == 60
    np.testing.assert_allclose([u["mean"] for u in units], row["mean"], rtol=1e-6)


def test_compliance(capsys, kept):
    """The effect is a + b for everybody; nobody defies, and six in ten comply."""
    truth = means(kept)
    [row] = told(capsys, kept, "--outcome", "y", "--query", "LATE", *COMPLIANCE)["answer"]
    assert row["mean"] == pytest.approx(truth["a"] + truth["b"])
    facts = told(capsys, kept, "--query", "PrincipalStrata", *COMPLIANCE)
    shares = {r["stratum"]: r["mean"] for r in facts["answer"]}
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["defier"] == 0.0
    assert shares["complier"] == pytest.approx(0.6, abs=5 * np.sqrt(0.6 * 0.4 / 60))
    assert json.loads(facts["coupling"]) == {"t": "monotone"}
    apart = ["--query", "PrincipalStrata", *COMPLIANCE, "--coupling", "independent"]
    shares = {r["stratum"]: r["mean"] for r in told(capsys, kept, *apart)["answer"]}
    assert shares["defier"] > 0.0


def test_effects_where_the_treatment_is_open(capsys, kept):
    """The effect is a + b for everybody, and propensities are 0.2 and 0.8."""
    truth = means(kept)
    for words in (["ATO"], ["TrimmedATE"], ["TrimmedATE", "--margin", "0.15"]):
        [row] = told(capsys, kept, *OF_Y, "--query", *words)["answer"]
        assert row["mean"] == pytest.approx(truth["a"] + truth["b"])


def test_new_units_are_those_of_a_table(capsys, kept):
    """Treated are 0.2 of those without z, and 0.8 of those with it."""
    (kept / "new.csv").write_text("z\n0\n1\n1\n")
    words = ["--outcome", "t", "--query", "PotentialOutcome", "--do", "m=0", "--expectation"]
    rows = told(capsys, kept, *words, "--units", "new", "--given", str(kept / "new.csv"))["answer"]
    assert [row["mean"] for row in rows] == pytest.approx([0.2, 0.8, 0.8])
    assert main(ask(kept, *words, "--units", "new", "--given", "nowhere.csv")) == 2
    assert "nowhere.csv" in capsys.readouterr().err


@pytest.mark.parametrize("query", ["PN", "PS", "PNS"])
def test_probabilities_of_causation_lie_within_their_bounds(capsys, kept, query):
    words = ["--outcome", "w", *WORLDS, "--query", query, "--coupling", "w=monotone"]
    [row] = told(capsys, kept, *words)["answer"]
    low, high = told(capsys, kept, *words, "--bounds")["answer"]
    assert low["bound"] == "lower"
    assert high["bound"] == "upper"
    assert low["mean"] - 1e-9 <= row["mean"] <= high["mean"] + 1e-9
    assert main(ask(kept, *words)) == 0
    assert "no data can tell: w monotone" in capsys.readouterr().out


def test_every_query_can_be_asked():
    """What is read from the source is what the classes are."""
    public = [getattr(queries, name) for name in queries.__all__]
    asked = {q.__name__: q for q in public if isinstance(q, type) and issubclass(q, Query)}
    del asked["Query"]
    assert set(kinds()) == set(asked)
    for name, kind in kinds().items():
        parameters = inspect.signature(asked[name]).parameters
        assert {n for n, f in kind.fields.items() if f.given} == set(parameters), name
        required = {n for n, p in parameters.items() if p.default is p.empty}
        assert set(kind.needs) == required | set(asked[name].needs), name
        assert set(kind.docs) >= set(parameters), name


def test_every_parameter_can_be_typed_or_is_left_to_python():
    fields = {(n, f.annotation) for k in kinds().values() for n, f in k.fields.items() if f.given}
    left = {(n, a) for n, a in fields if a not in TYPED or n in LEFT}
    assert {n for n, _ in left} == {"where", "levels", *LEFT}


def test_the_lists_are_those_of_the_engine():
    from ifonly.inference.conditioning import methods, samplers
    from ifonly.inference.queries.answer import BACKENDS

    assert set(one_of("conditioning/samplers.py", "Sampler")) == set(samplers.SAMPLERS)
    assert set(one_of("conditioning/methods.py", "Method")) == set(methods.METHODS)
    assert one_of("engine/vectorized.py", "Backend") == BACKENDS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([*OF_Y, "--query", "NDE"], "NDE needs --mediators, such as --mediators M"),
        ([*OF_Y, "--query", "NIE", "--mediators", "z"], "does not lie between"),
        ([*OF_Y, "--query", "NDE", "--mediators", "mm"], "did you mean 'm'"),
        ([*OF_Y, "--query", "CDE"], 'CDE needs --hold, such as --hold "M=0"'),
        ([*OF_Y, "--query", "CDE", "--hold", "m=0|1"], "--hold gives several values of 'm'"),
        ([*OF_Y, "--query", "PSE"], "PSE needs --path"),
        ([*OF_Y, "--query", "PSE", "--path", "y"], "'y' is no path"),
        ([*OF_Y, "--query", "PSE", "--path", "t > z > y"], "z"),
        ([*OF_Y, "--query", "LATE", *COMPLIANCE], "--do means nothing to LATE"),
        (["--outcome", "y", "--query", "LATE", "--treatment", "t"], "LATE needs --instrument"),
        (["--query", "LATE", *COMPLIANCE], "LATE needs --outcome"),
        (["--outcome", "y", "--query", "PrincipalStrata", *COMPLIANCE], "leave it out"),
        (["--outcome", "w", "--do", "t=1", "--query", "PNS"], "PNS needs --versus"),
        ([*OF_Y, "--query", "PNS"], "'y'"),
        ([*OF_Y, "--query", "TrimmedATE", "--margin", "a"], "--margin takes a number"),
        ([*OF_Y, "--query", "TrimmedATE", "--margin", "0.3"], "over no unit"),
        ([*OF_Y, "--margin", "0.1"], "add --query TrimmedATE"),
        ([*OF_Y, "--pure"], "--pure means nothing to ATE; leave it out, or add --query NDE"),
        ([*OF_Y, "--bounds"], "add --query PN"),
        ([*OF_Y, "--query", "NDE", "--mediators", "m", "--by", "z"], "by='unit'"),
        ([*OF_Y, "--coupling", "w=sideways"], "sideways"),
        ([*OF_Y, "--coupling", "w=a=b"], 'write "Y=independent"'),
    ],
)
def test_mistakes_take_one_line(capsys, kept, words, said):
    assert main(ask(kept, *words)) == 2
    out, err = capsys.readouterr()
    lines = [line for line in err.splitlines() if line.startswith("ifonly: ")]
    assert len(lines) == 1, err
    assert said in lines[0]
    assert "Traceback" not in out + err
