"""Data sets: what is loaded, and one line for every file that cannot be."""

import gzip
import os
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

import orbitkernels as ok
from orbitkernels.data import load
from orbitkernels.errors import InputError

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, size=(5, 4, 6), dtype=np.uint8)
LABELS = np.array([3, 1, 4, 1, 5], dtype=np.uint8)


def idx(array: np.ndarray) -> bytes:
    """An IDX file of unsigned bytes."""
    header = struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write_set(folder: Path, name: str, pixels: np.ndarray, labels: np.ndarray, packed: bool = False) -> None:
    for kind, array in (("images-idx3", pixels), ("labels-idx1", labels)):
        path = folder / f"{name}-{kind}-ubyte{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(idx(array)) if packed else idx(array))


def message(source: object) -> str:
    """The one line that a bad source raises."""
    with pytest.raises(InputError) as caught:
        load(str(source))
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def test_digits() -> None:
    digits = load("digits")
    assert digits.images.shape == (1797, 8, 8)
    assert digits.images.dtype == np.float64
    assert digits.images.min() == 0
    assert digits.images.max() == 1
    assert np.bincount(digits.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert len(digits) == 1797


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["train", "t10k"])
def test_one_set_is_enough(tmp_path: Path, packed: bool, name: str) -> None:
    write_set(tmp_path, name, PIXELS, LABELS, packed)
    data = load(f"mnist:{tmp_path}")
    assert np.array_equal(data.images, PIXELS / 255)
    assert np.array_equal(data.labels, LABELS)


def test_training_images_come_first(tmp_path: Path) -> None:
    write_set(tmp_path, "train", PIXELS, LABELS)
    write_set(tmp_path, "t10k", PIXELS[:2, ::-1], LABELS[:2], packed=True)
    data = load(f"mnist:{tmp_path}")
    assert np.array_equal(data.images, np.concatenate([PIXELS, PIXELS[:2, ::-1]]) / 255)
    assert data.labels.tolist() == [3, 1, 4, 1, 5, 3, 1]
    assert data.classes.tolist() == [1, 3, 4, 5]


def test_labels_alone_are_passed_over(tmp_path: Path) -> None:
    write_set(tmp_path, "t10k", PIXELS, LABELS)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(LABELS))
    assert len(load(f"mnist:{tmp_path}")) == 5


