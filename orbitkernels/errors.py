"""Errors that bad input raises, one line with the argument, its value and the remedy; warnings of lost digits."""


class InputError(ValueError):
    """The input cannot be used; the message says which argument, what it was and what to do.

    The command line prints the message alone and exits with status 2.
    """


class SingularGramError(InputError):
    """The Gram matrix has no usable inverse; the message names the irrep whose Fourier block vanishes."""


class NotInvariantError(InputError):
    """The kernel is not invariant under the action; the message says by how much."""


class RoundingWarning(UserWarning):
    """Rounding may change a result by more than a thousandth of its value; the message says how to lower that."""


class ConvergenceWarning(UserWarning):
    """An iteration ended before the residual it was to reach; the message has the residual, steps and remedies."""


class ExpectationWarning(UserWarning):
    """Gaussian expectations of an activation given as a formula have few digits; the message says how few."""
