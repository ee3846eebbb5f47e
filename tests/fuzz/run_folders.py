"""Hostile run folders, and the files in them one by one."""

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import NamedArray, VqVaeSnapshot
from dgm_explorer.runs.folder import RunFolder
from dgm_explorer.runs.run_info import RunInfo
from dgm_explorer.runs.writer import RunWriter
from tests.fuzz.case import Case, Link, Node, Odd
from tests.fuzz.draw import Draw
from tests.fuzz.mutate import NUMBERS, WORDS, altered, damaged, encoded
from tests.fuzz.tensors import spoilt
from tests.runs.examples import new_run, table

SNAPSHOT, CHECKPOINT = "snapshots/step-00000003.safetensors", "checkpoints/step-00000003.safetensors"
TEXTS = ("values", "meta")
K, D, P, H, N = 4, 3, 4, 2, 5


def vq_vae_snapshot(step: int = 3) -> VqVaeSnapshot:
    """Numbers without a meaning, in shapes that fit."""
    generator = np.random.default_rng(step)

    def floats(*shape: int) -> np.ndarray:
        return generator.random(shape, dtype=np.float32)

    def codes(*shape: int) -> np.ndarray:
        return generator.integers(0, K, shape)

    return VqVaeSnapshot(
        step=step, epoch=1.5, phase="train", codebook=floats(K, D), ema_counts=floats(K),
        batch_counts=floats(K),
        epoch_counts=floats(K), ages=codes(K), revived_at=codes(K) - 1, patches=floats(K, P, P, 1),
        exemplars=floats(K, 2, P, P, 1), constant_images=floats(K, 64), background_changes=floats(K, 64),
        position_counts=floats(K, H, H), pair_counts=floats(K, K), probe=np.arange(N), codes=codes(N, H, H),
        points=floats(6, D), point_codes=codes(6), arrow_starts=floats(3, D), arrow_codes=codes(3),
        arrow_gradients=floats(3, D), shown=np.arange(2), reconstructions=floats(2, 64),
        weights=(NamedArray("decoder.0.weight", floats(3, 2)),), mse=0.1, nmse=0.2, batch_perplexity=3.0,
        epoch_perplexity=3.5, drift=0.01,
    )  # fmt: skip


