"""The next-generation matrix: how many entries of each type one entry of each type leads to, and cascade sizes.

K[a, b] is the mean number of type-a children of one type-b entry over its standing life. The reproduction number is
the spectral radius of K. It is a threshold only: 1 / (1 - R) is the size of a cascade only if there is one type
(Diekmann, Heesterbeek and Roberts 2010, Journal of the Royal Society Interface 7).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def spectral_radius(matrix: Floats) -> float:
    """The largest absolute eigenvalue of a non-negative matrix; exactly 0 if no type leads back to itself.

    >>> float(spectral_radius(np.array([[0.5, 0.9], [0.0, 0.1]])))
    0.5
    """
    largest = 0.0
    for members in _classes(matrix):
        block = matrix[np.ix_(members, members)]
        if len(members) == 1:
            largest = max(largest, float(block[0, 0]))
        else:
            largest = max(largest, float(np.abs(np.linalg.eigvals(block)).max()))
    return largest


def sizes(matrix: Floats) -> Floats:
    """Expected entries in the cascade of one entry of each type, itself included: column sums of (I - K)^-1.

    Infinite for types that lead, in any number of steps, to a class of types whose own radius is 1 or more.

    >>> sizes(np.array([[0.5, 0.9], [0.0, 0.1]])).round(2).tolist()
    [2.0, 3.11]
    >>> sizes(np.array([[1.0, 0.2], [0.0, 0.0]])).tolist()
    [inf, inf]
    """
    n = len(matrix)
    growing = np.zeros(n, bool)
    for members in _classes(matrix):
        if spectral_radius_of_class(matrix, members) >= 1:
            growing[members] = True
    endless, reached = growing, None
    while reached is None or (endless != reached).any():
        reached = endless
        endless = reached | (matrix[reached] > 0).any(axis=0)
    made = np.full(n, np.inf)
    tame = np.flatnonzero(~endless)
    block = matrix[np.ix_(tame, tame)]
    made[tame] = np.linalg.solve((np.eye(len(tame)) - block).T, np.ones(len(tame)))
    return made


def radii(matrices: Floats) -> Floats:
    """Spectral radii of many matrices of one shape, (many, types, types) -> (many,); under a millionth is 0."""
    found = np.abs(np.linalg.eigvals(matrices)).max(axis=-1, initial=0.0)
    return np.asarray(np.where(found < 1e-6, 0.0, found))


def all_sizes(matrices: Floats) -> Floats:
    """`sizes` of many matrices of one shape: (many, types)."""
    growing = radii(matrices) >= 1
    unit = np.eye(matrices.shape[-1])
    tame = np.where(growing[:, None, None], 0.0, matrices)
    made = np.asarray(np.linalg.inv(unit - tame).sum(axis=1))
    for place in np.flatnonzero(growing):
        made[place] = sizes(matrices[place])
    return made


def spectral_radius_of_class(matrix: Floats, members: NDArray[np.int64]) -> float:
    """The spectral radius of one class of types that lead to each other."""
    return float(np.abs(np.linalg.eigvals(matrix[np.ix_(members, members)])).max())


def _classes(matrix: Floats) -> list[NDArray[np.int64]]:
    """Strongly connected classes of types: those that lead to each other."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    many, label = connected_components(csr_array((matrix > 0).astype(np.float64)), directed=True, connection="strong")
    return [np.flatnonzero(label == one) for one in range(many)]


def by_age(births: Floats, exposed: Floats) -> Floats:
    """K from children by the age of their parent: the sum over ages of births / parents followed to that age.

    births: (..., types, types, ages), child before parent. exposed: (..., types, ages), parents followed for more
    than so many months, whether or not they still stand. This is a mean cumulative function (Nelson 1988, Journal of
    Quality Technology 20). Parents that outlast the run are followed to its end. None is left out for still standing,
    which would select short lives. The column of a type without parents is NaN.
    """
    known = exposed[..., None, :, :] > 0
    share = np.divide(births, exposed[..., None, :, :], out=np.zeros(births.shape), where=known)
    return np.asarray(np.where(known.any(axis=-1), share.sum(axis=-1), np.nan))
