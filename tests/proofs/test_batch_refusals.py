"""Bad batches, and tuples that have no errors: one line that names argument, value and remedy."""

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import InputError, NotInvariantError, SingularGramError
from orbitkernels.theory.actions import PermutationAction

RNG = np.random.default_rng(7)
C4, PLAIN = ok.group("C4"), RNG.normal(size=(3, 4))
GOOD = ok.OrbitBatch(C4, PLAIN, [[0, 1]])


def orbits(name: str, *shape: int, labels: object = (0, 1)) -> ok.Orbits:
    return ok.Orbits(ok.group(name), RNG.normal(size=shape), labels)


WITH_NAN = np.where(np.arange(12).reshape(3, 4) == 5, np.nan, PLAIN)

BAD_BATCHES = {
    "no tuple": (
        lambda: ok.OrbitBatch(C4, PLAIN, np.zeros((0, 2), dtype=int)),
        r"'members' must be \[tuples, orbits\]",
    ),
    "flat": (
        lambda: ok.OrbitBatch(C4, PLAIN, [0, 1]),
        r"'members' must be .* not \[2\]; \[\[0, 1\]\] is one pair",
    ),
    "too far": (lambda: ok.OrbitBatch(C4, PLAIN, [[0, 3]]), "'members' must hold numbers 0 to 2 of inputs, not 3"),
    "negative": (
        lambda: ok.OrbitBatch(C4, PLAIN, [[0, -1]]),
        "'members' must hold numbers 0 to 2 of inputs, not -1",
    ),
    "twice": (lambda: ok.OrbitBatch(C4, PLAIN, [[0, 1], [2, 2]]), r"an input twice in tuple 1, \[2, 2\]"),
    "NaN": (lambda: ok.OrbitBatch(C4, WITH_NAN, [[0, 1]]), r"'inputs' must be finite; entry \[1, 1\] is nan"),
    "NaN poses": (lambda: ok.OrbitBatch.of_poses(C4, [[[np.nan]] * 4], [[0]]), "'poses' must be finite"),
    "few poses": (
        lambda: ok.OrbitBatch.of_poses(C4, np.ones((2, 3, 5)), [[0]]),
        r"one pose for each of the 4 elements",
    ),
    "one orbit": (
        lambda: ok.OrbitBatch(C4, [PLAIN[0], np.roll(PLAIN[0], 2), PLAIN[1]], [[0, 2], [0, 1]]),
        "two inputs on one orbit of C4 in tuple 1, 0 and 1",
    ),
    "targets": (
        lambda: ok.OrbitBatch(C4, PLAIN, [[0, 1]], [1, 2, 3]),
        r"'targets' must be \[2\], \[2, m\] or \[1, 2, m\]",
    ),
    "coordinates": (
        lambda: ok.OrbitBatch(C4, RNG.normal(size=(2, 5)), [[0, 1]], action=PermutationAction.natural(C4)),
        "'inputs' has 5 coordinates an input, but the action of C4 moves 4",
    ),
    "rotations of another group": (
        lambda: ok.OrbitBatch(C4, np.ones((2, 3, 3)), [[0, 1]], action=ok.ImageRotations(8, 3)),
        "'action' has 8 rotations, a cyclic group, but C4 has 4 elements; use C8",
    ),
    "rotations of V4": (
        lambda: ok.OrbitBatch(ok.group("V4"), np.ones((2, 3, 3)), [[0, 1]], action=ok.ImageRotations(4, 3)),
        "V4 has 4 elements and is not cyclic; use C4",
    ),
    "rotations of another shape": (
        lambda: ok.OrbitBatch(C4, np.ones((2, 3, 3)), [[0, 1]], action=ok.ImageRotations(4, 5)),
        "has 9 pixels an image, but the action rotates images 5 x 5",
    ),
    "no angle": (lambda: ok.ImageRotations(0, 5), "'count' must be a positive integer"),
    "huge": (lambda: ok.ImageRotations(1000, 1000), "choose fewer or smaller ones"),
    "group": (lambda: ok.OrbitBatch("C4", PLAIN, [[0, 1]]), "group"),
}


@pytest.mark.parametrize("case", BAD_BATCHES)
def test_bad_batches(case: str) -> None:
    make, expected = BAD_BATCHES[case]
    with pytest.raises(InputError, match=expected) as caught:
        make()
    assert "\n" not in str(caught.value)


