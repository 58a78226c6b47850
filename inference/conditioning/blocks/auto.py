"""The posterior as the graph factorises: each block by the best method that its structure allows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import pytensor
import xarray as xr
from numpy.typing import NDArray
from pytensor.graph.replace import vectorize_graph

from ...errors import ModelError
from ...scm.equations import Equations
from .conjugate import conjugate
from .factorise import Block, blocks_of
from .glm import glm
from .linear import linear
from .prior import prior
from .problem import PLAIN, Problem
from .submodel import evidence_of, submodel

if TYPE_CHECKING:
    from ..job import Job, Outcome
