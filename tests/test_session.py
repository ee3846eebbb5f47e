"""Session files: what is written comes back, and nothing else is believed."""

import json
import os
import stat
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gaussians import Component1D, Component2D, Gaussian1D, Gaussian2D
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.gmm_vae_state import GmmVaeState
from dgm_explorer.core.kl_state import KLState, View1D, View2D
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_state import VqVaeState
from dgm_explorer.session import MAX_BYTES, Session, read_preset, read_session, write_session
from tests.one_sentence import refusal_of

HEAD = {"format": "dgm-explorer-session", "version": 1}


def write_document(path: Path, **body: Any) -> Path:
    path.write_text(json.dumps({**HEAD, **body}))
    return path


def far_apart(x: float, variance: float = 1.0) -> list[dict[str, Any]]:
    cov = [variance, 0, variance]
    return [{"weight": 1, "mean": [mean_x, 0], "cov": cov} for mean_x in (-x, x)]


refusal = partial(refusal_of, read_session)


def test_what_is_written_comes_back_equal(tmp_path: Path) -> None:
    kl = KLState(
        dimension=2,
        p=(Component1D(0.1 + 0.2, -1e-300, 1e-6), Component1D(0.0, 900.0, 1e6)),
        p2=(Component2D(1.0, (0.1, 0.2), (1.0, -0.3, 0.7)),),
        q=Gaussian1D(1 / 3, 2 / 3),
        knowledge="samples",
        panel="family",
        seed=2**32 - 1,
    )
    session = Session("vq-vae", kl, title="Titel „Größe“", description="Zwei Sätze. μ und σ.")
    write_session(tmp_path / "a.dgm.json", session)
    assert read_session(tmp_path / "a.dgm.json") == session


def test_what_a_file_does_not_speak_of_is_not_in_it(tmp_path: Path) -> None:
    painted = DataSource("painted", painted=((0.25, -1.5), (3.0, 4.0)))
    config = GmmVaeConfig(latent_dim=10, hidden=(500, 500, 2000), likelihood="gaussian")
    session = Session("gmm-vae", gmm_vae=GmmVaeState(source=painted, config=config, device="cuda"))
    write_session(tmp_path / "a.dgm.json", session)
    assert b'"kl"' not in (tmp_path / "a.dgm.json").read_bytes()
    assert read_session(tmp_path / "a.dgm.json") == session


def test_the_vq_vae_tab_comes_back_equal(tmp_path: Path) -> None:
    config = VqVaeConfig(quantizer="fsq", fsq_levels=(5, 5, 3), network="local", revival_fraction=0.0)
    state = VqVaeState(DataSource("mnist", limit=500), config, tile_picture="change", panel="paint", code=7)
    session = Session("vq-vae", vq_vae=state)
    write_session(tmp_path / "a.dgm.json", session)
    assert read_session(tmp_path / "a.dgm.json") == session


moderate = st.floats(-1e6, 1e6)
width = st.floats(1e-3, 1e3)
weight = st.one_of(st.floats(0, 1e6), st.floats(1e-3, 1))
place = st.tuples(st.floats(-100, 100), st.floats(-100, 100))
covariance = st.tuples(st.floats(0.5, 30), st.floats(-0.99, 0.99), st.floats(0.5, 30)).map(
    lambda parts: (parts[0] ** 2, parts[1] * parts[0] * parts[2], parts[2] ** 2)
)
DRAWN: dict[str, st.SearchStrategy[Any]] = {
    "p": st.lists(st.builds(Component1D, weight, st.floats(-1e4, 1e4), width), max_size=7).map(
        lambda parts: (*parts, Component1D(1.0, 0.1, 0.3))
    ),
    "p2": st.lists(st.builds(Component2D, weight, place, covariance), max_size=7).map(
        lambda parts: (*parts, Component2D(1.0, (0.1, 0.2), (0.3, 0.1, 0.3)))
    ),
    "q": st.builds(Gaussian1D, moderate, st.floats(1e-6, 1e6)),
    "q2": st.builds(Gaussian2D, place, covariance),
    "view": st.builds(
        View1D, st.floats(-1e9, -1), st.floats(0, 1e9), st.floats(1e-6, 0.1), st.floats(0.2, 1e6)
    ),
    "view2": st.builds(View2D, place, st.floats(1e-3, 1e4)),
    "log_z": st.floats(-50, 50),
    "learning_rate": st.floats(0, 10, exclude_min=True),
    "steps_per_second": st.floats(0.1, 1e5),
    "n_samples": st.integers(1, 100_000),
    "seed": st.integers(0, 2**32 - 1),
    "alpha": st.floats(0, 1),
    **{
        name: st.sampled_from(get_args(kind)) if get_origin(kind) is Literal else st.booleans()
        for name, kind in get_type_hints(KLState).items()
        if kind is bool or get_origin(kind) is Literal
    },
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kl=st.builds(KLState, **DRAWN), title=st.text(max_size=30), description=st.text(max_size=30))
def test_any_state_comes_back_equal(tmp_path: Path, kl: KLState, title: str, description: str) -> None:
    assert set(DRAWN) == set(get_type_hints(KLState))
    session = Session("kl", kl, title=title, description=description)
    write_session(tmp_path / "a.dgm.json", session)
    assert read_session(tmp_path / "a.dgm.json") == session


