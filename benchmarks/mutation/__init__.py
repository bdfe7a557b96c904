"""Mutation run over the formulas of theory/ and proofs/: does a test notice when a formula is wrong?"""
