"""The Fourier route on irreps written down by hand, against dense linear algebra."""

import numpy as np
import pytest
from scipy.linalg import circulant

from orbitkernels.errors import InputError, NotInvariantError, SingularGramError
from orbitkernels.numerics import dense, fourier


class Metacyclic:
    """C_p : C_q with b a b^-1 = a^r, a^i b^j stored as i q + j, and its irreps in closed form (p prime)."""

    def __init__(self, p, q, r):
        self.p, self.q, self.r, self.order = p, q, r, p * q
        i, j = np.divmod(np.arange(self.order), q)
        twist = np.array([pow(r, int(k), p) for k in range(q)])
        self.table = ((i[:, None] + twist[j][:, None] * i[None, :]) % p) * q + (j[:, None] + j[None, :]) % q
        self.inverse = np.argmax(self.table == 0, axis=1)
        self.division = self.table[self.inverse]
        self.irreps = [np.exp(2j * np.pi * k * j / q)[:, None, None] for k in range(q)]
        seen = set()
        for c in range(1, p):
            if c not in seen:
                orbit = [c * pow(r, k, p) % p for k in range(q)]
                seen.update(orbit)
                self.irreps.append(self._induced(orbit))

    def _induced(self, orbit):
        a = np.diag(np.exp(2j * np.pi * np.array(orbit) / self.p))
        b = np.roll(np.eye(self.q), 1, axis=1)  # b a b^-1 = a^r
        powers = [
            np.linalg.matrix_power(a, i) @ np.linalg.matrix_power(b, j)
            for i in range(self.p)
            for j in range(self.q)
        ]
        return np.array(powers)

    def symbol(self, count, rng, stabilisers=None):
        """Convolution square of random functions plus the unit matrix, summed over stabilisers."""
        psi = rng.standard_normal((count, count, self.order)) / np.sqrt(count * self.order)
        phi = np.einsum("ack,bcgk->abg", psi, psi[:, :, self.division])
        phi[np.arange(count), np.arange(count), 0] += 0.3
        if stabilisers is None:
            return phi
        summed = np.empty_like(phi)
        for a, left in enumerate(stabilisers):
            for b, right in enumerate(stabilisers):
                rows = phi[a, b][self.table[left]].sum(axis=0)
                summed[a, b] = rows[self.table[:, right]].sum(axis=1)
        return summed

    def representatives(self, subgroup):
        """Smallest element of each left coset."""
        return np.unique(self.table[:, subgroup].min(axis=1))


GROUPS = {
    "D5": Metacyclic(5, 2, 4),
    "C7:C3": Metacyclic(7, 3, 2),
    "C5:C4": Metacyclic(5, 4, 2),
    "S3": Metacyclic(3, 2, 2),
}


@pytest.fixture(params=GROUPS)
def group(request):
    return GROUPS[request.param]


def dense_problem(group, phi, targets, stabilisers=None, ridge=0.0):
    representatives = [group.representatives(h) for h in stabilisers] if stabilisers else None
    gram = dense.gram_from_symbol(phi, group.division, representatives, ridge)
    sizes = [len(r) for r in representatives] if representatives else [group.order] * len(phi)
    return gram, np.repeat(np.asarray(targets, dtype=float), sizes, axis=0), np.repeat(np.arange(len(phi)), sizes)


def test_the_irreps_written_by_hand_are_representations(group):
    assert sum(rho.shape[1] ** 2 for rho in group.irreps) == group.order
    for rho in group.irreps:
        np.testing.assert_allclose(rho[:, None] @ rho[None, :], rho[group.table], atol=1e-13)


@pytest.mark.parametrize("ridge", [0.0, 0.7])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_free_orbits(group, count, ridge):
    rng = np.random.default_rng(count)
    phi, targets = group.symbol(count, rng), rng.standard_normal((count, 2))
    blocks = fourier.fourier_blocks(phi, group.irreps, ridge=ridge)
    gram, labels, orbit = dense_problem(group, phi, targets, ridge=ridge)

    values, weights, irreps = fourier.block_spectrum(blocks)
    np.testing.assert_allclose(np.sort(np.repeat(values, weights)), np.linalg.eigvalsh(gram), rtol=1e-12)
    assert np.all(np.diff(irreps) >= 0)
    inverse = fourier.inverse_symbol(blocks, group.irreps)
    np.testing.assert_allclose(dense.gram_from_symbol(inverse, group.division), np.linalg.inv(gram), atol=1e-12)
    np.testing.assert_allclose(fourier.inverse_diagonal(blocks), np.einsum("aag->ag", inverse)[:, 0], rtol=1e-12)
    errors = fourier.spectral_errors(blocks, targets)
    np.testing.assert_allclose(errors[orbit], dense.leave_one_out(gram, labels), rtol=1e-11, atol=1e-12)


