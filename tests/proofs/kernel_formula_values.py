r"""Gram matrices from the formulas that kernels print, by kind of kernel: sums and heads of kernel_formula_reader.

The forms beyond arithmetic are replaced by names, literally as they are printed, so that a change of a letter is
an error.
"""

import re
from itertools import product
from math import ceil, floor

import numpy as np
from kernel_formula_reader import Display, parts, read

PAIR = (r"\mathbb{E}[f(z_x) f(z_y)]", r"\mathbb{E}[f'(z_x) f'(z_y)]")


def network(latex, X):
    """Fully connected nets: rows X [m, d]."""
    shown = Display(latex)
    lines, d = shown.lines, X.shape[1]
    P = r"\langle x, y \rangle"
    named = {"d": d, "P": X @ X.T, **shown.sigmas("0"), "b_0": indicator(shown, 0)}
    S = read(lines["S_0(x, y)"][0].replace(P, "P"), named)
    T = None
    if "T_0(x, y)" in lines:
        T = read(lines["T_0(x, y)"][0].replace(P, "P").replace("S_0(x, y)", "S_0"), {**named, "S_0": S})
    assert lines["S"][0].startswith(r"S_{l-1}(x, y),\quad S_{xx} = S_{l-1}(x, x),\quad S_{yy} = S_{l-1}(y, y)")
    end = parts("k(x, y) = " + lines["k(x, y)"][0])
    assert end["k(x, y)"] == ("S_L(x, y)" if T is None else "T_L(x, y)")
    for layer in range(1, shown.depth + 1):
        own = np.diag(S)
        now = {"S": S, "S_{l-1}": S, "T_{l-1}": T, "S_{xx}": own[:, None], "S_{yy}": own[None, :]}
        now |= numbers_at(shown, layer) | {"b_l": indicator(shown, layer)}
        if "u" in lines:
            now["u"] = np.clip(read(lines["u"][0].split(" = ")[0].split(r",\quad")[0], now), -1, 1)
            now[r"\theta"] = np.arccos(now["u"])
        if r"\kappa_1(u)" in lines:
            kappas = parts(r"\kappa_1(u) = " + lines[r"\kappa_1(u)"][0])
            now |= {name[:-3]: constant(read(text, now)) for name, text in kappas.items()}
        law = re.fullmatch(
            r"\\sim \\mathcal\{N\}\\left\(0, \\begin\{pmatrix\} (.*) \\end\{pmatrix\}\\right\)",
            lines["(z_x, z_y)"][0],
        )
        (xx, xy), (yx, yy) = (row.split(" , ") for row in law[1].split(" ; "))
        assert xy == yx
        E, D = shown.expectations(*(read(text, now) + 0 * S for text in (xx, xy, yy)), T is not None)
        for name, value, form in (("E_l", E, PAIR[0]), ("D_l", D, PAIR[1])):
            if name == "E_l" or T is not None:
                assert lines[name][0] == form
                for closed in lines[name][1:]:
                    assert np.allclose(read(closed, now), value, rtol=1e-6, atol=1e-7), (name, closed)
                now[name] = value
        after = read(lines["S_l(x, y)"][0], now)
        if T is not None:
            T = read(lines["T_l(x, y)"][0], {**now, "S_l": after})
        S = after
    return S if T is None else T


def constant(value):
    """A function of u that was read at u."""
    return lambda u: value


def numbers_at(shown, layer):
    """Names of the variances of layer l."""
    return {name.replace(f",{layer}}}", ",l}"): v for name, v in shown.sigmas(layer).items()}


def indicator(shown, layer):
    if any(line.startswith("b_l") for line in shown.lines):
        assert shown.lines["b_l"][0] == r"1 \text{ if } \sigma_{b,l}^2 > 0,\quad b_l = 0 \text{ otherwise}"
        return float(shown.numbers["b"][layer] > 0)
    return None


def box(text, sequence):
    """Extents of {0, 1, 2} x {0, ..., 4}."""
    plain, _, other = text.partition(r" \text{ (sequences: } ")
    chosen = other.removesuffix(")") if sequence and other else plain
    return tuple(int(re.findall(r"\d+", part)[-1]) + 1 for part in chosen.split(r" \times "))


def extent(text):
    found = [int(n) for n in re.findall(r"\d+", text)]
    return tuple(found * 2 if len(found) == 1 else found)


