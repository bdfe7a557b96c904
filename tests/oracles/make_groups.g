# Writes tests/oracles/groups.json: facts about named finite groups, made by GAP's own constructors and algorithms.
# Run from the root of the repository:  gap -q tests/oracles/make_groups.g
# Classes are collected as [element order, class size, how many such classes].

SemidirectCyclic := function(a, b, r)
  local N, H, x, alpha;
  N := CyclicGroup(IsPermGroup, a); H := CyclicGroup(IsPermGroup, b); x := N.1;
  alpha := GroupHomomorphismByImagesNC(N, N, [x], [x^r]);
  return SemidirectProduct(H, GroupHomomorphismByImages(H, Group(alpha), [H.1], [alpha]), N);
end;
Affine := function(n, q) return SemidirectProduct(GL(n, q), GF(q)^n); end;
C := CyclicGroup; S := SymmetricGroup;

groups := [
  ["C1", TrivialGroup()], ["C2", C(2)], ["C12", C(12)], ["C60", C(60)], ["V4", AbelianGroup([2, 2])],
  ["C2^3", AbelianGroup([2, 2, 2])], ["C4xC6", AbelianGroup([4, 6])], ["C3^2xC9", AbelianGroup([3, 3, 9])],
  ["D3", DihedralGroup(6)], ["D4", DihedralGroup(8)], ["D5", DihedralGroup(10)], ["D12", DihedralGroup(24)],
  ["D17", DihedralGroup(34)], ["Q8", QuaternionGroup(8)], ["Q16", QuaternionGroup(16)],
  ["Q64", QuaternionGroup(64)], ["Dic3", DicyclicGroup(12)], ["Dic5", DicyclicGroup(20)],
  ["Dic12", DicyclicGroup(48)], ["SD16", SmallGroup(16, 8)], ["SD32", SmallGroup(32, 19)],
  ["S2", S(2)], ["S3", S(3)], ["S4", S(4)], ["S5", S(5)], ["S6", S(6)], ["S7", S(7)], ["S8", S(8)],
  ["A3", AlternatingGroup(3)], ["A4", AlternatingGroup(4)], ["A5", AlternatingGroup(5)],
  ["A6", AlternatingGroup(6)], ["A7", AlternatingGroup(7)], ["A8", AlternatingGroup(8)],
  ["C7:C3", SemidirectCyclic(7, 3, 2)], ["C5:C4", SemidirectCyclic(5, 4, 2)], ["C3:C4", SemidirectCyclic(3, 4, 2)],
  ["C5:C8", SemidirectCyclic(5, 8, 2)], ["C9:C3", SemidirectCyclic(9, 3, 4)], ["C9:C6", SemidirectCyclic(9, 6, 2)],
  ["C8:C2", SemidirectCyclic(8, 2, 3)], ["C13:C12", SemidirectCyclic(13, 12, 2)],
  ["C11:C5", SemidirectCyclic(11, 5, 3)], ["C15:C4", SemidirectCyclic(15, 4, 2)],
  ["Heis(2)", ExtraspecialGroup(8, "+")], ["Heis(3)", ExtraspecialGroup(27, "+")],
  ["Heis(5)", ExtraspecialGroup(125, "+")], ["Heis(7)", ExtraspecialGroup(343, "+")],
  ["SL(2,2)", SL(2, 2)], ["SL(2,3)", SL(2, 3)], ["SL(2,4)", SL(2, 4)], ["SL(2,5)", SL(2, 5)], ["SL(2,7)", SL(2, 7)],
  ["SL(2,8)", SL(2, 8)], ["SL(2,9)", SL(2, 9)], ["SL(3,3)", SL(3, 3)], ["GL(1,7)", GL(1, 7)], ["GL(2,2)", GL(2, 2)],
  ["GL(2,3)", GL(2, 3)], ["GL(2,4)", GL(2, 4)], ["GL(2,5)", GL(2, 5)], ["GL(3,2)", GL(3, 2)],
  ["PSL(2,7)", PSL(2, 7)], ["PSL(2,8)", PSL(2, 8)], ["PSL(2,11)", PSL(2, 11)], ["PSL(3,3)", PSL(3, 3)],
  ["PSL(3,4)", PSL(3, 4)], ["PGL(2,3)", PGL(2, 3)], ["PGL(2,5)", PGL(2, 5)], ["PGL(2,7)", PGL(2, 7)],
  ["PGL(2,9)", PGL(2, 9)], ["AGL(1,5)", Affine(1, 5)], ["AGL(1,8)", Affine(1, 8)], ["AGL(1,9)", Affine(1, 9)],
  ["AGL(2,3)", Affine(2, 3)], ["AGL(3,2)", Affine(3, 2)], ["M11", MathieuGroup(11)], ["M12", MathieuGroup(12)],
  ["S3xC2", DirectProduct(S(3), C(2))], ["S3^2", DirectProduct(S(3), S(3))],
  ["C7:C3xC2", DirectProduct(SemidirectCyclic(7, 3, 2), C(2))], ["SL(2,3)xC3", DirectProduct(SL(2, 3), C(3))],
  ["C2wrS3", WreathProduct(CyclicGroup(IsPermGroup, 2), S(3))],
  ["C2wrC2wrC2", WreathProduct(WreathProduct(C(2), CyclicGroup(IsPermGroup, 2)), CyclicGroup(IsPermGroup, 2))],
  ["C3wrC3", WreathProduct(C(3), CyclicGroup(IsPermGroup, 3))], ["S3wrC2", WreathProduct(S(3), S(2))],
  ["C2wrA4", WreathProduct(C(2), AlternatingGroup(4))], ["Q8wrC2", WreathProduct(QuaternionGroup(8), S(2))],
  ["(C3xC3)wrC2", WreathProduct(AbelianGroup([3, 3]), S(2))]
];

Facts := function(name, G)
  local classes, iso, H;
  iso := IsomorphismPermGroup(G);
  H := Group(List(GeneratorsOfGroup(G), g -> Image(iso, g)), ());  # Image(iso) of SL(2,3) is that of GL(2,3)
  if Size(H) <> Size(G) then Error(name, " has lost elements"); fi;
  classes := Collected(List(ConjugacyClasses(H), c -> [Order(Representative(c)), Size(c)]));
  return Concatenation("    {\"name\": \"", name, "\", \"order\": ", String(Size(H)),
    ", \"exponent\": ", String(Exponent(H)), ", \"centre\": ", String(Size(Centre(H))),
    ", \"derived\": ", String(Size(DerivedSubgroup(H))),
    ", \"abelian_invariants\": ", String(AbelianInvariants(H)),
    ", \"solvable\": ", String(IsSolvableGroup(H)), ", \"nilpotent\": ", String(IsNilpotentGroup(H)),
    ", \"simple\": ", String(IsSimpleGroup(H) and Size(H) > 1),
    ",\n     \"classes\": ", String(List(classes, c -> [c[1][1], c[1][2], c[2]])), "}");
end;

SizeScreen([100000, 24]);
file := OutputTextFile("tests/oracles/groups.json", false);
SetPrintFormattingStatus(file, false);
PrintTo(file, "{\n  \"provenance\": \"GAP ", GAPInfo.Version, ", tests/oracles/make_groups.g; classes are ",
  "[element order, class size, how many]; abelian_invariants are those of G/G', prime powers\",\n  \"groups\": [\n",
  JoinStringsWithSeparator(List(groups, g -> Facts(g[1], g[2])), ",\n"), "\n  ]\n}\n");
CloseStream(file);
QUIT;