def subgroups(group):
    """The trivial subgroup, <b>, a conjugate of it, <a> and the whole group."""
    b = np.arange(group.q)
    a = np.arange(0, group.order, group.q)
    conjugate = group.table[group.table[group.q, b], group.inverse[group.q]]
    return [np.array([0]), b, conjugate, a, np.arange(group.order)]


@pytest.mark.parametrize("ridge", [0.0, 0.7])
def test_orbits_with_stabilisers(group, ridge):
    rng = np.random.default_rng(3)
    stabilisers = subgroups(group)
    phi, targets = group.symbol(5, rng, stabilisers), rng.standard_normal((5, 2))
    blocks = fourier.fourier_blocks(phi, group.irreps, stabilisers, ridge)
    gram, labels, orbit = dense_problem(group, phi, targets, stabilisers, ridge)

    values, weights, _ = fourier.block_spectrum(blocks)
    assert weights.sum() == len(gram) == blocks.sizes.sum()
    np.testing.assert_allclose(np.sort(np.repeat(values, weights)), np.linalg.eigvalsh(gram), rtol=1e-11)
    inverse = fourier.inverse_symbol(blocks, group.irreps)
    expanded = dense.gram_from_symbol(inverse, group.division, [group.representatives(h) for h in stabilisers])
    np.testing.assert_allclose(expanded, np.linalg.inv(gram), atol=1e-11)
    errors = fourier.spectral_errors(blocks, targets)
    np.testing.assert_allclose(errors[orbit], dense.leave_one_out(gram, labels), rtol=1e-10, atol=1e-11)


def test_missing_coset_and_missing_set(group):
    rng = np.random.default_rng(4)
    stabilisers = subgroups(group)[:3]
    phi, targets = group.symbol(3, rng, stabilisers), rng.standard_normal(3)
    blocks = fourier.fourier_blocks(phi, group.irreps, stabilisers)
    gram, labels, orbit = dense_problem(group, phi, targets, stabilisers)
    inverse = fourier.inverse_symbol(blocks, group.irreps)
    coefficients = fourier.dual_coefficients(blocks, targets)
    checked = 0
    for gone in subgroups(group):
        overlaps = [np.intersect1d(gone, h).size for h in stabilisers]
        errors = fourier.coset_errors(blocks, group.irreps, targets, gone, overlaps)
        for c, stabiliser in enumerate(stabilisers):
            for g in (0, group.order - 1):
                cosets = group.table[:, stabiliser].min(axis=1)
                poses = np.unique(cosets[group.table[g, gone]])
                positions = np.searchsorted(group.representatives(stabiliser), poses) + np.argmax(orbit == c)
                expected = dense.refit(gram, labels, positions)
                np.testing.assert_allclose(
                    np.broadcast_to(errors[c], expected.shape), expected, rtol=1e-9, atol=1e-11
                )
                entries = fourier.missing_set_errors(
                    inverse, coefficients, [c] * len(poses), group.division[np.ix_(poses, poses)]
                )
                np.testing.assert_allclose(entries, expected, rtol=1e-9, atol=1e-11)
                checked += 1
    assert checked == 5 * 3 * 2


def test_poses_of_several_orbits_missing_together(group):
    rng = np.random.default_rng(5)
    phi, targets = group.symbol(3, rng), rng.standard_normal((3, 2))
    blocks = fourier.fourier_blocks(phi, group.irreps)
    gram, labels, _ = dense_problem(group, phi, targets)
    orbits, poses = np.array([0, 2, 2, 1]), np.array([1, 3, 0, 5])
    errors = fourier.missing_set_errors(
        fourier.inverse_symbol(blocks, group.irreps),
        fourier.dual_coefficients(blocks, targets),
        orbits,
        group.division[np.ix_(poses, poses)],
    )
    np.testing.assert_allclose(errors, dense.refit(gram, labels, orbits * group.order + poses), rtol=1e-10)


