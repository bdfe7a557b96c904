"""Labelled images to take seeds from: scikit-learn's digits, MNIST's IDX files, or a NumPy archive."""

from __future__ import annotations

import gzip
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from orbitkernels.errors import InputError
from orbitkernels.theory.integer_input import shown

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: First four bytes of an IDX file of unsigned bytes, by number of axes.
IDX_MAGIC = {1: 0x00000801, 3: 0x00000803}

_FORMS = "'digits', 'mnist:DIR' or the path of a '.npz' file"


@dataclass(frozen=True)
class Dataset:
    """Labelled images.

    Attributes:
        images: Array [N, h, w] of images (or [N, n, m] of sets of n points), or [N, d] of vectors; finite.
        labels: Array [N] of integers.
        name: The source it was loaded from.

    Raises:
        InputError: If images or labels are none of these.

    Example:
        >>> from orbitkernels.data import load
        >>> digits = load("digits")
        >>> digits.images.shape, digits.classes.tolist()
        ((1797, 8, 8), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """

    images: FloatArray
    labels: IntArray
    name: str = "data"

    def __post_init__(self) -> None:
        of = f"of {self.name!r}"
        images = _checked_images(_array(self.images, "images", of), f"'images' {of}")
        labels = _checked_labels(_array(self.labels, "labels", of), len(images), f"'labels' {of}")
        object.__setattr__(self, "images", images)
        object.__setattr__(self, "labels", labels)

    @property
    def classes(self) -> IntArray:
        """The different labels, sorted."""
        return np.unique(self.labels)

    def __len__(self) -> int:
        return int(self.labels.size)

    def __repr__(self) -> str:
        return f"<Dataset {self.name}: images {list(self.images.shape)}, {self.classes.size} classes>"

    def _repr_html_(self) -> str:
        labels, counts = np.unique(self.labels, return_counts=True)
        shape = " x ".join(map(str, self.images.shape[1:]))
        heading = f"{escape(self.name)}: {len(self):,} images of {shape}, {labels.size} classes"
        listed = zip(labels[:20], counts[:20], strict=True)
        rows = "".join(f"<tr><td>{c}</td><td>{n:,}</td></tr>" for c, n in listed)
        more = f"<tr><td>...</td><td>{counts[20:].sum():,}</td></tr>" if labels.size > 20 else ""
        return f"<table><caption>{heading}</caption><tr><th>class</th><th>images</th></tr>{rows}{more}</table>"


def dataset(source: str | Path | Dataset) -> Dataset:
    """Labelled images as they are, or those that a source names.

    Raises:
        InputError: If it is neither.
    """
    return source if isinstance(source, Dataset) else load(source)


def load(source: str | Path) -> Dataset:
    """Load labelled images.

    Args:
        source: ``digits``: 1797 handwritten digits of 8 x 8 pixels that come with scikit-learn, divided by 16;
            ``mnist:DIR``: the IDX files ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
            ``t10k-images-idx3-ubyte``, ``t10k-labels-idx1-ubyte`` in a folder, gzipped (``.gz``) or not, training
            images first; one of the two sets is enough; bytes are divided by 255;
            or the path of a ``.npz`` with ``images`` [N, h, w] or [N, d] and ``labels`` [N], taken as they are.

    Raises:
        InputError: If the source is unknown or a file is missing, truncated or of another kind.

    Example:
        >>> from orbitkernels.data import load
        >>> load("digits").images.max()
        np.float64(1.0)
    """
    if not isinstance(source, str | Path):
        raise InputError(f"Argument 'data' must be {_FORMS}, or ok.Dataset(images, labels), not {shown(source)}.")
    source = str(source)
    if source == "digits":
        return _digits()
    if source.startswith("mnist:"):
        return _mnist(Path(source.removeprefix("mnist:")), source)
    if source.endswith(".npz"):
        return _npz(Path(source))
    guess = get_close_matches(source, ["digits", "mnist:"], n=1, cutoff=0.6)
    hint = f"did you mean {guess[0]!r}? It" if guess else "it"
    raise InputError(f"Argument 'data' is {source!r}; {hint} must be {_FORMS}.")


