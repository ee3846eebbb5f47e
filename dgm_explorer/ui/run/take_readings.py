"""Readings of a run, from what its thread says or from what its folder shows; pure functions."""

from dataclasses import replace

from dgm_explorer.core.rate_meter import RateMeter, seconds_left
from dgm_explorer.core.training import Progress
from dgm_explorer.driver.update import RunUpdate
from dgm_explorer.runs.status import RunStatus
from dgm_explorer.ui.run.follower import FolderNews
from dgm_explorer.ui.run.readings import RunReadings

SILENT = "its process has ended without a word; Play goes on from the last checkpoint"


def after_update(old: RunReadings, update: RunUpdate, rates: RateMeter) -> RunReadings:
    """The readings behind news of a training thread; ``rates`` takes part in it."""
    if update.state != "running":
        rates.clear()
    elif update.progress is not None:
        rates.add(update.at_s, update.progress)
    new = replace(old, state=update.state, words=update.words, share=update.share)
    if update.progress is not None:
        new = replace(new, progress=update.progress)
    if update.facts is not None:
        new = replace(new, device=update.facts.device)
    if update.memory_mb is not None:
        new = replace(new, memory_mb=update.memory_mb)
    if update.snapshot is not None:
        new = replace(new, picture_at_s=update.snapshot_at_s, picture_step=update.snapshot.step)
    return replace(
        new,
        steps_per_s=rates.steps_per_s,
        images_per_s=rates.images_per_s,
        seconds_left=rates.seconds_left,
    )


def without_pace(old: RunReadings, rates: RateMeter) -> RunReadings:
    """The readings of a run whose pace was interrupted by hand."""
    rates.clear()
    return replace(old, steps_per_s=0.0, images_per_s=0.0, seconds_left=None)


def after_news(old: RunReadings, news: FolderNews, now_s: float) -> RunReadings:
    """The readings behind a look into a run folder."""
    if news.status is not None:
        new = _after_status(old, news.status, news.is_alive)
    else:
        new = old if news.is_alive else replace(old, state="stopped", words=SILENT)
    if news.snapshot is not None:
        new = replace(new, picture_at_s=now_s, picture_step=news.snapshot.step)
    return new


def _after_status(old: RunReadings, status: RunStatus, is_alive: bool) -> RunReadings:
    is_silent = status.is_active and not is_alive
    is_training = status.state == "running" and is_alive
    progress = Progress(status.step, status.n_steps, status.epoch, status.phase, status.n_images)
    left_s = seconds_left(progress, status.steps_per_s, status.images_per_s)
    return replace(
        old,
        state="stopped" if is_silent else status.state,
        words=SILENT if is_silent else status.reason,
        progress=progress,
        steps_per_s=status.steps_per_s if is_training else 0.0,
        images_per_s=status.images_per_s if is_training else 0.0,
        seconds_left=left_s if is_training else None,
        device=status.device,
        memory_mb=status.memory_mb,
    )
