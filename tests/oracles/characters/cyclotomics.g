# Cyclotomic numbers as GAP reduces and prints them, the oracle of tests/theory/test_cyclotomics.py.
# Made with GAP 4.12.1 by:  gap -q -b -n cyclotomics.g > cyclotomics.json

SetPrintFormattingStatus("*stdout*", false);
source := RandomSource(IsMersenneTwister, 2);
Row := list -> Concatenation("[", JoinStringsWithSeparator(List(list, String), ", "), "]");
Quoted := list -> Concatenation("[", JoinStringsWithSeparator(List(list, c -> Concatenation("\"", String(c), "\"")), ", "), "]");
orders := [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 18, 20, 21, 24, 25, 27, 28, 30, 36, 40, 45, 48, 60, 63, 72, 84, 90, 105];
factors := [0, 0, 0, 0, 0, 0, 1, -1, 2, -3, 1/2, -5/6];

terms := [];
x := 0;
inverse := "";

Print("{\n\"provenance\": {\"program\": \"GAP ", GAPInfo.Version, "\", \"command\": \"gap -q -b -n cyclotomics.g > cyclotomics.json\",\n");
Print("  \"content\": \"terms[j] is the factor of E(order)^j that the number was made from; coefficients[j] is GAP's factor of E(conductor)^j; inverse and square_root_text are printed by GAP\"},\n\"numbers\": [\n");
for n in orders do
  for k in [1..6] do
    terms := List([1..n], j -> Random(source, factors));
    x := Sum([1..n], j -> terms[j] * E(n)^(j-1));
    if x = 0 then inverse := "0"; elif Conductor(x) > 30 then inverse := ""; else inverse := String(1/x); fi;
    Print("  {\"order\": ", n, ", \"terms\": ", Quoted(terms), ", \"conductor\": ", Conductor(x),
          ",\n   \"coefficients\": ", Quoted(CoeffsCyc(x, Conductor(x))), ",\n   \"text\": \"", x, "\", \"inverse\": \"", inverse, "\"}");
    if n <> orders[Length(orders)] or k < 6 then Print(","); fi;
    Print("\n");
  od;
od;
Print("],\n\"square_roots\": {\n");
for d in Filtered([-60..60], d -> d <> 0) do
  Print("  \"", d, "\": \"", Sqrt(d), "\"");
  if d < 60 then Print(","); fi;
  Print("\n");
od;
Print("}\n}\n");
QUIT;
