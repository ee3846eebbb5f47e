""".npy and .npz: what is understood, what is refused, and that nothing is ever unpickled."""

import io
import tracemalloc
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from dgm_explorer.core.dataset import Dataset, DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.data import array_file
from dgm_explorer.data.catalogue import load_dataset
from tests.data.builders import load_or_refuse, mutations
from tests.one_sentence import refusal_of

IMAGES = np.random.default_rng(0).integers(0, 256, (20, 4, 6), dtype=np.uint8)
LABELS = np.arange(20) % 4


def load(path: Path, notes: list[str] | None = None) -> Dataset:
    return load_dataset(
        DataSource("path", path=str(path)), lambda words, _: notes is None or notes.append(words) is None
    )


def saved(tmp_path: Path, **arrays: np.ndarray) -> Path:
    path = tmp_path / "a.npz"
    np.savez(path, **arrays)
    return path


refusal = partial(refusal_of, load)


@pytest.mark.parametrize(
    "names", [("images", "labels"), ("x", "y"), ("x_train", "y_train"), ("data", "target")]
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_reads_inputs_and_labels_under_their_usual_names(
    tmp_path: Path, names: tuple[str, str], save
) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "mine.npz"
    save(path, **{names[0]: IMAGES, names[1]: LABELS, "other": np.zeros(3)})
    data = load(path)
    assert data.name == "mine.npz"
    assert data.image_shape == (4, 6, 1)
    np.testing.assert_allclose(data.inputs, IMAGES.reshape(20, -1) / 255, rtol=1e-6)
    np.testing.assert_array_equal(data.labels, LABELS)
    assert data.class_names == ("0", "1", "2", "3")
    assert data.is_held_out.sum() == 2


def test_a_test_part_is_held_out(tmp_path: Path) -> None:
    data = load(
        saved(tmp_path, x_train=IMAGES, y_train=LABELS, x_test=IMAGES[:5], y_test=LABELS[:5].astype(np.uint8))
    )
    np.testing.assert_array_equal(data.is_held_out, np.arange(25) >= 20)
    np.testing.assert_array_equal(data.labels, [*LABELS, *LABELS[:5]])


@pytest.mark.parametrize(
    ("shape", "image_shape"),
    [
        ((5, 4, 6), (4, 6, 1)),
        ((5, 4, 6, 1), (4, 6, 1)),
        ((5, 4, 6, 3), (4, 6, 3)),
        ((5, 64), (8, 8, 1)),
        ((5, 10), (1, 10, 1)),
        ((5, 1), (1, 1, 1)),
        ((5, 2), None),
    ],
)
def test_shapes_are_understood(
    tmp_path: Path, shape: tuple[int, ...], image_shape: tuple[int, int, int] | None
) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.random.default_rng(0).random(shape))
    data = load(path)
    assert data.image_shape == image_shape
    assert data.inputs.shape == (5, np.prod(shape[1:]))


@pytest.mark.parametrize(
    ("array", "expected", "is_said"),
    [
        (np.array([[0.25, 0.5, 1]]), [0.25, 0.5, 1], False),
        (np.array([[True, False, True]]), [1, 0, 1], False),
        (np.array([[0, 51, 255]], dtype=np.uint8), [0, 0.2, 1], False),
        (np.array([[0, 1, 1]], dtype=np.uint8), [0, 1, 1], False),
        (np.array([[0.0, 51, 255]]), [0, 0.2, 1], True),
        (np.array([[0, 4, 16]]), [0, 0.25, 1], True),
        (np.array([[-1.0, 0, 1]]), [0, 0.5, 1], True),
        (np.array([[0, 13107, 65535]], dtype=">u2"), [0, 0.2, 1], True),
    ],
)
def test_pixels_become_numbers_from_0_to_1(
    tmp_path: Path, array: np.ndarray, expected: list[float], is_said: bool
) -> None:
    path, notes = tmp_path / "a.npy", list[str]()
    np.save(path, np.repeat(array, 4, axis=0))
    data = load(path, notes)
    np.testing.assert_allclose(data.inputs, [expected] * 4, atol=1e-6)
    assert any("stretched" in note for note in notes) == is_said