def _digits() -> Dataset:
    """The test set of the UCI handwritten digits, pixels 0..16 divided by 16."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return Dataset(np.asarray(bunch.images) / 16, np.asarray(bunch.target, dtype=np.int64), "digits")


# ---------------------------------------------------------------------- IDX files


def _mnist(folder: Path, source: str) -> Dataset:
    """Training images, then test images, of the sets that are present."""
    if not folder.is_dir():
        raise InputError(f"Argument 'data' is {source!r}, but {str(folder)!r} is not a folder.")
    parts = [part for name in ("train", "t10k") if (part := _idx_set(folder, name)) is not None]
    if not parts:
        raise InputError(
            f"Folder {str(folder)!r} holds neither train-images-idx3-ubyte nor t10k-images-idx3-ubyte (or .gz)."
        )
    if len({images.shape[1:] for images, _ in parts}) > 1:
        shapes = " and ".join(str(list(images.shape[1:])) for images, _ in parts)
        raise InputError(f"Training and test images in {str(folder)!r} have different sizes, {shapes}.")
    images = np.concatenate([images for images, _ in parts]).astype(np.float64)
    images /= 255
    return Dataset(images, np.concatenate([labels for _, labels in parts]).astype(np.int64), source)


def _idx_set(folder: Path, name: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]] | None:
    """Images and labels of one of the two sets; None if it has no images."""
    image_file = _existing(folder / f"{name}-images-idx3-ubyte")
    if image_file is None:
        return None
    label_file = _existing(folder / f"{name}-labels-idx1-ubyte")
    if label_file is None:
        raise InputError(f"{str(image_file)!r} has no labels beside it: add {name}-labels-idx1-ubyte (or .gz).")
    images, labels = _read_idx(image_file, 3), _read_idx(label_file, 1)
    if len(images) != len(labels):
        raise InputError(
            f"{str(image_file)!r} holds {len(images)} images, but {str(label_file)!r} holds {len(labels)} labels."
        )
    return images, labels


def _existing(path: Path) -> Path | None:
    """The file itself, else the one with .gz appended, else None."""
    return next((p for p in (path, path.with_name(path.name + ".gz")) if p.is_file()), None)


def _read_idx(path: Path, axes: int) -> npt.NDArray[np.uint8]:
    """Array of an IDX file of unsigned bytes: magic number, one length an axis, then exactly that many bytes."""
    with _readable(path), _open(path) as stream:
        header = _read_at_most(stream, 4 * (axes + 1))
        if len(header) < 4 or struct.unpack(">I", header[:4])[0] != IDX_MAGIC[axes]:
            raise InputError(
                f"{str(path)!r} is not an IDX file of unsigned bytes with {axes} axes: "
                f"it begins with {header[:4].hex() or 'nothing'}, not {IDX_MAGIC[axes]:08x}."
            )
        if len(header) < 4 * (axes + 1):
            raise InputError(f"{str(path)!r} is truncated: it ends within its header.")
        shape = struct.unpack(f">{axes}I", header[4:])
        size = int(np.prod([int(length) for length in shape], dtype=object))
        if size == 0:
            raise InputError(f"{str(path)!r} is empty: its header says {list(shape)}.")
        body = _read_at_most(stream, size + 1)  # one more, to see whether the file goes on
    if len(body) != size:
        problem = "truncated: only" if len(body) < size else "longer than its header says: more than"
        count = min(len(body), size)
        raise InputError(f"{str(path)!r} is {problem} {count} bytes follow the header, which says {list(shape)}.")
    return np.frombuffer(body, dtype=np.uint8).reshape(shape)


def _open(path: Path) -> BinaryIO | gzip.GzipFile:
    """The file, unpacked if its name ends in .gz."""
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _read_at_most(stream: BinaryIO | gzip.GzipFile, size: int) -> bytes:
    """Up to `size` bytes, in pieces: a header that lies must not reserve memory that the file cannot fill."""
    pieces, missing = [], size
    while missing > 0 and (piece := stream.read(min(missing, 2**22))):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


# ---------------------------------------------------------------------- NumPy archives


def _npz(path: Path) -> Dataset:
    """The arrays `images` and `labels` of an archive, checked."""
    if not path.is_file():
        raise InputError(f"Argument 'data' is {str(path)!r}, but there is no such file.")
    with _readable(path), path.open("rb") as stream:  # np.load given a path leaves a damaged file open
        _refuse_foreign(path, stream.read(len(np.lib.format.MAGIC_PREFIX)))
        stream.seek(0)
        with np.load(stream, allow_pickle=False) as archive:
            absent = [key for key in ("images", "labels") if key not in archive]
            if absent:
                held = ", ".join(map(repr, archive.files)) or "nothing"
                raise InputError(f"{str(path)!r} has no array {absent[0]!r}; it holds {held}.")
            images, labels = (_member(archive, key, path) for key in ("images", "labels"))
    return Dataset(images, labels, str(path))


def _refuse_foreign(path: Path, start: bytes) -> None:
    """Refuse files that do not begin as archives do."""
    if start.startswith((b"PK\3\4", b"PK\5\6")):  # with members, and without any
        return
    kind = "but a single array" if start == np.lib.format.MAGIC_PREFIX else "whatever its name says"
    raise InputError(
        f"{str(path)!r} is not a .npz archive, {kind}; save it with np.savez(path, images=images, labels=labels)."
    )


def _member(archive: np.lib.npyio.NpzFile, key: str, path: Path) -> npt.NDArray[Any]:
    """An array of numbers of an archive; Python objects are never loaded, as that would run code of the file."""
    try:
        found: npt.NDArray[Any] = archive[key]
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        raise InputError(
            f"Array {key!r} of {str(path)!r} holds Python objects, which are not loaded; save it as an array of "
            "numbers of one shape, such as np.array(values, dtype=float)."
        ) from error
    return found


def _array(values: npt.ArrayLike, key: str, of: str) -> npt.NDArray[np.generic]:
    """An array without masked entries."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise InputError(f"Array '{key}' {of} has masked entries, which have no value; fill or remove them.")
    try:
        return np.asarray(values)
    except ValueError:
        raise InputError(f"Array '{key}' {of} must be an array of numbers; its rows differ in length.") from None


