"""Tails that have no closed form: Mills' ratio and its differences, Owen's T, Bessel's I0.

Every integrand here is positive, so that nothing cancels; it is cut where it has fallen by exp(-40)
and integrated by 24 nodes of Gauss and Legendre, to 1e-13 of its value or better.
"""

import math

from .kernel import compiled
from .normal import erfcx

__all__ = ["NODES", "bessel", "mills", "mills_gap", "normal_density", "skew_light"]
__all__ += ["owen", "reach", "upper"]

ROOT_2 = 1.4142135623730950488
ROOT_HALF_PI = 1.2533141373155002512
ROOT_2PI = 2.5066282746310005024
PI = 3.1415926535897932385
FALL = 40.0
NODES = (
    (-0.9951872199970213, 0.01234122979998869),
    (-0.9747285559713095, 0.02853138862893356),
    (-0.9382745520027328, 0.04427743881741941),
    (-0.8864155270044011, 0.05929858491543636),
    (-0.820001985973903, 0.07334648141108016),
    (-0.7401241915785544, 0.0861901615319532),
    (-0.6480936519369755, 0.09761865210411393),
    (-0.5454214713888396, 0.10744427011596556),
    (-0.4337935076260451, 0.11550566805372552),
    (-0.3150426796961634, 0.1216704729278033),
    (-0.1911188674736163, 0.12583745634682825),
    (-0.06405689286260563, 0.12793819534675202),
    (0.06405689286260563, 0.12793819534675202),
    (0.1911188674736163, 0.12583745634682825),
    (0.3150426796961634, 0.1216704729278033),
    (0.4337935076260451, 0.11550566805372552),
    (0.5454214713888396, 0.10744427011596556),
    (0.6480936519369755, 0.09761865210411393),
    (0.7401241915785544, 0.0861901615319532),
    (0.820001985973903, 0.07334648141108016),
    (0.8864155270044011, 0.05929858491543636),
    (0.9382745520027328, 0.04427743881741941),
    (0.9747285559713095, 0.02853138862893356),
    (0.9951872199970213, 0.01234122979998869),
)
"""The nodes on [-1, 1], each with its weight."""

# Chebyshev coefficients of exp(-x) I0(x), for x up to 8 and beyond (Cephes, S. L. Moshier, 1984).
NEAR_A = (
    -4.41534164647933937950e-18,
    3.33079451882223809783e-17,
    -2.43127984654795469359e-16,
    1.71539128555513303061e-15,
    -1.16853328779934516808e-14,
    7.67618549860493561688e-14,
    -4.85644678311192946090e-13,
    2.95505266312963983461e-12,
    -1.72682629144155570723e-11,
    9.67580903537323691224e-11,
    -5.18979560163526290666e-10,
    2.65982372468238665035e-9,
    -1.30002500998624804212e-8,
    6.04699502254191894932e-8,
    -2.67079385394061173391e-7,
)
NEAR_B = (
    1.11738753912010371815e-6,
    -4.41673835845875056359e-6,
    1.64484480707288970893e-5,
    -5.75419501008210370398e-5,
    1.88502885095841655729e-4,
    -5.76375574538582365885e-4,
    1.63947561694133579842e-3,
    -4.32430999505057594430e-3,
    1.05464603945949983183e-2,
    -2.37374148058994688156e-2,
    4.93052842396707084878e-2,
    -9.49010970480476444210e-2,
    1.71620901522208775349e-1,
    -3.04682672343198398683e-1,
    6.76795274409476084995e-1,
)
FAR_A = (
    -7.23318048787475395456e-18,
    -4.83050448594418207126e-18,
    4.46562142029675999901e-17,
    3.46122286769746109310e-17,
    -2.82762398051658348494e-16,
    -3.42548561967721913462e-16,
    1.77256013305652638360e-15,
    3.81168066935262242075e-15,
    -9.55484669882830764870e-15,
    -4.15056934728722208663e-14,
    1.54008621752140982691e-14,
    3.85277838274214270114e-13,
    7.18012445138366623367e-13,
)
FAR_B = (
    -1.79417853150680611778e-12,
    -1.32158118404477131188e-11,
    -3.14991652796324136454e-11,
    1.18891471078464383424e-11,
    4.94060238822496958910e-10,
    3.39623202570838634515e-9,
    2.26666899049817806459e-8,
    2.04891858946906374183e-7,
    2.89137052083475648297e-6,
    6.88975834691682398426e-5,
    3.36911647825569408990e-3,
    8.04490411014108831608e-1,
)