def test_points_are_standardised(tmp_path: Path) -> None:
    points = np.random.default_rng(0).normal((50, -2), (10, 0.1), (200, 2))
    data = load(saved(tmp_path, data=points))
    expected = (points - points.mean(axis=0)) / points.std(axis=0)
    np.testing.assert_allclose(data.inputs, expected, atol=1e-5)
    assert data.image_shape is None


def test_fortran_order_and_foreign_byte_order(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.asfortranarray(IMAGES))
    plain = load(path).inputs
    np.save(path, IMAGES.astype(">f4") / 255)
    np.testing.assert_allclose(load(path).inputs, plain, atol=1e-6)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (LABELS[:, None], ("0", "1", "2", "3")),
        (LABELS.astype(np.float64), ("0", "1", "2", "3")),
        (LABELS.astype(np.float16), ("0", "1", "2", "3")),
        (LABELS * 7 - 3, ("-3", "4", "11", "18")),
        (np.eye(4)[LABELS], ("0", "1", "2", "3")),
        (np.array(["ant", "bee", "cat", "dog"])[LABELS], ("ant", "bee", "cat", "dog")),
    ],
)
def test_labels_are_understood(tmp_path: Path, labels: np.ndarray, names: tuple[str, ...]) -> None:
    data = load(saved(tmp_path, x=IMAGES, y=labels))
    np.testing.assert_array_equal(data.labels, LABELS)
    assert data.class_names == names


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LABELS[:5], "do not fit 20 examples"),
        (np.array(3), "do not fit"),
        (np.zeros((20, 3, 3)), "do not fit"),
        (np.ones((20, 3)), "not one-hot"),
        (LABELS + 0.5, "not whole numbers"),
        (np.full(20, np.nan), "not whole numbers"),
        (np.full(20, 1j), "plain numbers"),
        (np.zeros(0), "do not fit"),
    ],
)
def test_labels_that_do_not_fit_are_refused(tmp_path: Path, labels: np.ndarray, message: str) -> None:
    assert message in refusal(saved(tmp_path, x=IMAGES, y=labels))


def test_too_many_classes_are_refused(tmp_path: Path) -> None:
    assert "1500 different labels" in refusal(saved(tmp_path, x=np.zeros((1500, 4)), y=np.arange(1500)))


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros(5), "no images or points"),
        (np.array(5.0), "no images or points"),
        (np.zeros((5, 3, 3, 2)), "no images"),
        (np.zeros((5, 3, 3, 3, 1)), "more than four axes"),
        (np.zeros((0, 3, 3)), "no examples"),
        (np.zeros((5, 0)), "no examples"),
        (np.full((5, 4), 7.0), "every pixel is 7"),
        (np.array([[[-3e38, 3e38]]] * 3, dtype=np.float32), "cannot be stretched"),
        (np.array([[[-3e-41, 3e-41]]] * 3, dtype=np.float32), "cannot be stretched"),
        (np.full((5, 4), np.nan), "example 1 holds NaN"),
        (np.array([[1.0, 2], [3, np.inf]]), "example 2 holds NaN"),
        (np.array([[0.0, 2, 1], [3, 0, 1e300]]), "example 2 holds"),
        (np.array([["a", "b"]] * 3), "no images or points"),
        (np.zeros((3, 4), dtype=complex), "plain numbers"),
        pytest.param(
            np.zeros((3, 4), dtype=np.longdouble),
            "save float32 or float64",
            marks=pytest.mark.skipif(np.longdouble(0).itemsize == 8, reason="no longer than a double here"),
        ),
        (np.zeros((3, 4), dtype="M8[s]"), "plain numbers"),
        (np.zeros((3, 4), dtype=[("a", float)]), "plain numbers"),
        (np.zeros((3, 444, 444), dtype=np.uint8), "shrink"),
    ],
)
def test_arrays_that_are_no_data_are_refused(tmp_path: Path, array: np.ndarray, message: str) -> None:
    path = tmp_path / "a.npy"
    np.save(path, array)
    assert message in refusal(path)
    assert message in refusal(saved(tmp_path, x=array))


