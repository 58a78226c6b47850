"""System 5 as a whole: what its page shows."""

from io import BytesIO

import numpy as np
import pytest

from ifonly.inference import Posterior, World, condition
from ifonly.scenarios import get
from ifonly.scenarios.experiment.reference import CLAIMS
from ifonly.scenarios.experiment.units import frame

SCENARIO = get("experiment")


@pytest.fixture(scope="module")
def small() -> World:
    return SCENARIO.simulate(units=240, seed=5)


@pytest.fixture(scope="module")
def posterior(small: World) -> Posterior:
    return condition(
        SCENARIO.model, small.data, draws=60, tune=200, chains=2, seed=1, progress=False
    )


@pytest.mark.slow
@pytest.mark.filterwarnings(
    # Short chains on purpose: it is about what is shown, not about how right it is.
    "ignore:this answer comes from:ifonly.inference.ConvergenceWarning"
)
# In so few rows the instrument is weak indeed.
@pytest.mark.filterwarnings("ignore:weak instrument:ifonly.inference.AssumptionWarning")
def test_sections_show_every_item(posterior: Posterior, small: World) -> None:
    found = list(SCENARIO.sections(small, posterior))
    assert [section.title[:2] for section in found] == [f"{k}." for k in range(1, 10)]
    assert all(section.table is not None and section.text for section in found)
    for section in found:
        if section.figure is not None:
            section.figure.savefig(BytesIO(), format="png", dpi=40)
    roles, cohorts, balance, exposure, latent, cells, returns, others, wrong = (
        s.table for s in found
    )
    np.testing.assert_allclose(
        roles["on the published data"], roles["published"], atol=5e-4, rtol=1e-3
    )
    data = frame(small)
    by_segment = cohorts[cohorts["cohort"] == "segment"].set_index("group")
    np.testing.assert_allclose(
        by_segment["share treated"], data.groupby("segment")["T"].mean(), rtol=1e-12
    )
    assert cohorts.groupby("cohort")["units"].sum().eq(240).all()
    strata = balance["what they had before"].str.startswith(("segment", "activity quartile"))
    assert balance.loc[strata, "z, within strata"].abs().max() < 1.0
    assert exposure["number"].to_list() == [240, *np.bincount(data["E"])]
    assert "joint model, first 240 rows" in set(others["analysis"])
    assert others["truth"].round(2).isin([1.38, 1.20, 0.18]).all()
    assert len(wrong) == len(CLAIMS)
    assert not wrong["the fact"].str.contains("nan|{").any()
    assert latent["were the parameters known"].iloc[0] == pytest.approx(0.805, abs=0.02)
    assert len(cells) <= 12
    # A treatment costs 1.4, and so does each of the 240 / 2 that are not learnt from.
    assert returns["budget"].iloc[-1] == pytest.approx(1.4 * 120, abs=1.5)
    # Treating everybody gains what a point is worth, by segment, times the effect.
    everybody = returns["true profit"].iloc[-1]
    worth = data["segment"].map({"casual": 0.8, "regular": 1.2, "vip": 3.0}).mean()
    assert everybody == pytest.approx(120 * (1.38 * worth - 1.4), abs=20)
