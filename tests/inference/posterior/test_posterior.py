"""Posteriors on disk: whole, without pickle, readable by others, and only for their own model."""

import resource
import subprocess
import sys
import zipfile

import arviz as az
import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr

from ifonly.inference import ITE, Counterfactual, DataError, ModelError, Posterior, World, shift

# What a saved posterior finds again by its import path.
model_of_this_file = None

pytestmark = pytest.mark.usefixtures("quick_compile")


def make_model(slope=2.0):
    with pm.Model(coords={"unit": range(1), "group": ["a", "b"]}) as model:
        effect = pm.Normal("effect", 0.0, 1.0, dims="group")
        group = pm.Data("group_of", [0], dims="unit")
        t = pm.Bernoulli("t", 0.5, dims="unit")
        latent = pm.Normal("latent", effect[group] + t, 1.0, dims="unit")
        pm.Poisson("k", pm.math.exp(latent), dims="unit")
        pm.Normal("y", slope * latent, 1.0, dims="unit")
    return model


@pytest.fixture(scope="module")
def frame(quickly):
    with quickly():
        world = World.simulate(
            make_model(),
            {"effect": [0.1, 0.4]},
            units=6,
            seed=1,
            hidden=("latent",),
            given={"group_of": np.arange(6) % 2},
        )
    data = world.data.to_dataframe()
    data.index = pd.Index([f"u{k}" for k in range(6)])
    return data


@pytest.fixture
def posterior(frame, posterior_by_hand):
    rng = np.random.default_rng(0)
    draws = {"effect": rng.normal(size=(2, 3, 2)), "latent": rng.normal(size=(2, 3, 6))}
    return posterior_by_hand(make_model(), frame, draws, coupling={"k": "monotone"})


QUERIES = (
    ITE("y", do={"t": 1}, versus={"t": 0}),
    Counterfactual("k", do={"effect": shift(0.5)}),
)


@pytest.mark.filterwarnings("ignore:this answer comes from")
def test_round_trip(posterior, tmp_path):
    path = tmp_path / "answers.nc"
    posterior.save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["answers.nc"], "no part is left over"
    back = Posterior.load(path, make_model())
    for query in QUERIES:
        one, two = posterior.ask(query), back.ask(query)
        xr.testing.assert_equal(one, two)
        for key in ("seed", "coupling", "estimand", "units"):
            assert one.attrs[key] == two.attrs[key]
    assert back.ask(QUERIES[0])["unit"].to_numpy().tolist() == [f"u{k}" for k in range(6)]
    for group in posterior.idata.children:
        xr.testing.assert_equal(back.idata[group].to_dataset(), posterior.idata[group].to_dataset())


def test_arviz_reads_the_file(posterior, tmp_path):
    path = tmp_path / "answers.nc"
    posterior.save(path)
    tree = az.from_netcdf(path)
    assert tree["posterior"].sizes["draw"] == 3
    np.testing.assert_array_equal(
        tree["posterior"]["effect"], posterior.idata["posterior"]["effect"]
    )
    tree.close()


def test_no_pickle_inside(posterior, tmp_path):
    path = tmp_path / "answers.nc"
    posterior.save(path)
    content = path.read_bytes()
    assert content[:8] == b"\x89HDF\r\n\x1a\n"
    for mark in (b"cloudpickle", b"cpickle", b"__reduce__", b"pickle"):
        assert mark not in content.lower()