@pytest.mark.parametrize(
    "view", [{"mu_lo": -1e308, "mu_hi": 1e308}, {"mu_lo": 1e9 - 1e-5, "mu_hi": 1e9}, {"mu_lo": 2, "mu_hi": 1}]
)
def test_a_window_that_cannot_be_drawn_is_refused(tmp_path: Path, view: dict[str, float]) -> None:
    message = refusal(write_document(tmp_path / "a.json", kl={"view": view}))
    assert "kl.view" in message
    assert "cannot be shown" in message


def test_what_is_not_given_keeps_its_default(tmp_path: Path) -> None:
    path = write_document(tmp_path / "a.json", kl={"q": {"mu": 1, "sigma": 2}})
    assert read_session(path) == Session(kl=replace(KLState(), q=Gaussian1D(1.0, 2.0)))


@pytest.mark.parametrize(
    ("body", "where", "what"),
    [
        ({"kl": {"p": [{"weight": 1, "mu": 0, "sigma": 1, "sgima": 1}]}}, "kl.p[0].sgima", "not known"),
        ({"kl": {"view": {"mu_low": 1}}}, "kl.view.mu_low", "not known"),
        ({"k1": {}}, "k1", "not known"),
        ({"kl": {"p": [{"weight": 1, "mu": 0, "sigma": "wide"}]}}, "kl.p[0].sigma", "got `str`"),
        ({"kl": {"p": [{"weight": 1, "mu": 0, "sigma": True}]}}, "kl.p[0].sigma", "got `bool`"),
        ({"kl": {"p": [{"weight": 1, "sigma": 1}]}}, "kl.p[0]", "missing required field `mu`"),
        ({"kl": {"p": [{"weight": -1, "mu": 0, "sigma": 1}]}}, "kl.p[0]", "negative"),
        ({"kl": {"p": [{"weight": 0, "mu": 0, "sigma": 1}]}}, "kl", "sum to 0"),
        ({"kl": {"p": [{"weight": 1, "mu": 0, "sigma": 0}]}}, "kl.p[0]", "sigma = 0 must lie"),
        ({"kl": {"p": [{"weight": 1, "mu": 0, "sigma": 1}] * 9}}, "kl", "9 components"),
        ({"kl": {"p": None}}, "kl.p", "got `null`"),
        ({"kl": {"dimension": 3}}, "kl.dimension", "invalid enum value 3"),
        ({"kl": {"q2": {"mean": [0, 0, 0]}}}, "kl.q2.mean", "length 2"),
        ({"kl": {"q2": {"cov": [1, 2, 1]}}}, "kl.q2", "not positive definite"),
        ({"kl": {"p2": far_apart(1e6)}}, "kl", "reaches too far"),
        ({"kl": {"p2": far_apart(200, 1e-4)}}, "kl", "reaches too far"),
        ({"kl": [1, 2]}, "kl", "got `array`"),
        ({"gmm_vae": {"config": {"latent": 2}}}, "gmm_vae.config.latent", "not known"),
        ({"gmm_vae": {"config": {"hidden": []}}}, "gmm_vae.config", "0 layers"),
        ({"gmm_vae": {"config": {"learning_rate": 7}}}, "gmm_vae.config", "learning_rate = 7 must lie"),
        ({"gmm_vae": {"source": {"name": "cats"}}}, "gmm_vae.source", "'cats' is not known"),
        ({"gmm_vae": {"source": {"name": "painted", "painted": [[1]]}}}, "painted[0]", "length 2"),
        ({"tab": "KL"}, "top level", "tab 'KL' is not known"),
    ],
)
def test_what_does_not_belong_is_named_with_its_path(
    tmp_path: Path, body: dict[str, Any], where: str, what: str
) -> None:
    message = refusal(write_document(tmp_path / "a.json", **body))
    assert where in message
    assert what in message


