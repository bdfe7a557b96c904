"""NNGP and NTK Gram matrices of fully connected nets of infinite width, at the speed of one matrix product.

A net has L hidden layers and L + 1 dense layers with weight variances sw2 and bias variances sb2.  With the
covariance K = <x,y>/d of the inputs and later K = E[f(z_x) f(z_y)], z Gaussian of covariance S,

    S' = sb2 + sw2 K,    T' = b + w K + sw2 E[f'(z_x) f'(z_y)] T,

from T = 0, where (b, w) is (sb2, sw2) in NTK parameterisation (Jacot et al. 2018) and ([sb2 > 0], incoming units)
in standard parameterisation (Sohl-Dickstein et al. 2020), whose trained weights have variance sw2/units.  In a
residual net each of the L layers adds S and T of its input to S' and T'.  With layer normalisation each activation
is given S/sqrt(S(x,x) S(y,y)) and T divided likewise; what a residual net adds is not normalised.

Operations for N inputs: N^2 d in one symmetric matrix product and about 60 for each of N^2/2 pairs and layer.
Memory: the result, the unit rows and features of at most FEATURE_BYTES.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .angles import checked_cosine, unit_rows
from .compilation import tile_for
from .cores import available_cores, one_blas_thread
from .duals import Dual, FloatArray
from .feature_sizes import require_values
from .network_tiles import LAYER_ROWS, mirror, network_rows, pairs_of_row

#: Rows of one matrix product; with 4096 columns it stays in the outer cache until its layers are done.
PANEL = 256

#: Work, in pairs times (dimension/16 + layers), from which on all cores are used: about 0.05 s.
WORTHWHILE = 2e7

#: Most memory for the features of the inputs; deeper nets take fewer inputs at a time.
FEATURE_BYTES = 2**27

# The rounding error e of a cosine of 784 coordinates is about 1e-15 (float32: 3e-7), and the angle t is off by e/t
# with t = sqrt(2 gap).  E[f' f'] changes by at most |f'|^2 dt/pi for ReLU, so 2e-14/pi are the worst of a layer,
# and NNGP kernels change by e only.  Differences of unit rows give the angle up to the rounding of the rows, 1e-16
# (6e-8).
_DIRECT_BELOW = {np.dtype(np.float64): 1e-3, np.dtype(np.float32): 1e-2}


_NOTHING = np.empty((0, 0))


class Network(NamedTuple):
    """A fully connected net of infinite width.

    Attributes:
        dual: The activation.
        weight_variance: sw2 > 0 of each dense layer, L + 1 numbers.
        bias_variance: sb2 >= 0 of each, L + 1 numbers.
        residual: Whether layers 2 to L + 1 add their input.
        layer_norm: Whether the pre-activations are normalised.
        units: Number of incoming units of dense layers 2 to L + 1 in standard parameterisation; 0 in NTK
            parameterisation.
    """

    dual: Dual
    weight_variance: tuple[float, ...]
    bias_variance: tuple[float, ...]
    residual: bool = False
    layer_norm: bool = False
    units: int = 0


class _Features(NamedTuple):
    """What the tiles read of each input: [L, F, m] of the activations and [L + 1, LAYER_ROWS, m] of the layers."""

    dual: FloatArray
    layers: FloatArray


def fully_connected(dual: Dual, depth: int, weight_variance: float, bias_variance: float) -> Network:
    """The plain net with the same variances in all layers, in NTK parameterisation."""
    return Network(dual, (weight_variance,) * (depth + 1), (bias_variance,) * (depth + 1))


def network_gram(
    network: Network,
    X: npt.NDArray[Any],
    Y: npt.NDArray[Any] | None = None,
    tangent: bool = True,
    dtype: npt.DTypeLike = np.float64,
) -> npt.NDArray[Any]:
    """NTK or NNGP Gram matrix.

    In float64 the error, relative to sqrt(K(x,x) K(y,y)), stays below 1e-14 L G (NNGP) and 1e-13 L G (NTK)
    with a dual in closed form, near-duplicates and antipodes included.  G is the larger :func:`.angle_growth` of x
    and y: 1 for nets that do not enlarge small angles, such as piecewise linear ones, but exponential in L for
    chaotic ones.  If f is not piecewise linear, pre-activations have standard deviations s of at most 1000 in
    this; beyond, the errors of erf, sin and cos stay below 1e-16 s L G.
    In float32 the error is below 2e-6 L for ReLU, the matrix product and the result being float32 and the layers
    float64.

    Args:
        network: The net.
        X: Array [m, d], finite.
        Y: Array [p, d], or None for X itself; then the result is symmetric to the bit.
        tangent: Whether the NTK is returned instead of the NNGP kernel.
        dtype: float64 or float32.

    Returns:
        Array [m, p], the same whatever the number of threads.

    Raises:
        InputError: If k(x, x) underflows though x is not zero.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.numerics.duals import dual
        >>> from orbitkernels.numerics.network import fully_connected, network_gram
        >>> X = np.array([[1.0, 1.0], [-1.0, -1.0]])
        >>> network_gram(fully_connected(dual("relu"), 1, 2.0, 0.0), X, tangent=False)
        array([[2., 0.],
               [0., 2.]])
    """
    rows, lengths = unit_rows(X)
    others, other_lengths = (rows, lengths) if Y is None else unit_rows(Y)
    left = np.ascontiguousarray(rows, dtype=dtype)
    right = left if Y is None else np.ascontiguousarray(others, dtype=dtype)
    out = np.empty((len(left), len(right)), dtype=dtype)
    _fill(network, left, right, lengths, other_lengths, out, Y is None, tangent, X.shape[1])
    return out


def network_profile(network: Network, u: npt.ArrayLike, tangent: bool = True, inputs: int = 1) -> FloatArray:
    """NTK or NNGP kernel at the cosine u for |x|^2 = |y|^2 = d; same shape as u.

    Args:
        network: The net.
        u: Cosines.
        tangent: Whether the NTK is returned instead of the NNGP kernel.
        inputs: The dimension d, which matters in standard parameterisation only.

    Raises:
        InputError: If u is NaN or |u| > 1 + 1e-12.

    Example:
        >>> from orbitkernels.numerics.duals import dual
        >>> from orbitkernels.numerics.network import fully_connected, network_profile
        >>> network_profile(fully_connected(dual("relu"), 1, 2.0, 0.0), [1.0, -1.0])
        array([4., 0.])
    """
    cosine = checked_cosine(u)
    flat = cosine.reshape(1, 1, -1)
    lengths = np.full((1, 1), np.sqrt(inputs)), np.full((1, flat.size), np.sqrt(inputs))
    return network_values(network, lengths, 1.0 - flat, 1.0 + flat, tangent, inputs).reshape(cosine.shape)


def network_values(
    network: Network,
    lengths: tuple[FloatArray, FloatArray],
    gap: FloatArray,
    rest: FloatArray,
    tangent: bool,
    inputs: int,
) -> FloatArray:
    """NTK or NNGP kernel of inputs whose lengths and angles are known, for n links of m rows and p columns.

    Args:
        network: The net.
        lengths: |x| of the rows [n, m] and of the columns [n, p].
        gap: 1 - u, [n, m, p].
        rest: 1 + u.
        tangent: Whether the NTK is returned instead of the NNGP kernel.
        inputs: The dimension d.

    Returns:
        Array [n, m, p].
    """
    links, rows, columns = gap.shape
    fx, fy = (_checked_features(network, part.reshape(-1), inputs, tangent) for part in lengths)
    one, two = (np.ascontiguousarray(part).reshape(links * rows, columns) for part in (gap, rest))
    out, ends = np.empty((links * rows, columns)), (0, links * rows)
    _layers(network, _NOTHING, _NOTHING, fx, fy, out, ends, tangent, gaps=(one, two), links=links)
    return out.reshape(gap.shape)


# ---------------------------------------------------------------------------------------------- one input


def features(network: Network, lengths: FloatArray, inputs: int) -> _Features:
    """Features of inputs of the given lengths |x| [m] and `inputs` coordinates."""
    depth = len(network.weight_variance) - 1
    layers = np.empty((depth + 1, LAYER_ROWS, len(lengths)))
    activations = np.empty((depth, len(network.dual.features(lengths[:0])), len(lengths)))
    branch, skip = lengths / np.sqrt(inputs), np.zeros_like(lengths)
    factor, units = np.zeros_like(lengths), inputs
    for layer in range(depth + 1):
        weight, bias = network.weight_variance[layer], network.bias_variance[layer]
        incoming = units if network.units else weight
        layers[layer] = _layer(branch, skip, factor, weight, bias, incoming)
        if layer == depth:
            break
        long, units = layers[layer, 5], network.units
        scale = np.divide(1.0, long, out=np.zeros_like(long), where=long > 0)
        activations[layer] = network.dual.features(np.sign(long) if network.layer_norm else long)
        branch, skip = activations[layer, 1], long if network.residual else skip
        factor = scale if network.layer_norm else np.ones_like(long)
    return _Features(activations, layers)


def _checked_features(network: Network, lengths: FloatArray, inputs: int, tangent: bool) -> _Features:
    """The same, refused where k(x, x) underflows: a'^2, and the part sw2 K of tangent kernels for width units."""
    found = features(network, lengths, inputs)
    last = found.layers[-1]
    require_values(np.hypot(last[5], last[6]) if tangent else last[5], lengths)
    return found


