"""Character tables and irreps beside GAP, SymPy, NetKet and spgrep, and agreement with GAP's tables."""
