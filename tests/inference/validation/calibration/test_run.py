"""Calibration: uniform ranks where they must be, and the machinery that repeats and resumes."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr
from matplotlib.figure import Figure
from scipy import stats

from ifonly.inference import (
    ATE,
    ITE,
    Calibration,
    DataError,
    ModelError,
    Prepared,
    QueryError,
    World,
    calibrate,
    condition,
    policy,
    shift,
)
from ifonly.inference.conditioning import prepared
from ifonly.inference.conditioning.compiled.density import compiled_density
from ifonly.inference.validation.calibration import replication
from ifonly.inference.validation.calibration.replication import Bench, _ranked, seeds
from ifonly.inference.validation.calibration.uniformity import band, p_value

QUICK: dict[str, Any] = {"jobs": 1, "draws": 200, "tune": 200, "progress": False, "seed": 11}


@pytest.fixture(scope="module")
def home() -> Iterator[ModuleType]:
    """The scenario's module, under the name by which workers import it too."""
    sys.path.insert(0, str(Path(__file__).parent))
    import normal_mean

    yield normal_mean
    sys.path.remove(str(Path(__file__).parent))


@pytest.fixture(scope="module", autouse=True)
def densities() -> Iterator[None]:
    """Compiled densities, kept over all these tests, which are about what is done with them."""
    kept: dict[int, Prepared] = {}

    def once(model: pm.Model) -> Prepared:
        # The model is kept too, so that its identity stays its own.
        return kept.setdefault(id(model), Prepared(model))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replication, "Prepared", once)
        yield


@pytest.fixture(scope="module")
def scenario(home: ModuleType) -> Any:
    return home.NormalMean()


@pytest.fixture(scope="module")
def found(home: ModuleType, scenario: Any) -> Calibration:
    return calibrate(scenario, home.QUERY, 24, **QUICK)


def same(one: Calibration, two: Calibration) -> None:
    """Hold two tables equal but for the time that they took."""
    pd.testing.assert_frame_equal(
        one.table.drop(columns="seconds"), two.table.drop(columns="seconds"), check_exact=True
    )


# --- statistics ----------------------------------------------------------------------------------


def ranks(sd_factor: float, bias: float = 0.0, count: int = 300) -> list[dict[str, Any]]:
    """Ranks of truths among draws of the exact posterior of a normal mean, or of a wrong one."""
    rng = np.random.default_rng(5)
    rows = []
    for _ in range(count):
        truth = rng.standard_normal()
        mean = (truth + rng.standard_normal()) / 2
        draws = mean + bias + sd_factor * np.sqrt(0.5) * rng.standard_normal((2, 100))
        rows.append(_ranked(xr.DataArray(draws, dims=("chain", "draw")), truth, rng, (0.5, 0.9)))
    return rows


def test_exact_posteriors_have_uniform_ranks_and_nominal_coverage() -> None:
    rows = ranks(1.0)
    assert p_value([r["pit"] for r in rows]) > 0.01
    for level in (0.5, 0.9):
        share = np.mean([r[f"covered_{100 * level:g}"] for r in rows])
        # Quantiles of 200 draws leave the interval a little narrow, well below a standard error.
        assert share == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / len(rows)))


@pytest.mark.parametrize(("factor", "bias"), [(0.6, 0.0), (1.7, 0.0), (1.0, 0.4)])
def test_wrong_posteriors_have_not(factor: float, bias: float) -> None:
    assert p_value([r["pit"] for r in ranks(factor, bias)]) < 1e-3


def test_ties_are_broken_at_random() -> None:
    rng = np.random.default_rng(1)
    answer = xr.DataArray(np.zeros((2, 50)), dims=("chain", "draw"))
    rows = [_ranked(answer, 0.0, rng, (0.9,)) for _ in range(400)]
    assert all(r["covered_90"] for r in rows)
    assert p_value([r["pit"] for r in rows]) > 0.01
    assert _ranked(answer, 1.0, rng, (0.9,))["rank"] == 100


def test_correlated_draws_are_thinned() -> None:
    rng = np.random.default_rng(2)
    draws = rng.standard_normal((2, 500)).cumsum(axis=1) * 0.05
    row = _ranked(xr.DataArray(draws, dims=("chain", "draw")), 0.0, rng, (0.9,))
    assert row["draws"] <= 2 * max(row["ess"], 2)
    assert 0 <= row["rank"] <= row["draws"]


