"""Kernels of infinite nets and errors on orbits beside neural-tangents, scikit-ntk and dense linear algebra.

neural-tangents does not run with NumPy 2 or a present jax, so it needs a Python of its own::

    python3.11 -m venv FOLDER
    FOLDER/bin/pip install neural-tangents==0.6.5 jax==0.4.26 jaxlib==0.4.26 "numpy<2" "scipy<1.13" scikit-ntk
    make bench-kernels BENCH_PYTHON=FOLDER/bin/python

Without BENCH_PYTHON the table has our figures, the floor of the machine and dense linear algebra.
"""
