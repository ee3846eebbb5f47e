"""`bench gpu` says where there is no card, and its parts measure what they say on any device."""

import time
from collections.abc import Iterator

import pytest
import torch

from dgm_explorer.bench import gpu
from dgm_explorer.cli.main import run as run_command
from dgm_explorer.core.training import Progress

GOALS = {
    "images_vs_dataloader_loop": ">= 20",
    "images_vs_eager": ">= 3",
    "snapshots_at_30_hz_share": "<= 0.03",
    "images_per_s": "",
    "vq_vae_images_vs_eager": "",
}


def test_without_a_card_it_says_so_in_a_sentence_and_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert run_command(["bench", "gpu", "--json"]) == 0
    printed = capsys.readouterr()
    assert '"figures": []' in printed.out
    assert printed.err.strip() == "bench gpu: there is no CUDA card here, so nothing is measured."


def test_every_figure_is_measured_on_the_device_that_is_given() -> None:
    figures = gpu.measure(torch.device("cpu"), rounds=1, stretch_s=0.1, n_workers=0)
    assert {figure.name: figure.goal for figure in figures} == GOALS
    assert all(figure.value > 0 for figure in figures if figure.unit != "of time")


class Clockwork:
    """A run of steps that take 1 ms and pictures that take 10."""

    def __init__(self) -> None:
        self.n_steps = self.n_snapshots = 0

    @property
    def progress(self) -> Progress:
        return Progress(self.n_steps, 10**9, 0.0, "train", 100 * self.n_steps)

    def steps(self) -> Iterator[Progress]:
        while True:
            time.sleep(0.001)
            self.n_steps += 1
            yield self.progress

    def snapshot(self) -> None:
        self.n_snapshots += 1
        time.sleep(0.01)

    def take_metrics(self) -> tuple[()]:
        return ()


def test_pictures_come_at_their_rate_and_count_as_time() -> None:
    run = Clockwork()
    training = gpu.Training(run)  # type: ignore[arg-type]
    plain = training.images_per_s(0.5)
    assert run.n_snapshots == 0
    with_pictures = training.images_per_s(0.5, gpu.SNAPSHOTS_PER_S)
    assert 5 <= run.n_snapshots <= 15
    assert with_pictures < 0.9 * plain
