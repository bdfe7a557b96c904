"""Attention kernels against their definition at 60 digits, against wide nets, and what holds without either."""

from dataclasses import dataclass

import mpmath
import numpy as np
import pytest
from attention_reference import attention_kernels
from wide_attention import draw, gradient, tangent_kernels

import orbitkernels as ok
from orbitkernels.numerics import attention, attention_sharp
from orbitkernels.numerics.attention import attention_gram
from orbitkernels.numerics.attention_growth import attention_growth
from orbitkernels.numerics.attention_sequences import AttentionNet, prepare
from orbitkernels.numerics.duals import dual, scaled_dual

#: Largest error relative to sqrt(K(x,x) K(y,y)), a block.
TOLERANCES = 1e-14, 1e-13


@dataclass
class Setting:
    """A net, for the engine and for the reference."""

    depth: int
    mechanism: str
    head: str
    residual: bool
    activation: str
    bias: float
    key: float = 1.0
    value: float = 1.5

    def net(self, ntk):
        weights, biases = self.variances
        return AttentionNet(
            self.depth, self.mechanism, self.head, self.residual, weights, biases, self.key, self.value,
            self.bias / 2, dual(self.activation), ntk,
        )  # fmt: skip

    @property
    def variances(self):
        weights = (1.0, 2.0, 0.5, 1.0)[: self.depth + 1]
        return weights, (self.bias,) * self.depth + (0.25,)

    def exact(self, x, y):
        weights, biases = self.variances
        return attention_kernels(
            x, y, self.depth, self.mechanism, self.head, self.residual, self.activation, weights, biases,
            self.key, self.value, self.bias / 2,
        )  # fmt: skip


def worst_error(setting, x):
    """Largest error of both kernels over tolerance and depth; x [2, T, d]."""
    exact = [setting.exact(x[i], x[j]) for i, j in ((0, 0), (0, 1), (1, 1))]
    worst = 0.0
    for which, tolerance in enumerate(TOLERANCES):
        net = setting.net(which == 1)
        gram = attention_gram(net, prepare(net, x), None)
        own, mixed, other = (values[which] for values in exact)
        scale = (own * other) ** 0.5
        errors = [(gram[0, 0] - own) / own, (gram[0, 1] - mixed) / scale, (gram[1, 1] - other) / other]
        worst = max(worst, *(abs(float(error)) / tolerance / setting.depth for error in errors))
        assert gram[0, 1] == gram[1, 0]
    return worst


def sequences(kind, T=3, d=2, seed=0):
    rng = np.random.default_rng(seed)
    x, noise = rng.normal(size=(2, T, d)), rng.normal(size=(T, d))
    if kind.startswith("near"):
        x[1] = x[0] + float(kind[4:]) * noise
    elif kind == "equal":
        x[1] = x[0]
    elif kind == "permuted":
        x[1] = x[0, [1, 2, 0]]
    elif kind == "opposite":
        x[1] = -x[0]
    elif kind == "scaled":
        x[1] = 2 * x[0] * (1 + 1e-8 * noise)
    elif kind == "tokens":
        x[0, 1], x[0, 2] = x[0, 0], x[0, 0] + 1e-8 * noise[0]
        x[1] = x[0, [2, 0, 1]]
    elif kind == "zeros":
        x[0, 0], x[1] = 0.0, 0.0
        x[1, 2] = 1.0
    return x


KINDS = ["plain", "near1e-9", "near1e-5", "equal", "permuted", "opposite", "scaled", "tokens", "zeros"]
SETTINGS = [
    Setting(depth, mechanism, head, residual, activation, bias, *(() if mechanism == "softmax" else (0.25, 0.5)))
    for depth in (1, 2, 3)
    for mechanism in (("softmax",) if depth == 3 else ("softmax", "identity", "relu", "abs"))
    for head in ("gap", "flatten")
    for residual in (False, True)
    for activation, bias in (("relu", 0.0), ("relu", 0.5), ("abs", 0.25), ("erf", 0.1))
]


