"""A frame of 60,000 moving dots in the latent view against the same view painted unchanged."""

import statistics
import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

from dgm_explorer.app import make_application
from dgm_explorer.bench.report import Figure
from dgm_explorer.ui.plots.color_key import ColorKey
from dgm_explorer.ui.plots.latent_shapes import ComponentShape, LatentScene
from dgm_explorer.ui.plots.latent_view import LatentView
from dgm_explorer.ui.theme import LIGHT

SIZE = (900, 640)
N_DOTS = 60_000
N_COMPONENTS = 10
N_SCENES = 8
STEP = 0.02
"""How far a dot moves between two frames, in units of a latent space some 20 wide."""
ROUNDS = 300
WARM_UP = 20


def measure_latent_frame(rounds: int = ROUNDS) -> Figure:
    """New scene and full repaint over a static repaint: processor time of the thread, medians, in turn.

    Needs a Qt platform; the caller chooses it (offscreen in a test).
    """
    make_application()
    view = LatentView()
    view.set_theme(LIGHT)
    view.resize(*SIZE)
    view.show()
    scenes = moving_scenes()
    view.set_scene(scenes[0])
    _settle(100)
    frames, repaints = [], []
    for i in range(WARM_UP + rounds):
        started_s = time.thread_time()
        view.set_scene(scenes[i % len(scenes)])
        view.viewport().repaint()
        frames.append(time.thread_time() - started_s)
        started_s = time.thread_time()
        view.viewport().repaint()
        repaints.append(time.thread_time() - started_s)
    view.close()
    view.deleteLater()
    _settle(0)
    ratio = statistics.median(frames[WARM_UP:]) / statistics.median(repaints[WARM_UP:])
    return Figure.at_most("latent_frame_vs_static", ratio, "ratio", 1.6)


def moving_scenes() -> list[LatentScene]:
    """Ten clusters whose dots and Gaussians tremble."""
    rng = np.random.default_rng(0)
    means = rng.uniform(-7.0, 7.0, (N_COMPONENTS, 2))
    deviations = rng.uniform(0.5, 1.5, (N_COMPONENTS, 2))
    label = rng.integers(N_COMPONENTS, size=N_DOTS)
    positions = means[label] + deviations[label] * rng.normal(size=(N_DOTS, 2))
    colors = [LIGHT.component(k) for k in range(N_COMPONENTS)]
    table = np.array([[int(rgb[i : i + 2], 16) for i in (1, 3, 5)] for rgb in colors], np.uint8)
    key = ColorKey("label", tuple((rgb, str(k)) for k, rgb in enumerate(colors)))
    first = LatentScene(positions.astype(np.float32), table[label], key=key)
    return [
        replace(
            first,
            positions=(positions + rng.normal(0.0, STEP, positions.shape)).astype(np.float32),
            components=_components(means + rng.normal(0.0, STEP, means.shape), deviations, colors),
        )
        for _ in range(N_SCENES)
    ]


def _components(means: np.ndarray, deviations: np.ndarray, colors: list[str]) -> tuple[ComponentShape, ...]:
    return tuple(
        ComponentShape(k, means[k], np.diag(deviations[k] ** 2), 1.0 / N_COMPONENTS, rgb)
        for k, rgb in enumerate(colors)
    )


def _settle(duration_ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(duration_ms, loop.quit)
    loop.exec()
