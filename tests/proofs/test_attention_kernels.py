"""AttentionNTK and AttentionNNGP as users meet them: specifications, sequences, refusals, orbits."""

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.errors import InputError, NotInvariantError
from orbitkernels.proofs import attention_kernels
from orbitkernels.proofs.rounding_kernels import kernel_accuracy
from orbitkernels.theory.actions import set_action

RNG = np.random.default_rng(0)
SEQUENCES = RNG.normal(size=(5, 4, 3))

#: Arguments other than the defaults, each of which changes the kernel; the first changes nothing.
CHANGES = [
    ("depth", 1), ("depth", 2), ("activation", "abs"), ("mechanism", "identity"), ("mechanism", "relu"),
    ("mechanism", "abs"), ("head", "flatten"), ("residual", True), ("weight_variance", 2),
    ("bias_variance", 2), ("key_variance", 2), ("value_variance", 2), ("output_variance", 2),
]  # fmt: skip


class TestSpecifications:
    @pytest.mark.parametrize(
        "text",
        [
            "attention_ntk",
            "attention_nngp(depth=2, tokens=5, head=flatten)",
            "attention_ntk(mechanism=abs, residual=true, activation=leaky_relu(0.1), key_variance=1/3)",
            "attention_ntk(depth=2, weight_variance=[1, 2, 1/3], bias_variance=0, value_variance=2)",
            "attention_nngp(output_variance=0.25, activation=tanh(z))",
        ],
    )
    def test_are_read_back(self, text):
        kernel = ok.kernel(text)
        assert ok.kernel(kernel.spec) == kernel
        assert hash(ok.kernel(kernel.spec)) == hash(kernel)

    def test_words_become_arguments(self):
        kernel = ok.kernel("attention_ntk(depth=1, tokens=8, activation=relu, mechanism=softmax, head=gap)")
        assert isinstance(kernel, ok.AttentionNTK)
        assert (kernel.depth, kernel.tokens, kernel.mechanism, kernel.head) == (1, 8, "softmax", "gap")
        assert not kernel.residual

    def test_different_nets_differ(self):
        kernels = [ok.AttentionNTK(**{name: value}) for name, value in CHANGES] + [ok.AttentionNNGP()]
        assert len(set(kernels)) == len(kernels)
        grams = [kernel.gram(SEQUENCES)[0, 1] for kernel in kernels]
        assert len({round(float(value), 9) for value in grams}) == len(grams)

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            ({"depth": 0}, "depth"),
            ({"tokens": 0}, "tokens"),
            ({"tokens": 2.5}, "tokens"),
            ({"mechanism": "softmx"}, "did you mean 'softmax'"),
            ({"mechanism": None}, "mechanism"),
            ({"head": "average"}, "head"),
            ({"residual": "yes"}, "residual"),
            ({"activation": "rellu"}, "relu"),
            ({"weight_variance": 0}, "weight_variance"),
            ({"weight_variance": [1, 1, 1]}, "list of 2"),
            ({"bias_variance": -1}, "bias_variance"),
            ({"key_variance": -1}, "key_variance"),
            ({"key_variance": 0}, "key_variance"),
            ({"value_variance": float("nan")}, "value_variance"),
            ({"output_variance": -0.5}, "output_variance"),
        ],
    )
    def test_bad_arguments_are_refused_in_one_line(self, arguments, word):
        with pytest.raises(InputError, match=word) as caught:
            ok.AttentionNTK(**arguments)
        assert "\n" not in str(caught.value)

    def test_no_function_of_the_angle(self):
        with pytest.raises(InputError, match="no expression in u"):
            _ = ok.AttentionNTK().expression
        with pytest.raises(InputError, match="no profile in u"):
            ok.AttentionNTK().profile(0.5)
        assert "T_1" in ok.AttentionNTK()._repr_latex_()
        assert "T_1" not in ok.AttentionNNGP(residual=True)._repr_latex_()


