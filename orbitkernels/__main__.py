"""``python -m orbitkernels``."""

from orbitkernels.cli import main

main()
