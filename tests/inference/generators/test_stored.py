"""Generators on disk: the same afterwards, and nothing else is read."""

from pathlib import Path

import arviz as az
import numpy as np
import pandas as pd
import pytest

from ifonly.inference import DataError
from ifonly.inference.generators import Generator, Prior, learn


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = 300
    level = pd.Categorical(rng.choice(["low", "high"], rows), ["low", "mid", "high"], ordered=True)
    x = np.where(rng.random(rows) < 0.2, np.nan, rng.normal(size=rows))
    return pd.DataFrame(
        {
            "naïve: x/1": x,
            "dose": rng.poisson(1.0, rows),
            "level": level,
            "seen": pd.array(rng.choice([True, False, None], rows), dtype="boolean"),
            "arm": rng.choice(["a", "b"], rows),
            "y": np.exp(rng.normal(size=rows)),
        }
    )


@pytest.fixture(scope="module")
def generator(table: pd.DataFrame) -> Generator:
    return learn(table, "arm", "y", seed=1, draws=4, prior=Prior(components=6))


def test_what_was_saved_comes_back(generator: Generator, tmp_path: Path) -> None:
    generator.save(tmp_path / "generator.nc")
    back = Generator.load(tmp_path / "generator.nc")
    pd.testing.assert_frame_equal(back.table(200, seed=2), generator.table(200, seed=2))
    assert back.family == "lognormal"
    assert back.notices == generator.notices
    frame = generator.covariates(50, seed=3)
    assert np.array_equal(back.propensity(frame), generator.propensity(frame))
    assert np.array_equal(back.outcome(frame, 1, draw=2), generator.outcome(frame, 1, draw=2))


def test_the_draws_are_a_posterior_that_arviz_reads(generator: Generator) -> None:
    posterior = generator.idata["posterior"]
    assert posterior.sizes["chain"] == 1
    assert posterior.sizes["draw"] == 4
    assert posterior["score"].to_numpy().tolist() == ["naïve: x/1", "dose"]
    assert float(posterior["weights"].sum("component").min()) == pytest.approx(1.0)
    assert len(az.summary(generator.idata, var_names=["outcome_scale"], kind="stats")) == 1


def test_a_generator_without_treatment_or_numbers(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"a": rng.choice(["u", "v", "w"], 100), "b": rng.integers(0, 2, 100)})
    found = learn(frame, seed=1, draws=2, prior=Prior(components=3))
    found.save(tmp_path / "bare.nc")
    back = Generator.load(tmp_path / "bare.nc")
    pd.testing.assert_frame_equal(back.table(20, seed=1), found.table(20, seed=1))


def test_files_that_are_no_generator(generator: Generator, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no file"):
        Generator.load(tmp_path / "nowhere.nc")
    (tmp_path / "text.nc").write_text("no generator")
    with pytest.raises(DataError, match="damaged"):
        Generator.load(tmp_path / "text.nc")
    generator.save(tmp_path / "whole.nc")
    content = bytearray((tmp_path / "whole.nc").read_bytes())
    content[2_000] ^= 1
    (tmp_path / "changed.nc").write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        Generator.load(tmp_path / "changed.nc")
    with pytest.raises(DataError, match="no folder"):
        generator.save(tmp_path / "nowhere" / "generator.nc")
