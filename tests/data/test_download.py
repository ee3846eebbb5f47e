"""Downloads from a server on this machine: checked, cancelled, refused; never half a file left behind."""

import gzip
import hashlib
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from dgm_explorer.core.dataset import DOWNLOADED, DataSource
from dgm_explorer.core.errors import Cancelled, InputError
from dgm_explorer.data import download
from dgm_explorer.data.catalogue import describe_sources, load_dataset
from dgm_explorer.data.known_sets import KNOWN_SETS, KnownSet, RemoteFile
from dgm_explorer.data.progress import go_on
from tests.data.builders import write_idx_set


class Server:
    """Hands out files by path; ``spoiled`` ones are answered with these bytes instead."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.asked = files, list[str]()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                content = server.files.get(self.path)
                self.send_response(200 if content is not None else 404)
                self.send_header("Content-Length", str(len(content or b"")))
                if "gzip" in self.headers.get("Accept-Encoding", ""):
                    self.send_header("Content-Encoding", "gzip")  # as some servers do for *.gz
                self.end_headers()
                with suppress(OSError):  # the client may have hung up
                    self.wfile.write(content or b"")

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server with a small set in two mirrors, which stands for MNIST."""
    write_idx_set(tmp_path / "upstream", n_train=9, n_test=3)
    contents = {path.name: path.read_bytes() for path in (tmp_path / "upstream").iterdir()}
    server = Server({f"/{mirror}/{name}": body for mirror in "ab" for name, body in contents.items()})
    files = tuple(
        RemoteFile(file.name, len(contents[file.name]), hashlib.sha256(contents[file.name]).hexdigest())
        for file in KNOWN_SETS["mnist"].files
    )
    mirrors = (f"{server.url}/a/", f"{server.url}/b/")
    known = KnownSet("mnist", "digits", "none", mirrors, files, tuple("0123456789"))
    monkeypatch.setitem(KNOWN_SETS, "mnist", known)
    monkeypatch.setattr(download, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.delenv("DGM_EXPLORER_DATA", raising=False)
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    yield server
    server.close()


def place() -> str:
    return {info.name: info.place for info in describe_sources()}["mnist"]


def left_behind(tmp_path: Path) -> list[str]:
    """Names in the cache that are none of the set's files."""
    wanted = {file.name for file in KNOWN_SETS["mnist"].files}
    return [
        path.name for path in (tmp_path / "cache").rglob("*") if path.is_file() and path.name not in wanted
    ]


def test_the_pinned_files_are_four_per_set_and_all_different() -> None:
    hashes = [file.sha256 for name in DOWNLOADED for file in KNOWN_SETS[name].files]
    assert len(set(hashes)) == 4 * len(DOWNLOADED)
    assert all(len(value) == 64 and int(value, 16) for value in hashes)


def test_a_set_is_fetched_once_and_then_read_from_the_cache(server: Server) -> None:
    assert place() == "to be downloaded"
    told: list[tuple[str, float | None]] = []
    data = load_dataset(DataSource("mnist"), lambda *news: told.append(news) is None)
    assert len(data) == 12
    np.testing.assert_array_equal(data.is_held_out, np.arange(12) >= 9)
    shares = [share for words, share in told if words.startswith("downloading") and share is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert place() == "cache"
    assert len(server.asked) == 4
    server.files.clear()
    assert load_dataset(DataSource("mnist")).fingerprint == data.fingerprint
    assert len(server.asked) == 4


def test_a_changed_file_is_not_accepted_and_the_next_mirror_is_asked(server: Server, tmp_path: Path) -> None:
    name = KNOWN_SETS["mnist"].files[0].name
    server.files[f"/a/{name}"] = gzip.compress(b"something else")
    del server.files[f"/a/{KNOWN_SETS['mnist'].files[1].name}"]
    assert len(load_dataset(DataSource("mnist"))) == 12
    assert f"/b/{name}" in server.asked
    assert left_behind(tmp_path) == []


def test_a_damaged_file_in_the_cache_is_fetched_again(server: Server) -> None:
    load_dataset(DataSource("mnist"))
    path = download.cache_folder(KNOWN_SETS["mnist"]) / KNOWN_SETS["mnist"].files[0].name
    path.write_bytes(bytes(path.stat().st_size))
    assert len(load_dataset(DataSource("mnist"))) == 12
    assert len(server.asked) == 5


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "the server answers 404"),
        (b"x", "something else in its place"),
        (bytes(10**6), "something else"),
    ],
)
def test_where_no_mirror_helps_the_user_is_told_what_to_do(
    server: Server, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    name = KNOWN_SETS["mnist"].files[0].name
    for mirror in "ab":
        if content is None:
            del server.files[f"/{mirror}/{name}"]
        else:
            server.files[f"/{mirror}/{name}"] = content
    with pytest.raises(InputError, match=reason) as caught:
        load_dataset(DataSource("mnist"))
    message = str(caught.value)
    assert "\n" not in message
    assert str(tmp_path / "cache") in message
    assert "DGM_EXPLORER_DATA" in message
    assert name in message
    assert left_behind(tmp_path) == []


def test_offline_is_one_sentence(server: Server) -> None:
    server.close()
    with pytest.raises(InputError, match="there is no connection to the server"):
        load_dataset(DataSource("mnist"))


def test_cancelling_leaves_nothing_behind(server: Server, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        load_dataset(DataSource("mnist"), lambda words, _: not words.startswith("downloading"))
    assert left_behind(tmp_path) == []
    assert len(server.asked) == 1
    assert len(load_dataset(DataSource("mnist"))) == 12


def test_a_cache_that_cannot_be_written_is_one_sentence(server: Server, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way")
    with pytest.raises(InputError, match="cannot be stored") as caught:
        download.fetch(KNOWN_SETS["mnist"], go_on)
    assert "\n" not in str(caught.value)
    assert server.asked == []


def test_half_a_set_in_the_users_folder_is_not_taken_for_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DGM_EXPLORER_DATA", str(tmp_path))
    write_idx_set(tmp_path / "mnist")
    assert place() == "own folder"
    (tmp_path / "mnist" / "t10k-labels-idx1-ubyte.gz").unlink()
    assert place() == "to be downloaded"
    assert len(load_dataset(DataSource("mnist"))) == 12
    assert len(server.asked) == 4