def content_of(folder: Path) -> dict[str, bytes]:
    """All files below a folder, by their paths."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@cache
def sound_run(model: str) -> dict[str, bytes]:
    """Files of a small run."""
    with tempfile.TemporaryDirectory() as parent:
        folder = new_run(Path(parent))
        if model == "vq-vae":
            with RunWriter(folder) as writer:
                writer.write_info(
                    RunInfo("vq-vae", DataSource("digits", limit=60), VqVaeConfig(codebook_size=K))
                )
                writer.write_snapshot(vq_vae_snapshot())
        return content_of(folder.path)


def make_snapshot(draw: Draw) -> Case:
    """One snapshot; the argument says of which model."""
    model = draw.pick("gmm-vae", "vq-vae")
    whole = _heavy(draw) if draw.chance(0.01) else spoilt(draw, sound_run(model)[SNAPSHOT], TEXTS)
    return Case({"step-00000003.safetensors": whole}, ("{here}/step-00000003.safetensors", model))


def make_checkpoint(draw: Draw) -> Case:
    whole = _heavy(draw) if draw.chance(0.01) else spoilt(draw, sound_run("gmm-vae")[CHECKPOINT], TEXTS)
    return Case({"step-00000003.safetensors": whole}, ("{here}/step-00000003.safetensors",))


def _heavy(draw: Draw) -> bytes:
    """A header of half a mebibyte."""
    header: Any = draw.pick(
        b'{"__metadata__":{' + b",".join(b'"%d":"x"' % n for n in range(40_000)) + b"}}",
        b"{"
        + b",".join(b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % n for n in range(10_000))
        + b"}",
        b"[" * 500_000,
        b'{"a":{"dtype":"F32","shape":[' + b"1," * 200_000 + b'1],"data_offsets":[0,4]}}',
    )
    return len(header).to_bytes(8, "little") + header + bytes(4)


# -- lines --------------------------------------------------------------------------------------------


def make_lines(draw: Draw) -> Case:
    """Metrics, events and status of a run, without the rest of it."""
    return Case(
        {"metrics.jsonl": metrics(draw), "events.jsonl": events(draw), "status.json": status(draw)},
        ("{here}",),
    )


def metrics(draw: Draw) -> bytes:
    if draw.chance(0.01):
        return draw.pick(
            b"\n" * 500_000, b"{}\n" * 200_000, b"[" * 500_000, b'{"split":"train","step":1}\n' * 20_000,
            b"".join(b'{"split":"train","step":%d,"c%d":1}\n' % (n, n) for n in range(5000)),
            b"\0" * 500_000,
        )  # fmt: skip
    lines = []
    step = 0
    for _ in range(draw.randrange(1, 20)):
        step += draw.pick(1, 1, 1, 5, 0, -3)
        row: Any = {"split": draw.pick("train", "train", "held_out", "quality"), "step": step}
        row |= {name: draw.gauss(0, 1) for name in draw.pick(("a", "b"), ("a",), ("a", "b", "elbo"))}
        if draw.chance(0.2):
            row[draw.pick("a", "b", "step", "split", *WORDS)] = draw.pick(
                *WORDS, *NUMBERS, None, [], {}, True
            )
        line = json.dumps(row).encode()
        if draw.chance(0.1):
            line = draw.pick(
                damaged(draw, line),
                b"",
                b"[1]",
                b"{",
                b"\0" * 9,
                b"x" * 20_000,
                json.dumps(altered(draw, row)).encode(),
            )
        lines.append(line)
    return b"\n".join(lines) + draw.pick(b"\n", b"\n", b"", b"\0\0")


def events(draw: Draw) -> bytes:
    lines = []
    for _ in range(draw.randrange(6)):
        names = (
            "started",
            "refused batch",
            "refused batch",
            "resumed",
            "skipped_snapshot",
            "learning_rate",
            *WORDS,
        )
        event: Any = {
            "event": draw.pick(*names),
            "step": draw.pick(1, 2, 3, *NUMBERS),
            "t": draw.pick(1.5e9, *NUMBERS),
        }
        event |= {
            draw.pick("reason", "value", *WORDS): draw.pick(
                "because", *WORDS, *NUMBERS, [1, 2], None, {"a": []}
            )
        }
        event = altered(draw, event) if draw.chance(0.3) else event
        line = json.dumps(event).encode("utf-8", "surrogatepass")
        lines.append(damaged(draw, line) if draw.chance(0.1) else line)
    return b"\n".join(lines) + draw.pick(b"\n", b"")


def status(draw: Draw) -> bytes:
    fields = json.loads(sound_run("gmm-vae")["status.json"])
    if draw.chance(0.5):
        fields["state"] = draw.pick("preparing", "running", "paused", "finished", "stopped", "failed")
    for name in draw.some(sorted(fields), 3):
        fields[name] = draw.pick("nan", "inf", "-inf", *NUMBERS, *WORDS)
    return encoded(draw, altered(draw, fields) if draw.chance(0.3) else fields)


# -- whole folders ------------------------------------------------------------------------------------


def make_run_folder(draw: Draw) -> Case:
    """A run with one to four of its files spoilt, missing, or something else than files."""
    files: dict[str, Node] = dict(sound_run(draw.pick("gmm-vae", "vq-vae")))
    for name in draw.some(sorted(files), 3) or ["run.json"]:
        files[name] = _other_file(draw, name, files[name])
    if draw.chance(0.3):
        files[draw.pick(*_EXTRA)] = draw.pick(b"", b"x", Odd("folder"), Link("nowhere"), Link("."))
    if draw.chance(0.1):
        del files[draw.pick(*files)]
    if draw.chance(0.05):
        for name in [name for name in files if name.startswith("checkpoints/")]:
            del files[name]
        files["checkpoints"] = draw.pick(b"", Link("."), Link("nowhere"), Odd("pipe"))
    return Case({f"run/{name}": node for name, node in files.items()}, ("{here}/run",))


_EXTRA = (
    "snapshots/step-99999999.safetensors", "snapshots/step-999999999999999.safetensors", "control/stop",
    "snapshots/step-00000001.safetensors", "checkpoints/step-00000009.safetensors", "snapshots/x.tmp",
    "checkpoints/step-0000000٣.safetensors", ".run.json.0000.tmp", "snapshots/step-00000004.safetensors",
)  # fmt: skip


def _other_file(draw: Draw, name: str, content: Node) -> Node:
    assert isinstance(content, bytes)
    if draw.chance(0.06):
        return draw.pick(
            Odd("pipe"), Odd("folder"), Link("nowhere"), Link("/dev/zero"), Link("run.json"), b"", b"\0" * 99
        )
    if name == "run.json":
        return info(draw, content)
    if name.endswith(".safetensors"):
        return spoilt(draw, content, TEXTS)
    if name == "status.json":
        return status(draw)
    if name.endswith(".jsonl"):
        return metrics(draw) if name.startswith("metrics") else events(draw)
    return damaged(draw, content)


def info(draw: Draw, content: bytes) -> bytes:
    """``run.json`` with a few things changed."""
    tree = json.loads(content)
    for _ in range(draw.pick(0, 1, 1, 2)):
        tree = altered(draw, tree)
    return encoded(draw, tree)


def more_metrics(folder: Path, draw: Draw) -> None:
    """What a writer does between two looks: appended, begun anew, or cut off."""
    path = RunFolder(folder).metrics_file
    if not path.is_file() or path.is_symlink():
        return
    whole = path.read_bytes()
    rows = table(first=7).values.tolist()
    lines = b"".join(b'{"split":"train","step":%d,"a":1}\n' % int(row[0]) for row in rows)
    path.write_bytes(draw.pick(whole + lines, lines, whole[: len(whole) // 2]))
