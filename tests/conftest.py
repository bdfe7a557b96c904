"""Hypothesis profiles: `default` for make test, `long` for the thorough run (HYPOTHESIS_PROFILE=long).

Every module is imported before the first test: one that was imported while a test has planted a mistake would take
the mistaken function by name, and keep it for all later tests.
"""

import contextlib
import os
import pkgutil
from importlib import import_module

from hypothesis import HealthCheck, settings

import orbitkernels.proofs

for _module in pkgutil.iter_modules(orbitkernels.proofs.__path__, "orbitkernels.proofs."):
    with contextlib.suppress(Exception):  # the tests of that module say what is wrong with it
        import_module(_module.name)

settings.register_profile(
    "default",
    deadline=None,  # the first call of a jitted function compiles it
    max_examples=40,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", parent=settings.get_profile("default"), max_examples=2000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