class TestSequences:
    def test_rows_are_token_after_token(self):
        kernel = ok.AttentionNTK(tokens=4)
        assert np.array_equal(kernel.gram(SEQUENCES.reshape(5, 12)), kernel.gram(SEQUENCES))
        assert not np.allclose(ok.AttentionNTK(tokens=3).gram(SEQUENCES.reshape(5, 12)), kernel.gram(SEQUENCES))

    def test_float32_and_no_sequences(self):
        gram = ok.AttentionNTK().gram(SEQUENCES, dtype=np.float32)
        assert gram.dtype == np.float32
        assert np.array_equal(gram, ok.AttentionNTK().gram(SEQUENCES).astype(np.float32))
        assert ok.AttentionNTK().gram(SEQUENCES[:0]).shape == (0, 0)
        assert ok.AttentionNTK().gram(SEQUENCES[:0], SEQUENCES).shape == (0, 5)

    def test_zero_tokens_without_bias(self):
        x = SEQUENCES.copy()
        x[0] = 0.0
        gram = ok.AttentionNTK(bias_variance=0, depth=2).gram(x)
        assert np.all(gram[0] == 0)
        assert gram[1, 1] > 0

    @pytest.mark.parametrize(
        ("kernel", "X", "word"),
        [
            ("attention_ntk", np.ones((2, 12)), "give the kernel tokens"),
            ("attention_ntk(tokens=5)", np.ones((2, 12)), "tokens=5 does not divide"),
            ("attention_ntk(tokens=5)", np.ones((2, 4, 3)), "5 tokens"),
            ("attention_ntk", np.ones(12), "shape"),
            ("attention_ntk", np.ones((2, 0, 3)), "shape"),
            ("attention_ntk", np.full((2, 4, 3), np.nan), "nan"),
            ("attention_ntk", np.full((2, 4, 3), np.inf), "inf"),
            (
                "attention_ntk",
                np.full((2, 4, 3), 1e200),
                "a sequence .* scale the sequences down",
            ),
            ("attention_ntk", np.full((2, 4, 3), "a"), "real numbers"),
            ("attention_ntk(mechanism=identity)", np.full((2, 4, 3), 1e90), "near the limits"),
            ("attention_ntk(mechanism=identity, bias_variance=0)", np.full((2, 4, 3), 1e-90), "near the limits"),
            ("attention_ntk(mechanism=relu, depth=9)", np.full((2, 4, 3), 1e9), "near the limits"),
        ],
        ids=str,
    )
    def test_bad_sequences_are_refused_in_one_line(self, kernel, X, word):
        with pytest.raises(InputError, match=word) as caught:
            ok.kernel(kernel).gram(X)
        assert "\n" not in str(caught.value)

    def test_two_sets_of_different_shape(self):
        with pytest.raises(InputError, match="'Y' must have sequences of 4 x 3"):
            ok.AttentionNTK().gram(SEQUENCES, np.ones((2, 3, 4)))

    def test_what_takes_too_much_memory_is_refused_before(self, monkeypatch):
        monkeypatch.setattr(attention_kernels, "MAX_NUMBERS", 100)
        with pytest.raises(InputError, match="smaller blocks"):
            ok.AttentionNTK().gram(SEQUENCES)

    def test_accuracy_that_bounds_of_errors_use(self):
        assert kernel_accuracy("attention_ntk(depth=2)") == 2e-13
        assert kernel_accuracy("attention_nngp(depth=2)") == 2e-14
        flat = SEQUENCES.reshape(5, 12)
        assert 2e-13 <= kernel_accuracy("attention_ntk(depth=2, tokens=4)", flat) < 2e-11
        assert kernel_accuracy("attention_nngp(tokens=4, activation=atan(9*z))", flat) > 1e-9