def floor_of_half(text, **values):
    """floor(max(..., 0)/2) as printed, with its ceiling."""
    inner = re.fullmatch(r"\\left\\lfloor \\tfrac12 (\\max\(.*, 0\)) \\right\\rfloor", text)[1]
    over, under = re.search(r"\\lceil (\w) / (\w) \\rceil", inner).groups()
    inner = re.sub(r"\\lceil \w / \w \\rceil", "C", inner)
    return floor(read(inner, {**values, "C": ceil(values[over] / values[under])}) / 2)


def count_of(text, **values):
    """Number of values of an index from 0 to what is printed."""
    last = text.removeprefix(r"0, \dots, ")
    if up := re.fullmatch(r"\\lceil (\w) / (\w) \\rceil - 1", last):
        return ceil(values[up[1]] / values[up[2]])
    down = re.fullmatch(r"\\lfloor \((\w) - (\w)\) / (\w) \\rfloor", last)
    return (values[down[1]] - values[down[2]]) // values[down[3]] + 1


class Positions:
    """Where the filter lies: indices [axis][position, tap], n for what is beyond the border."""

    def __init__(self, shown, shape):
        lines = shown.lines
        form = parts("F = " + lines["F"][0])
        self.filter, self.stride = box(form["F"], shape[0] == 1), extent(form["s"])
        places = parts("p = " + lines["p"][0])
        self.circular, zero = r"\text{circular}" in lines, r"\text{zero}" in lines
        assert not self.circular or lines[r"\text{circular}"] == [": p + n = p"]
        if zero:
            wanted = r": x_p = 0,\quad E_l(p, q) = D_l(p, q) = 0 \text{ beyond the border}"
            assert lines[r"\text{zero}"][0] in (wanted, wanted.replace("D_l(p, q) = ", ""))
        self.taps = []
        for n, a, s in zip(shape, self.filter, self.stride, strict=True):
            m = int(places["m"]) if places["m"].isdigit() else floor_of_half(places["m"], n=n, a=a, s=s)
            at = s * np.arange(count_of(places["p"], n=n, a=a, s=s))[:, None] + np.arange(a) - m
            if self.circular:
                at = at % n
            beyond = (at < 0) | (at >= n)
            assert zero or not beyond.any()
            self.taps.append(np.where(beyond, n, at))

    def summed(self, tensor):
        """Sum over i in F of a tensor [h, w, h, w] at (s p + i - m, s q + i - m)."""
        padded = np.pad(tensor, [(0, 1)] * 4)
        rows, columns = self.taps
        return sum(
            padded[np.ix_(rows[:, i], columns[:, j], rows[:, i], columns[:, j])]
            for i, j in product(range(self.filter[0]), range(self.filter[1]))
        )


def convolutional(latex, X):
    """Convolutional nets: images X [m, c, h, w]."""
    shown = Display(latex)
    tangent = "T_1(p, q)" in shown.lines
    moved = "(s p + i - m, s q + i - m)"
    inner = r"\sum_{i \in F} \langle x_{s p + i - m}, y_{s q + i - m} \rangle"

    def start(x, y, values):
        here = Positions(shown, x.shape[1:])
        values |= {"c": len(x), "F": np.prod(here.filter), "P": here.summed(np.einsum("cij,ckl->ijkl", x, y))}
        return read(shown.lines["S_1(p, q)"][0].replace(inner, "P"), values)

    def step(name, E, DT, values, after=None):
        here = Positions(shown, E.shape[:2])
        text = shown.lines[name][0].replace(r"\sum_{i \in F} E_l" + moved, "P")
        text = text.replace(r"\sum_{i \in F} (D_l T_l)" + moved, "Q").replace("S_{l+1}(p, q)", "S_{l+1}")
        values = values | {"F": np.prod(here.filter), "P": here.summed(E), "S_{l+1}": after}
        return read(text, values | {"Q": None if DT is None else here.summed(DT)})

    return positions(shown, X, tangent, start, step, ("p", "q"))


