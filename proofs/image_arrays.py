"""Images as arrays: what users pass becomes [m, channels, height, width], or one line says why not."""

from __future__ import annotations

from math import isqrt

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError

from .arguments import FloatArray, reals

#: Images whose largest entry is beyond these lose digits to the limits of floating point when they are squared.
SMALLEST, LARGEST = 1e-100, 1e100


def image_array(
    name: str, values: npt.ArrayLike, height: int | None, width: int | None, channels: int | None
) -> FloatArray:
    """Checked images, channels first.

    Args:
        name: What messages call the argument.
        values: Images [m, h, w] or [m, h, w, c], or rows [m, h w c], channels last.
        height: What h must be; for rows None means a square, or what the width leaves.
        width: What w must be, likewise.
        channels: What c must be; for rows None means 1.

    Returns:
        Array [m, c, h, w].

    Raises:
        InputError: If the shape is another, an entry is not finite, or squares would leave floating point.

    Example:
        >>> import numpy as np
        >>> from orbitkernels.proofs.image_arrays import image_array
        >>> image_array("X", np.arange(12.0).reshape(1, 12), None, 3, 2)[0, 1].tolist()
        [[1.0, 3.0, 5.0], [7.0, 9.0, 11.0]]
    """
    array = reals(name, values)
    if array.ndim not in (2, 3, 4) or 0 in array.shape[1:]:
        raise InputError(
            f"Argument '{name}' must have shape [images, height, width], [images, height, width, channels] or "
            f"[images, coordinates], not {list(array.shape)}; reshape it."
        )
    if array.ndim == 2:
        shape = _shape_of_rows(name, array.shape[1], height, width, channels)
    else:
        shape = (array.shape[1], array.shape[2], array.shape[3] if array.ndim == 4 else 1)
        _require_shape(name, shape, (height, width, channels))
    require_numbers(name, array)
    return np.ascontiguousarray(np.moveaxis(array.reshape(len(array), *shape), 3, 1))


def require_image_shape(kernel: object, name: str, shape: tuple[int, int] | None) -> None:
    """Refuse a kernel of images that would read the rows of flattened images as images of another shape.

    Args:
        kernel: Any kernel, or an average of one; those that are no kernels of images take all shapes.
        name: What the message calls the images.
        shape: Rows and columns of the images; None if they were given as vectors, which no kernel refuses.

    Raises:
        InputError: If the kernel does.

    Example:
        >>> from orbitkernels.proofs.convolutional_kernels import CNTK
        >>> from orbitkernels.proofs.image_arrays import require_image_shape
        >>> require_image_shape(CNTK(), "seeds", (2, 8))
        Traceback (most recent call last):
            ...
        orbitkernels.errors.InputError: Argument 'seeds' has images of 2 x 8; give the kernel height=2, width=8.
    """
    while (averaged := getattr(kernel, "kernel", None)) is not None:
        kernel = averaged
    require = getattr(kernel, "require_shape", None)
    if require is not None and shape is not None:
        require(name, shape)


def _require_shape(name: str, found: tuple[int, ...], wanted: tuple[int | None, ...]) -> None:
    """Refuse another shape than the kernel says."""
    for what, have, want in zip(("height", "width", "channels"), found, wanted, strict=True):
        if want is not None and want != have:
            raise InputError(f"Argument '{name}' must have {what} {want} as the kernel says, not {have}.")


def _shape_of_rows(
    name: str, coordinates: int, height: int | None, width: int | None, channels: int | None
) -> tuple[int, int, int]:
    """Height, width and channels of a flattened image."""
    pixels, left = divmod(coordinates, channels or 1)
    known = f"height={height}, width={width}" if height or width else "a square"
    if height is None and width is None:
        height = width = isqrt(pixels)
    height = height or pixels // (width or 1)
    width = width or pixels // max(height, 1)
    if left or height * width != pixels or not pixels:
        raise InputError(
            f"Argument '{name}' has {coordinates} coordinates an input, which are not {known} with channels="
            f"{channels or 1}; give the kernel height, width and channels, or pass images [m, h, w, channels]."
        )
    return height, width, channels or 1


def require_numbers(name: str, array: FloatArray, what: str = "image") -> None:
    """Refuse entries that are not finite, and images, or what they are, whose squares leave floating point."""
    if not np.all(np.isfinite(array)):
        place = np.argwhere(~np.isfinite(array))[0]
        raise InputError(
            f"Argument '{name}' must be finite, but entry {place.tolist()} is {array[tuple(place)]}; remove it."
        )
    largest = np.abs(array).max(axis=tuple(range(1, array.ndim)), initial=0.0)
    for wrong, way in ((largest > LARGEST, "down"), ((largest > 0) & (largest < SMALLEST), "up")):
        if np.any(wrong):
            raise InputError(
                f"Argument '{name}' has {'an' if what[0] in 'aeiou' else 'a'} {what} with largest entry "
                f"{largest[wrong][0]:.0e}, near the limits of floating point; scale the {what}s {way}."
            )
