"""The error at missing poses of images in balls: whether a prediction has the right sign, rigorously.

Pixels are floats, hence dyadic fractions, and permutations of them move no digit; so inner products are exact, and
the kernel's expression is evaluated in balls at exact cosines.  The errors follow by exact irreps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from orbitkernels.errors import InputError
from orbitkernels.theory.integer_input import shown

from .arguments import FloatArray, exact_rational
from .input_actions import CoordinateAction
from .invariance import as_kernel
from .kernels import NNGP, NTK, Formula, Gaussian, Kernel, Laplace, Polynomial
from .missing import Missing, MissingLike, missing_poses
from .orbits import Orbits
from .ridge import Ridge, RidgeLike

#: Working precision in bits, about 60 decimal digits.
BITS = 200

#: Most integers and balls that are held: about 100 bytes each.
MAX_NUMBERS = 2**25


@dataclass(frozen=True)
class EnclosedErrors:
    """Balls that hold the errors y - p at missing poses, and what they say of the signs of the predictions p.

    Attributes:
        errors: Balls (python-flint's arb) in nested lists: [C][m], or [C][p][m] for a list of p poses.
        verdicts: Of the same shape: right, wrong, or undecided at this precision.  A label 0 has no sign, so it is
            undecided.
        bits: Working precision.
    """

    errors: list[Any]
    verdicts: list[Any]
    bits: int

    @property
    def midpoints(self) -> FloatArray:
        """The midpoints, rounded to floats."""
        return np.array(_mapped(lambda error: float(error.mid()), self.errors), dtype=np.float64)

    @property
    def radii(self) -> FloatArray:
        """Upper bounds of the distance of the true error from the rounded midpoint, in floats."""
        return np.array(_mapped(_radius, self.errors), dtype=np.float64)

    def __str__(self) -> str:
        lines = []
        for c, (errors, verdicts) in enumerate(zip(self.errors, self.verdicts, strict=True)):
            pairs = zip(_leaves(errors), _leaves(verdicts), strict=True)
            lines += [f"orbit {c}: error {error.str(20)}, {verdict}" for error, verdict in pairs]
        return "\n".join(lines)


def enclosed_error(
    kernel: Kernel | str,
    orbits: Orbits,
    missing: MissingLike = "pose",
    ridge: RidgeLike = 0.0,
    bits: int = BITS,
) -> EnclosedErrors:
    """Error y - p at missing poses in balls that surely hold it (Theorems T6, T7 and T1), with verdicts.

    The same quantity as :func:`orbitkernels.proofs.spectral.spectral_error`, for inputs that are exactly the
    given floats.  The verdict is *right* if the prediction p surely has the sign of the label y, *wrong* if it
    surely has the other one, and *undecided* if this precision does not tell.

    Args:
        kernel: A Kernel or a specification such as "ntk(depth=3)"; nets of at most the depth that is written out.
        orbits: C orbits with targets [C, m] under an action that permutes coordinates.
        missing: As in :func:`orbitkernels.proofs.spectral.spectral_error`.
        ridge: r >= 0, or ``"relative:1e-10"`` of the mean diagonal of K; floats are the dyadic fractions that they
            are.
        bits: Working precision, at least 2.

    Returns:
        Balls and verdicts.

    Raises:
        InputError: If the kernel has no expression, the action is one of matrices, whose poses are rounded, or the
            kernel has no value that can be enclosed.
        SingularGramError: If K + r I cannot be shown to be invertible at this precision.

    Example:
        >>> from orbitkernels.proofs.enclosed_prediction import enclosed_error
        >>> from orbitkernels.proofs.orbits import Orbits
        >>> from orbitkernels.theory.names import group
        >>> orbits = Orbits(group("C3"), [[1.0, 0.0, 0.0], [1.0, 1.0, 0.5]], [0, 1])
        >>> found = enclosed_error("ntk(depth=1)", orbits)
        >>> [[str(verdict) for verdict in row] for row in found.verdicts], bool((found.radii < 1e-15).all())
        ([['right'], ['right']], True)
    """
    from orbitkernels.theory.enclosures import ball, verdict, working_precision

    exact = _expressible(kernel)
    if not isinstance(orbits.action, CoordinateAction):
        raise InputError(
            "Argument 'orbits' must have an action that permutes coordinates, because poses made by matrices are "
            "rounded; use leave_out_error for floating point."
        )
    given = Ridge.of(ridge)
    what = missing_poses(orbits.group, missing)
    _refuse_large(orbits, what)
    with working_precision(bits):
        symbol = enclosed_symbol(exact, orbits)
        targets = [[ball(float(value)) for value in row] for row in orbits.targets]
        errors = _errors(symbol, orbits, targets, what, _enclosed_ridge(given, symbol, orbits))
        verdicts = [
            _mapped(lambda error, label: verdict(error, label), row, _spread(targets[c], row))
            for c, row in enumerate(errors)
        ]
    return EnclosedErrors(errors, verdicts, bits)


def _refuse_large(orbits: Orbits, what: Missing) -> None:
    """Refuse orbits whose coordinates and balls, which are Python objects, would fill the memory."""
    points = int(orbits.sizes.sum())
    numbers = points * orbits.seeds.shape[1] + len(orbits) ** 2 * orbits.group.order
    numbers += 0 if what.alike else points**2
    if numbers > MAX_NUMBERS:
        raise InputError(
            f"Argument 'orbits' has {points} points of {orbits.seeds.shape[1]} coordinates, which take "
            f"{numbers:.1e} exact numbers, beyond the limit of {MAX_NUMBERS:.1e}; give fewer orbits, or "
            "take error_with_bound."
        )


def enclosed_symbol(kernel: Kernel, orbits: Orbits) -> list[list[list[Any]]]:
    """Symbol phi_ab(g) = k(x_a, g x_b) [C][C][n] in balls at the working precision, of the exact float inputs.

    Raises:
        InputError: If a value cannot be enclosed.
    """
    from orbitkernels.theory.ball_kernels import KernelBalls

    zero = ~np.any(orbits.seeds, axis=1)
    if isinstance(kernel, Formula) and zero.any():
        raise InputError(
            f"Argument 'orbits' has the zero seed {int(np.argmax(zero))}, which has no angle; drop it."
        )
    points, scale = _integer_points(orbits.all_points)
    seeds, _ = _integer_points(orbits.seeds, scale)
    value = KernelBalls(general_expression(kernel, orbits.seeds.shape[1]), kernel.spec)
    squares = [sum(x * x for x in seed) for seed in seeds]
    dimension = Fraction(scale**2 * len(seeds[0]))
    every = np.arange(orbits.group.order)
    poses = [(orbits.offsets[b] + orbits.pose_index(b, every)).tolist() for b in range(len(orbits))]

    def entry(a: int, b: int, j: int) -> Any:
        product = sum(x * y for x, y in zip(seeds[a], points[j], strict=True))
        return value(squares[a] / dimension, squares[b] / dimension, product / dimension)

    count = range(len(orbits))
    return [[[entry(a, b, j) for j in poses[b]] for b in count] for a in count]


def _errors(symbol: Any, orbits: Orbits, targets: list[list[Any]], what: Missing, ridge: Any) -> list[Any]:
    """Balls [C][m], or [C][p][m] for poses that are not alike."""
    from orbitkernels.theory.enclosures import enclosed_coset_error, enclosed_gram, enclosed_leave_out

    arguments = (orbits.stabilisers, ridge)
    if what.alike:
        return enclosed_coset_error(orbits.group, symbol, targets, what.elements.tolist(), *arguments)
    K = enclosed_gram(orbits.group, symbol, *arguments)
    labels = [row for row, size in zip(targets, orbits.sizes.tolist(), strict=True) for _ in range(size)]
    found = []
    for c in range(len(orbits)):
        poses, position = np.unique(orbits.pose_index(c, what.elements), return_inverse=True)
        errors = enclosed_leave_out(K, labels, (orbits.offsets[c] + poses).tolist())
        found.append([errors[int(i)] for i in position])
    return found


def _enclosed_ridge(ridge: Ridge, symbol: Any, orbits: Orbits) -> Any:
    """r as a ball."""
    from orbitkernels.theory.enclosures import ball

    if not ridge.is_relative:
        return ball(ridge.amount)
    sizes = orbits.sizes.tolist()
    total = sum((size * symbol[c][c][0] for c, size in enumerate(sizes)), ball(0))
    return ball(ridge.amount) * total / sum(sizes)


def general_expression(kernel: Kernel, dimension: int) -> Any:
    """The kernel in q_x = |x|^2/d, q_y = |y|^2/d and the cosine u, for inputs of any norms.

    Args:
        kernel: A kernel of :mod:`orbitkernels.proofs.kernels`.
        dimension: d, the number of coordinates.

    Raises:
        InputError: If the kernel is of another kind, or deeper than what is written out.

    Example:
        >>> from orbitkernels.proofs.enclosed_prediction import general_expression
        >>> from orbitkernels.proofs.kernels import Gaussian
        >>> general_expression(Gaussian(length_scale=1), 2)
        exp(2*sqrt(q_x)*sqrt(q_y)*u - q_x - q_y)
    """
    import sympy

    from orbitkernels.theory import kernels as theory
    from orbitkernels.theory.formula import u

    x, y = theory.q_x, theory.q_y
    product = dimension * sympy.sqrt(x * y) * u
    square = sympy.expand(dimension * (x + y) - 2 * product)
    match kernel:
        case NTK() | NNGP():
            write = theory.general_ntk_expression if isinstance(kernel, NTK) else theory.general_nngp_expression
            options: dict[str, Any] = {
                "residual": kernel.residual,
                "layer_norm": kernel.layer_norm,
                "units": kernel.width or 0,
            }
            return write(*kernel.written, **options, inputs=dimension)
        case Gaussian():
            return sympy.exp(-square / (2 * _rational(kernel, "length_scale") ** 2))
        case Laplace():
            return sympy.exp(-sympy.sqrt(square) / _rational(kernel, "length_scale"))
        case Polynomial():
            return (_rational(kernel, "scale") * product + _rational(kernel, "offset")) ** kernel.degree
        case Formula():
            return kernel.expression
    raise InputError(f"Argument 'kernel' must be a kernel of this package, not {shown(kernel)}.")


def _rational(kernel: Kernel, name: str) -> Any:
    """A parameter as a SymPy rational, or one for every layer."""
    return exact_rational(kernel.parameters[name])


def _expressible(kernel: Kernel | str) -> Kernel:
    """The kernel itself, or the one that a specification names."""
    parsed = as_kernel(kernel)
    if not isinstance(parsed, Kernel):
        raise InputError(
            f"Argument 'kernel' must have an expression: a Kernel or a specification such as 'ntk(depth=3)', "
            f"not {shown(kernel)}; use spectral_error for other kernels."
        )
    return parsed


def _integer_points(points: FloatArray, scale: int | None = None) -> tuple[list[list[int]], int]:
    """Rows of floats as integers over one common denominator, a power of two."""
    ratios = [[value.as_integer_ratio() for value in row] for row in points.tolist()]
    common = scale or max(denominator for row in ratios for _, denominator in row)
    return [[p * (common // q) for p, q in row] for row in ratios], common


# ---------------------------------------------------------------------- nested lists


def _mapped(function: Any, nested: Any, *others: Any) -> Any:
    """The function at every entry of nested lists of one shape."""
    if isinstance(nested, list):
        return [_mapped(function, *parts) for parts in zip(nested, *others, strict=True)]
    return function(nested, *others)


def _spread(labels: list[Any], row: list[Any]) -> list[Any]:
    """Labels [m] in the shape of a row [m] or [p][m]."""
    return [labels for _ in row] if row and isinstance(row[0], list) else labels


def _leaves(nested: Any) -> list[Any]:
    """All entries of nested lists."""
    return [leaf for part in nested for leaf in _leaves(part)] if isinstance(nested, list) else [nested]


def _radius(error: Any) -> float:
    """Radius about the midpoint as a float, rounded up."""
    rest = abs(error - float(error.mid()))
    return math.nextafter(float(rest.upper()), math.inf)
