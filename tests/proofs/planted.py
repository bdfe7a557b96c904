"""Mistakes that tests plant."""

from itertools import count


def off_by_one(function, number):
    """The function with 1 added to its result of that call, counted from 0."""
    calls = count()
    return lambda *arguments, **options: function(*arguments, **options) + (next(calls) == number)