@pytest.mark.parametrize("version", [0, 2, "1", None, 1.5, True])
def test_another_version_is_refused_before_its_content_is_looked_at(tmp_path: Path, version: object) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({**HEAD, "version": version, "new_thing": 1}))
    assert f"version {version!r}" in refusal(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"format": "dgm-explorer-session", "version": 1, "kl": {"q": {"mu":',
        b'{"format": "dgm-explorer-session", "version": 1, "kl": {"q": {"mu": NaN, "sigma": 1}}}',
        b'{"format": "dgm-explorer-session", "version": 1, "kl": {"q": {"mu": 1e999, "sigma": 1}}}',
        b'{"format": "dgm-explorer-session", "version": 1, "kl": {"q": {"sigma": 1' + b"0" * 400 + b"}}}",
        b'{"format": "dgm-explorer-session", "version": 1' + b"0" * 6000 + b"}",
        '{"format": "dgm-explorer-session", "version": 1, "title": "Größe"}'.encode("latin-1"),
        '{"format": "dgm-explorer-session", "version": 1, "größe": 1}'.encode("latin-1"),
        b'{"format": "dgm-explorer-session", "version": 1, "title": "\\ud800"}',
        b'{"format": "dgm-explorer-session", "version": 1, "kl": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
        b'{"format": "dgm-explorer-session", "version": 1, "' + b"k" * 10_000 + b'": 1}',
        b'{"format": "dgm-explorer-session", "version": 1, "tab": "' + b"k" * 10_000 + b'"}',
        b'{"format": "dgm-explorer-session", "version": "' + b"1" * 10_000 + b'"}',
        b"\xff\xfe\x00\x01",
        b"PK\x03\x04",
        b"[1, 2]",
        b"null",
        b"[" * 500_000,
        b'{"title": "another program"}',
        b" " * (MAX_BYTES + 1),
    ],
    ids=[
        "empty", "truncated", "nan", "overflow", "long-sigma",
        "long-version", "latin-1-value", "latin-1-key", "half-a-pair", "deep", "long-key", "long-tab",
        "long-text-version", "binary", "zip", "list", "null", "nested", "foreign", "huge",
    ],
)  # fmt: skip
def test_damaged_and_foreign_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    assert len(refusal(path)) < 300 + len(str(path))


def test_a_byte_order_mark_of_an_editor_is_read_over(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_session(path, Session(title="σ"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_session(path).title == "σ"


@pytest.mark.skipif(os.name == "nt", reason="pipes and devices of Unix")
def test_a_pipe_or_a_device_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    for path in (tmp_path / "pipe.json", Path("/dev/zero"), Path("/dev/null")):
        assert "a device" in refusal(path)
    assert "cannot be read" in refusal(tmp_path / "loop.json")


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_session(path, Session())
    content = path.read_bytes()
    for length in range(len(content) - 2):
        path.write_bytes(content[:length])
        refusal(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "missing.json")
    assert "directory" in refusal(tmp_path)


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    write_session(path, Session(title="old"))

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(InputError, match="No space left on device"):
        write_session(path, Session(title="new"))
    assert read_session(path).title == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unwritable_place_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_session(tmp_path / "no" / "such" / "folder.json", Session())
    with pytest.raises(InputError, match="not a file that can be written"):
        write_session(tmp_path, Session())
    for name in ("n" * 300, "zero\0byte"):
        with pytest.raises(InputError, match="cannot be written"):
            write_session(tmp_path / name, Session())
    write_session(tmp_path / ("n" * 250), Session())
    assert [path.name for path in tmp_path.iterdir()] == ["n" * 250]


@pytest.mark.skipif(os.name == "nt", reason="file modes are a Unix idea")
def test_others_can_read_what_is_written_as_far_as_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_session(tmp_path / "a.json", Session())
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_writing_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("{}")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    write_session(tmp_path / "link.json", Session(title="through"))
    assert (tmp_path / "link.json").is_symlink()
    assert read_session(tmp_path / "real.json").title == "through"


def test_a_preset_that_is_not_there_lists_those_that_are() -> None:
    with pytest.raises(InputError, match="homework-1b"):
        read_preset("../../etc/passwd")


def test_a_name_that_is_no_text_is_named(tmp_path: Path) -> None:
    """A folder whose bytes are no UTF-8 can be opened, but not be written down."""
    session = Session(gmm_vae=GmmVaeState(run_folder="runs/\udcff"))
    with pytest.raises(InputError, match="no text in UTF-8"):
        write_session(tmp_path / "a.json", session)
    assert not (tmp_path / "a.json").exists()
