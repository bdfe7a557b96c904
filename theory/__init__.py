"""Exact mathematics of finite groups, characters, irreps, kernels and spectra; no float decides anything here."""
