"""The growth of angles by self-attention against turned tokens, and that of peaks against 60 digits."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitkernels.numerics.attention_growth import LONG, _bend, attention_growth
from orbitkernels.numerics.attention_sequences import AttentionNet
from orbitkernels.numerics.duals import dual, scaled_dual

TURN = 1e-7


def net(mechanism, key=1.0, residual=False):
    return AttentionNet(1, mechanism, "gap", residual, (1.0, 1.0), (0.0, 0.0), key, 1.0, 0.0, dual("relu"), True)


def attended(mechanism, key, residual, H):
    """sum_s A_ps h_s by the definition, and h_p beside it: random weights make the two orthogonal."""
    logits = key * H @ H.T
    if mechanism == "softmax":
        A = np.exp(logits - logits.max(axis=1, keepdims=True))
        A /= A.sum(axis=1, keepdims=True)
    else:
        A = {"identity": lambda x: x, "relu": lambda x: np.maximum(x, 0), "abs": np.abs}[mechanism](logits)
    return np.concatenate([A @ H, residual * H], axis=1)


def turned(H, directions):
    """Tokens turned by TURN towards directions."""
    off = directions - H * ((directions * H).sum(1) / (H * H).sum(1))[:, None]
    size = np.linalg.norm(off, axis=1, keepdims=True)
    off = np.divide(off, size, out=np.zeros_like(off), where=size > 1e-9)
    return np.cos(TURN) * H + np.sin(TURN) * np.linalg.norm(H, axis=1, keepdims=True) * off


def angles(one, two):
    """Between rows, which are near each other."""
    a, b = (z / np.linalg.norm(z, axis=1, keepdims=True) for z in (one, two))
    return np.linalg.norm(a - b, axis=1)


def largest(mechanism, key, residual, H, tries, seed=0):
    """The largest factor that is found by which a token after attention turns further than those before."""
    start, rng, found = attended(mechanism, key, residual, H), np.random.default_rng(seed), 0.0
    signs = [rng.standard_normal(H.shape) for _ in range(tries)]
    for p in range(len(H)):  # every other token towards p or away from it, and p towards each of them
        for q in range(len(H)):
            for sign in (1, -1):
                pull = sign * np.sign(H @ H[q] + 1e-300)[:, None] * H[p]
                pull[p] = sign * H[q]
                signs.append(pull)
    for directions in signs:
        moved = attended(mechanism, key, residual, turned(H, directions))
        found = max(found, float(angles(start, moved).max()) / TURN)
    return found


def growth(mechanism, key, residual, H):
    return attention_growth(net(mechanism, key, residual), np.sqrt(H.shape[1]) * H[None])


@pytest.mark.parametrize("mechanism", ["identity", "relu", "abs"])
def test_a_long_token_at_a_right_angle(mechanism):
    """<h_p, h_s> = 0 is moved by |h_p| |h_s| t, however small A_ps is: the short token turns 10^4 times as far."""
    H = np.array([[1.0, 0.0], [1e-9, 100.0]])
    assert 9e3 < largest(mechanism, 1.0, False, H, 20) <= growth(mechanism, 1.0, False, H) < 1e5


def test_softmax_whose_tokens_all_turn():
    """A short token looks at two opposite ones that lean towards it and away from it, while it leans as well."""
    H = np.array([[0.0, 0.1], [1.0, 0.0], [-1.0, 0.0]])
    found = largest("softmax", 100.0, False, H, 20)
    directions = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    start, moved = (attended("softmax", 100.0, False, Z) for Z in (H, turned(H, directions)))
    assert found >= 0.99 * float(angles(start, moved).max()) / TURN > 140
    assert max(found, float(angles(start, moved).max()) / TURN) <= growth("softmax", 100.0, False, H) < 400


@settings(max_examples=60)
@given(
    mechanism=st.sampled_from(["softmax", "identity", "relu", "abs"]),
    tokens=st.integers(2, 4),
    width=st.integers(2, 3),
    key=st.floats(-1, 1.5),
    spread=st.floats(0, 2),
    residual=st.booleans(),
    seed=st.integers(0, 10**6),
)
def test_no_token_turns_further_than_the_growth(mechanism, tokens, width, key, spread, residual, seed):
    rng = np.random.default_rng(seed)
    H = rng.standard_normal((tokens, width)) * 10 ** (spread * rng.uniform(-1, 1, (tokens, 1)))
    allowed = growth(mechanism, 10**key, residual, H)
    found = largest(mechanism, 10**key, residual, H, 20, seed)
    if allowed * TURN < 1e-3:  # where angles are small enough to be linear
        assert found <= allowed * (1 + 1e-4) + 1e-6


@pytest.mark.parametrize("times", [2.0, 5.0, 30.0])
def test_rounded_cosines_move_slopes_by_the_square_of_the_length(times):
    """E[f' f'] = 4/pi w^2 ((1 + q)^2 - q^2 c^2)^-1/2 of erf(w z), q = 2 w^2 a^2 (Williams 1997), at c = 1."""

    def slope(length, inner):
        with mpmath.workdps(60):
            q = 2 * mpmath.mpf(inner * length) ** 2
            return float(mpmath.diff(lambda c: -mpmath.log((1 + q) ** 2 - q**2 * c**2) / 2, 1))

    for inner in (1.0, 7.0):
        given_net = net("softmax")._replace(dual=scaled_dual("erf", (), 1, inner))
        bends = [_bend(given_net, np.array([[0.1, size / inner]])) for size in (LONG, times * LONG)]
        assert bends[0] == 1.0
        wanted = slope(times * LONG / inner, inner) / slope(LONG / inner, inner)
        assert bends[1] / bends[0] == pytest.approx(wanted, rel=2e-3)