def _layer(
    branch: FloatArray, skip: FloatArray, factor: FloatArray, weight: float, bias: float, incoming: float
) -> FloatArray:
    """Features [LAYER_ROWS, m] of one dense layer on activations of root mean square `branch`."""
    scaled, constant = np.sqrt(weight) * branch, np.sqrt(bias)
    long = np.hypot(np.hypot(constant, scaled), skip)
    size = np.where(long > 0, long, 1.0)
    parts = constant / size, np.where(long > 0, scaled / size, 1.0), skip / size
    squares = [part * part for part in parts]
    deficits = (squares[0] + squares[2]) / (1.0 + parts[1]), (squares[0] + squares[1]) / (1.0 + parts[2])
    return np.stack(
        [
            parts[0],
            parts[1],
            deficits[0],
            parts[2],
            deficits[1],
            long,
            np.sqrt(incoming) * branch,
            np.sqrt(weight) * factor,
        ]
    )


def _constants(network: Network) -> FloatArray:
    """[L + 1, 2]: what the bias of each layer adds to the tangent kernel, and 1 where the layer adds its input."""
    bias = np.array(network.bias_variance)
    added = np.full(len(bias), float(network.residual))
    return np.column_stack([(bias > 0).astype(float) if network.units else bias, added])


# ---------------------------------------------------------------------------------------------- all pairs


