"""Fetching a known data set into the cache, and finding it where the user put it by hand."""

import os
from pathlib import Path

from dgm_explorer.core.errors import Cancelled, InputError
from dgm_explorer.data.idx_set import IdxPart, find_idx_set
from dgm_explorer.data.known_sets import KnownSet, RemoteFile
from dgm_explorer.data.progress import Report, tell
from dgm_explorer.paths import cache_dir

FOLDER_VARIABLE = "DGM_EXPLORER_DATA"
_CHUNK_BYTES = 2**16
_TIMEOUT_S = 20.0
_MB = 1e6


def own_folder(known: KnownSet) -> Path | None:
    """Where ``DGM_EXPLORER_DATA`` has the set; None where it has not or is not set."""
    parent = os.environ.get(FOLDER_VARIABLE)
    if not parent:
        return None
    folder = Path(parent).expanduser() / known.name
    return folder if _is_complete(find_idx_set(folder)) else None


def cache_folder(known: KnownSet) -> Path:
    """Where downloads of the set go."""
    return cache_dir() / "data" / known.name


def is_cached(known: KnownSet) -> bool:
    """Whether every file has been fetched, judged by its size."""
    folder = cache_folder(known)
    return all(_size_of(folder / file.name) == file.size for file in known.files)


def locate(known: KnownSet, report: Report) -> tuple[IdxPart, ...]:
    """The set's files: the user's own, or those of the cache, fetched first where they are missing.

    Raises
    ------
    InputError
        If they cannot be fetched or stored; it says where to put them by hand.
    Cancelled
        If ``report`` answers False; nothing half-fetched is left behind.
    """
    own = own_folder(known)
    return find_idx_set(own if own is not None else fetch(known, report))


def fetch(known: KnownSet, report: Report) -> Path:
    """Fetch what the cache lacks and check all of it against the pinned SHA-256; the cache's folder.

    Raises
    ------
    InputError, Cancelled
        As `locate`.
    """
    folder = cache_folder(known)
    n_before = 0
    for file in known.files:
        _fetch_file(known, file, folder, _FileProgress(known, file, n_before, report))
        n_before += file.size
    return folder


class _FileProgress:
    """What pooch takes for a progress bar; it also ends a download that is unwanted or too long."""

    def __init__(self, known: KnownSet, file: RemoteFile, n_before: int, report: Report) -> None:
        self.total = 0
        self._known, self._file, self._n_before, self._report = known, file, n_before, report
        self._n_received = 0

    def update(self, n_bytes: int) -> None:
        self._n_received += n_bytes
        if self._n_received > self._file.size + 2 * _CHUNK_BYTES:
            raise ValueError(f"more than the {self._file.size} bytes of {self._file.name}")
        done = self._n_before + min(self._n_received, self._file.size)
        words = f"downloading {self._known.name}: {done / _MB:.1f} of {self._known.size / _MB:.1f} MB"
        tell(self._report, words, done / self._known.size)

    def reset(self) -> None:
        self._n_received = 0

    def close(self) -> None:
        """Nothing is held."""


def _fetch_file(known: KnownSet, file: RemoteFile, folder: Path, progress: _FileProgress) -> None:
    """One file from the first mirror that has it unchanged."""
    import pooch
    from requests import RequestException

    pooch.get_logger().setLevel("ERROR")
    # A server that unpacks the file on its way would change its hash.
    as_stored = {"Accept-Encoding": "identity"}
    failures: list[str] = []
    for mirror in known.mirrors:
        progress.reset()
        try:
            pooch.retrieve(
                mirror + file.name,
                known_hash=f"sha256:{file.sha256}",
                fname=file.name,
                path=folder,
                downloader=pooch.HTTPDownloader(
                    progressbar=progress, chunk_size=_CHUNK_BYTES, timeout=_TIMEOUT_S, headers=as_stored
                ),
            )
            return
        except Cancelled:
            raise
        except (RequestException, ValueError) as error:  # no network, or something else in place of the file
            failures.append(_in_short(error))
        except OSError as error:
            # pooch hides the system's words behind several lines of its own
            reason = error.strerror or getattr(error.__cause__, "strerror", None) or type(error).__name__
            raise InputError(
                f"{folder}: the download cannot be stored ({reason}); make room there, or put the files of "
                f"{known.name} into a folder {known.name} below one that {FOLDER_VARIABLE} names."
            ) from error
    raise InputError(
        f"{known.name} cannot be downloaded ({'; '.join(dict.fromkeys(failures))}); fetch "
        f"{', '.join(item.name for item in known.files)} from {known.mirrors[-1]} by hand and put them into "
        f"{folder}, or into a folder {known.name} below one that {FOLDER_VARIABLE} names."
    )


def _in_short(error: Exception) -> str:
    """What went wrong, without the many lines of the libraries below."""
    import requests

    if isinstance(error, requests.Timeout):
        return "the server does not answer"
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code}"
    if isinstance(error, requests.RequestException):
        return "there is no connection to the server"
    return "the server sends something else in its place"


def _is_complete(parts: tuple[IdxPart, ...]) -> bool:
    return len(parts) == 2 and all(part.labels is not None for part in parts)


def _size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
