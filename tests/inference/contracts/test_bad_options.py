"""Options without a meaning are refused in one line."""

import pytest

from ifonly.inference import (
    ATE,
    DataError,
    ModelError,
    QueryError,
    World,
    condition,
)

from .dosed import TRUTH, frame, one_line


def test_options_that_have_no_meaning(model):
    for options, parts in (
        ({"sampler": "stan"}, ["nutpie", "pymc", "numpyro", "'stan'"]),
        ({"method": "vi"}, ["nuts or marginal", "'vi'"]),
        ({"draws": 0}, ["draws", "0"]),
        ({"chains": 1.5}, ["chains", "1.5"]),
    ):
        with pytest.raises(QueryError) as caught:
            condition(model, frame(), progress=False, **options)
        one_line(caught, *parts)
    for units in (0, -1, 2.5, "many"):
        with pytest.raises(DataError) as caught:
            World.simulate(model, TRUTH, units=units, seed=1)
        one_line(caught, "units", repr(units))


def test_couplings_that_do_not_exist(model):
    for coupling, parts in (
        ({"cuont": "monotone"}, ["did you mean 'count'"]),
        ({"count": "monotoni"}, ["'count'", "monotone"]),
    ):
        for call in (
            lambda c: World.simulate(model, TRUTH, units=3, seed=1, coupling=c),
            lambda c: World.from_evidence(model, TRUTH, frame(), seed=1, coupling=c),
            lambda c: condition(model, frame(), coupling=c, progress=False),
        ):
            with pytest.raises((ModelError, QueryError)) as caught:
                call(coupling)
            one_line(caught, *parts)


def test_backends_that_do_not_exist(world):
    with pytest.raises(QueryError) as caught:
        world.ask(ATE("outcome", do={"dose": 1}), backend="torch")
    one_line(caught, "numba", "jax", "'torch'")
