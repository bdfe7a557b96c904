"""The groups that are timed: our name, GAP's constructor, and which other tools are asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """One group.

    Attributes:
        name: Name in our catalogue.
        gap: The same group in GAP's language.
        tools: Tools asked beside us; NetKet and spgrep hold n^2 or n^3 numbers and are not asked for large groups.
    """

    name: str
    gap: str
    tools: tuple[str, ...] = ("gap", "sympy", "netket")


_LARGE = ("gap", "sympy")
_GAP = ("gap",)
_CYCLIC = "CyclicGroup(IsPermGroup, {})".format
_SMALL = ("gap", "netket", "spgrep")

#: Character tables.
TABLES = (
    Case("S7", "SymmetricGroup(7)", _LARGE),
    Case("S8", "SymmetricGroup(8)", _GAP),
    Case("A7", "AlternatingGroup(7)"),
    Case("M11", "MathieuGroup(11)", _LARGE),
    Case("M12", "MathieuGroup(12)", _GAP),
    Case("PSL(2,31)", "PSL(2, 31)", _LARGE),
    Case("C2wrS5", f"WreathProduct({_CYCLIC(2)}, SymmetricGroup(5))"),
    Case(
        "C2wrC2wrC2xC4wrC2",
        f"DirectProduct(WreathProduct(WreathProduct({_CYCLIC(2)}, {_CYCLIC(2)}), {_CYCLIC(2)}), "
        f"WreathProduct({_CYCLIC(4)}, {_CYCLIC(2)}))",
        _GAP,
    ),
    Case("PSL(2,61)", "PSL(2, 61)", _GAP),
    Case("C100", _CYCLIC(100)),
    Case("C1000", _CYCLIC(1000), _GAP),
    Case("D500", "DihedralGroup(IsPermGroup, 1000)", _GAP),
)

#: Matrices of all irreps.
IRREPS = (
    Case("S5", "SymmetricGroup(5)", _SMALL),
    Case("SL(2,5)", "SL(2, 5)", _GAP),
    Case("PSL(2,7)", "PSL(2, 7)", _SMALL),
    Case("C2wrS4", f"WreathProduct({_CYCLIC(2)}, SymmetricGroup(4))", _GAP),
    Case("A6", "AlternatingGroup(6)", _SMALL),
    Case("S6", "SymmetricGroup(6)", ("gap", "netket")),
    Case("AGL(3,2)", "SemidirectProduct(GL(3, 2), GF(2)^3)", _GAP),
    Case("PSL(2,11)", "PSL(2, 11)", _GAP),
    Case("PSL(2,13)", "PSL(2, 13)", ("gap", "netket")),
    Case("A7", "AlternatingGroup(7)", _GAP),
    Case("Heis(5)", "ExtraspecialGroup(125, 5)", _GAP),
    Case(
        "C5:C4xC7:C3",
        "DirectProduct(SmallGroup(20, 3), SmallGroup(21, 1))",
        _GAP,
    ),
)

#: Catalogue names whose tables are compared with GAP's, value by value.
COMPARED = (
    "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C12", "C15", "C16", "C20", "C24", "C30", "C36", "V4",
    "C2^3", "C2^4", "C3^2", "C3^3", "C4xC2", "C4^2", "C6xC4", "C5^2", "C9xC3", "C8xC2", "C6xC2",
    "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D12", "D15", "D16", "D21", "D30", "D50",
    "Q8", "Q16", "Q32", "Q64", "Dic3", "Dic5", "Dic6", "Dic7", "Dic15", "SD16", "SD32",
    "S3", "S4", "S5", "S6", "S7", "S8", "A4", "A5", "A6", "A7", "A8",
    "C3:C4", "C5:C4", "C5:C8", "C7:C3", "C7:C6", "C8:C2", "C9:C3", "C9:C6", "C11:C5", "C11:C10", "C13:C3",
    "C13:C4", "C13:C12", "C15:C4", "C16:C4", "C17:C16", "C25:C5", "C31:C5",
    "Heis(3)", "Heis(5)", "Heis(7)", "SL(2,3)", "SL(2,4)", "SL(2,5)", "SL(2,7)", "SL(2,8)", "SL(2,9)", "SL(2,11)",
    "GL(2,3)", "GL(2,4)", "GL(2,5)", "GL(3,2)", "SL(3,3)", "PSL(2,7)", "PSL(2,8)", "PSL(2,11)", "PSL(2,13)",
    "PSL(2,16)", "PSL(2,17)", "PSL(2,19)", "PSL(2,31)", "PSL(3,3)", "PSL(3,4)", "PGL(2,5)", "PGL(2,7)", "PGL(2,9)",
    "PGL(2,11)", "AGL(1,5)", "AGL(1,8)", "AGL(1,9)", "AGL(2,3)", "AGL(3,2)", "M11", "M12",
    "S3xC2", "S3xC3", "S3^2", "S3^3", "S4xC2", "S4xS3", "A4xC4", "A5xC2", "A5xC7", "Q8xC2", "Q8xQ8", "Q8xS3",
    "D4xC3", "D5xD4", "SL(2,3)xC3", "C7:C3xC2", "C5:C4xC7:C3",
    "C2wrS3", "C2wrS4", "C2wrS5", "C2wrC2wrC2", "C2wrA4", "C3wrC3", "C3wrS3", "C4wrC4", "S3wrC2", "S4wrC2",
    "Q8wrC2", "A5wrC2", "(C3xC3)wrC2",
)  # fmt: skip