class TestOrbits:
    """Permutations of tokens."""

    @staticmethod
    def orbits(name="S3"):
        return ok.Orbits(ok.group(name), SEQUENCES[:2, :3], [0, 1])

    @pytest.mark.parametrize("mechanism", attention_kernels.MECHANISMS)
    @pytest.mark.parametrize("residual", [False, True])
    def test_flatten_is_invariant_jointly_and_gap_in_each_argument(self, mechanism, residual):
        rest = {"depth": 2, "tokens": 3, "mechanism": mechanism, "residual": residual, "value_variance": 0.2}
        orbits = self.orbits()
        for head in ("flatten", "gap"):
            kernel = ok.AttentionNTK(head=head, **rest)
            assert ok.check_invariance(kernel, orbits, samples=None) < 1e-14
            symbol = ok.orbit_symbol(kernel, orbits)[0, 1]
            assert (np.ptp(symbol) == 0.0) == (head == "gap")

    def test_gap_is_the_average_of_flatten_over_all_permutations_but_for_the_scale(self):
        """The mean over pairs of tokens is that over g of the mean over tokens p of the pair (p, g p)."""
        orbits = self.orbits()
        pooled, flat = (
            ok.orbit_symbol(ok.AttentionNTK(depth=2, tokens=3, head=head), orbits) for head in ("gap", "flatten")
        )
        assert np.allclose(pooled[..., 0], flat.mean(axis=2), rtol=1e-13)

    def test_gap_collapses_the_orbits(self):
        kernel = ok.AttentionNTK(depth=2, tokens=3)
        with pytest.raises(ok.SingularGramError):
            ok.spectral_error(kernel, self.orbits())
        errors = ok.spectral_error(kernel, self.orbits(), ridge=1e-6)
        assert np.allclose(errors, ok.leave_out_error(kernel, self.orbits(), ridge=1e-6), rtol=1e-5)
        assert np.all(np.abs(errors) < 1e-4)

    def test_flatten_sees_the_permutation_matrices_only(self):
        """k(x, g y) is linear in the matrix of g: rank 1 + (T - 1)^2 of T! poses, without the sign for T = 3."""
        x = ok.Orbits(ok.group("S4"), SEQUENCES[:1], [0]).points(0)
        gram = ok.AttentionNTK(depth=2, tokens=4, head="flatten").gram(x)
        assert len(x) == 24
        assert np.linalg.matrix_rank(gram, tol=1e-9, hermitian=True) == 10

    def test_shifts_of_tokens(self):
        C4 = ok.group("C4")
        action = ok.PermutationAction.from_generators(C4, [[*range(3, 12), 0, 1, 2]])
        orbits = ok.Orbits(C4, SEQUENCES[:2].reshape(2, 12), [0, 1], action=action)
        kernel = ok.AttentionNTK(depth=2, tokens=4, head="flatten")
        spectral = ok.spectral_error(kernel, orbits)
        assert np.allclose(spectral, ok.leave_out_error(kernel, orbits), rtol=1e-9)
        assert np.all(np.abs(spectral) > 1e-3)

    def test_permutations_that_tear_tokens_apart_are_none(self):
        action = ok.PermutationAction.from_generators(ok.group("C12"), [[*range(1, 12), 0]])
        orbits = ok.Orbits(ok.group("C12"), SEQUENCES[:2].reshape(2, 12), [0, 1], action=action)
        with pytest.raises(NotInvariantError):
            ok.check_invariance("attention_ntk(tokens=4)", orbits)

    def test_the_sorted_orbit_is_one_point_to_the_bit(self):
        S4 = ok.group("S4")
        x = set_action(S4, 4, 3).apply(SEQUENCES[0].ravel(), np.arange(24))
        gram = ok.AttentionNTK(depth=3, tokens=4).gram(x, SEQUENCES[1:].reshape(4, 12))
        assert np.all(gram == gram[0])

    def test_prediction_with_the_rows_of_digits_as_tokens(self):
        result = ok.predict("C8xC1", "attention_ntk(tokens=8, head=flatten)", "digits", pairs=1)
        assert result["largest_relative_difference"] < 1e-8
