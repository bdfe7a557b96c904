"""The theory of symmetry learning on group orbits, derived symbolically and verified numerically.

The public names are imported when they are first used, so that ``import orbitkernels`` stays quick.

Example:
    >>> import orbitkernels as ok
    >>> ok.group("D4").order
    8
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from orbitkernels import hooks
from orbitkernels.errors import (
    ConvergenceWarning,
    ExpectationWarning,
    InputError,
    NotInvariantError,
    RoundingWarning,
    SingularGramError,
)

if TYPE_CHECKING:
    from orbitkernels.data import Dataset, load
    from orbitkernels.prediction import predict
    from orbitkernels.proofs.attention_kernels import AttentionNNGP, AttentionNTK
    from orbitkernels.proofs.averaged_kernels import Averaged, AveragedKernel
    from orbitkernels.proofs.batches import OrbitBatch, SpectralErrors, spectral_errors
    from orbitkernels.proofs.circle import circle_spectrum
    from orbitkernels.proofs.convolutional_kernels import CNNGP, CNTK
    from orbitkernels.proofs.derive import derive
    from orbitkernels.proofs.enclosed_prediction import enclosed_error
    from orbitkernels.proofs.fourier_basis import FourierIrrep, fourier_irreps
    from orbitkernels.proofs.fourier_transform import (
        convolve,
        fourier_transform,
        inverse_fourier_transform,
        power_spectrum,
    )
    from orbitkernels.proofs.group_convolutional_kernels import GroupConvolutionalNNGP, GroupConvolutionalNTK
    from orbitkernels.proofs.irreps import UnitaryIrrep, unitary_irreps
    from orbitkernels.proofs.iterative import iterative_error
    from orbitkernels.proofs.kernels import NNGP, NTK, Formula, Gaussian, Kernel, Laplace, Polynomial, kernel
    from orbitkernels.proofs.orbits import Orbits
    from orbitkernels.proofs.pose_sources import ImageRotations
    from orbitkernels.proofs.reynolds import recovered_poses
    from orbitkernels.proofs.ridge import Ridge
    from orbitkernels.proofs.rounding import BoundedError, error_with_bound
    from orbitkernels.proofs.spectral import (
        check_invariance,
        leave_out_error,
        orbit_symbol,
        spectral_error,
        spectrum,
    )
    from orbitkernels.proofs.symbol_errors import symbol_errors, symbol_errors_with_bound, symbol_spectrum
    from orbitkernels.proofs.verify import verify
    from orbitkernels.theory.actions import PermutationAction, image_action
    from orbitkernels.theory.characters import CharacterTable
    from orbitkernels.theory.class_functions import ClassFunction
    from orbitkernels.theory.cyclotomics import Cyclotomic, root_of_unity
    from orbitkernels.theory.groups import FiniteGroup
    from orbitkernels.theory.names import group
    from orbitkernels.theory.subgroups import Subgroup

_HOMES = {
    "theory.groups": ["FiniteGroup"],
    "theory.names": ["group"],
    "theory.subgroups": ["Subgroup"],
    "theory.actions": ["PermutationAction", "image_action"],
    "theory.characters": ["CharacterTable"],
    "theory.class_functions": ["ClassFunction"],
    "theory.cyclotomics": ["Cyclotomic", "root_of_unity"],
    "proofs.fourier_basis": ["FourierIrrep", "fourier_irreps"],
    "proofs.fourier_transform": ["convolve", "fourier_transform", "inverse_fourier_transform", "power_spectrum"],
    "proofs.irreps": ["UnitaryIrrep", "unitary_irreps"],
    "proofs.attention_kernels": ["AttentionNNGP", "AttentionNTK"],
    "proofs.convolutional_kernels": ["CNNGP", "CNTK"],
    "proofs.kernels": ["NNGP", "NTK", "Formula", "Gaussian", "Kernel", "Laplace", "Polynomial", "kernel"],
    "proofs.orbits": ["Orbits"],
    "proofs.batches": ["OrbitBatch", "SpectralErrors", "spectral_errors"],
    "proofs.pose_sources": ["ImageRotations"],
    "proofs.averaged_kernels": ["Averaged", "AveragedKernel"],
    "proofs.group_convolutional_kernels": ["GroupConvolutionalNNGP", "GroupConvolutionalNTK"],
    "proofs.reynolds": ["recovered_poses"],
    "proofs.ridge": ["Ridge"],
    "proofs.rounding": ["BoundedError", "error_with_bound"],
    "proofs.spectral": ["check_invariance", "leave_out_error", "orbit_symbol", "spectral_error", "spectrum"],
    "proofs.enclosed_prediction": ["enclosed_error"],
    "proofs.symbol_errors": ["symbol_errors", "symbol_errors_with_bound", "symbol_spectrum"],
    "proofs.iterative": ["iterative_error"],
    "proofs.verify": ["verify"],
    "proofs.circle": ["circle_spectrum"],
    "proofs.derive": ["derive"],
    "data": ["Dataset", "load"],
    "prediction": ["predict"],
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "CNNGP",
    "CNTK",
    "NNGP",
    "NTK",
    "AttentionNNGP",
    "AttentionNTK",
    "Averaged",
    "AveragedKernel",
    "BoundedError",
    "CharacterTable",
    "ClassFunction",
    "ConvergenceWarning",
    "Cyclotomic",
    "Dataset",
    "ExpectationWarning",
    "FiniteGroup",
    "Formula",
    "FourierIrrep",
    "Gaussian",
    "GroupConvolutionalNNGP",
    "GroupConvolutionalNTK",
    "ImageRotations",
    "InputError",
    "Kernel",
    "Laplace",
    "NotInvariantError",
    "OrbitBatch",
    "Orbits",
    "PermutationAction",
    "Polynomial",
    "Ridge",
    "RoundingWarning",
    "SingularGramError",
    "SpectralErrors",
    "Subgroup",
    "UnitaryIrrep",
    "check_invariance",
    "circle_spectrum",
    "convolve",
    "derive",
    "enclosed_error",
    "error_with_bound",
    "fourier_irreps",
    "fourier_transform",
    "group",
    "image_action",
    "inverse_fourier_transform",
    "iterative_error",
    "kernel",
    "leave_out_error",
    "load",
    "orbit_symbol",
    "power_spectrum",
    "predict",
    "recovered_poses",
    "root_of_unity",
    "spectral_error",
    "spectral_errors",
    "spectrum",
    "symbol_errors",
    "symbol_errors_with_bound",
    "symbol_spectrum",
    "unitary_irreps",
    "verify",
]

__version__ = "0.1.0"


def _unitary_irreps(group: Any) -> tuple[Any, ...]:
    """What ``G.irreps()`` calls; see :mod:`orbitkernels.hooks`."""
    from orbitkernels.proofs.irreps import unitary_irreps

    return unitary_irreps(group)


hooks.unitary_irreps = _unitary_irreps


def __getattr__(name: str) -> Any:
    """Import a public name from the module that defines it."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'orbitkernels' has no attribute '{name}'")
    value = getattr(import_module(f"orbitkernels.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