def _layers(
    network: Network,
    x: FloatArray,
    y: FloatArray,
    fx: _Features,
    fy: _Features,
    out: npt.NDArray[Any],
    ends: tuple[int, int],
    tangent: bool,
    direct_below: float = 0.0,
    symmetric: bool = False,
    gaps: tuple[FloatArray, FloatArray] = (_NOTHING, _NOTHING),
    links: int = 1,
) -> None:
    """The kernel in the rows ends[0] to ends[1] - 1, by `network_rows` for the activation."""
    row = network.dual.row or tile_for(pairs_of_row, network.dual.pair, inline=True)
    rows = tile_for(network_rows, row, "activated")
    constants = _constants(network)
    rows(
        network.dual.parameters, fx.dual, fy.dual, fx.layers, fy.layers, constants, x, y, *gaps, out, *ends, links,
        direct_below, symmetric, tangent,
    )  # fmt: skip


def _fill(
    network: Network,
    x: npt.NDArray[Any],
    y: npt.NDArray[Any],
    lengths: FloatArray,
    other_lengths: FloatArray,
    out: npt.NDArray[Any],
    symmetric: bool,
    tangent: bool,
    inputs: int,
) -> None:
    """The kernel of unit rows x [m, d] and y [p, d] in `out` [m, p], a block of inputs at a time."""
    side = _block_side(network)
    work = out.size * (inputs / 16 + len(network.weight_variance)) / (2 if symmetric else 1)
    cores = available_cores() if work > WORTHWHILE and len(x) > PANEL else 1
    for top in range(0, len(x), side):
        rows = slice(top, min(top + side, len(x)))
        fx = _checked_features(network, _padded(lengths[rows]), inputs, tangent)
        for left in range(0, rows.stop if symmetric else len(y), side):
            columns = slice(left, min(left + side, len(y)))
            diagonal = symmetric and top == left
            fy = fx if diagonal else _checked_features(network, _padded(other_lengths[columns]), inputs, tangent)
            whole = rows.stop - top == len(x) and columns.stop - left == len(y)
            part = out if whole else np.empty((rows.stop - top, columns.stop - left), dtype=out.dtype)
            _fill_block(network, x[rows], y[columns], fx, fy, part, diagonal, tangent, cores)
            if not whole:
                out[rows, columns] = part
            if symmetric and not diagonal:
                out[columns, rows] = part.T


def _fill_block(
    network: Network,
    x: npt.NDArray[Any],
    y: npt.NDArray[Any],
    fx: _Features,
    fy: _Features,
    out: npt.NDArray[Any],
    symmetric: bool,
    tangent: bool,
    cores: int,
) -> None:
    """Panels of PANEL rows, each by one thread: the same sums whatever their number."""

    def panel(top: int) -> None:
        last = min(top + PANEL, len(x))
        right = last if symmetric else len(y)
        np.matmul(x[top:last], y[:right].T, out=out[top:last, :right])
        _layers(network, x, y, fx, fy, out, (top, last), tangent, _DIRECT_BELOW[out.dtype], symmetric)
        if symmetric:
            mirror(out, top, last)

    panels = range(0, len(x), PANEL)[::-1]  # the longest first
    with one_blas_thread():
        if cores == 1 or len(panels) == 1:
            for top in panels:
                panel(top)
            return
        with ThreadPoolExecutor(min(cores, len(panels))) as pool:
            for _ in pool.map(panel, panels):
                pass


def _padded(lengths: FloatArray) -> FloatArray:
    """Lengths repeated up to an odd number of cache lines: rows 2^k numbers apart would fight for places."""
    lines = -(-len(lengths) // 8) | 1
    return np.pad(lengths, (0, 8 * lines - len(lengths)), mode="edge")


def _block_side(network: Network) -> int:
    """Inputs whose features take FEATURE_BYTES at most, a multiple of PANEL."""
    rows = len(network.dual.features(np.ones(0))) + LAYER_ROWS
    return max(FEATURE_BYTES // (16 * rows * len(network.weight_variance) * PANEL), 1) * PANEL
