"""The rows of one thread are copied above the diagonal, and no others, which may not be computed yet."""

import numpy as np
import pytest

from orbitkernels.numerics.network_tiles import mirror


@pytest.mark.parametrize(("first", "last"), [(0, 40), (0, 7), (16, 40), (20, 37), (39, 40)])
def test_only_the_rows_that_are_done_are_mirrored(first, last):
    whole = np.add.outer(np.arange(40.0), np.arange(40.0) ** 2)
    whole = np.tril(whole) + np.tril(whole, -1).T
    done = np.where(np.tri(40, dtype=bool), whole, np.nan)
    done[:first] = np.nan
    done[last:] = np.nan
    wanted = done.copy()
    for row in range(first, last):
        wanted[:row, row] = whole[row, :row]
    mirror(done, first, last)
    np.testing.assert_array_equal(done, wanted)


def test_rows_above_keep_what_they_have():
    """Were one copied as well, it would be overwritten by what another thread has not computed yet."""
    out = np.zeros((40, 40))
    out[:20, :20] = 5.0
    out[3:20, 0] = 7.0  # not mirrored yet
    mirror(out, 20, 40)
    assert (out[0, 3:20] == 5.0).all()
