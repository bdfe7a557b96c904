# Character tables computed by GAP from permutation generators, as the oracle of tests/theory/test_characters.py.
# Made with GAP 4.12.1 by:  gap -q -b -n characters.g > characters.json
# Tables are computed by GAP's own Dixon-Schneider and Baum-Clausen code from the generators, not read from its library.
# GAP composes permutations from left to right; that turns the group into its opposite, which has the same classes,
# power maps and character values at every permutation.

SetPrintFormattingStatus("*stdout*", false);

Heis := function(p)  # upper unitriangular 3x3 matrices over GF(p)
  local o;
  o := One(GF(p));
  return Group([[1,1,0],[0,1,0],[0,0,1]]*o, [[1,0,0],[0,1,1],[0,0,1]]*o);
end;
Presented := function(relators)  # groups on a, b
  local F;
  F := FreeGroup("a", "b");
  return F / relators(F.1, F.2);
end;
Metacyclic := function(m, n, r)  # C_m : C_n with b a b^-1 = a^r
  return Presented(function(a, b) return [a^m, b^n, b*a*b^-1*a^-r]; end);
end;
Dicyclic := function(n)
  return Presented(function(a, b) return [a^(2*n), b^2*a^-n, b*a*b^-1*a]; end);
end;
S := SymmetricGroup;
A := AlternatingGroup;
Cyclic := n -> CyclicGroup(IsPermGroup, n);
Dihedral := n -> DihedralGroup(IsPermGroup, 2*n);

groups := [
  ["C1", Group(())], ["C2", Cyclic(2)], ["C3", Cyclic(3)], ["C4", Cyclic(4)], ["V4", DirectProduct(Cyclic(2), Cyclic(2))], ["C5", Cyclic(5)],
  ["C6", Cyclic(6)], ["C7", Cyclic(7)], ["C8", Cyclic(8)], ["C9", Cyclic(9)], ["C12", Cyclic(12)], ["C15", Cyclic(15)], ["C4xC2", DirectProduct(Cyclic(4), Cyclic(2))],
  ["C2^3", DirectProduct(Cyclic(2), Cyclic(2), Cyclic(2))], ["C3xC3", DirectProduct(Cyclic(3), Cyclic(3))], ["C6xC4", DirectProduct(Cyclic(6), Cyclic(4))],
  ["S3", S(3)], ["D4", Dihedral(4)], ["D5", Dihedral(5)], ["D6", Dihedral(6)], ["D7", Dihedral(7)], ["D8", Dihedral(8)], ["D9", Dihedral(9)], ["D15", Dihedral(15)],
  ["Q8", Dicyclic(2)], ["Dic3", Dicyclic(3)], ["Q16", Dicyclic(4)], ["Dic5", Dicyclic(5)],
  ["SD16", Metacyclic(8, 2, 3)], ["M16", Metacyclic(8, 2, 5)], ["C5:C4", Metacyclic(5, 4, 2)], ["C7:C3", Metacyclic(7, 3, 2)],
  ["C7:C6", Metacyclic(7, 6, 3)], ["C9:C3", Metacyclic(9, 3, 4)], ["C13:C3", Metacyclic(13, 3, 3)], ["C13:C4", Metacyclic(13, 4, 5)],
  ["Heis(3)", Heis(3)], ["Heis(5)", Heis(5)], ["A4", A(4)], ["S4", S(4)], ["A5", A(5)], ["S5", S(5)], ["A6", A(6)], ["S6", S(6)],
  ["A7", A(7)], ["S7", S(7)], ["SL(2,3)", SL(2,3)], ["GL(2,3)", GL(2,3)], ["SL(2,5)", SL(2,5)], ["GL(2,5)", GL(2,5)], ["SL(2,7)", SL(2,7)],
  ["PSL(2,7)", PSL(2,7)], ["SL(2,8)", SL(2,8)], ["PSL(2,11)", PSL(2,11)], ["SU(3,2)", SU(3,2)], ["SU(3,3)", SU(3,3)], ["GL(3,3)", GL(3,3)],
  ["S3xC3", DirectProduct(S(3), Cyclic(3))], ["S3xS3", DirectProduct(S(3), S(3))], ["A4xC4", DirectProduct(A(4), Cyclic(4))],
  ["C2wrS3", WreathProduct(Cyclic(2), S(3))], ["C3wrC3", WreathProduct(Cyclic(3), Cyclic(3))], ["C3wrS3", WreathProduct(Cyclic(3), S(3))],
  ["S3wrC2", WreathProduct(S(3), Cyclic(2))], ["M11", MathieuGroup(11)], ["M12", MathieuGroup(12)]
];