IMAGE_FILE, LABEL_FILE = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
HUGE = struct.pack(">4I", 0x803, 2**32 - 1, 2**32 - 1, 2**32 - 1)
DAMAGED = {
    "cut body": (IMAGE_FILE, idx(PIXELS)[:-1], "truncated: only 119 bytes"),
    "cut header": (IMAGE_FILE, idx(PIXELS)[:10], "ends within its header"),
    "empty": (IMAGE_FILE, b"", "begins with nothing"),
    "no images": (IMAGE_FILE, idx(PIXELS[:0]), r"is empty: its header says [0, 4, 6]"),
    "too long": (IMAGE_FILE, idx(PIXELS) + b"\0", "longer than its header says"),
    "lying header": (IMAGE_FILE, HUGE + b"123", "truncated: only 3 bytes"),
    "labels as images": (IMAGE_FILE, idx(LABELS), "begins with 00000801, not 00000803"),
    "images as labels": (LABEL_FILE, idx(PIXELS), "begins with 00000803, not 00000801"),
    "foreign": (IMAGE_FILE, b"\x89PNG\r\n\x1a\n", "begins with 89504e47"),
    "packed without .gz": (IMAGE_FILE, gzip.compress(idx(PIXELS)), "begins with 1f8b"),
    "fewer labels": (LABEL_FILE, idx(LABELS[:4]), "holds 5 images, but"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damaged_idx_files_are_named(tmp_path: Path, case: str) -> None:
    write_set(tmp_path, "t10k", PIXELS, LABELS)
    file, content, expected = DAMAGED[case]
    (tmp_path / file).write_bytes(content)
    text = message(f"mnist:{tmp_path}")
    assert expected in text
    assert str(tmp_path / file) in text


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[: len(packed) // 2],
        lambda packed: b"not gzip at all",
        lambda packed: packed[:20] + bytes(255 - b for b in packed[20:30]) + packed[30:],
    ],
    ids=["truncated", "foreign", "corrupt"],
)
def test_damaged_gzip_files_are_named(tmp_path: Path, damage) -> None:
    write_set(tmp_path, "t10k", PIXELS, LABELS, packed=True)
    path = tmp_path / f"{IMAGE_FILE}.gz"
    path.write_bytes(damage(path.read_bytes()))
    assert str(path) in message(f"mnist:{tmp_path}")


def test_images_without_labels_and_empty_folders(tmp_path: Path) -> None:
    assert "holds neither train-images-idx3-ubyte nor t10k-images" in message(f"mnist:{tmp_path}")
    (tmp_path / IMAGE_FILE).write_bytes(idx(PIXELS))
    assert "has no labels beside it: add t10k-labels-idx1-ubyte" in message(f"mnist:{tmp_path}")
    assert "is not a folder" in message(f"mnist:{tmp_path / 'absent'}")


def test_sets_of_different_sizes_are_refused(tmp_path: Path) -> None:
    write_set(tmp_path, "t10k", PIXELS, LABELS)
    write_set(tmp_path, "train", PIXELS[:, :3], LABELS)
    assert "[3, 6] and [4, 6]" in message(f"mnist:{tmp_path}")


@pytest.mark.parametrize("shape", [(4, 3, 5), (4, 7)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, bool])
def test_npz(tmp_path: Path, shape: tuple[int, ...], dtype: type) -> None:
    images = RNG.integers(0, 2, size=shape).astype(dtype)
    np.savez(tmp_path / "x.npz", images=images, labels=np.array([0.0, 1.0, 1.0, 7.0]))
    data = load(str(tmp_path / "x.npz"))
    assert np.array_equal(data.images, images)
    assert data.images.dtype == np.float64
    assert data.labels.tolist() == [0, 1, 1, 7]
    assert data.labels.dtype == np.int64


GOOD = RNG.normal(size=(4, 3, 3))
BAD_ARRAYS = {
    "NaN": (np.where(np.arange(36).reshape(4, 3, 3) == 20, np.nan, GOOD), [0, 1, 0, 1], "in 1 images, first in 2"),
    "infinite": (np.where(GOOD > -9, np.inf, 0), [0, 1, 0, 1], "NaN or infinite pixels in 4 images"),
    "short labels": (GOOD, [0, 1, 0], "one label an image, [4], not [3]"),
    "label columns": (GOOD, [[0], [1], [0], [1]], "not [4, 1]"),
    "fractional labels": (GOOD, [0, 1, 0.5, 1], "label 2 is 0.5"),
    "NaN label": (GOOD, [0, 1, np.nan, 1], "label 2 is nan"),
    "words": (GOOD, ["a", "b", "a", "b"], "whole numbers, not <U1"),
    "one axis": (GOOD[:, 0, 0], [0, 1, 0, 1], "[N, h, w] or [N, d]"),
    "four axes": (GOOD[..., None], [0, 1, 0, 1], "not [4, 3, 3, 1]"),
    "no images": (GOOD[:0], [], "not [0, 3, 3]"),
    "complex": (GOOD * 1j, [0, 1, 0, 1], "real numbers, not complex128"),
    "objects": (np.array([{}, {}, {}, {}]), [0, 1, 0, 1], "holds Python objects, which are not loaded"),
}


@pytest.mark.parametrize("case", BAD_ARRAYS)
def test_bad_arrays_are_refused(tmp_path: Path, case: str) -> None:
    images, labels, expected = BAD_ARRAYS[case]
    np.savez(tmp_path / "x.npz", images=images, labels=np.array(labels))
    text = message(tmp_path / "x.npz")
    assert expected in text
    assert "x.npz" in text


def test_missing_keys_and_foreign_archives(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    assert "no such file" in message(path)
    np.savez(path, images=GOOD)
    assert "no array 'labels'; it holds 'images'" in message(path)
    np.savez(path, y=GOOD)
    assert "no array 'images'; it holds 'y'" in message(path)
    whole = path.read_bytes()
    for content in (b"", b"hello", whole[: len(whole) // 2], whole[:60] + b"?" * 9 + whole[69:]):
        path.write_bytes(content)
        assert str(path) in message(path)
    with path.open("wb") as stream:
        np.save(stream, GOOD)
    assert "a single array" in message(path)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"1,2,3\n4,5,6\n", b"PKhello", pickle.dumps([1, 2]), b"\x93NUMP"]
)
def test_files_that_are_no_archive_are_told_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.npz"
    path.write_bytes(content)
    expected = "is not a .npz archive, whatever its name says; save it with np.savez(path, images="
    assert expected in message(path)
    assert "pickle" not in message(path)


class Mischief:
    """What a file may run when its objects are loaded."""

    ran = False

    def __reduce__(self) -> tuple[object, ...]:
        return setattr, (Mischief, "ran", True)


@pytest.mark.parametrize("key", ["images", "labels"])
def test_archives_of_objects_have_a_safe_remedy(tmp_path: Path, key: str) -> None:
    objects = np.array([Mischief(), None, 2, 3], dtype=object)
    np.savez(tmp_path / "x.npz", **{"images": GOOD, "labels": [0, 1, 0, 1], key: objects})
    text = message(tmp_path / "x.npz")
    assert text.startswith(f"Array '{key}' of ")
    assert "np.array(values, dtype=float)" in text
    assert "allow_pickle" not in text
    assert not Mischief.ran


def test_unknown_sources_are_refused() -> None:
    assert "did you mean 'digits'?" in message("digit")
    assert "must be 'digits', 'mnist:DIR'" in message("cifar")


def mnist_folder() -> Path | None:
    """Where the real files are, if anywhere: the environment says, or the folder beside the checkout."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "mnist"
    folder = Path(os.environ.get("ORBITKERNELS_MNIST", beside))
    return folder if folder.is_dir() else None


@pytest.mark.skipif(mnist_folder() is None, reason="no MNIST files; set ORBITKERNELS_MNIST to their folder")
def test_real_mnist() -> None:
    data = load(f"mnist:{mnist_folder()}")
    # the test images are the last 10,000; their class counts and first labels are in every description of MNIST
    assert data.images.shape[1:] == (28, 28)
    assert np.bincount(data.labels[-10000:]).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert data.labels[-10000:][:5].tolist() == [7, 2, 1, 0, 4]
    assert (data.images.min(), data.images.max()) == (0, 1)


@pytest.mark.parametrize("source", [3, None, GOOD, b"digits"])
def test_what_is_no_source(source: object) -> None:
    for read in (load, lambda data: ok.predict("D4", "ntk(depth=1)", data)):
        with pytest.raises(
            InputError, match=r"Argument 'data' must be 'digits', .*or ok\.Dataset\(images, labels\)"
        ):
            read(source)


@pytest.mark.parametrize("case", [case for case in BAD_ARRAYS if case != "objects"])
def test_a_dataset_of_ones_own_is_checked_too(case: str) -> None:
    images, labels, expected = BAD_ARRAYS[case]
    with pytest.raises(InputError) as caught:
        ok.Dataset(images, labels, "mine")
    assert expected in str(caught.value)
    assert "of 'mine'" in str(caught.value)


def test_lists_masks_and_paths(tmp_path: Path) -> None:
    assert np.array_equal(ok.Dataset(GOOD.tolist(), [0, 1, 0, 1]).images, GOOD)
    with pytest.raises(InputError, match="has masked entries"):
        ok.Dataset(np.ma.masked_array(GOOD, GOOD > 0), [0, 1, 0, 1])
    with pytest.raises(InputError, match="its rows differ in length"):
        ok.Dataset([[1, 2], [3]], [0, 1])
    np.savez(tmp_path / "x.npz", images=GOOD, labels=[0, 1, 0, 1])
    assert np.array_equal(load(tmp_path / "x.npz").images, GOOD)
