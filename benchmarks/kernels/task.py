"""``python task.py TOOL CASE``: one timing in a process of its own; prints JSON.

CASE is JSON (see cases.py).  Printed are the CPU and wall seconds of the first call and of the best of some later
ones, the peak memory in MiB, and a few numbers of the result as a check.  Imports are made where they are needed:
neural-tangents lives in another environment, where our package is not found.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

Work = Callable[[], Any]

#: Rounds after the first call stop when so many CPU seconds are spent, or when there were so many of them.
ENOUGH, MOST_ROUNDS = 4.0, 5


# ---------------------------------------------------------------------------------------------- inputs


def points(case: dict[str, Any]) -> Any:
    """Random inputs [n, d], the same for every tool."""
    import numpy as np

    return np.random.default_rng(0).standard_normal((case["n"], case["d"])).astype(case["dtype"])


def pictures(case: dict[str, Any]) -> Any:
    """Random images [n, side, side, 1], or blank but for a patch of 12 x 7 pixels."""
    import numpy as np

    images = np.random.default_rng(0).standard_normal((case["n"], case["side"], case["side"], 1))
    if case["images"] != "random":
        inside = np.zeros(images.shape[1:], dtype=bool)
        inside[8:20, 10:17] = True
        images[:, ~inside] = 0.0
    return images


def units(case: dict[str, Any]) -> Any:
    """Random inputs [n, d] of mean square 1."""
    import numpy as np

    X = points(case)
    return X / np.sqrt(np.mean(X * X, axis=1, keepdims=True))


def sequences(case: dict[str, Any]) -> Any:
    """Random sequences [n, tokens, features]."""
    import numpy as np

    return np.random.default_rng(0).standard_normal((case["n"], case["tokens"], case["features"]))


# ---------------------------------------------------------------------------------------------- tools


def orbitkernels_dense(case: dict[str, Any]) -> Work:
    """Our Gram matrix of a fully connected net."""
    import orbitkernels as ok

    X, k = points(case), ok.kernel(f"ntk(depth={case['depth']})")
    options = {} if case["dtype"] == "float64" else {"dtype": "float32"}
    return lambda: k.gram(X, **options)


def neural_tangents_dense(case: dict[str, Any], compiled: bool = True) -> Work:
    """neural-tangents, compiled by jax.jit, which is faster than its plain call."""
    jax, stax = _neural_tangents(case["dtype"] == "float64")
    layers = [stax.Dense(1, 1.0, 1.0)]
    for _ in range(case["depth"]):
        layers += [stax.Relu(), stax.Dense(1, 1.0, 1.0)]
    kernel, X = stax.serial(*layers)[2], points(case)
    call = jax.jit(lambda x: kernel(x, None, "ntk")) if compiled else lambda x: kernel(x, None, "ntk")
    return lambda: call(X).block_until_ready()


def plain_neural_tangents_dense(case: dict[str, Any]) -> Work:
    """neural-tangents as its examples call it."""
    return neural_tangents_dense(case, compiled=False)


def scikit_ntk_dense(case: dict[str, Any]) -> Work:
    """scikit-ntk; its variances are 2 and its inputs not divided by d, which costs the same."""
    from skntk import NeuralTangentKernel

    X, k = points(case), NeuralTangentKernel(case["depth"], 1.0)
    return lambda: k(X)


def floor_dense(case: dict[str, Any]) -> Work:
    """What cannot be avoided: one symmetric product, and a pass of transcendental work for each layer."""
    import numpy as np
    from scipy.linalg.blas import dsyrk, ssyrk

    X = np.asfortranarray(points(case).T)
    product = dsyrk if case["dtype"] == "float64" else ssyrk
    layer, pairs = _arc_cosine_pass(), case["n"] * (case["n"] + 1) // 2

    def work() -> Any:
        gram = product(1.0, X, trans=1)
        flat = gram.reshape(-1)[:pairs]
        for _ in range(case["depth"]):
            layer(flat)
        return gram

    return work


def floor_machine(case: dict[str, Any]) -> Work:
    """GFLOP/s of dgemm and dsyrk, and nanoseconds for each number of an arc-cosine pass."""
    import numpy as np
    from scipy.linalg.blas import dgemm, dsyrk

    n = 2048
    A = np.asfortranarray(np.random.default_rng(0).standard_normal((n, n)))
    numbers, layer = np.linspace(-1, 1, 10**6), _arc_cosine_pass()

    def rate(call: Callable[[], object], operations: float) -> float:
        times = []
        for _ in range(4):
            start = time.process_time()
            call()
            times.append(time.process_time() - start)
        return operations / min(times)

    def work() -> Any:
        gemm, syrk = rate(lambda: dgemm(1.0, A, A), 2 * n**3), rate(lambda: dsyrk(1.0, A), n**3)
        return np.array([gemm / 1e9, syrk / 1e9, 1e9 / rate(lambda: layer(numbers), numbers.size)])

    return work


def orbitkernels_convolution(case: dict[str, Any]) -> Work:
    """Our Gram matrix of a convolutional net."""
    import orbitkernels as ok

    images = pictures(case)[..., 0]
    k = ok.kernel(f"cntk(depth={case['depth']}, filter=3, padding={case['padding']}, head={case['head']})")
    return lambda: k.gram(images)


def neural_tangents_convolution(case: dict[str, Any]) -> Work:
    """neural-tangents; float32 where the case says so."""
    jax, stax = _neural_tangents(case["dtype"] == "float64")
    head = {"gap": stax.GlobalAvgPool, "flatten": stax.Flatten}[case["head"]]()
    padding = {"circular": "CIRCULAR", "zero": "SAME"}[case["padding"]]
    hidden = [
        part
        for _ in range(case["depth"])
        for part in (stax.Conv(1, (3, 3), padding=padding, b_std=1.0), stax.Relu())
    ]
    kernel, X = stax.serial(*hidden, head, stax.Dense(1, 1.0, 1.0))[2], pictures(case)
    call = jax.jit(lambda x: kernel(x, None, "ntk"))
    return lambda: call(X).block_until_ready()


def orbitkernels_activation(case: dict[str, Any]) -> Work:
    """Our Gram matrix of a net with one of the activations."""
    import orbitkernels as ok

    X, k = units(case), ok.kernel(f"ntk(depth={case['depth']}, activation={case['ours']}, bias_variance=0)")
    return lambda: k.gram(X)


def neural_tangents_activation(case: dict[str, Any]) -> Work:
    """neural-tangents on the same net."""
    return _built(case, units(case))


def orbitkernels_attention(case: dict[str, Any]) -> Work:
    """Our Gram matrix of a net with attention."""
    import orbitkernels as ok

    X, k = sequences(case), ok.kernel(f"attention_ntk(depth={case['depth']}, mechanism=softmax, head=gap)")
    return lambda: k.gram(X)


def neural_tangents_attention(case: dict[str, Any]) -> Work:
    """neural-tangents on the same net."""
    return _built(case, sequences(case))


def orbitkernels_leave_one_out(case: dict[str, Any]) -> Work:
    """Errors of two orbits of a cyclic group from the symbol."""
    import orbitkernels as ok

    orbits = _shifted(case["n"])
    return lambda: ok.spectral_error("ntk(depth=1)", orbits, ridge=case["ridge"])


def cholesky_leave_one_out(case: dict[str, Any]) -> Work:
    """A Cholesky factorisation of the Gram matrix without the missing point; the Gram matrix is there already."""
    return _without_one(_shifted(case["n"]), "ntk(depth=1)", case["ridge"])


def closed_form_leave_one_out(case: dict[str, Any]) -> Work:
    """All points at once: [K^-1 y]_i / [K^-1]_ii from the inverse of the Gram matrix."""
    import numpy as np
    from scipy.linalg import lapack

    K, y = _dense(_shifted(case["n"]), "ntk(depth=1)", case["ridge"])

    def work() -> Any:
        factor, _ = lapack.dpotrf(K, lower=1)
        inverse, _ = lapack.dpotri(factor, lower=1)
        lower = np.tril(inverse, -1)
        return ((lower + lower.T + np.diag(np.diag(inverse))) @ y / np.diag(inverse))[0]

    return work


def orbitkernels_batch(case: dict[str, Any]) -> Work:
    """Errors of all pairs, from the images."""
    import orbitkernels as ok

    images, members = _pairs_of_images(case)

    def work() -> Any:
        rotated = ok.ImageRotations(case["rotations"], case["side"])
        batch = ok.OrbitBatch(ok.group(f"C{case['rotations']}"), images, members, action=rotated)
        return ok.spectral_errors("ntk(depth=1)", batch).errors

    return work


def naive_batch(case: dict[str, Any]) -> Work:
    """Rotations, Gram matrix and one solve of each pair, in NumPy and SciPy."""
    import numpy as np
    from scipy.linalg import cho_factor, cho_solve
    from scipy.ndimage import rotate

    images, members = _pairs_of_images(case)
    angles = np.arange(case["rotations"]) * 360 / case["rotations"]
    y = np.repeat([1.0, -1.0], case["rotations"])

    def error(pair: Any) -> float:
        poses = [rotate(image, angle, reshape=False, order=1) for image in images[pair] for angle in angles]
        K = _relu_tangent(np.array(poses).reshape(len(y), -1))
        return float(y[0] - K[0, 1:] @ cho_solve(cho_factor(K[1:, 1:]), y[1:]))

    return lambda: np.array([error(pair) for pair in members])


def orbitkernels_symmetric(case: dict[str, Any]) -> Work:
    """Errors of two orbits of S_m."""
    import orbitkernels as ok

    orbits = _permuted(case["m"])
    return lambda: ok.spectral_error("gaussian(length_scale=2)", orbits, ridge=1e-3)


def cholesky_symmetric(case: dict[str, Any]) -> Work:
    """The same error by a Cholesky factorisation."""
    return _without_one(_permuted(case["m"]), "gaussian(length_scale=2)", 1e-3)


def orbitkernels_cyclic(case: dict[str, Any]) -> Work:
    """Errors of two circles of n poses, from the kernel as a function of the cosine."""
    import numpy as np

    import orbitkernels as ok

    n, height = case["n"], 0.3
    kernel, turn = ok.kernel("ntk(depth=1)"), 2 * np.pi * np.arange(n) / n
    far = (1 - height**2) * np.cos(turn) - height**2

    def work() -> Any:
        near = kernel.profile(1 - 2 * (1 - height**2) * np.sin(turn / 2) ** 2)
        phi = np.array([[near, kernel.profile(far)], [kernel.profile(far), near]])
        return ok.symbol_errors(phi, f"C{n}", [1.0, -1.0], ridge=0.1)

    return work


def _neural_tangents(double: bool) -> tuple[Any, Any]:
    import jax

    jax.config.update("jax_enable_x64", double)
    from neural_tangents import stax

    return jax, stax


def _built(case: dict[str, Any], X: Any) -> Work:
    """neural-tangents in float64 on the layers of a case."""
    jax, stax = _neural_tangents(True)
    kernel = import_module("theirs").built(case["net"], False, stax)[2]  # its folder is that of this script
    call = jax.jit(lambda x: kernel(x, None, "ntk"))
    return lambda: call(X).block_until_ready()


def _shifted(n: int) -> Any:
    """Two random seeds whose coordinates are shifted by C_n."""
    import numpy as np

    import orbitkernels as ok

    return ok.Orbits(ok.group(f"C{n}"), np.random.default_rng(0).standard_normal((2, n)), [0, 1])


def _permuted(m: int) -> Any:
    """Two random seeds whose coordinates are permuted by S_m."""
    import numpy as np

    import orbitkernels as ok

    return ok.Orbits(ok.group(f"S{m}"), np.random.default_rng(0).standard_normal((2, m)), [0, 1])


def _pairs_of_images(case: dict[str, Any]) -> tuple[Any, Any]:
    """Random images [2 P, side, side] and which of them are paired [P, 2]."""
    import numpy as np

    shape = (2 * case["pairs"], case["side"], case["side"])
    return np.random.default_rng(0).standard_normal(shape), np.arange(2 * case["pairs"]).reshape(-1, 2)


def _dense(orbits: Any, kernel: str, ridge: float) -> tuple[Any, Any]:
    """K + r I of all poses of all orbits, and their labels."""
    import numpy as np

    import orbitkernels as ok

    points = np.concatenate([orbits.points(c) for c in range(len(orbits))])
    K = ok.kernel(kernel).gram(points)
    K[np.diag_indices_from(K)] += ridge
    return K, np.repeat(orbits.targets[:, 0], orbits.sizes)


def _without_one(orbits: Any, kernel: str, ridge: float) -> Work:
    """Error at the first pose of the first orbit."""
    from scipy.linalg import cho_factor, cho_solve

    K, y = _dense(orbits, kernel, ridge)
    return lambda: y[0] - K[0, 1:] @ cho_solve(cho_factor(K[1:, 1:]), y[1:])


def _relu_tangent(X: Any) -> Any:
    """The ReLU NTK of depth 1 with variances 1, from the formula."""
    import numpy as np

    S = 1 + X @ X.T / X.shape[1]
    lengths = np.sqrt(np.diag(S))
    u = np.clip(S / np.outer(lengths, lengths), -1, 1)
    angle = np.arccos(u)
    kappa = (np.sqrt(1 - u * u) + (np.pi - angle) * u) / np.pi
    return 1 + np.outer(lengths, lengths) * kappa / 2 + S * (1 - angle / np.pi) / 2


def _arc_cosine_pass() -> Callable[[Any], None]:
    """kappa0 and kappa1 at each number of an array, with arccos as sqrt(1 - |u|) p(|u|), p of degree 20."""
    import numba
    import numpy as np

    nodes = (np.cos(np.pi * (np.arange(400) + 0.5) / 400) + 1) / 2
    fit = np.polynomial.Chebyshev.fit(nodes, np.arccos(nodes) / np.sqrt(1 - nodes), 20, domain=[0, 1])
    c = fit.convert(kind=np.polynomial.Polynomial).coef.tolist()
    horner = f"{c[20]!r}"
    for value in reversed(c[:20]):
        horner = f"({horner}) * a + {value!r}"
    body = (
        "def layer(gram):\n"
        "    for i in range(gram.size):\n"
        "        u = min(1.0, max(-1.0, gram[i]))\n"
        "        a = abs(u)\n"
        f"        near = sqrt(1.0 - a) * ({horner})\n"
        "        angle = near if u >= 0.0 else pi - near\n"
        "        gram[i] = 0.1 * (sqrt(1.0 - u * u) + (pi - angle) * u) + 0.01 * (pi - angle)\n"
    )
    names: dict[str, Any] = {"sqrt": np.sqrt, "pi": np.pi}
    exec(body, names)
    compiled: Callable[[Any], None] = numba.njit(names["layer"], error_model="numpy")
    return compiled


# ---------------------------------------------------------------------------------------------- measuring


def measured(work: Work) -> dict[str, Any]:
    """CPU and wall seconds of the first call and of the best later one; the peak memory; some of the result."""
    import numpy as np

    times = []
    while len(times) < 2 or (len(times) <= MOST_ROUNDS and sum(cpu for cpu, _ in times[1:]) < ENOUGH):
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        times.append((time.process_time() - cpu, time.perf_counter() - wall))
    best = min(times[1:])
    values = np.asarray(result, dtype=np.float64).reshape(-1)
    return {
        "first": times[0][0],
        "first_wall": times[0][1],
        "warm": best[0],
        "wall": best[1],
        "memory": _peak(),
        "values": values[[0, values.size // 3, -1]].tolist(),
    }


def _peak() -> float:
    """Peak resident memory of this process in MiB."""
    found = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    tool, text = sys.argv[1:]
    case = json.loads(text)
    print(json.dumps(measured(globals()[f"{tool}_{case['kind']}"](case))))


if __name__ == "__main__":
    main()