def positions(shown, X, tangent, start, step, letters):
    """The recursion over layers of nets on positions, for all pairs of inputs."""
    p, q = letters
    lines = shown.lines
    pair = f"f(z_{p}(x)) f(z_{q}(y))"
    E_line = parts(f"E_l({p}, {q}) = " + lines[f"E_l({p}, {q})"][0])
    assert E_line[f"E_l({p}, {q})"] == rf"\mathbb{{E}}[{pair}]"
    assert (
        not tangent or E_line[f"D_l({p}, {q})"] == rf"\mathbb{{E}}[{pair.replace('f(', chr(102) + chr(39) + '(')}]"
    )
    assert lines["z"] == [
        rf"\text{{ Gaussian}},\quad \mathbb{{E}}[z] = 0,\quad \mathbb{{E}}[z_{p}(x) z_{q}(y)] = S_l({p}, {q})"
    ]
    gram = np.empty((len(X), len(X)))
    for one, two in product(range(len(X)), repeat=2):
        pairs = {(0, 0): (X[one], X[one]), (0, 1): (X[one], X[two]), (1, 1): (X[two], X[two])}
        S = {key: start(*both, shown.sigmas("0")) for key, both in pairs.items()}
        T = S[0, 1]
        if tangent:
            assert lines[f"T_1({p}, {q})"] == [f"S_1({p}, {q})"]
        for layer in range(1, shown.depth + 1):
            own = [diagonal(S[k, k]) for k in (0, 1)]
            E, D = {}, None
            for i, j in S:
                a = own[i].reshape(own[i].shape + (1,) * own[j].ndim)
                E[i, j], slope = shown.expectations(
                    a + 0 * S[i, j], S[i, j], own[j] + 0 * S[i, j], tangent and i != j
                )
                D = slope if i != j else D
            if layer < shown.depth:
                now = numbers_at(shown, layer)
                S = {key: step(f"S_{{l+1}}({p}, {q})", E[key], None, now) for key in S}
                T = step(f"T_{{l+1}}({p}, {q})", E[0, 1], D * T, now, S[0, 1]) if tangent else None
        gram[one, two] = readout(shown, {"E_L": E[0, 1], "D_L": D, "T_L": T}, letters)
    return gram


