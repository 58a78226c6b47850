"""Findings about the experiment's users."""

import pandas as pd

from ifonly.scenarios.experiment.units import first_stage


def test_the_first_stage_of_any_data(data: pd.DataFrame) -> None:
    assert round(first_stage(data), -1) == 3_780