Small := function(G)  # a faithful permutation group of small degree on 1..d
  local P;
  P := Group(List(GeneratorsOfGroup(G), g -> Image(IsomorphismPermGroup(G), g)), ());
  if Size(P) <> Size(G) then Error("the permutation group is not isomorphic"); fi;
  P := Image(SmallerDegreePermutationRepresentation(P), P);
  return Action(P, MovedPoints(P));
end;

Row := list -> Concatenation("[", JoinStringsWithSeparator(List(list, String), ", "), "]");
Quoted := text -> Concatenation("\"", text, "\"");
ImageList := function(g, degree) return Row(List([1..degree], i -> i^g - 1)); end;
Block := function(lines) return JoinStringsWithSeparator(lines, ",\n      "); end;

Letter := k -> Concatenation("x", String(k));

Show := function(name, G, last)
  local P, degree, T, irr, classes, irrational, cell, chi, x, k, p, H, gens, small;
  P := Small(G);
  degree := Maximum(1, LargestMovedPoint(P));
  T := CharacterTable(P);
  irr := List(Irr(T), ValuesOfClassFunction);
  classes := List(ConjugacyClasses(T), Representative);
  irrational := Filtered(Set(Concatenation(irr)), x -> not IsInt(x));
  cell := function(x)
    if IsInt(x) then return String(x); fi;
    return Quoted(Letter(Position(irrational, x)));
  end;
  gens := GeneratorsOfGroup(P);
  if gens = [] then gens := [()]; fi;
  Print("  {\n    \"name\": ", Quoted(name), ",\n    \"order\": ", Size(P), ",\n    \"exponent\": ", Exponent(P), ",\n");
  Print("    \"generators\": ", Row(List(gens, g -> ImageList(g, degree))), ",\n");
  Print("    \"classes\": [\n      ", Block(List([1..Length(classes)], i -> Concatenation(
    "{\"representative\": ", ImageList(classes[i], degree), ", \"size\": ", String(SizesConjugacyClasses(T)[i]),
    ", \"element_order\": ", String(OrdersClassRepresentatives(T)[i]), "}"))), "\n    ],\n");
  Print("    \"irrationalities\": {", JoinStringsWithSeparator(List([1..Length(irrational)], k -> Concatenation(
    "\n      ", Quoted(Letter(k)), ": {\"text\": ", Quoted(String(irrational[k])), ", \"conductor\": ", String(Conductor(irrational[k])),
    ", \"coefficients\": ", Row(CoeffsCyc(irrational[k], Conductor(irrational[k]))), "}")), ","), "},\n");
  Print("    \"characters\": [\n      ", Block(List(irr, chi -> Row(List(chi, cell)))), "\n    ],\n");
  Print("    \"indicators\": ", Row(Indicator(T, 2)), ",\n");
  small := Filtered(Irr(T), chi -> chi[1] > 1);
  if Length(small) > 6 then small := small{[1..6]}; fi;
  Print("    \"powers\": [", JoinStringsWithSeparator(List(small, chi -> Concatenation("\n      {\"character\": ", String(Position(Irr(T), chi) - 1),
    ", \"symmetric_3\": ", Row(MatScalarProducts(T, Irr(T), SymmetricParts(T, [chi], 3))[1]),
    ", \"exterior_3\": ", Row(MatScalarProducts(T, Irr(T), AntiSymmetricParts(T, [chi], 3))[1]), "}")), ","), "],\n");
  Print("    \"permutation_characters\": [", JoinStringsWithSeparator(List(PrimeDivisors(Size(P)), function(p)
    H := SylowSubgroup(P, p);
    return Concatenation("\n      {\"subgroup\": ", Row(List(GeneratorsOfGroup(H), g -> ImageList(g, degree))), ", \"multiplicities\": ",
      Row(MatScalarProducts(T, Irr(T), [PermutationCharacter(P, H)])[1]), "}");
  end), ","), "]\n  }");
  if not last then Print(","); fi;
  Print("\n");
end;

Print("{\n\"provenance\": {\n  \"program\": \"GAP ", GAPInfo.Version, "\",\n  \"command\": \"gap -q -b -n characters.g > characters.json\",\n");
Print("  \"content\": \"Generators and class representatives as 0-based images; characters[i][j] is an integer or the name of an irrationality; coefficients[j] is the factor of E(conductor)^j; indicators are Frobenius-Schur's; powers and permutation_characters give multiplicities of the characters, in their order.\"\n},\n");
Print("\"groups\": [\n");
for k in [1..Length(groups)] do Show(groups[k][1], groups[k][2], k = Length(groups)); od;
Print("]\n}\n");
QUIT;