def diagonal(tensor):
    """S(p, p)."""
    half = tensor.shape[: tensor.ndim // 2]
    return tensor.reshape(np.prod(half), -1).diagonal().reshape(half)


def readout(shown, values, letters):
    """The line k(x, y)."""
    p, q = letters
    text = shown.lines["k(x, y)"][0].partition(r",\quad")[0]
    E = values["E_L"]
    shape = E.shape[: E.ndim // 2]
    form = r"\\sum_\{p, q \\in W_j\}" if "W_j" in text else rf"\\sum_\{{(?:{p}|{p}, {q})\}}"
    both = re.search(rf"((?:\\sum_\{{j\}} )?{form}) (\(.*?\)|\S+?)\(({p}, {p}|{p}, {q})\)$", text)
    table = read(both[2], values)
    flat = table.reshape(np.prod(shape), -1)
    assert (p == both[1].removeprefix(r"\sum_{").removesuffix("}")) == (both[3] == f"{p}, {p}")
    names = {**shown.sigmas("L"), "N": np.prod(shape)}
    if "W_j" in both[1]:
        listed = windows(shown, shape)
        total = sum(flat[np.ix_(part, part)].sum() for part in listed)
        names |= {"M": len(listed), "W": len(listed[0])}
    else:
        total = flat.trace() if both[3] == f"{p}, {p}" else flat.sum()
    return read(text.replace(both[0], "P"), {**names, "P": total})


def windows(shown, shape):
    """The sets W_j as lists of flat positions."""
    form = parts("W = " + shown.lines["W"][0])
    text = parts("W_j = " + shown.lines["W_j"][0])
    along = []
    for n, b, t in zip(shape, box(form["W"], shape[0] == 1), extent(form["t"]), strict=True):
        base, _, shift = text["W_j"].partition(" - ")
        assert base == "t j + W"
        low = floor_of_half(shift, N=n, b=b, t=t) if shift else 0
        starts = t * np.arange(count_of(text["j"], N=n, b=b, t=t)) - low
        along.append([(start + np.arange(b)) % n if shift else start + np.arange(b) for start in starts])
    return [[r * shape[1] + c for r, c in product(rows, columns)] for rows, columns in product(*along)]


def attention(latex, X):
    """Nets with self-attention: sequences X [m, T, d]."""
    shown = Display(latex)
    lines, tangent = shown.lines, r"\tilde T_l" in shown.lines
    assert lines["z"][0].endswith(r"\mathbb{E}[z_p(x) z_q(y)] = \tilde S_l(p, q)")
    pairs = parts("E_l(p, q) = " + lines["E_l(p, q)"][0])
    assert pairs["E_l(p, q)"] == r"\mathbb{E}[f(z_p(x)) f(z_q(y))]"
    assert not tangent or pairs["D_l(p, q)"] == r"\mathbb{E}[f'(z_p(x)) f'(z_q(y))]"
    gram = np.empty((len(X), len(X)))
    for one, two in product(range(len(X)), repeat=2):
        both = {(0, 0): (X[one], X[one]), (0, 1): (X[one], X[two]), (1, 1): (X[two], X[two])}
        first = lines["S_1(p, q)"][0].replace(r"\langle x_p, y_q \rangle", "P")
        S = {k: read(first, {**shown.sigmas("0"), "P": a @ b.T, "d": X.shape[2]}) for k, (a, b) in both.items()}
        T = S[0, 1]
        assert not tangent or lines["T_1"] == ["S_1"]
        for layer in range(1, shown.depth + 1):
            now = numbers_at(shown, layer)
            A = [mechanism(lines["A_x"][0], {**now, "S": S[k, k]}) for k in (0, 1)]
            mixed = {
                (i, j): read(
                    lines[r"\tilde S_l"][0].replace(r"A_x S_l A_y^\top", "P"),
                    {**now, "S_l": S[i, j], "P": A[i] @ S[i, j] @ A[j].T},
                )
                for i, j in S
            }
            if tangent:
                inner = re.search(r"A_x \((.*)\) A_y\^\\top", lines[r"\tilde T_l"][0])
                P = A[0] @ read(inner[1], {"S_l": S[0, 1], "T_l": T}) @ A[1].T
                T = read(lines[r"\tilde T_l"][0].replace(inner[0], "P"), {**now, "T_l": T, "P": P})
            E, D = {}, None
            for i, j in mixed:
                E[i, j], slope = shown.expectations(
                    mixed[i, i].diagonal()[:, None] + 0 * mixed[i, j],
                    mixed[i, j],
                    mixed[j, j].diagonal() + 0 * mixed[i, j],
                    tangent and i != j,
                )
                D = slope if i != j else D
            if layer < shown.depth:
                S = {k: read(lines["S_{l+1}"][0], {**now, "E_l": E[k], r"\tilde S_l": mixed[k]}) for k in S}
                if tangent:
                    T = read(lines["T_{l+1}"][0], {**now, "E_l": E[0, 1], "D_l": D, r"\tilde T_l": T})
        gram[one, two] = readout(shown, {"E_L": E[0, 1], "D_L": D, r"\tilde T_L": T}, ("p", "q"))
    return gram


def mechanism(text, values):
    """The attention matrix."""
    if soft := re.fullmatch(r"\\operatorname\{softmax\}\((.*)\) \\text\{ of each row\}", text):
        logits = read(soft[1].replace("S_l(x, x)", "S"), values)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
    plain = text.removesuffix(r" \text{ of each entry}").replace("S_l(x, x)", "S")
    return read(plain, values)


def group_convolutional(latex, X, group, permutations):
    """Group-convolutional nets: X [m, points, c]; permutations [n, points]."""
    shown = Display(latex)
    inner = r"\sum_{p \in F} \langle x_{g p}, y_{h p} \rangle"
    where = shown.lines["F"][0].removesuffix(r" \text{ (points)}")
    F = [int(n) for n in re.findall(r"\d+", where)]
    elements = [0]
    if "S" in shown.lines:
        factors = re.findall(r"\\\{(.*?)\\\}", shown.lines["S"][0])
        for factor in factors:
            elements = [int(group.multiply(s, int(t))) for s in elements for t in factor.split(", ")]
    assert shown.lines["g, h"][0].startswith(rf"\in \text{{{group.name}}}")
    every = np.arange(group.order)

    def start(x, y, values):
        P = sum(x[permutations[:, p]] @ y[permutations[:, p]].T for p in F)
        values |= {"c": x.shape[1], "F": len(F), "P": P}
        return read(shown.lines["S_1(g, h)"][0].replace(inner, "P"), values)

    def step(name, E, DT, values, after=None):
        text = shown.lines[name][0].replace(r"\sum_{s \in S} E_l(g s, h s)", "P")
        text = text.replace(r"\sum_{s \in S} (D_l T_l)(g s, h s)", "Q").replace("S_{l+1}(g, h)", "S_{l+1}")

        def summed(table):
            return sum(table[np.ix_(moved, moved)] for moved in (group.multiply(every, s) for s in elements))

        values = values | {"S": len(elements), "P": summed(E), "S_{l+1}": after}
        return read(text, values | {"Q": None if DT is None else summed(DT)})

    return positions(shown, X, "T_1(g, h)" in shown.lines, start, step, ("g", "h"))