def test_the_p_value_is_right_under_uniformity_and_agrees_with_the_band() -> None:
    rng = np.random.default_rng(3)
    limits = band(60)
    values, outside = [], []
    for _ in range(400):
        sample = rng.random(60)
        share = np.searchsorted(np.sort(sample), limits.points, side="right") / 60
        values.append(p_value(sample))
        outside.append(bool(((share < limits.low) | (share > limits.high)).any()))
    error = np.sqrt(0.05 * 0.95 / 400)
    assert np.mean(np.array(values) < 0.05) == pytest.approx(0.05, abs=4 * error)
    assert np.mean(outside) == pytest.approx(0.05, abs=4 * error)
    assert np.mean((np.array(values) < 0.05) == np.array(outside)) > 0.97


def test_the_band_is_that_of_arviz() -> None:
    from arviz_stats.ecdf_utils import ecdf_pit

    limits = band(50)
    points, _, low, high = ecdf_pit(np.linspace(0, 1, 50), 0.95, 5_000)
    np.testing.assert_allclose(points[1:-1], limits.points)
    np.testing.assert_allclose(low[1:-1], limits.low, atol=1 / 50 + 1e-9)
    np.testing.assert_allclose(high[1:-1], limits.high, atol=1 / 50 + 1e-9)


# --- one scenario with a posterior in closed form ------------------------------------------------


def test_a_table_has_what_was_asked_for(found: Calibration) -> None:
    table = found.table
    assert table.index.tolist() == list(range(24))
    assert (table["problem"].str.contains("ESS") | (table["problem"] == "")).all()
    assert table["rank"].between(0, table["draws"]).all()
    assert table["pit"].between(0, 1).all()
    assert table["seed"].tolist() == [seeds(11, k)[0] for k in range(24)]
    assert found.coverage.loc[(0, "", 0.9), "replications"] == 24
    assert str(found.about["estimand"]) in repr(found)
    # The prior of the effect is N(0, 2^2): the truths are its draws.
    assert stats.kstest(table["truth"], stats.norm(0, 2).cdf).pvalue > 1e-3


def test_the_posterior_is_the_one_in_closed_form(found: Calibration, home: ModuleType) -> None:
    row = found.table.iloc[3]
    parameters = {"effect": row["truth"]}
    world = World.simulate(
        home.normal_mean(), parameters, units=10, seed=int(found.table["seed"].iloc[3])
    )
    precision = 1 / home.PRIOR_SD**2 + 10
    mean = float(world.data["y"].sum()) / precision
    assert row["sd"] == pytest.approx(precision**-0.5, rel=0.25)
    assert row["mean"] == pytest.approx(mean, abs=5 * row["sd"] / np.sqrt(row["ess"]))