def test_fixed_vectors_are_an_orthonormal_basis(group):
    for rho in group.irreps:
        for subgroup in subgroups(group):
            U = fourier.fixed_vectors(rho, subgroup)
            np.testing.assert_allclose(U.conj().T @ U, np.eye(U.shape[1]), atol=1e-13)
            np.testing.assert_allclose(
                rho[subgroup] @ U, np.broadcast_to(U, (len(subgroup), *U.shape)), atol=1e-13
            )
    # Frobenius reciprocity: the fixed vectors of H make up the permutation representation on G/H
    for subgroup in subgroups(group):
        total = sum(rho.shape[1] * fourier.fixed_vectors(rho, subgroup).shape[1] for rho in group.irreps)
        assert total == group.order // len(subgroup)


def test_linear_irreps_of_an_abelian_group_are_one_stack():
    order = 64
    rng = np.random.default_rng(6)
    psi = rng.standard_normal(order)
    phi = np.fft.ifft(np.abs(np.fft.fft(psi)) ** 2).real[None, None, :]
    grid = np.outer(np.arange(order), np.arange(order))
    irreps = list(np.exp(2j * np.pi * grid / order)[:, :, None, None])
    blocks = fourier.fourier_blocks(phi, irreps)
    assert len(blocks.stacks) == 1
    assert blocks.stacks[0].matrices.shape == (order, 1, 1)
    np.testing.assert_allclose(
        np.sort(fourier.block_spectrum(blocks)[0]), np.linalg.eigvalsh(circulant(phi[0, 0])), atol=1e-11
    )


def test_blocks_are_indexed_by_irrep(group):
    phi = group.symbol(2, np.random.default_rng(7))
    blocks = fourier.fourier_blocks(phi, group.irreps)
    assert len(blocks) == len(group.irreps)
    for r, (rho, block) in enumerate(zip(group.irreps, blocks, strict=True)):
        expected = np.einsum("abg,gij->aibj", phi, rho).reshape(2 * rho.shape[1], -1)
        np.testing.assert_allclose(block, expected, atol=1e-13)
        np.testing.assert_array_equal(blocks[r], block)
        assert blocks.weight(r) == rho.shape[1]


def test_large_blocks_take_the_lapack_path_to_the_same_answer():
    group = GROUPS["C7:C3"]
    phi = group.symbol(6, np.random.default_rng(8))  # blocks of size 6 and 18
    blocks = fourier.fourier_blocks(phi, group.irreps)
    assert {stack.matrices.shape[1] for stack in blocks.stacks} == {6, 18}
    for stack in blocks.stacks:
        unit = np.broadcast_to(np.eye(stack.matrices.shape[1]), stack.matrices.shape)
        np.testing.assert_allclose(stack.inverse_factors @ stack.factors, unit, atol=1e-13)


def test_class_functions_need_only_characters():
    # S3: classes {e}, 3 transpositions, 2 rotations
    table, sizes = np.array([[1, 1, 1], [1, -1, 1], [2, 0, -1]]), np.array([1, 3, 2])
    group = GROUPS["S3"]  # a^i b^j stored as 2 i + j: element 1 is b, 2 is a
    labels = np.array([0, 1, 2, 1, 2, 1])
    on_classes = np.array([[[9.0, 1, 2], [1, 0.5, -1]], [[1, 0.5, -1], [7, -0.5, 1]]])
    phi, targets = on_classes[:, :, labels], np.array([[1.0], [-2.0]])
    blocks = fourier.class_function_blocks(on_classes, table, sizes, ridge=0.25)
    gram, y, orbit = dense_problem(group, phi, targets, ridge=0.25)
    values, weights, _ = fourier.block_spectrum(blocks)
    np.testing.assert_allclose(np.sort(np.repeat(values, weights)), np.linalg.eigvalsh(gram), rtol=1e-12)
    np.testing.assert_allclose(
        fourier.spectral_errors(blocks, targets)[orbit], dense.leave_one_out(gram, y), rtol=1e-12
    )
    normalised = list((table / table[:, :1])[:, :, None, None])
    inverse = fourier.inverse_symbol(blocks, normalised)[:, :, labels]
    np.testing.assert_allclose(dense.gram_from_symbol(inverse, group.division), np.linalg.inv(gram), atol=1e-13)


