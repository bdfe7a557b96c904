# Writes tests/oracles/automorphisms_192_1025.json: Aut(SmallGroup(192, 1025)), of order 61440, as permutations, with
# facts that GAP finds without character theory (classes, involutions element by element), and GAP's degrees.
# GAP 4.16 fails in Irr of this group; 4.12 does not.  Needs the package SmallGrp.
# Run from the root of the repository:  gap -q tests/oracles/make_automorphisms_192_1025.g

LoadPackage("smallgrp");;
A := AutomorphismGroup(SmallGroup(192, 1025));;
P := Image(IsomorphismPermGroup(A));;
Q := Image(SmallerDegreePermutationRepresentation(P));;
generators := SmallGeneratingSet(Q);;
G := Group(generators);;
if Size(G) <> 61440 then Error("not the group"); fi;
degree := LargestMovedPoint(G);;
classes := Collected(List(ConjugacyClasses(G), c -> [Order(Representative(c)), Size(c)]));;
roots := Number(G, x -> x^2 = ());;  # element by element
cubes := Number(G, x -> x^3 = ());;
degrees := Collected(List(Irr(G), chi -> chi[1]));;

out := OutputTextFile("tests/oracles/automorphisms_192_1025.json", false);; SetPrintFormattingStatus(out, false);;
PrintTo(out, "{\n",
  "  \"provenance\": \"GAP ", GAPInfo.Version, ", tests/oracles/make_automorphisms_192_1025.g; images are 0-based; classes are",
  " [element order, class size, how many]; square_roots_of_1 and cube_roots_of_1 are counted element by element;",
  " degrees are [degree, how many] by Irr of that version, which fails in GAP 4.16\",\n",
  "  \"name\": \"Aut(SmallGroup(192, 1025))\",\n",
  "  \"order\": ", Size(G), ",\n  \"abelian_invariants\": ", AbelianInvariants(G), ",\n  \"centre\": ", Size(Centre(G)),
  ",\n  \"square_roots_of_1\": ", roots, ",\n  \"cube_roots_of_1\": ", cubes,
  ",\n  \"classes\": ", List(classes, c -> [c[1][1], c[1][2], c[2]]), ",\n  \"degrees\": ", degrees,
  ",\n  \"generators\": [\n    ", ListPerm(generators[1], degree) - 1);;
for g in generators{[2 .. Length(generators)]} do PrintTo(out, ",\n    ", ListPerm(g, degree) - 1); od;
PrintTo(out, "\n  ]\n}\n");; CloseStream(out);;
QUIT;
