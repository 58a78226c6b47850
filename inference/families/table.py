"""Every distribution of PyMC: the couplings of its structural forms, or why it has none.

``print(family_table().to_markdown())`` writes the table down; a test holds it against PyMC.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable

from ..errors import ModelError
from .form import structural_form

__all__ = ["EXAMPLES", "family_table"]

NO_VALUE = "it adds variables to a model, and is none itself"
CUTS, HALVES, TWO = np.array([-1.0, 1.0]), np.array([0.5, 0.5]), np.ones(2)

# One random variable of each family, or in words why there is none.
EXAMPLES: Mapping[str, Callable[[], TensorVariable] | str] = MappingProxyType(
    {
        "AR": lambda: pm.AR.dist([0.5], init_dist=pm.Normal.dist(), steps=3),
        "AsymmetricLaplace": lambda: pm.AsymmetricLaplace.dist(kappa=1.0, mu=0.0, b=1.0),
        "Bernoulli": lambda: pm.Bernoulli.dist(0.5),
        "Beta": lambda: pm.Beta.dist(1.0, 1.0),
        "BetaBinomial": lambda: pm.BetaBinomial.dist(1.0, 1.0, n=3),
        "Binomial": lambda: pm.Binomial.dist(3, 0.5),
        "CAR": lambda: pm.CAR.dist(np.zeros(2), 1.0 - np.eye(2), 0.5, 1.0),
        "Categorical": lambda: pm.Categorical.dist(HALVES),
        "Cauchy": lambda: pm.Cauchy.dist(0.0, 1.0),
        "Censored": lambda: pm.Censored.dist(pm.Weibull.dist(1.0, 1.0), None, 1.0),
        "ChiSquared": lambda: pm.ChiSquared.dist(2.0),
        "CustomDist": lambda: pm.CustomDist.dist(
            0.0, dist=lambda mu, size: pm.math.exp(pm.Normal.dist(mu, size=size))
        ),
        "DensityDist": "the old name of CustomDist, which PyMC no longer recommends",
        "DiracDelta": lambda: pm.DiracDelta.dist(0),
        "Dirichlet": lambda: pm.Dirichlet.dist(TWO),
        "DirichletMultinomial": lambda: pm.DirichletMultinomial.dist(3, TWO),
        "DiscreteUniform": lambda: pm.DiscreteUniform.dist(0, 3),
        "DiscreteWeibull": lambda: pm.DiscreteWeibull.dist(0.5, 1.0),
        "EulerMaruyama": lambda: pm.EulerMaruyama.dist(
            0.1, lambda x, a: (a * x, 1.0), (1.0,), init_dist=pm.Normal.dist(), steps=3
        ),
        "ExGaussian": lambda: pm.ExGaussian.dist(mu=0.0, sigma=1.0, nu=1.0),
        "Exponential": lambda: pm.Exponential.dist(1.0),
        "Flat": lambda: pm.Flat.dist(),
        "GARCH11": lambda: pm.GARCH11.dist(
            omega=1.0, alpha_1=0.2, beta_1=0.3, initial_vol=1.0, steps=3
        ),
        "Gamma": lambda: pm.Gamma.dist(1.0, 1.0),
        "GaussianRandomWalk": lambda: pm.GaussianRandomWalk.dist(
            0.0, 1.0, init_dist=pm.Normal.dist(), steps=3
        ),
        "Geometric": lambda: pm.Geometric.dist(0.5),
        "Gumbel": lambda: pm.Gumbel.dist(0.0, 1.0),
        "HalfCauchy": lambda: pm.HalfCauchy.dist(1.0),
        "HalfFlat": lambda: pm.HalfFlat.dist(),
        "HalfNormal": lambda: pm.HalfNormal.dist(1.0),
        "HalfStudentT": lambda: pm.HalfStudentT.dist(nu=3.0, sigma=1.0),
        "HurdleGamma": lambda: pm.HurdleGamma.dist(0.5, 1.0, 1.0),
        "HurdleLogNormal": lambda: pm.HurdleLogNormal.dist(0.5, 0.0, 1.0),
        "HurdleNegativeBinomial": lambda: pm.HurdleNegativeBinomial.dist(0.5, 1.0, 1.0),
        "HurdlePoisson": lambda: pm.HurdlePoisson.dist(0.5, 1.0),
        "HyperGeometric": lambda: pm.HyperGeometric.dist(9, 4, 3),
        "ICAR": lambda: pm.ICAR.dist(1 - np.eye(2)),
        "Interpolated": lambda: pm.Interpolated.dist(np.arange(3.0), TWO.repeat(2)[:3]),
        "InverseGamma": lambda: pm.InverseGamma.dist(1.0, 1.0),
        "KroneckerNormal": lambda: pm.KroneckerNormal.dist(np.zeros(4), [np.eye(2)] * 2, sigma=1.0),
        "Kumaraswamy": lambda: pm.Kumaraswamy.dist(1.0, 1.0),
        "LKJCholeskyCov": lambda: pm.LKJCholeskyCov.dist(
            2.0, 2, sd_dist=pm.Exponential.dist(1.0), compute_corr=False
        ),
        "LKJCorr": lambda: pm.LKJCorr.dist(2, 2.0),
        "Laplace": lambda: pm.Laplace.dist(0.0, 1.0),
        "LogNormal": lambda: pm.LogNormal.dist(0.0, 1.0),
        "Logistic": lambda: pm.Logistic.dist(0.0, 1.0),
        "LogitNormal": lambda: pm.LogitNormal.dist(0.0, 1.0),
        "Lognormal": lambda: pm.Lognormal.dist(0.0, 1.0),
        "MatrixNormal": lambda: pm.MatrixNormal.dist(
            np.zeros((2, 2)), rowcov=np.eye(2), colcov=np.eye(2)
        ),
        "Mixture": lambda: pm.Mixture.dist(HALVES, [pm.Normal.dist(), pm.Laplace.dist(0.0, 1.0)]),
        "Moyal": lambda: pm.Moyal.dist(0.0, 1.0),
        "Multinomial": lambda: pm.Multinomial.dist(3, HALVES),
        "MvGaussianRandomWalk": lambda: pm.MvGaussianRandomWalk.dist(
            mu=np.zeros(2),
            cov=np.eye(2),
            init_dist=pm.MvNormal.dist(np.zeros(2), np.eye(2)),
            steps=3,
        ),
        "MvNormal": lambda: pm.MvNormal.dist(np.zeros(2), np.eye(2)),
        "MvStudentT": lambda: pm.MvStudentT.dist(nu=3.0, mu=np.zeros(2), scale=np.eye(2)),
        "MvStudentTRandomWalk": lambda: pm.MvStudentTRandomWalk.dist(
            nu=3.0,
            mu=np.zeros(2),
            scale=np.eye(2),
            init_dist=pm.MvNormal.dist(np.zeros(2), np.eye(2)),
            steps=3,
        ),
        "NegativeBinomial": lambda: pm.NegativeBinomial.dist(1.0, 1.0),
        "Normal": lambda: pm.Normal.dist(0.0, 1.0),
        "NormalMixture": lambda: pm.NormalMixture.dist(HALVES, [0.0, 1.0], 1.0),
        "OrderedLogistic": lambda: pm.OrderedLogistic.dist(pt.vector("eta"), CUTS),
        "OrderedMultinomial": lambda: pm.OrderedMultinomial.dist(pt.vector("eta"), CUTS, 3),
        "OrderedProbit": lambda: pm.OrderedProbit.dist(pt.vector("eta"), CUTS),
        "Pareto": lambda: pm.Pareto.dist(1.0, 1.0),
        "Poisson": lambda: pm.Poisson.dist(1.0),
        "PolyaGamma": lambda: pm.PolyaGamma.dist(1.0, 0.0),
        "RandomWalk": lambda: pm.RandomWalk.dist(
            pm.Normal.dist(), pm.Laplace.dist(0.0, 1.0), steps=3
        ),
        "Rice": lambda: pm.Rice.dist(1.0, 1.0),
        "Simulator": "its function is of NumPy, and does not say how noise becomes a value",
        "SkewNormal": lambda: pm.SkewNormal.dist(mu=0.0, sigma=1.0, alpha=1.0),
        "SkewStudentT": lambda: pm.SkewStudentT.dist(a=2.0, b=2.0, mu=0.0, sigma=1.0),
        "StickBreakingWeights": lambda: pm.StickBreakingWeights.dist(1.0, 2),
        "StudentT": lambda: pm.StudentT.dist(nu=3.0, mu=0.0, sigma=1.0),
        "Triangular": lambda: pm.Triangular.dist(lower=0.0, upper=1.0, c=0.5),
        "Truncated": lambda: pm.Truncated.dist(pm.Gamma.dist(1.0, 1.0), upper=2.0),
        "TruncatedNormal": lambda: pm.TruncatedNormal.dist(0.0, 1.0, lower=0.0),
        "Uniform": lambda: pm.Uniform.dist(0.0, 1.0),
        "VonMises": lambda: pm.VonMises.dist(0.0, 1.0),
        "Wald": lambda: pm.Wald.dist(1.0, 1.0),
        "Weibull": lambda: pm.Weibull.dist(1.0, 1.0),
        "Wishart": lambda: pm.Wishart.dist(3, np.eye(2)),
        "WishartBartlett": NO_VALUE,
        "ZeroInflatedBinomial": lambda: pm.ZeroInflatedBinomial.dist(0.5, 3, 0.5),
        "ZeroInflatedNegativeBinomial": lambda: pm.ZeroInflatedNegativeBinomial.dist(0.5, 1.0, 1.0),
        "ZeroInflatedPoisson": lambda: pm.ZeroInflatedPoisson.dist(0.5, 1.0),
        "ZeroSumNormal": lambda: pm.ZeroSumNormal.dist(1.0, shape=3),
    }
)


def family_table() -> pd.DataFrame:
    """Return every distribution of PyMC, with its couplings or the reason why it has no form.

    A composed family (Censored, Mixture, ...) stands there with one family inside; its couplings
    are those that the family inside gives it.

    Returns
    -------
    pandas.DataFrame
        One row a family, named by the index: ``couplings``, separated by commas, the default one
        first, and ``reason``; one of the two is empty.

    Examples
    --------
    >>> family_table().loc["Poisson", "couplings"]
    'process, monotone, independent'
    """
    rows = {}
    for name, example in EXAMPLES.items():
        couplings, reason = "", example
        if callable(example):
            try:
                couplings, reason = ", ".join(structural_form.couplings(example())), ""
            except ModelError as error:
                reason = structural_form.reason(example()) or str(error)
        rows[name] = {"couplings": couplings, "reason": reason}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("family")
