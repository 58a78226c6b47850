"""A user's folder with a model, data and a posterior, and a scenario that takes no time."""

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

import ifonly.scenarios as scenarios
from ifonly.scenarios.cli.main import main

from .commandline import MODEL, SAMPLING


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a user's model and data, and the posterior that `ask` has kept."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "model.py").write_text(MODEL)
    rng = np.random.default_rng(0)
    t, z = rng.integers(0, 2, 40), rng.normal(size=40)
    frame = pd.DataFrame({"t": t, "z": z, "y": 0.8 * t + z + rng.normal(0, 0.5, 40)})
    frame.to_csv(folder / "data.csv", index=False)
    frame.to_parquet(folder / "data.parquet")
    frame.assign(name="someone").to_csv(folder / "more.csv", index=False)
    command = ["ask", str(folder / "model.py"), str(folder / "data.csv"), "--outcome", "y"]
    command += ["--do", "t=1", "--save", str(folder / "p.nc"), *SAMPLING]
    assert main(command) == 0
    return folder


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a scenario that takes no time."""
    from ifonly.inference import ATE, ITE, shift
    from ifonly.scenarios import Scenario, Section

    module = ModuleType("ifonly_tiny")
    exec(MODEL, vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    module.scenario = Scenario(  # type: ignore[attr-defined]
        "tiny",
        "A tiny title",
        "How much does `t` do?",
        "ifonly_tiny:treated",
        {"effect": 0.8},
        {"t": "treatment", "z": "covariate", "y": "outcome"},
        {
            "effect of t": ATE("y", do={"t": 1}, versus={"t": 0}),
            "ladder": ATE("y", do={"z": [shift(-1.0), shift(0.0)]}),
            "row by row": ITE("y", do={"t": 1}, versus={"t": 0}),
        },
        units=30,
        sections=lambda world, posterior: iter([Section("A finding", "Found.")]),
    )
    strong = replace(module.scenario, title="A strong title", parameters={"effect": 5.0})
    module.scenario = replace(  # type: ignore[attr-defined]
        module.scenario, variants={"strong": strong}
    )
    monkeypatch.setitem(sys.modules, "ifonly.scenarios.tiny", module)
    monkeypatch.setitem(scenarios.TITLES, "tiny", "A tiny title")
    monkeypatch.setitem(scenarios.VARIANTS, "tiny", ("strong",))
    return "tiny"