@pytest.mark.parametrize("size", [2, 3, 8, 9])
def test_two_rings_of_poses(size):
    steps = np.arange(size)
    same = np.exp(3 * np.cos(2 * np.pi * steps / size))
    cross = np.exp(2 * np.cos(2 * np.pi * (steps + 0.5) / size))
    phi = np.array([[same, cross], [np.roll(cross[::-1], 1), same]])
    error, eigenvalues = fourier.two_orbit_formula(phi, ridge=0.1)
    division = (steps[None, :] - steps[:, None]) % size
    gram = dense.gram_from_symbol(phi, division, ridge=0.1)
    np.testing.assert_allclose(np.sort(eigenvalues), np.linalg.eigvalsh(gram), rtol=1e-11)
    expected = dense.refit(gram, np.repeat([1.0, -1.0], size), [0])[0, 0]
    assert error == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    ("same", "other", "cross"),
    [([3, 1, 1], [3, 1, 1], [1, 1, 0.5]), ([3, 1, 1], [4, 1, 1], [0.5, 1, 0.5])],
    ids=["cross kernel depends on more than the distance", "orbits differ"],
)
def test_two_rings_refuse_symbols_outside_the_hypotheses(same, other, cross):
    phi = [[same, cross], [[cross[0], cross[2], cross[1]], other]]
    with pytest.raises(InputError, match="violates"):
        fourier.two_orbit_formula(phi)


def test_singular_block_is_named():
    phi = np.ones((1, 1, 10))  # all irreps but the trivial one vanish
    with pytest.raises(SingularGramError, match=r"irrep 1 .*ridge") as caught:
        fourier.spectral_errors(fourier.fourier_blocks(phi, GROUPS["D5"].irreps), [1.0])
    assert "\n" not in str(caught.value)
    np.testing.assert_allclose(
        fourier.spectral_errors(fourier.fourier_blocks(phi, GROUPS["D5"].irreps, ridge=1.0), [1.0]),
        0.1,
        rtol=1e-12,
    )


@pytest.mark.parametrize("value", [0.5, float("nan")])
def test_symbol_of_no_symmetric_kernel_is_refused(value):
    phi = GROUPS["C7:C3"].symbol(2, np.random.default_rng(0))
    phi[0, 1, 4] += value
    with pytest.raises(NotInvariantError, match=r"phi_ba\(g\) = phi_ab\(g\^-1\)") as caught:
        fourier.fourier_blocks(phi, GROUPS["C7:C3"].irreps)
    assert "\n" not in str(caught.value)


def test_negative_block_is_named():
    phi = np.zeros((1, 1, 10))
    phi[0, 0, 0] = -1.0
    with pytest.raises(SingularGramError, match="irrep 0"):
        fourier.inverse_diagonal(fourier.fourier_blocks(phi, GROUPS["D5"].irreps))


def test_irreps_in_integers_or_single_precision_are_read_as_numbers():
    signs = [np.ones((2, 1, 1), dtype=np.int64), np.array([1, -1], dtype=np.complex64)[:, None, None]]
    blocks = fourier.fourier_blocks([[[3.0, 1.0]]], signs)
    assert [complex(block[0, 0]) for block in blocks] == [4, 2]


def test_wrong_shapes_are_refused():
    for shape in ((), (10,), (1, 10), (1, 2, 10)):
        with pytest.raises(InputError, match=r"\[C, C, n\]"):
            fourier.fourier_blocks(np.ones(shape), GROUPS["D5"].irreps)
    blocks = fourier.fourier_blocks(GROUPS["D5"].symbol(2, np.random.default_rng(0)), GROUPS["D5"].irreps)
    with pytest.raises(InputError, match="2 orbits"):
        fourier.spectral_errors(blocks, [1.0])
    with pytest.raises(InputError, match=r"\[2, 2, N\]"):
        fourier.two_orbit_formula(np.ones((1, 1, 4)))