def test_only_the_first_replication_waits_for_the_compiler(
    home: ModuleType, scenario: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, computers = [], []
    compared = Bench.compared

    def counted(*arguments: Any) -> Any:
        made.append(arguments)
        return compiled_density(*arguments)

    def watched(self: Bench, *arguments: Any) -> Any:
        rows = compared(self, *arguments)
        computers.append((self.computer, self.computer.compilations))
        return rows

    monkeypatch.setattr(replication, "Prepared", Prepared)
    monkeypatch.setattr(prepared, "compiled_density", counted)
    monkeypatch.setattr(Bench, "compared", watched)
    calibrate(scenario, home.QUERY, 3, **QUICK)
    assert len(made) == 1
    # The effect alone moves the mean, so that the world's query and the posterior's are one.
    assert len({id(c) for c, _ in computers}) == 1
    assert [n for _, n in computers] == [1, 1, 1]


def test_it_has_a_figure(found: Calibration) -> None:
    figure = found.plot()
    assert isinstance(figure, Figure)
    assert all(ax.get_xlabel() and ax.get_ylabel() for ax in figure.axes)
    figure.draw_without_rendering()


def test_more_replications_begin_with_the_same(
    found: Calibration, home: ModuleType, scenario: Any
) -> None:
    fewer = calibrate(scenario, home.QUERY, 3, **QUICK)
    pd.testing.assert_frame_equal(
        fewer.table.drop(columns="seconds"), found.table.iloc[:3].drop(columns="seconds")
    )


def test_an_interrupted_run_goes_on(
    found: Calibration,
    home: ModuleType,
    scenario: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "below" / "runs.jsonl"
    run = Bench.run

    def interrupted(self: Bench, task: replication.Task) -> list[replication.Row]:
        if task.replication == 5:
            raise KeyboardInterrupt
        return run(self, task)

    with monkeypatch.context() as patch:
        patch.setattr(Bench, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            calibrate(scenario, home.QUERY, 24, path=path, **QUICK)
    lines = path.read_text().splitlines()
    assert len(lines) == 1 + 5
    assert all(json.loads(line) for line in lines)
    with path.open("a") as file:
        file.write('[{"replication": 5, "el')
    same(calibrate(scenario, home.QUERY, 24, path=path, **QUICK), found)
    assert len(path.read_text().splitlines()) == 1 + 24
    # All is done: this only reads.
    monkeypatch.setattr(Bench, "run", interrupted)
    same(calibrate(scenario, home.QUERY, 24, path=path, **QUICK), found)
    assert len(calibrate(scenario, home.QUERY, 7, path=path, **QUICK).table) == 7


def test_a_file_of_something_else_is_refused_and_left_alone(
    home: ModuleType, scenario: Any, tmp_path: Path
) -> None:
    path = tmp_path / "runs.jsonl"
    calibrate(scenario, home.QUERY, 1, path=path, **QUICK)
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"another calibration: draws differ \(200 there, 100 here"):
        calibrate(scenario, home.QUERY, 1, path=path, **QUICK | {"draws": 100})
    with pytest.raises(DataError, match="another calibration: estimand"):
        calibrate(scenario, ATE("y", do={"t": 2.0}, versus={"t": 0.0}), 1, path=path, **QUICK)
    with pytest.raises(DataError, match="another calibration: equations"):
        calibrate(home.NormalMean(home.normal_mean(1.0)), home.QUERY, 1, path=path, **QUICK)
    assert path.read_bytes() == before
    for text in ("notes\n", "notes", '{"a": 1}\n', "[]\n"):
        path.write_text(text)
        with pytest.raises(DataError, match="holds no calibration"):
            calibrate(scenario, home.QUERY, 1, path=path, **QUICK)
        assert path.read_text() == text


def test_threads_do_the_same(found: Calibration, home: ModuleType, scenario: Any) -> None:
    with ThreadPoolExecutor(3) as pool:
        threads = calibrate(scenario, home.QUERY, 24, executor=pool, **QUICK)
    same(threads, found)


@pytest.mark.slow
def test_processes_do_the_same(scenario: Any) -> None:
    # A policy is a function without a name, which plain pickling cannot send.
    query = ATE("y", do={"t": policy(lambda v: v["t"] + 1.0)})
    sent = calibrate(scenario, query, 8, **QUICK | {"jobs": 2})
    same(sent, calibrate(scenario, query, 8, **QUICK))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # what a Dask cluster leaves when it closes
def test_a_dask_cluster_does_the_same(found: Calibration, home: ModuleType, scenario: Any) -> None:
    import distributed

    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.run(sys.path.insert, 0, str(Path(__file__).parent))
        pool = client.get_executor()
        same(calibrate(scenario, home.QUERY, 24, executor=pool, **QUICK), found)


@pytest.mark.slow
def test_the_engine_is_calibrated_on_a_normal_mean(home: ModuleType, scenario: Any) -> None:
    options = QUICK | {"jobs": 2, "draws": 400, "tune": 300}
    many = calibrate(scenario, home.QUERY, 400, **options)
    assert many.p_value > 0.01
    for level in (0.5, 0.9):
        share = many.coverage.loc[(0, "", level), "share"]
        assert share == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / 400))
    z = many.uniformity.loc[(0, "")]
    assert abs(z["mean_z"]) < 4 / np.sqrt(400)
    assert z["sd_z"] == pytest.approx(1.0, abs=4 / np.sqrt(2 * 400))


def test_worlds_that_are_not_the_models_own_are_found_out(home: ModuleType, scenario: Any) -> None:
    """The analyst's model has noise of sd 1; the worlds have 3, so its intervals are too narrow."""

    noisy = home.normal_mean(noise_sd=3.0)

    class Noisy(home.NormalMean):  # type: ignore[misc, name-defined]
        def simulate(self, units: int, seed: int) -> World:
            return World.simulate(noisy, self.parameters, units=units, seed=seed)

    worlds = Noisy(scenario.model)
    wrong = calibrate(worlds, home.QUERY, 24, parameters="truth", **QUICK)
    assert wrong.table["truth"].nunique() == 1
    assert wrong.coverage.loc[(0, "", 0.9), "high"] < 0.9
    assert wrong.p_value < 0.01
    right = calibrate(scenario, home.QUERY, 24, parameters="truth", **QUICK)
    assert right.coverage.loc[(0, "", 0.9), "high"] > 0.9