class TestAgainstTheDefinition:
    @pytest.mark.parametrize("number", range(len(SETTINGS)))
    def test_setting(self, number):
        """Each setting with two of the kinds of pairs, all of which meet all depths and heads."""
        for kind in (KINDS[number % 9], KINDS[(number // 9 + 5) % 9]):
            assert worst_error(SETTINGS[number], sequences(kind, seed=number)) < 1, kind

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("head", ["gap", "flatten"])
    @pytest.mark.parametrize("activation", ["relu", "abs"])
    def test_deep_nets_with_kinks(self, kind, head, activation):
        assert worst_error(Setting(3, "softmax", head, False, activation, 0.5), sequences(kind, seed=1)) < 1

    def test_large_products_of_keys_are_within_the_growth(self):
        """Products of the first token with the others are equal, so that attention hangs on their rounding."""
        setting = Setting(1, "softmax", "gap", False, "relu", 0.1, key=1e6)
        turned = [[0.6, 0.8], [-0.8, 0.6]]
        x = np.array([[[1, 0], [1, 1], [1, -1]], [[1, 0], [0.3, 1], [0.3, -1]]]) @ turned
        assert 1 < worst_error(setting, x) < attention_growth(setting.net(True), x) < 1e8

    def test_long_inputs_of_smooth_activations_are_within_the_growth(self):
        setting, x = Setting(2, "identity", "gap", True, "erf", 0.1, 0.5, 0.7), sequences("scaled", seed=87)
        assert 1 < worst_error(setting, x) < attention_growth(setting.net(True), x)

    @pytest.mark.parametrize("scale", [20.0, 100.0])
    def test_a_scale_inside_the_activation_counts_as_longer_inputs(self, scale):
        """erf(w z) is erf(z) for values and outputs of variance w^2 as large."""
        setting = Setting(3, "softmax", "gap", False, "erf", 0.5, value=scale**2)
        x = np.array([[[0.774184576074678, 1.2465922165073595]], [[0.7741845891851741, 1.246592281538183]]])
        plain = setting.net(True)
        outer = plain._replace(value=1.0, output=plain.output / scale**2, dual=scaled_dual("erf", (), 1, scale))
        own, mixed, other = (setting.exact(x[i], x[j])[1] for i, j in ((0, 0), (0, 1), (1, 1)))
        found = attention_gram(outer, prepare(outer, x), None)[0, 1]
        error = abs(float((found - mixed) / (own * other) ** 0.5)) / 3e-13
        growth = attention_growth(outer, x)
        assert (scale > 50) <= error < growth
        assert growth == pytest.approx(attention_growth(plain, x), rel=1e-6)
        assert attention_growth(outer._replace(dual=scaled_dual("sin", (), 1, 50)), x) > 1e3
        assert attention_growth(outer._replace(dual=dual("polynomial", (0, 0.01)), value=1e6), x) < 1.01

    @pytest.mark.parametrize("residual", [False, True])
    def test_equal_tokens_of_one_sequence_have_the_cosine_1(self, residual):
        """Of a step E[f f] = 1 - 2 angle/pi: a cosine rounded to 1 - 1e-16 would move lengths by 1e-8."""
        rng = np.random.default_rng(0)
        x = rng.normal(size=(20, 3, 2))
        x[:, 2] = x[:, 0]
        net = AttentionNet(
            2,
            "softmax",
            "gap",
            residual,
            (1, 1, 1),
            (0.5,) * 3,
            1,
            1,
            0,
            scaled_dual("step", (1, -1), 1, 1),
            False,
        )
        prepared = prepare(net, x)
        squares = np.square(prepared.features[:, 1, 0])
        with mpmath.workdps(50):
            for tokens, found in zip(x, squares, strict=True):
                exact = self.step_covariances(tokens, residual)
                assert np.allclose(np.sort(found), np.sort(exact), rtol=1e-14, atol=0)

    @staticmethod
    def step_covariances(tokens, residual):
        """Squared lengths after the second attention, by the definition."""
        one = mpmath.mpf(1)
        rows = [[mpmath.mpf(float(v)) for v in token] for token in tokens]
        S = mpmath.matrix([[one / 2 + mpmath.fdot(p, q) / 2 for q in rows] for p in rows])

        def attended(S):
            A = mpmath.matrix([[mpmath.exp(S[p, q]) for q in range(3)] for p in range(3)])
            sums = [sum(A[p, q] for q in range(3)) for p in range(3)]
            A = mpmath.matrix([[A[p, q] / sums[p] for q in range(3)] for p in range(3)])
            return A * S * A.T + residual * S

        S = attended(S)
        same = [[rows[p] == rows[q] for q in range(3)] for p in range(3)]
        E = mpmath.matrix(
            [
                [
                    1 if same[p][q] else 1 - 2 * mpmath.acos(S[p, q] / mpmath.sqrt(S[p, p] * S[q, q])) / mpmath.pi
                    for q in range(3)
                ]
                for p in range(3)
            ]
        )
        S = attended(mpmath.matrix([[one / 2 + E[p, q] + residual * S[p, q] for q in range(3)] for p in range(3)]))
        return [float(S[p, p]) for p in range(3)]

    def test_tokens_that_cancel_enlarge_angles(self):
        net = Setting(1, "softmax", "gap", False, "relu", 0.0, key=1e-6).net(True)
        assert attention_growth(net, np.array([[[1.0, 0.0], [-1.0, 1e-3]]])) > 1e3
        assert attention_growth(net, np.array([[[1.0, 0.0], [1.0, 1e-3]]])) < 1.01


class TestKinks:
    """What only nets of more than one block with ReLU and the like need."""

    @pytest.mark.parametrize(
        "u", ["1", "0.999999999999999999999", "0.7", "0.0078", "0", "-0.5", "-0.99999999999999"]
    )
    def test_the_arc_cosine_kernel_has_30_digits(self, u):
        with mpmath.workdps(60):
            exact = mpmath.mpf(u)
            high = float(exact)
            low = float(exact - high)
            cosine = mpmath.mpf(high) + mpmath.mpf(low)
            angle = mpmath.acos(cosine)
            wanted = (mpmath.sin(angle) + (mpmath.pi - angle) * cosine) / mpmath.pi
            found = sum(map(mpmath.mpf, attention_sharp._arc_cosine(high, low, attention_sharp._circle())))
            assert abs(found - wanted) < mpmath.mpf("2e-31")

    def test_without_them_half_of_the_digits_are_lost(self, monkeypatch):
        monkeypatch.setattr(attention, "KINKED", ())
        setting = Setting(2, "softmax", "flatten", False, "relu", 0.5)
        assert worst_error(setting, sequences("near1e-9")) > 100


class TestWithoutAReference:
    def test_one_token_with_softmax_is_a_fully_connected_net(self):
        x = np.random.default_rng(0).normal(size=(5, 1, 4))
        for head in ("gap", "flatten"):
            ours = ok.AttentionNNGP(depth=3, head=head, weight_variance=[1, 2, 1, 0.5]).gram(x)
            theirs = ok.NNGP(depth=3, weight_variance=[1, 2, 1, 0.5]).gram(x[:, 0])
            assert np.allclose(ours, theirs, rtol=1e-14)

    def test_parts_and_blocks_of_pairs_change_nothing(self, monkeypatch):
        x = np.random.default_rng(1).normal(size=(9, 4, 3))
        kernel = ok.AttentionNTK(depth=2)
        whole = kernel.gram(x)
        monkeypatch.setattr(attention, "AT_ONCE", 40)
        monkeypatch.setattr(attention, "WORTHWHILE", 0)
        monkeypatch.setattr("orbitkernels.numerics.cores.available_cores", lambda: 3)
        assert np.array_equal(kernel.gram(x), whole)
        assert np.array_equal(whole, whole.T)
        assert np.allclose(kernel.gram(x[:4], x[4:]), whole[:4, 4:], rtol=1e-14)
        assert np.linalg.eigvalsh(whole).min() > 0

    def test_large_products_do_not_overflow(self):
        x = 1e3 * np.random.default_rng(2).normal(size=(2, 3, 2))
        assert np.all(np.isfinite(ok.AttentionNTK(depth=2, key_variance=1e6).gram(x)))


class TestFiniteNets:
    """The limit itself: nets of width 256 with all parameters trained, keys included; 400 draws."""

    VARIANCES = 1.5, 0.3, 1.2, 2.0, 0.4
    NAMES = "weight_variance", "bias_variance", "key_variance", "value_variance", "output_variance"

    @staticmethod
    def pair():
        x = np.random.default_rng(5).normal(size=(2, 3, 4))
        x[1] = x[0] + 0.5 * x[1]
        return x

    def test_derivatives_by_hand_are_differences(self):
        x = self.pair()[0]
        theta, rng = draw(x.shape, 4, 0), np.random.default_rng(0)
        for name, derivative in gradient(x, theta, *self.VARIANCES)[1].items():
            step = 1e-6 * rng.normal(size=np.shape(theta[name]))
            ends = [gradient(x, {**theta, name: theta[name] + s * step}, *self.VARIANCES)[0] for s in (1, -1)]
            assert np.isclose((ends[0] - ends[1]) / 2, np.sum(derivative * step), rtol=1e-6)

    def test_mean_of_draws(self):
        x, given = self.pair(), dict(zip(self.NAMES, self.VARIANCES, strict=True))
        draws = [tangent_kernels(*x, 256, seed, *self.VARIANCES) for seed in range(400)]
        parts = {name: np.array([one[name] for one in draws]) for name in draws[0]}
        whole = sum(parts.values())
        covariance = parts["readout"] + parts["readout_bias"]
        for kernel, values in ((ok.AttentionNTK(**given), whole), (ok.AttentionNNGP(**given), covariance)):
            exact, error = kernel.gram(x)[0, 1], values.std() / np.sqrt(len(draws))
            assert error < 0.01 * exact
            assert abs(values.mean() - exact) < 4 * error
        # values and outputs give the same, a fifth of the whole; keys give what vanishes with the width
        assert abs(parts["value"].mean() / parts["out"].mean() - 1) < 0.02
        assert parts["out"].mean() > 0.15 * whole.mean()
        assert parts["key"].mean() < 0.001 * whole.mean()

    def test_keys_vanish_as_one_over_the_width(self):
        x = self.pair()
        means = [
            np.mean([tangent_kernels(*x, width, seed, *self.VARIANCES)["key"] for seed in range(400)])
            for width in (16, 64)
        ]
        assert 3 < means[0] / means[1] < 6
