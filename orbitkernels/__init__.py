"""The theory of symmetry learning on group orbits, derived symbolically and verified numerically."""