def _checked_images(images: npt.NDArray[np.generic], where: str) -> FloatArray:
    """Real, finite, two or three axes, none empty."""
    if images.ndim not in (2, 3) or images.size == 0:
        raise InputError(f"Array {where} must be [N, h, w] or [N, d] and not empty, not {list(images.shape)}.")
    if images.dtype.kind not in "biuf":
        raise InputError(f"Array {where} must hold real numbers, not {images.dtype}.")
    with np.errstate(over="ignore"):  # what exceeds a double is infinite and refused below
        pixels = images.astype(np.float64, copy=False)
    bad = np.flatnonzero(~np.isfinite(pixels).reshape(len(pixels), -1).all(axis=1))
    if bad.size:
        raise InputError(f"Array {where} has NaN or infinite pixels in {bad.size} images, first in {bad[0]}.")
    return pixels


def _checked_labels(labels: npt.NDArray[np.generic], count: int, where: str) -> IntArray:
    """One whole number an image."""
    if labels.shape != (count,):
        raise InputError(f"Array {where} must have one label an image, [{count}], not {list(labels.shape)}.")
    if labels.dtype.kind not in "biuf":
        raise InputError(f"Array {where} must hold whole numbers, not {labels.dtype}.")
    numbers = labels.astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(numbers) | (numbers != np.round(numbers)) | (np.abs(numbers) >= 2**53))
    if bad.size:
        raise InputError(f"Array {where} must hold whole numbers; label {bad[0]} is {labels[bad[0]]}.")
    return numbers.astype(np.int64)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn what readers raise about foreign, packed or damaged files into one line."""
    try:
        yield
    except InputError:
        raise
    except (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise InputError(f"Cannot read {str(path)!r}: {reason}.") from error