@compiled
def normal_density(x: float) -> float:
    """Return the standard normal density."""
    return math.exp(-0.5 * x * x) / ROOT_2PI


@compiled
def upper(x: float) -> float:
    """Return the upper tail of the standard normal."""
    return 0.5 * math.erfc(x / ROOT_2)


@compiled
def mills(x: float) -> float:
    """Return the upper tail of the standard normal over its density, for x >= 0."""
    return ROOT_HALF_PI * erfcx(x / ROOT_2)


@compiled
def reach(d: float) -> float:
    """Return how far beyond the distance d from its peak a normal density has fallen enough."""
    return 2.0 * FALL / (d + math.sqrt(d * d + 2.0 * FALL))


@compiled
def mills_gap(a: float, width: float) -> float:
    """Return M(a) - M(a + width) for Mills' ratio M, without cancellation (a > -2).

    Parameters
    ----------
    a : float
        Where it begins, or the slant.
    width : float
        How far the second point is.
    """
    if width > 2.0:
        return mills(a) - mills(a + width)
    half, total = 0.5 * reach(a), 0.0
    for i in range(24):
        u = half + half * NODES[i][0]
        total -= NODES[i][1] * math.exp(-u * (0.5 * u + a)) * math.expm1(-width * u)
    return half * total


@compiled
def owen(h: float, a: float) -> float:
    """Return Owen's T(h, a) for h >= 0 and a >= 0 (Owen 1956, doi:10.1214/aoms/1177728074)."""
    swap = a > 1.0
    height, top = (a * h, 1.0 / a) if swap else (h, a)
    half = 0.5 * min(top, 9.0 / height) if height > 0.0 else 0.5 * top
    total, scale = 0.0, 0.5 * height * height
    for i in range(24):
        t = half + half * NODES[i][0]
        square = 1.0 + t * t
        total += NODES[i][1] * math.exp(-scale * square) / square
    found = half * total / (2.0 * PI)
    if swap:
        p, q = upper(h), upper(height)
        return 0.5 * p + 0.5 * q - p * q - found
    return found


@compiled
def skew_light(h: float, a: float) -> float:
    """Return the tail beyond h >= 0 of a skew normal, on the side that it leans away from.

    Parameters
    ----------
    h : float
        Distance from the centre.
    a : float
        Where it begins, or the slant.
    """
    depth = a * h
    if depth < 1.0:
        return upper(h) - 2.0 * owen(h, a)
    square = depth * depth
    half = FALL / (math.sqrt(1.0 + 2.0 * FALL / square) + 1.0)
    total = 0.0
    for i in range(24):
        u = half + half * NODES[i][0]
        far = depth + u / depth
        weight = NODES[i][1] * math.exp(-u - 0.5 * u * u / square)
        total += weight / (h * h + far * far)
    return half * total * math.exp(-0.5 * (h * h + square)) / (a * PI)


@compiled
def bessel(x: float) -> float:
    """Return exp(-x) I0(x) for x >= 0."""
    last, before, older = 0.0, 0.0, 0.0
    if x <= 8.0:
        t = 0.5 * x - 2.0
        for c in NEAR_A:
            last, before, older = t * last - before + c, last, before
        for c in NEAR_B:
            last, before, older = t * last - before + c, last, before
        return 0.5 * (last - older)
    t = 32.0 / x - 2.0
    for c in FAR_A:
        last, before, older = t * last - before + c, last, before
    for c in FAR_B:
        last, before, older = t * last - before + c, last, before
    return 0.5 * (last - older) / math.sqrt(x)
