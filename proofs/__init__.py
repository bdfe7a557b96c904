"""Theorems: statement, derivation, checks and evidence; exact and numerical mathematics meet here."""
