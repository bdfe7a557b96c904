"""NNGP and NTK of nets with self-attention at 60 digits, entry by entry as the definition has them."""

from __future__ import annotations

from convolution_reference import DIGITS, gaussian_pair
from mpmath import exp, mp, mpf


def attention(mechanism, logits):
    """One row of an attention matrix."""
    if mechanism == "softmax":
        powers = [exp(value) for value in logits]
        return [value / sum(powers) for value in powers]
    function = {"identity": lambda v: v, "relu": lambda v: max(v, mpf(0)), "abs": abs}[mechanism]
    return [function(value) for value in logits]


def attention_kernels(
    x, y, depth, mechanism, head, residual, activation, weights, biases, key=1, value=1, output=0
):
    """(NNGP, NTK) of two sequences [tokens][features]."""
    with mp.workdps(DIGITS):
        inputs = [[[mpf(float(v)) for v in token] for token in z] for z in (x, y)]
        weights, biases = [mpf(w) for w in weights], [mpf(b) for b in biases]
        key, value, output, skip = mpf(key), mpf(value), mpf(output), mpf(bool(residual))
        T, d = len(x), len(x[0])
        places = range(T)
        S = {
            (i, j): [
                [biases[0] + weights[0] * sum(map(lambda a, b: a * b, inputs[i][p], inputs[j][q])) / d
                 for q in places] for p in places
            ]
            for i, j in ((0, 0), (0, 1), (1, 1))
        }  # fmt: skip
        tangent = S[0, 1]
        for block in range(depth):
            A = [[attention(mechanism, [key * v for v in row]) for row in S[i, i]] for i in (0, 1)]

            def attended(M, i, j, A=A):
                left = [[sum(A[i][p][s] * M[s][t] for s in places) for t in places] for p in places]
                return [[sum(left[p][t] * A[j][q][t] for t in places) for q in places] for p in places]

            parts = {(i, j): attended(M, i, j) for (i, j), M in S.items()}
            through = attended(tangent, 0, 1)
            tangent = [
                [skip * tangent[p][q] + value * (through[p][q] + 2 * parts[0, 1][p][q]) + output for q in places]
                for p in places
            ]
            S = {
                k: [[skip * M[p][q] + value * parts[k][p][q] + output for q in places] for p in places]
                for k, M in S.items()
            }
            own = [[S[i, i][p][p] for p in places] for i in (0, 1)]
            E = {
                (i, j): [
                    [gaussian_pair(activation, own[i][p], M[p][q], own[j][q]) for q in places] for p in places
                ]
                for (i, j), M in S.items()
            }
            slopes = [[E[0, 1][p][q][1] * tangent[p][q] for q in places] for p in places]
            if block < depth - 1:
                b, w = biases[block + 1], weights[block + 1]
                tangent = [
                    [skip * tangent[p][q] + b + w * (E[0, 1][p][q][0] + slopes[p][q]) for q in places]
                    for p in places
                ]
                S = {
                    k: [[skip * M[p][q] + b + w * E[k][p][q][0] for q in places] for p in places]
                    for k, M in S.items()
                }
        wanted = [(p, q) for p in places for q in places if head == "gap" or p == q]
        mean = sum(E[0, 1][p][q][0] for p, q in wanted) / len(wanted)
        slope = sum(slopes[p][q] for p, q in wanted) / len(wanted)
        covariance = biases[-1] + weights[-1] * mean
        return covariance, covariance + weights[-1] * slope
