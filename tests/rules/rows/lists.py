"""Lists and tuples, of which NumPy makes arrays: of what is differentiated, or beside it."""

from tests.rules.contract import apart, array, each, number

_OF_NUMBERS = (
    "np.sum([a, b * b])",
    "np.sum([[a, b], [b, 1]], axis=0)",
    "np.sum(a=[a, b * b])",
    "np.mean((a, b, a * b))",
    "np.prod([a, b, 2.0])",
    "np.var([a, b])",
    "np.std((a, b, 1))",
    "np.max([a, b])",
    "np.ptp([a, b, 9])",
    "np.median([a, b, 9])",
    "np.percentile([a, b, 9], 30)",
    "np.cumsum([a, b])",
    "np.sort((a, b))",
    "np.linalg.norm([a, b])",
    "np.dot([a, b], [b, a])",
    "np.outer((a, b), [b, 1.0])",
    "np.diag([a, b])",
    "np.clip([a, b], 0.1, 9)",
    "np.tile([a, b, 1], (2, 2))",
    "np.vander([a, b], 3)",
    "np.linalg.det([[a, b], [1, a]])",
    "np.linalg.inv([[a, b], [-b, a]])",
    "np.linalg.cholesky([[a * a + 1, b], [b, 99]])",
    "np.fft.fft([a, b]).real",
    "np.triu([[a, b], [1, a]])",
    "np.transpose([[a, b], [1, a]])",
    "np.reshape((a, b, a, 1), (2, 2))",
    "np.roll([a, b], 1)",
    "np.pad([a, b], 1)",
)
_OF_ARRAYS = (
    "np.mean([a, b**2], axis=0)",
    "np.max([a, b + 0.05], axis=0)",
    "np.linalg.norm([a, b], axis=1)",
    "np.dot([a, b], a)",
    "np.diff([a, b], axis=0)",
)
_BESIDE_AN_ARRAY = (
    "np.dot(a, [1.0, 2.0, 3.0])",
    "np.dot([1, 2, 3], a)",
    "np.inner(a, (1, 2, 3))",
    "np.vdot([1, 2, 3], a)",
    "np.outer([1, 2], a)",
    "np.kron(a, [1, 2])",
    "np.cross(a, [1, 2, 3])",
    "np.tensordot(a, [1, 2, 3], 1)",
    "np.polyval([1, 2], a)",
    "np.polyval(a, [1, 2])",
    "np.linalg.solve([[2, 1, 0], [1, 3, 0], [0, 0, 1]], a)",
    "np.linalg.solve(np.outer(a, a) + np.eye(3), [1, 2, 3])",
    "np.linalg.lstsq([[1, 2], [3, 4], [5, 7]], a)[0]",
    "np.interp(0.3, [0, 1, 2], a)",
    "np.interp(a[0], (-9, 0, 9), [3, 1, 2])",
)

ROWS = [
    *each(_OF_NUMBERS, a=number(), b=number()),
    *each(_OF_ARRAYS, a=apart(3), b=apart(3)),
    *each(_BESIDE_AN_ARRAY, a=array(3)),
]