@pytest.mark.parametrize(("kind", "shape"), [("<U0", (10**15, 10**15)), ("<f4", (0, 10**30))])
def test_lengths_that_cost_no_bytes_are_refused(tmp_path: Path, kind: str, shape: tuple[int, int]) -> None:
    path = tmp_path / "a.npy"
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": shape})
    assert "does not fit the file" in refusal(path)


def test_class_names_are_short_printable_lines(tmp_path: Path) -> None:
    words = np.array(["a\nb", "x" * 100, "\udcff", "d\x00e"])
    data = load(saved(tmp_path, x=IMAGES, y=words[LABELS]))
    assert data.class_names == ("a�b", "d�e", "x" * 39 + "…", "�")
    for name in data.class_names:
        name.encode()


def test_one_example_is_too_few(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.npz: 1 example.* too few"):
        load(saved(tmp_path, x=np.zeros((1, 4))))


def test_archives_that_lack_something_are_refused(tmp_path: Path) -> None:
    assert "no inputs among its arrays (foo, bar)" in refusal(saved(tmp_path, foo=IMAGES, bar=LABELS))
    assert "only one of training and testing" in refusal(saved(tmp_path, x=IMAGES, y=LABELS, x_test=IMAGES))
    assert "differ in kind" in refusal(saved(tmp_path, x=IMAGES, x_test=IMAGES[:, :3]))
    both = {"x": IMAGES, "y": LABELS, "x_test": IMAGES}
    assert "do not fit" in refusal(saved(tmp_path, **both, y_test=LABELS[:3]))
    assert "do not fit" in refusal(saved(tmp_path, **both, y_test=np.array(1)))
    path = tmp_path / "b.npz"
    path.write_bytes(b"something else")
    assert "no .npz, .npy or idx file" in refusal(path)


class Trap:
    """Leaves a trace when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.touch, (self.trace,))


def test_never_unpickles(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    trap = np.array([Trap(trace), Trap(trace)], dtype=object)
    np.save(tmp_path / "a.npy", trap, allow_pickle=True)
    assert "plain numbers" in refusal(tmp_path / "a.npy")
    np.savez(tmp_path / "a.npz", x=IMAGES, y=trap)
    assert "plain numbers" in refusal(tmp_path / "a.npz")
    assert not trace.exists()


def test_bombs_take_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A header that promises much, and a member that unpacks to much."""
    monkeypatch.setattr(array_file, "MAX_BYTES", 32 << 20)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (10**6, 10**5)}
    )
    false = tmp_path / "false.npz"
    with zipfile.ZipFile(false, "w") as archive:
        archive.writestr("x.npy", header.getvalue() + bytes(80))
    bomb = tmp_path / "bomb.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (33, 2**20)}
    )
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("x.npy", "w") as member,
    ):
        member.write(header.getvalue())
        for _ in range(33):
            member.write(bytes(2**20))
    tracemalloc.start()
    try:
        assert "does not fit" in refusal(false)
        assert "33 MB are more than" in refusal(bomb)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_an_archive_with_a_password_or_of_many_members_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, x=IMAGES)
    content = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + offset] |= 1
    path.write_bytes(content)
    assert "damaged" in refusal(path)
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(1001):
            archive.writestr(str(index), b"")
    assert "1001 members" in refusal(path)


@pytest.mark.parametrize("kind", ["npy", "npz", "packed"])
def test_damaged_files_are_refused_or_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "whole"
    with path.open("wb") as file:
        if kind == "npy":
            np.save(file, IMAGES[:3] / 255)
        else:
            save = np.savez if kind == "npz" else np.savez_compressed
            save(file, x=IMAGES[:3] / 255, y=LABELS[:3])
    for index, content in enumerate(mutations(path.read_bytes(), 300)):
        damaged = tmp_path / f"{index % 7}"
        damaged.write_bytes(content)
        data = load_or_refuse(damaged)
        assert data is None or np.isfinite(data.inputs).all()