def test_saving_replaces_a_file_whole_or_not_at_all(posterior, tmp_path):
    # HDF5, left to write by itself, ends the process here with a segmentation fault.
    path = tmp_path / "answers.nc"
    path.write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(DataError, match=r"answers\.nc cannot be written: File too large"):
            posterior.save(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["answers.nc"]


def test_another_model_is_refused(posterior, tmp_path):
    path = tmp_path / "answers.nc"
    posterior.save(path)
    with pytest.raises(DataError, match="other equations") as caught:
        Posterior.load(path, make_model(slope=3.0))
    assert "\n" not in str(caught.value)
    with pm.Model(coords={"unit": range(1)}) as other:
        pm.Normal("y", 0.0, 1.0, dims="unit")
    with pytest.raises(DataError, match="another model"):
        Posterior.load(path, other)


def test_the_order_of_definition_does_not_matter(posterior_by_hand, tmp_path):
    def build(names):
        with pm.Model(coords={"unit": range(1)}) as model:
            roots = {n: pm.Normal(n, 0.0, 1.0, dims="unit") for n in names}
            pm.Normal("y", roots["a"] + pm.Normal("gain") * roots["b"], 1.0, dims="unit")
        return model

    data = {n: np.zeros(2) for n in "aby"}
    path = tmp_path / "p.nc"
    posterior_by_hand(build("ab"), data, {"gain": np.zeros((1, 2))}).save(path)
    Posterior.load(path, build("ba"))


def damaged(content):
    return {
        "empty": b"",
        "text": b"not a file of ours",
        "cut in half": content[: len(content) // 2],
        "cut at the end": content[:-400],
        "header only": content[:512],
        "overwritten": content[:2048] + b"\0" * 6000 + content[8048:],
    }


@pytest.mark.filterwarnings("ignore:this answer comes from")
def test_damaged_files_are_told_in_one_line(posterior, tmp_path):
    whole, path = tmp_path / "whole.nc", tmp_path / "broken.nc"
    posterior.save(whole)
    for kind, content in damaged(whole.read_bytes()).items():
        path.write_bytes(content)
        with pytest.raises(DataError) as caught:
            Posterior.load(path, make_model())
        assert "broken.nc" in str(caught.value), kind
        assert "\n" not in str(caught.value), kind


@pytest.mark.filterwarnings("ignore:this answer comes from")
def test_a_flipped_bit_is_noticed_wherever_it_is(posterior, tmp_path):
    whole, path = tmp_path / "whole.nc", tmp_path / "flipped.nc"
    posterior.save(whole)
    content = whole.read_bytes()
    number = posterior.idata["posterior"]["effect"].to_numpy()
    label = np.frombuffer(b"u3", np.uint8)
    places = {
        "first": 0,
        "a draw": content.index(number.tobytes()) + 9,
        "a column": content.index(posterior.state.evidence.columns["y"].tobytes()) + 3,
        "a unit's label": content.index(label.tobytes()),
        "an attribute": content.index(b'"monotone"') + 2,
        "last of the file": len(content) - 1,
        "the checksum": len(content) - 10,
    }
    places |= {f"byte {at}": int(at) for at in np.linspace(1, len(content) - 2, 40)}
    for kind, at in places.items():
        broken = bytearray(content)
        broken[at] ^= 1
        path.write_bytes(broken)
        with pytest.raises(DataError, match=r"flipped\.nc is damaged") as caught:
            Posterior.load(path, make_model())
        assert "\n" not in str(caught.value), kind
    path.write_bytes(content)
    Posterior.load(path, make_model())


def test_places_that_take_no_file_are_told(posterior, tmp_path):
    with pytest.raises(DataError, match=r"there is no folder .*nowhere"):
        posterior.save(tmp_path / "nowhere" / "p.nc")
    with pytest.raises(DataError, match="is a folder; name a file"):
        posterior.save(tmp_path)
    with pytest.raises(DataError, match="it is a folder; name a file in it"):
        Posterior.load(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_foreign_files_are_told_in_one_line(tmp_path, chain_draws):
    path = tmp_path / "foreign.nc"
    az.from_dict({"posterior": chain_draws}).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(DataError, match=r"foreign\.nc"):
        Posterior.load(path, make_model())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "b")
    with pytest.raises(DataError, match=r"foreign\.nc"):
        Posterior.load(path, make_model())
    with pytest.raises(DataError, match="there is no file"):
        Posterior.load(tmp_path / "nothing.nc", make_model())
    with pytest.raises(DataError, match=str(tmp_path.name)):
        Posterior.load(tmp_path, make_model())


def test_a_later_format_is_told(posterior, tmp_path):
    path = tmp_path / "p.nc"
    posterior.idata.attrs["ifonly_format"] = 99
    posterior.save(path)
    with pytest.raises(DataError, match="format 99"):
        Posterior.load(path, make_model())


def test_a_model_that_is_not_importable_must_be_given(posterior, tmp_path):
    path = tmp_path / "p.nc"
    posterior.save(path)
    assert posterior.source is None
    with pytest.raises(ModelError, match="model=") as caught:
        Posterior.load(path)
    assert "\n" not in str(caught.value)


@pytest.mark.filterwarnings("ignore:this answer comes from")
def test_an_importable_model_is_found_again(frame, posterior_by_hand, tmp_path, monkeypatch):
    (tmp_path / "my_models.py").write_text(
        "import pymc as pm\n"
        "with pm.Model(coords={'unit': range(1)}) as mine:\n"
        "    gain = pm.Normal('gain')\n"
        "    x = pm.Normal('x', 0, 1, dims='unit')\n"
        "    pm.Normal('y', gain * x, 1, dims='unit')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import my_models

    posterior = posterior_by_hand(
        my_models.mine, {"x": np.ones(3), "y": np.ones(3)}, {"gain": np.ones((1, 2))}
    )
    assert posterior.source == "my_models:mine"
    path = tmp_path / "p.nc"
    posterior.save(path)
    monkeypatch.delitem(sys.modules, "my_models")
    with pytest.raises(ModelError, match=r"importing it would run code.*trust='my_models:mine'"):
        Posterior.load(path)
    with pytest.raises(ModelError, match="nothing was imported"):
        Posterior.load(path, trust="my_models:other")
    assert "my_models" not in sys.modules
    back = Posterior.load(path, trust="my_models:mine")
    query = ITE("y", do={"x": shift(1.0)})
    np.testing.assert_array_equal(back.ask(query), posterior.ask(query))
    (tmp_path / "my_models.py").unlink()
    monkeypatch.delitem(sys.modules, "my_models")
    with pytest.raises(ModelError, match="my_models:mine"):
        Posterior.load(path, trust="my_models:mine")


def test_what_a_file_names_is_never_run(posterior, tmp_path, monkeypatch):
    """Whoever writes a file can seal it again: the checksum is no signature."""
    (tmp_path / "trap.py").write_text("open('sprung', 'w')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    for source in ("trap:model", "os:getcwd", "shutil:rmtree", "trap"):
        posterior.idata.attrs["model"] = source
        posterior.save("p.nc")
        with pytest.raises(ModelError, match="would run code"):
            Posterior.load("p.nc")
        Posterior.load("p.nc", make_model)
    assert not (tmp_path / "sprung").exists()
    assert "trap" not in sys.modules


def test_a_model_is_the_same_in_another_process():
    # Priors with transforms once printed their own memory address into the digest.
    code = (
        "from ifonly.inference.posterior.identity import fingerprint;"
        "from ifonly.inference.scm.equations import Equations;"
        "from ifonly.models.linear_walkthrough import linear_walkthrough;"
        "print(fingerprint(Equations(linear_walkthrough()))['equations'])"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout
        for _ in range(2)
    }
    assert len(digests) == 1


def test_finding_a_model_wakes_no_lazy_module():
    code = (
        "import sys, pymc as pm; from ifonly.inference.posterior.identity import locate;"
        "model = pm.Model(); before = set(sys.modules); print(locate(model)); "
        "print(len(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["None", "0"]