BAD_CALLS = {
    "no kernel": (([], GOOD), {}, "'kernels' is an empty list"),
    "no ridge": (("ntk(depth=1)", GOOD), {"ridges": []}, "'ridges' is an empty list"),
    "negative ridge": (("ntk(depth=1)", GOOD), {"ridges": [0.1, -1.0]}, "'ridge' must be a finite number >= 0"),
    "unknown kernel": ((["ntk(depth=1)", "ntkk()"], GOOD), {}, "ntk"),
    "no orbits": (("ntk(depth=1)", []), {}, "'orbits' is an empty list"),
    "what": (("ntk(depth=1)", "C4"), {}, "'orbits' must be an OrbitBatch or a list of Orbits"),
    "groups": (
        ("ntk(depth=1)", [orbits("C4", 2, 4), orbits("V4", 2, 2, 2)]),
        {},
        "number 1 has V4 acting otherwise",
    ),
    "actions": (
        ("ntk(depth=1)", [orbits("C2", 2, 4, 4), orbits("C2", 2, 16)]),
        {},
        "number 1 has C2 acting otherwise",
    ),
    "shapes": (
        ("ntk(depth=1)", [orbits("C4", 2, 4), orbits("C4", 3, 4, labels=[0, 1, 1])]),
        {},
        "equally many seeds",
    ),
    "missing": (("ntk(depth=1)", GOOD), {"missing": "coset:q"}, "'missing' holds 'q'; expected a generator"),
    "several orbits": (("ntk(depth=1)", GOOD), {"missing": {0: "pose", 1: "a"}}, "names poses of several orbits"),
    "NaN of a kernel": ((lambda X, Y: np.full((len(X), len(Y)), np.nan), GOOD), {}, "returns nan"),
    "zero input of a formula": (
        ("exp(u)", ok.OrbitBatch(C4, [[0.0] * 4, [1, 2, 3, 4]], [[0, 1]])),
        {},
        "zero",
    ),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_calls(case: str) -> None:
    arguments, keywords, expected = BAD_CALLS[case]
    with pytest.raises(InputError, match=expected) as caught:
        ok.spectral_errors(*arguments, **keywords)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["D4", "C7:C3", "S3"])
def test_seeds_on_one_orbit_are_found_for_every_element(name: str) -> None:
    G = ok.group(name)
    action = PermutationAction.natural(G)
    x, y = RNG.normal(size=(2, action.degree))
    for g in range(G.order):
        with pytest.raises(InputError, match="two inputs on one orbit of"):
            ok.OrbitBatch(G, [x, y, action.apply(x, [g])[0]], [[0, 1], [2, 0]], None, action)


def test_too_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orbitkernels.proofs.batches.MAX_BYTES", 200)
    with pytest.raises(
        InputError, match="1 tuples of 2 orbits of C4, which with 2 kernels and 3 ridges would take"
    ):
        ok.spectral_errors(["ntk(depth=1)", "exp(u)"], GOOD, [0, 1, 2])


def test_kernels_that_are_not_invariant() -> None:
    with pytest.raises(NotInvariantError, match=r"differs from k\(x, y\) by"):
        ok.spectral_errors(lambda X, Y: X[:, :2] @ Y[:, :2].T + 0.0, GOOD, 1.0)
    with pytest.raises(InputError, match="not symmetric"):
        ok.spectral_errors(lambda X, Y: X @ Y.T + X.sum(1)[:, None], GOOD, 1.0)


def test_singular_matrices_name_tuple_irrep_and_ridge() -> None:
    C8 = ok.group("C8")
    inputs = RNG.normal(size=(4, 8))
    inputs[2:] -= inputs[2:].mean(axis=1, keepdims=True)  # no constant part: <x, y> vanishes in the trivial irrep
    batch = ok.OrbitBatch(C8, inputs, [[0, 1], [2, 3]])
    kernels = ["ntk(depth=1)", "polynomial(degree=1, offset=0)"]
    with pytest.raises(SingularGramError) as caught:
        ok.spectral_errors(kernels, batch, [1.0, 0.0])
    text = str(caught.value)
    assert text.startswith(
        "Inputs [0, 1]: The Gram matrix is not positive definite: an eigenvalue of 2 orbits of C8, in"
    )
    ridge = float(text.split("ridge = ")[1].split(" ")[0])
    assert np.isfinite(ok.spectral_errors(kernels, batch, ridge).errors).all()
    inputs[3] = inputs[2] + 1e-12 * inputs[0]
    near = ok.OrbitBatch(C8, inputs, [[0, 1], [2, 3]])
    with pytest.raises(SingularGramError, match=r"^Second: .* irrep \d \(degree 1\), vanishes"):
        ok.spectral_errors("gaussian(length_scale=3)", near, titles=["First", "Second"].__getitem__)
