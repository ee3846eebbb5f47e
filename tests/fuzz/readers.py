"""What the program does with each kind of hostile input: read it, and use what was accepted.

Every function returns whether the input was accepted; `InputError` means that it was refused. What is
accepted has to be sound, which is asserted here.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from dgm_explorer.core.dataset import Dataset, DataSource
from dgm_explorer.core.training import MetricsTable
from dgm_explorer.data.catalogue import load_dataset
from dgm_explorer.data.points import MAX_POINTS, read_points
from dgm_explorer.data.single_image import read_single_image
from dgm_explorer.lecture import read_lecture
from dgm_explorer.runs.checkpoint_file import read_checkpoint, read_latest_checkpoint
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.history import MetricsHistory
from dgm_explorer.runs.listing import list_runs
from dgm_explorer.runs.model_files import files_of
from dgm_explorer.runs.one_array import read_one_array
from dgm_explorer.runs.reader import RunNews, RunReader
from dgm_explorer.runs.snapshot_file import read_snapshot
from dgm_explorer.runs.status import read_status
from dgm_explorer.session import read_session, write_session
from dgm_explorer.ui.run.past import PastRequest, notes_of, read_past
from tests.fuzz.draw import Draw
from tests.fuzz.run_folders import more_metrics

Words = Sequence[str]


def open_session(folder: Path, _words: Words) -> bool:
    session = read_session(folder / "a.dgm.json")
    copy = folder.with_name("copy.dgm.json")
    write_session(copy, session)
    assert read_session(copy) == session, "what was written differs from what was read"
    return True


def open_lecture(folder: Path, _words: Words) -> bool:
    lecture = read_lecture(folder / "a.json")
    assert all(step.caption.strip() for step in lecture.steps)
    return True


def open_data(_folder: Path, words: Words) -> bool:
    check_dataset(load_dataset(DataSource("path", path=words[0])))
    return True


def check_dataset(dataset: Dataset) -> None:
    """That it is what its docstring promises."""
    inputs, shape = dataset.inputs, dataset.image_shape
    assert inputs.dtype == np.float32
    assert inputs.ndim == 2
    assert not inputs.flags.writeable
    assert np.isfinite(inputs).all()
    assert len(dataset.is_held_out) == len(inputs)
    assert 0 < dataset.is_held_out.sum() < len(inputs)
    if shape is not None:
        assert dataset.dimension == shape[0] * shape[1] * shape[2]
        assert inputs.min() >= 0
        assert inputs.max() <= 1
    if dataset.labels is not None:
        assert dataset.labels.shape == (len(inputs),)
        assert 0 <= dataset.labels.min() <= dataset.labels.max() < len(dataset.class_names)
    assert all(name.isprintable() for name in (dataset.name, *dataset.class_names))


def open_points(_folder: Path, words: Words) -> bool:
    points = read_points(Path(words[0]))
    assert points.dtype == np.float64
    assert points.ndim == 1 or points.shape[1] == 2
    assert 1 <= len(points) <= MAX_POINTS
    assert np.isfinite(points).all()
    return True


def open_npy(folder: Path, words: Words) -> bool:
    """As data and as points."""
    results = []
    for read in (open_points, open_data):
        try:
            results.append(read(folder, words))
        except ValueError as error:
            results.append(error)
    if True in results:
        assert not any(type(result) is ValueError for result in results)
        return True
    raise results[0]


def open_single_image(_folder: Path, words: Words) -> bool:
    height, width, channels = map(int, words[1].split())
    pixels = read_single_image(Path(words[0]), (height, width, channels))
    assert pixels.shape == (height, width, channels)
    assert pixels.dtype == np.float32
    assert pixels.min() >= 0
    assert pixels.max() <= 1
    return True


def open_snapshot(_folder: Path, words: Words) -> bool:
    path = Path(words[0])
    snapshot = read_snapshot(path, files_of(words[1], path))
    assert snapshot.step >= 0
    name = "latent_means" if words[1] == "gmm-vae" else "codebook"
    one = read_one_array(path, name, 1 << 20)
    assert np.array_equal(one, getattr(snapshot, name), equal_nan=True)
    return True


def open_checkpoint(_folder: Path, words: Words) -> bool:
    state = read_checkpoint(Path(words[0]))
    assert all(not array.flags.writeable for array in state.arrays.values())
    assert isinstance(state.meta, dict)
    return True


def follow_lines(folder: Path, _words: Words) -> bool:
    """By the parts of a reader, which never raise."""
    from dgm_explorer.runs import events, metrics_lines
    from dgm_explorer.runs.tail import LineTail

    run = RunFolder(folder)
    tables = metrics_lines.from_lines(LineTail(run.metrics_file).poll().lines)
    _use_tables(tables)
    happened = events.from_lines(LineTail(run.events_file).poll().lines)
    status = read_status(run)
    _use_news(RunNews(tables, happened, status, is_alive=True))
    return bool(tables or happened) and status is not None


def follow_run(_folder: Path, words: Words) -> bool:
    """Everything that a watcher does with a run folder."""
    path = Path(words[0])
    list_runs(path.parent)
    read_past(PastRequest(path, 3))
    reader = RunReader(path)
    history = MetricsHistory()
    for _look in range(2):
        news = reader.poll()
        _use_tables(news.metrics, history)
        _use_news(news)
        more_metrics(path, Draw(len(news.metrics)))
    for step in reader.snapshot_steps():
        _if_sound(reader.read_snapshot, step)
    for step in reader.checkpoint_steps():
        _if_sound(reader.read_checkpoint, step)
    _if_sound(read_latest_checkpoint, reader.folder)
    return True


def _if_sound(read: object, what: object) -> None:
    from dgm_explorer.core.errors import InputError

    assert callable(read)
    try:
        read(what)
    except InputError as error:
        check_sentence(str(error))


def check_sentence(text: str) -> None:
    """What the user is told is one sentence: what, where, what to do."""
    assert "\n" not in text or "/" in text, f"more than one line: {text[:300]!r}"
    assert len(text) < 1200, f"{len(text)} characters: {text[:300]!r}"
    assert text.rstrip().endswith((".", ".)", "--help")), f"no sentence: {text[-100:]!r}"


def _use_tables(tables: Sequence[MetricsTable], history: MetricsHistory | None = None) -> None:
    history = history or MetricsHistory(max_rows=64)
    history.append(tables)
    for split in history.splits():
        steps = history.steps(split)
        assert (np.diff(steps) > 0).all(), "the steps do not rise"
        assert all(len(history.column(split, name)) == len(steps) for name in history.names(split))


def _use_news(news: RunNews) -> None:
    """In words, as the window says it."""
    from dgm_explorer.ui.run import wording
    from dgm_explorer.ui.run.follower import FolderNews
    from dgm_explorer.ui.run.readings import RunReadings
    from dgm_explorer.ui.run.take_readings import after_news

    notes = notes_of(news.events)
    found = FolderNews(status=news.status, is_alive=news.is_alive, notes=notes)
    readings = after_news(RunReadings(), found, 1.0)
    for is_followed in (False, True):
        readings = replace(readings, is_followed=is_followed)
        assert all(
            isinstance(text, str)
            for text in (
                wording.describe_progress(readings),
                wording.describe_pace(readings),
                wording.describe_device(readings),
                wording.describe_picture(readings, 5.0, None),
            )
        )
