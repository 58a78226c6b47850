"""Published estimates of several experiments."""

import numpy as np

# Eight schools (Rubin, 1981, doi:10.3102/10769986006004377).
SCHOOLS = np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18])
# Trials of the BCG vaccine (Colditz et al., 1994, doi:10.1001/jama.1994.03510330076038): cases and
# others among the vaccinated, and among those not.
BCG = np.array(
    [
        [4, 119, 11, 128], [6, 300, 29, 274], [3, 228, 11, 209], [62, 13536, 248, 12619],
        [33, 5036, 47, 5761], [180, 1361, 372, 1079], [8, 2537, 10, 619],
        [505, 87886, 499, 87892], [29, 7470, 45, 7232], [17, 1699, 65, 1600],
        [186, 50448, 141, 27197], [5, 2493, 3, 2338], [27, 16886, 29, 17825],
    ]
)  # fmt: skip


def bcg() -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of the risk ratios, and their standard errors."""
    a, b, c, d = BCG.T.astype(float)
    ratio = np.log(a / (a + b)) - np.log(c / (c + d))
    return ratio, np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