def test_answers_with_several_elements_are_ranked_one_by_one(
    home: ModuleType, scenario: Any
) -> None:
    query = ITE("y", do={"t": [shift(1.0), shift(2.0)]})
    ladder = calibrate(scenario, query, 5, **QUICK)
    assert len(ladder.table) == 10
    assert ladder.table["label"].tolist() == ["dose 1", "dose 2"] * 5
    assert len(ladder.coverage) == 4
    assert isinstance(ladder.plot(), Figure)
    first, second = (ladder.table[ladder.table["element"] == k] for k in (0, 1))
    np.testing.assert_allclose(second["truth"], 2 * first["truth"])


# --- what can go wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"parameters": "both"}, "'prior' or 'truth'"),
        ({"sampler": "gibbs"}, "sampler is one of"),
        ({"level": (0.5, 1.5)}, "between 0 and 1"),
        ({"draws": 0}, "draws is a positive whole number"),
        ({"units": 0}, "units is a positive whole number"),
        ({"level": "0.9"}, "between 0 and 1"),
        ({"level": None}, "between 0 and 1"),
        ({"level": (0.5, 0.5)}, "twice"),
        ({"executor": "pool"}, r"concurrent\.futures\.Executor"),
    ],
)
def test_options_without_a_meaning_are_refused(
    home: ModuleType, scenario: Any, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(QueryError, match=words):
        calibrate(scenario, home.QUERY, 1, **QUICK | options)
    with pytest.raises(QueryError, match="summary=True"):
        calibrate(scenario, ITE("y", do={"t": 1.0}, summary=True), 1, **QUICK)


def test_a_query_that_does_not_fit_is_an_error_at_once(home: ModuleType, scenario: Any) -> None:
    with pytest.raises(QueryError, match="does not exist"):
        calibrate(scenario, ATE("z", do={"t": 1.0}), 2, **QUICK)


def test_a_query_that_does_not_fit_is_told_before_anything_is_sampled(
    home: ModuleType, scenario: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def samples(*_: object) -> None:
        raise AssertionError("it has sampled")

    monkeypatch.setattr(Bench, "posterior", samples)
    with pytest.raises(QueryError, match="is a parameter"):
        calibrate(scenario, ATE("effect", do={"t": 1.0}), 1, **QUICK)


@pytest.mark.parametrize("given", [None, "linear_walkthrough", 3])
def test_what_is_no_scenario_is_refused(home: ModuleType, given: Any) -> None:
    with pytest.raises(QueryError, match="takes a scenario, such as get"):
        calibrate(given, home.QUERY, 1, **QUICK)


def test_a_place_that_takes_no_file_is_told(
    home: ModuleType, scenario: Any, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="is a folder; name a file"):
        calibrate(scenario, home.QUERY, 1, path=tmp_path, **QUICK)
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot keep a calibration"):
        calibrate(scenario, home.QUERY, 1, path=tmp_path / "file" / "ranks", **QUICK)


def test_failed_replications_are_kept_and_said(
    home: ModuleType, scenario: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    posterior = Bench.posterior

    def sometimes(self: Bench, data: xr.Dataset, seed: int) -> Any:
        if seed == seeds(11, 1)[1]:
            raise ModelError("the sampler could not run: of no mind to")
        return posterior(self, data, seed)

    monkeypatch.setattr(Bench, "posterior", sometimes)
    with pytest.warns(UserWarning, match="1 of 3 replications failed"):
        some = calibrate(scenario, home.QUERY, 3, **QUICK)
    assert (some.failed, len(some.finished)) == (1, 2)
    assert "of no mind to" in some.table.loc[1, "problem"]
    assert some.coverage["replications"].tolist() == [2, 2]


def test_where_nothing_succeeds_there_is_an_error(
    home: ModuleType, scenario: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(self: Bench, data: xr.Dataset, seed: int) -> Any:
        raise ModelError("the sampler could not run")

    monkeypatch.setattr(Bench, "posterior", never)
    with pytest.raises(ModelError, match="no replication succeeded; the first: the sampler"):
        calibrate(scenario, home.QUERY, 2, **QUICK)


def test_a_replication_is_conditioned_as_a_user_would(
    home: ModuleType, scenario: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Draw for draw; the density compiled for the first data serves the second."""
    bench = Bench(
        scenario, home.QUERY, replication.Settings("prior", 10, 0, 60, 70, 2, None, (0.9,))
    )
    data = [scenario.simulate(10, seed).data for seed in (1, 2)]
    bench.posterior(data[0], 9)
    with monkeypatch.context() as patch:
        patch.setattr(prepared, "compiled_density", lambda *_: pytest.fail("compiled again"))
        again = bench.posterior(data[1], 9)
    fresh = condition(scenario.model, data[1], draws=60, tune=70, chains=2, seed=9, progress=False)
    xr.testing.assert_identical(
        again.idata["posterior"]["effect"].drop_attrs(),
        fresh.idata["posterior"]["effect"].drop_attrs(),
    )
    assert again.facts == fresh.facts
    assert again.state.seed == fresh.state.seed


def test_a_prepared_model_serves_data_with_other_labels_and_gaps() -> None:
    """What is reused belongs to the data: labels, missing values, unit data, the latents' draws."""
    with pm.Model(coords={"unit": range(1)}) as model:
        age = pm.Data("age", [0.0], dims="unit")
        u = pm.Normal("u", age, 1.0, dims="unit")
        pm.Normal("y", u + pm.Normal("a"), 0.5, dims="unit")
    options = {"draws": 20, "tune": 30, "chains": 1, "seed": 4, "progress": False}
    frames = [
        pd.DataFrame({"age": [1.0, 2.0, 3.0], "y": [0.5, 1.0, 2.0]}),
        pd.DataFrame({"age": [3.0, 1.0, 1.0], "y": [0.5, 9.0, 2.0]}),
        pd.DataFrame({"age": [3.0, 1.0, 1.0], "y": [0.5, 9.0, 2.0]}, index=list("abc")),
        pd.DataFrame({"age": [3.0, 1.0, 1.0], "y": [0.5, np.nan, 2.0]}),
    ]
    kept = Prepared(model)
    for frame in frames:
        one, alone = (condition(m, frame, **options) for m in (kept, model))
        for name in ("a", "u"):
            xr.testing.assert_identical(
                one.idata["posterior"][name].drop_attrs(),
                alone.idata["posterior"][name].drop_attrs(),
            )
        given = one.model["age"].get_value()
        np.testing.assert_array_equal(given, frame["age"])


def test_latents_are_integrated_out_again_without_a_compiler(monkeypatch: Any) -> None:
    """With data of one shape the second posterior is the one that it would be on its own."""
    from ifonly.inference.conditioning.compiled.callbacks import Callbacks

    with pm.Model(coords={"unit": range(1)}) as model:
        slope = pm.HalfNormal("slope", 2.0)
        u = pm.Normal("u", dims="unit")
        pm.Normal("x", slope * u, 0.5, dims="unit")
        pm.Bernoulli("y", logit_p=u + pm.Normal("a"), dims="unit")
    data = [
        World.simulate(model, {"slope": 1.0, "a": 0.3}, units=n, seed=k, hidden=("u",)).data
        for k, n in enumerate((40, 40, 30))
    ]
    options = {"draws": 50, "tune": 50, "chains": 2, "seed": 1, "progress": False}
    options["method"] = "marginal"
    kept = Prepared(model)
    first = condition(kept, data[0], **options)
    monkeypatch.setattr(Callbacks, "_callback", lambda *_: pytest.fail("compiled again"))
    again = [condition(kept, d, **options) for d in data[1:]]
    monkeypatch.undo()
    assert first.latents["u"].sizes["unit"] == 40, "drawn after the others were conditioned"
    for found, fresh in zip(again, data[1:], strict=True):
        alone = condition(model, fresh, **options)
        xr.testing.assert_identical(
            found.idata["posterior"]["slope"], alone.idata["posterior"]["slope"]
        )
        np.testing.assert_array_equal(found.latents["u"], alone.latents["u"])


def test_other_samplers_do_too(home: ModuleType, scenario: Any) -> None:
    by_pymc = calibrate(scenario, home.QUERY, 1, **QUICK | {"sampler": "pymc"})
    assert by_pymc.table["sd"].between(0.2, 0.45).all()


@pytest.mark.slow
def test_latents_and_discrete_mechanisms_can_be_calibrated() -> None:
    from types import SimpleNamespace

    with pm.Model(coords={"unit": range(1)}) as model:
        effect = pm.Normal("effect")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        u = pm.Normal("u", dims="unit")
        pm.Normal("y", effect * t + u, 0.5, dims="unit")
    scenario = SimpleNamespace(model=model, parameters={"effect": 1.0}, hidden=("u",), units=15)
    query = ITE("y", do={"t": 1}, versus={"t": 0})
    found = calibrate(scenario, query, 3, **QUICK)
    assert found.table["rank"].notna().all()
