"""Mistakes planted in the engine of fully connected nets are caught by 60 digits."""

import importlib
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from network_oracle import ACTIVATIONS, hard_rows, net_errors

from orbitkernels.numerics import network

# file, text of the source (which occurs once), planted mistake
MISTAKES = [
    ("dual_piecewise", "- segment\n", "+ segment\n"),
    ("dual_piecewise", "segment = curved * (near", "segment = 1.001 * curved * (near"),
    ("dual_piecewise", "(-turn if close else turn)", "turn"),
    ("dual_piecewise", "(square if close else product)", "square"),
    ("dual_piecewise", "two_minus + one_minus * (-near)", "two_minus"),
    ("dual_polynomials", "0.00844046546442507", "0.00844046556442507"),
    ("dual_polynomials", "0.0024115615610460976", "0.0024115616610460976"),
    ("dual_polynomials", "0.22222221964174252", "0.22222222964174252"),
    ("dual_erf", "share * (first + second) + first * second", "share * (first + second)"),
    ("dual_erf", "shorter = alpha if alpha <= beta else beta", "shorter = beta"),
    ("dual_erf", "steep * v_x * v_y / cosine", "steep * v_x * v_y"),
    ("dual_trigonometric", "share * near * (2.0 - far)", "share * near * 2.0"),
    ("dual_trigonometric", "near + far * (1.0 - near)", "near + far"),
    ("dual_trigonometric", "square / (1.0 + top)", "square / 2.0"),
    ("dual_trigonometric", "sides - sign * middle", "sides"),
    ("dual_trigonometric", "share = 0.5 * (1.0 - lost) * scale", "share = 0.5 * scale"),
    ("dual_trigonometric", "(2.0 - near - far)", "(2.0 - near)"),
    ("dual_series", "(terms - 8, -1, -8)", "(terms - 8, 0, -8)"),
    ("dual_series", "3 + terms + top, w", "3 + top, w"),
    ("dual_series", "for j in range(width):\n        state", "for j in range(width - 1):\n        state"),
    ("network_tiles", "0.5 * (below * below + aside) +", ""),
    ("network_tiles", "branch * rest + skip * old_rest", "branch * rest"),
    ("network_tiles", "turn, lean = less_x - less_y", "turn, lean = less_x + less_y"),
    ("network_tiles", "skip + here[7, 0]", "here[7, 0]"),
    ("network_tiles", "ntk[j] = constant + product", "ntk[j] = product"),
    ("network_tiles", "factor * ntk[j]", "ntk[j]"),
    ("network_tiles", "ntk[j] = start + here", "ntk[j] = here"),
    ("network", "factor = scale if network.layer_norm", "factor = scale if False"),
    ("network", "np.sign(long) if network.layer_norm else long", "long"),
    ("network", "long if network.residual else skip", "skip"),
    ("network", "(bias > 0).astype(float) if network.units else bias", "bias"),
    ("network", "incoming = units if network.units else weight", "incoming = weight"),
    ("network", "np.sqrt(incoming) * branch", "np.sqrt(weight) * branch"),
    ("network", "layer], network.bias_variance[layer]", "0], network.bias_variance[layer]"),
    ("network", "branch, skip = lengths / np.sqrt(inputs)", "branch, skip = lengths"),
    ("angles", "gap[j] = 0.5 * _square_of_difference(x[i], y[left + j], 1.0)", "gap[j] = 0.0"),
    ("angles", "rest[j] = 0.5 * _square_of_difference(x[i], y[left + j], -1.0)", "rest[j] = 0.0"),
    ("angles", "(lengths * scale).ravel()", "lengths.ravel()"),
]

STUB = """
from types import FunctionType
jit = jit_sum = jit_inline = jit_tile = lambda function: function
def tile_for(template, pair, name="pair", inline=False):
    return FunctionType(template.__code__, {**template.__globals__, name: pair}, "tile")
"""


def planted(mistake, folder, monkeypatch):
    """The engine as plain Python in a package of its own, with one mistake."""
    package = folder / "planted_engine"
    package.mkdir()
    (package / "__init__.py").touch()
    for source in Path(network.__file__).parent.glob("*.py"):
        if source.name.startswith(("dual", "network", "angles", "cores", "feature_sizes")):
            shutil.copy(source, package)
    (package / "compilation.py").write_text(STUB)
    if mistake is not None:
        file = package / f"{mistake[0]}.py"
        text = file.read_text(encoding="utf-8")
        assert text.count(mistake[1]) == 1, mistake
        file.write_text(text.replace(mistake[1], mistake[2]), encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    for name in [name for name in sys.modules if name.startswith("planted_engine")]:
        monkeypatch.delitem(sys.modules, name)
    importlib.invalidate_caches()
    return importlib.import_module("planted_engine.network"), importlib.import_module("planted_engine.duals")


def engine_error(engine, duals):
    """What the tests see of an engine, at the depth 2."""
    X = hard_rows(2)[::3] * 1.5
    X = np.concatenate([X, np.random.default_rng(9).normal(size=(3, 2))])
    worst = 0.0
    for name, options in (
        ("relu", {}),
        ("erf", {"residual": True}),
        ("leaky_relu", {"layer_norm": True, "units": 40}),
        ("sin", {}),
        ("polynomial", {"layer_norm": True}),
    ):
        made = duals.dual(name, ACTIVATIONS[name][0])
        errors = net_errors(engine, made, name, (2,), X, [1.0, 2.0, 1.5], [0.4, 0.0, 0.6], **options)
        worst = max(worst, float(errors.max())) if np.all(np.isfinite(errors)) else np.inf
    return worst


def test_nothing_is_found_where_nothing_is_planted(tmp_path, monkeypatch):
    assert engine_error(*planted(None, tmp_path, monkeypatch)) < 1e-14


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake[0]} {mistake[2]}"[:60].strip())
def test_planted_mistakes_are_caught(mistake, tmp_path, monkeypatch):
    with np.errstate(all="ignore"):
        try:
            error = engine_error(*planted(mistake, tmp_path, monkeypatch))
        except (ValueError, ZeroDivisionError):  # a square root of a negative number is as good as a wrong value
            error = np.inf
    assert not error < 2e-14
