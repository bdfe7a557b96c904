"""The average of a kernel over a group or a subgroup (Reynolds operator), on any inputs."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError, NotInvariantError
from orbitkernels.theory.actions import PermutationAction
from orbitkernels.theory.groups import FiniteGroup, require_group
from orbitkernels.theory.integer_input import is_integer
from orbitkernels.theory.names import group as group_of
from orbitkernels.theory.subgroups import Subgroup, whole

from .arguments import reals, rows
from .gram_size import require_gram_fits
from .input_actions import Action, CoordinateAction, MatrixAction, as_action, require_image_shape
from .invariance import (
    INVARIANCE_TOLERANCE,
    LEAST_PART,
    KernelLike,
    as_kernel,
    check_invariance,
    gram,
    largest_ratio,
    natural_lengths,
    natural_scale,
    refuse_asymmetric,
    sampled_invariance,
)
from .kernel_displays import averaged_lines, display
from .reynolds import require_subgroup

if TYPE_CHECKING:
    from orbitkernels.theory.laws import IntArray

    from .orbits import FloatArray, Orbits

#: Numbers that one call of the kernel may return, and that the poses given to it may have.
_BATCH = 2**21

#: Rows from which on a symmetric matrix is computed in blocks of rows, only up to the diagonal.
_TRIANGULAR = 64

#: Random points of each length on which invariance of the kernel is checked.
_RANDOM = 2

#: How the group acts: permutations, matrices, or the shape of inputs on which it acts in the usual way.
ActionLike = PermutationAction | Action | npt.ArrayLike | tuple[int, ...]


class Averaged:
    r"""The mean of a kernel over a subgroup H in each argument: (1/|H|^2) sum_{h, h'} k(h x, h' y).

    It is symmetric, positive semidefinite and invariant under H in each argument.  If k(gx, gy) = k(x, y), it
    equals (1/|H|) sum_h k(h x, y), and that sum is taken.  This is checked in each call of `gram` for the
    generators of H: on some inputs of that call, the shortest and the longest among them, on these with shuffled
    coordinates and on random points as long as they are, each value in units of sqrt(k(x, x) k(y, y)); as k may
    vanish at x, 45 roundings of values at points no longer than x and y are allowed.  Asymmetry is refused above
    45 roundings of the largest value.  Nothing depends on the calls before.  With H = G the orbits collapse; with
    a subgroup, the cosets Hg do, and the average is invariant under G if H is normal (Theorem T9).  Time: |H| m p
    values of k (|H|^2 m p if k is not invariant, half if Y is omitted) and a few hundred.  Memory: the result and
    32 MB.

    Args:
        kernel: k, an object with gram(X, Y), a function k(X, Y) or a specification such as "ntk(depth=3)".
        group: G, a FiniteGroup or its name.
        action: How G acts on inputs, as for :class:`Orbits`: a `PermutationAction`, orthogonal matrices, the
            action of an `Orbits`; or the shape of inputs, (height, width) or (coordinates,), on which it acts in
            the usual way.  If omitted, the usual action on the images [m, h, w] or vectors [m, d] of `gram`.
        subgroup: H; all of G if omitted.

    Raises:
        InputError: If H is no subgroup of G, or G does not act on such inputs.

    Source: B. Haasdonk and H. Burkhardt, "Invariant kernel functions for pattern recognition", Machine Learning 68
    (2007); Theorem T9.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.averaged_kernels import Averaged
        >>> averaged = Averaged("polynomial(degree=1, offset=0)", "C3")
        >>> averaged.gram(np.array([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0]])).tolist()
        [[3.0, 3.0], [3.0, 3.0]]
    """

    #: `gram(X)` is symmetric and takes half of the time of `gram(X, X)`.
    has_symmetric_gram = True

    def __init__(
        self,
        kernel: KernelLike,
        group: FiniteGroup | str,
        action: ActionLike | None = None,
        subgroup: Subgroup | None = None,
    ) -> None:
        self.kernel = as_kernel(kernel)
        self.group = group_of(group) if isinstance(group, str) else group
        require_group(self.group)
        self.subgroup = whole(self.group) if subgroup is None else subgroup
        require_subgroup("subgroup", self.subgroup, self.group)
        self.action = None if action is None else _given_action(self.group, action)

    def gram(self, X: npt.ArrayLike, Y: npt.ArrayLike | None = None) -> FloatArray:
        """Matrix [m, p] of the averaged kernel.

        Args:
            X: Inputs [m, d], or images [m, h, w] of the shape on which the group acts.
            Y: Inputs [p, d] or [p, h, w]; X again if omitted, and then the result is symmetric to the bit.

        Raises:
            InputError: If the action or the kernel cannot take the inputs, or the usual action is not the same on
                those of X and Y.
        """
        require_gram_fits(X, Y)
        action, x, shape = self._inputs("X", X)
        y = x
        if Y is not None:
            _, y, other = self._inputs("Y", Y)
            if self.action is None and other != shape:
                raise InputError(
                    f"Argument 'Y' must have inputs of shape {list(shape)} like 'X', not {list(other)}."
                )
        if not len(x) or not len(y):
            return np.zeros((len(x), len(y)))
        one_sum = self._is_invariant(action, x, y)
        out = np.empty((len(x), len(y)))
        for part, width in _row_blocks(len(x), len(y), Y is None):
            out[part, :width] = self._mean(action, x[part], y[:width], one_sum)
        return out if Y is not None else np.tril(out) + np.tril(out, -1).T

    # ------------------------------------------------------------------ on orbits

    def orbit_symbol(self, orbits: Orbits) -> FloatArray | None:
        """The symbol [C, C, n] of the average on orbits of the same action, if H is normal; otherwise None.

        It is constant on the cosets gH = Hg, so that one pose of each is enough: C^2 n values of an invariant k.
        """
        if not self._acts_as(orbits) or not self.subgroup.is_normal:
            return None
        chosen = self.subgroup.left_representatives
        poses = _moved(orbits.action, orbits.seeds, chosen)  # [cosets, C, d]
        count = len(orbits)
        values = self.gram(orbits.seeds, poses.reshape(-1, poses.shape[2])).reshape(count, -1, count)
        return values.transpose(0, 2, 1)[:, :, self.subgroup.left_coset_labels]

    def check_invariance(
        self,
        orbits: Orbits,
        tolerance: float = INVARIANCE_TOLERANCE,
        samples: int | None = 32,
        seed: int = 0,
        ridge: float = 0.0,
    ) -> float:
        """As :func:`orbitkernels.check_invariance`, from k alone where T9 says that the average is invariant.

        Raises:
            NotInvariantError: If the average is not; it need not be if H is not normal.
        """
        if self._acts_as(orbits) and self.subgroup.is_normal:
            try:
                return check_invariance(self.kernel, orbits, tolerance, samples, seed, ridge)
            except NotInvariantError:
                if self.subgroup.order == self.group.order:
                    return 0.0
        try:
            return sampled_invariance(self, orbits, tolerance, samples, seed, ridge)
        except NotInvariantError:
            if self.subgroup.is_normal:
                raise
            raise NotInvariantError(
                f"Argument 'kernel' is an average over a subgroup of order {self.subgroup.order}, which is not "
                f"normal in {self.group.name}, and is not invariant (Theorem T9); average over a "
                "normal subgroup, or use leave_out_error, which needs no invariance."
            ) from None

    def _acts_as(self, orbits: Orbits) -> bool:
        """Whether the orbits are those of the same action."""
        one, other = self.action, orbits.action
        if one is other:
            return True
        if not isinstance(one, CoordinateAction) or not isinstance(other, CoordinateAction):
            return False
        return one.group is other.group and _same(one, other)

    # ------------------------------------------------------------------ sums

    def _inputs(self, name: str, values: npt.ArrayLike) -> tuple[Action, FloatArray, tuple[int, ...]]:
        """The action, inputs as rows [m, d], and their shape as given."""
        array = reals(name, values)
        shape = array.shape[1:]
        array = rows(name, array.reshape(len(array), prod(shape)) if array.ndim == 3 else array)
        action = self.action or _usual_action(self.group, shape)
        if len(shape) == 2:
            require_image_shape(name, shape, action)
        if action.degree != array.shape[1]:
            raise InputError(
                f"Argument '{name}' must have {action.degree} coordinates an input for this action of "
                f"{self.group.name}, not {array.shape[1]}."
            )
        return action, array, shape

    def _mean(self, action: Action, x: FloatArray, y: FloatArray, one_sum: bool) -> FloatArray:
        """Matrix [m, p] by the one or the double sum, a few elements at a time."""
        total = np.zeros((len(x), len(y)))
        if one_sum:
            for moved in self._batches(action, x, len(y)):
                total += gram(self.kernel, moved, y).reshape(-1, *total.shape).sum(axis=0)
            return total / self.subgroup.order
        for left in self._batches(action, x, len(y)):  # at most 2 |H| roundings of each value, not |H|^2
            part = np.zeros((len(left) // len(x), *total.shape))
            for right in self._batches(action, y, len(left)):
                values = gram(self.kernel, left, right).reshape(-1, len(x), len(right) // len(y), len(y))
                part += values.sum(axis=2)
            total += part.sum(axis=0)
        return total / self.subgroup.order**2

    def _batches(self, action: Action, x: FloatArray, columns: int) -> Iterator[FloatArray]:
        """Arrays [k m, d] of the poses h x of all rows x, for k elements h at a time."""
        elements = self.subgroup.elements
        step = max(1, _BATCH // (len(x) * max(columns, x.shape[1])))
        for start in range(0, elements.size, step):
            yield _moved(action, x, elements[start : start + step]).reshape(-1, x.shape[1])

    def _is_invariant(self, action: Action, x: FloatArray, y: FloatArray) -> bool:
        """Whether k(hx, hy) = k(x, y) for the generators h of H, on inputs of this call and on points like them.

        Inputs which H leaves in place decide nothing, so coordinates are shuffled, and random points are tried.
        If the kernel cannot take those, it counts as not invariant: the double sum is right in any case.
        """
        generator = np.random.default_rng(0)  # the same in each call
        drawn = np.concatenate([points[_drawn(points, generator)] for points in ((x,) if y is x else (x, y))])
        points = np.concatenate([drawn, generator.permuted(drawn, axis=1)])
        try:
            with np.errstate(all="ignore"):
                return self._agrees(action, np.concatenate([points, _random_points(drawn)]))
        except (ValueError, ArithmeticError):  # an InputError is a ValueError
            self._agrees(action, points)  # if they are the reason, says so
            return False

    def _agrees(self, action: Action, points: FloatArray) -> bool:
        """Whether the generators of H leave the Gram matrix of points as it is, up to rounding."""
        still = gram(self.kernel, points)
        refuse_asymmetric(still, ridge=LEAST_PART * float(np.abs(still).max(initial=0.0)))
        lengths = _comparable(natural_lengths(still), points)
        scale = natural_scale(lengths, lengths)
        turned = _moved(action, points, np.array(self.subgroup.generators, dtype=np.int64))
        defects = (largest_ratio(gram(self.kernel, poses) - still, scale) for poses in turned)
        return all(defect <= INVARIANCE_TOLERANCE for defect in defects)

    # ------------------------------------------------------------------ display

    @property
    def spec(self) -> str:
        """What is averaged over what, for tables."""
        over = f", subgroup of order {self.subgroup.order}" if self.subgroup.order < self.group.order else ""
        return f"averaged({getattr(self.kernel, 'spec', self.kernel)}, {self.group.name}{over})"

    @property
    def formula_lines(self) -> list[str]:
        """Lines of LaTeX, aligned at &: the mean, and the kernel k as far as it shows itself."""
        return averaged_lines(self.kernel, self.group.name, self.group.order, self.subgroup)

    def _repr_latex_(self) -> str:
        return display(self.formula_lines)

    def __repr__(self) -> str:
        return f"<Averaged kernel over a subgroup of order {self.subgroup.order} of {self.group.name}>"


class AveragedKernel(Averaged):
    """:class:`Averaged` over the group of orbits, or a subgroup H, with their action.

    Args:
        kernel: As for :class:`Averaged`.
        orbits: The orbits, whose action is taken.
        subgroup: H; all of G if omitted.

    Example:
        >>> from orbitkernels.proofs.averaged_kernels import AveragedKernel
        >>> from orbitkernels.proofs.orbits import Orbits
        >>> from orbitkernels.proofs.spectral import leave_out_error
        >>> from orbitkernels.theory.names import group
        >>> orbits = Orbits(group("C4"), [[1.0, 2.0, 3.0, 4.0], [1.0, 0.0, 0.0, 2.0]], [0, 1])
        >>> leave_out_error(AveragedKernel("ntk(depth=1)", orbits), orbits, ridge=1e-6).round(4).ravel().tolist()
        [0.0, -0.0]
    """

    def __init__(self, kernel: KernelLike, orbits: Orbits, subgroup: Subgroup | None = None) -> None:
        super().__init__(kernel, orbits.group, orbits.action, subgroup)


# ---------------------------------------------------------------------- actions


def _given_action(group: FiniteGroup, action: ActionLike) -> Action:
    """The action itself, or the usual one on inputs of a shape."""
    if isinstance(action, tuple) and len(action) in (1, 2) and all(map(is_integer, action)):
        return as_action(group, None, action)
    return as_action(group, action, ())


def _usual_action(group: FiniteGroup, shape: tuple[int, ...]) -> Action:
    """The usual action on images [h, w] or vectors [d]; rows that may be either are refused.

    Raises:
        InputError: If vectors may be square images, on which the group would act otherwise.
    """
    found = _try_action(group, shape)
    side = int(shape[0] ** 0.5 + 0.5) if len(shape) == 1 else 0
    square = _try_action(group, (side, side)) if side > 1 and side * side == shape[0] else None
    if square is None or (found is not None and _same(found, square)):
        return as_action(group, None, shape) if found is None else found
    raise InputError(
        f"Argument 'action' is missing: rows of {shape[0]} coordinates may be images; give "
        f"action=({side}, {side}) for images, action=({shape[0]},) for vectors, or the action of the orbits."
    )


def _try_action(group: FiniteGroup, shape: tuple[int, ...]) -> CoordinateAction | None:
    """The usual action on a shape, None if there is none."""
    try:
        found = as_action(group, None, shape)
    except InputError:
        return None
    return found if isinstance(found, CoordinateAction) else None


def _same(one: CoordinateAction, other: CoordinateAction) -> bool:
    return np.array_equal(one.permuting.permutations, other.permuting.permutations)


def _moved(action: Action, x: FloatArray, elements: IntArray) -> FloatArray:
    """Array [k, m, d]: h x for k elements h and m rows x."""
    if isinstance(action, CoordinateAction):
        return np.asarray(action.permuting.apply(x, elements), dtype=np.float64)
    if isinstance(action, MatrixAction):
        moved: FloatArray = x @ action.matrices[elements].swapaxes(1, 2)
        return moved
    return np.stack([action.poses(row, elements) for row in x], axis=1)


def _drawn(points: FloatArray, generator: np.random.Generator) -> IntArray:
    """Numbers of rows to try: the shortest that is not zero, the longest, and one between them at random."""
    order = np.argsort(_lengths(points), kind="stable")
    zeros = int(np.count_nonzero(~points.any(axis=1)))
    between = generator.integers(zeros, max(len(points), zeros + 1))
    last = len(points) - 1
    return np.unique(order[[min(zeros, last), min(int(between), last), last]])


def _lengths(points: FloatArray) -> FloatArray:
    """Euclidean lengths [m] of rows [m, d], of any size."""
    top = np.abs(points).max(axis=1, initial=0.0)
    top[top == 0] = 1.0
    lengths: FloatArray = top * np.linalg.norm(points / top[:, None], axis=1)
    return lengths


def _comparable(natural: FloatArray, points: FloatArray) -> FloatArray:
    """Lengths [m] in the space of features, at least 1e-2 of those of points that are not longer as inputs.

    Where k vanishes at x, k(x, x) is rounding of terms as large as at other points with the coordinates of x.
    """
    given = _lengths(points)
    below = given <= given[:, None] * (1 + 1e-9)  # the same up to rounding is the same
    return np.asarray(np.maximum(natural, np.sqrt(LEAST_PART) * np.where(below, natural, 0.0).max(axis=1)))


def _random_points(like: FloatArray) -> FloatArray:
    """Points [p, d] in fixed Gaussian directions, some of each length between the shortest row and the longest.

    A kernel may be invariant to rounding on long inputs and not at all on short ones.  All are positive if the
    rows are.
    """
    lengths = _lengths(like)
    lengths = lengths[lengths > 0] if lengths.any() else np.ones(1)
    least, most = float(lengths.min()), float(lengths.max())
    wanted = np.unique([least, np.sqrt(least) * np.sqrt(most), most] if most > 2 * least else [most])
    directions = np.random.default_rng(1).normal(size=(_RANDOM, like.shape[1]))
    if like.min() >= 0:
        directions = np.abs(directions)
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    points: FloatArray = (wanted[:, None, None] * units).reshape(-1, like.shape[1])
    return points


def _row_blocks(rows_of_x: int, columns: int, symmetric: bool) -> Iterator[tuple[slice, int]]:
    """Blocks of rows with the columns they need: up to the diagonal if the matrix is symmetric."""
    step = max(1, _BATCH // columns)
    if symmetric and rows_of_x >= _TRIANGULAR:
        step = min(step, -(-rows_of_x // 8))
    for start in range(0, rows_of_x, step):
        stop = min(start + step, rows_of_x)
        yield slice(start, stop), stop if symmetric else columns
