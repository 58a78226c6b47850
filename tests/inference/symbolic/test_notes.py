"""Notes of PyTensor and PyMC that change no answer are kept from the user; nothing else is."""

import logging
import warnings

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from pytensor.graph.rewriting.basic import dfs_rewriter, node_rewriter
from pytensor.graph.rewriting.db import RewriteDatabaseQuery

from ifonly.inference.scm.equations import Equations
from ifonly.inference.symbolic import evaluate
from ifonly.inference.symbolic.evaluate import evaluated
from ifonly.inference.symbolic.notes import without_notes


@node_rewriter([pt.exp])
def broken(fgraph, node):
    raise RuntimeError("a rewrite of PyTensor's that fails")


BROKEN = Mode("py", RewriteDatabaseQuery([])).register((dfs_rewriter(broken), 1.0))


@pytest.fixture
def heard():
    """What reaches the handlers of PyTensor's log."""
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    logger = logging.getLogger("pytensor")
    before, logger.handlers = logger.handlers, [handler]
    yield records
    logger.handlers = before


def test_a_rewrite_that_fails_is_not_heard_and_changes_no_number(heard, monkeypatch, caplog):
    x = pt.scalar("x")
    assert float(pytensor.function([x], pt.exp(x), mode=BROKEN)(0.0)) == 1.0
    assert any("TRACEBACK" in r.getMessage() for r in heard)
    heard.clear()
    monkeypatch.setattr(evaluate, "PLAIN", BROKEN)
    with caplog.at_level(logging.DEBUG, "ifonly.upstream"):
        assert float(evaluated([pt.exp(x)], {x: 0.0})[0]) == 1.0
    assert heard == []
    assert "a rewrite of PyTensor's that fails" in caplog.text


def test_everything_else_is_heard(heard):
    with without_notes():
        logging.getLogger("pytensor.tensor.blas").warning("Using NumPy C-API")
        assert heard == []
        logging.getLogger("pytensor.compile").warning("something else")
        with pytest.warns(UserWarning, match="something else"):
            warnings.warn("something else", stacklevel=1)
        with pytest.warns(UserWarning, match="RandomVariables"):
            warnings.warn("RandomVariables {x} were found in the derived graph", stacklevel=1)
    assert [r.getMessage() for r in heard] == ["something else"]
    logging.getLogger("pytensor.tensor.blas").warning("Using NumPy C-API")
    assert len(heard) == 2


def test_a_model_with_a_gaussian_process_is_read_without_a_note():
    """PyMC warns of the object that made it, which is not used again."""
    with pm.Model(coords={"unit": range(3)}) as model:
        gp = pm.gp.Latent(cov_func=pm.gp.cov.ExpQuad(1, ls=0.3))
        f = gp.prior("f", X=np.arange(3.0)[:, None])
        pm.Normal("y", f, 1.0, dims="unit")
    assert "f_rotated_" in Equations(model, "unit")
