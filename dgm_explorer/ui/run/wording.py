"""The state of a run in words; pure functions."""

from dgm_explorer.core.run_words import describe_duration, describe_phase
from dgm_explorer.core.training import Progress
from dgm_explorer.ui.run.readings import RunReadings

STATE_WORDS = {
    "idle": "no run yet",
    "preparing": "preparing",
    "running": "training",
    "paused": "paused",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
}


def describe_rate(per_s: float) -> str:
    """Three figures and thousands, so that the text keeps its width while it is read."""
    if per_s >= 100:
        return f"{per_s:,.0f}"
    return f"{per_s:.1f}" if per_s >= 10 else f"{per_s:.2f}"


def describe_progress(readings: RunReadings, *, is_brief: bool = False) -> str:
    """The text in the progress bar; where it is narrow, without phase and epoch."""
    if readings.state == "idle":
        return "no run yet: Play starts one"
    if readings.state == "preparing":
        share = f" {100 * readings.share:.0f} %" if readings.share is not None else ""
        return f"{readings.words or 'preparing'}{share}{' · then paused' if readings.is_held else ''}"
    parts = [] if readings.state == "running" else [STATE_WORDS[readings.state]]
    if readings.progress is not None:
        parts.append(_describe_place(readings.progress, is_brief))
    if readings.state == "running" and readings.seconds_left is not None:
        parts.append(f"{describe_duration(readings.seconds_left)} left")
    return " · ".join(parts)


def _describe_place(progress: Progress, is_brief: bool) -> str:
    step = f"step {progress.step:,} of {progress.n_steps:,}"
    return step if is_brief else f"{describe_phase(progress.phase)} · epoch {progress.epoch:.1f} · {step}"


def describe_pace(readings: RunReadings) -> str:
    """Steps and images per second, as far as there are any: a fit to all codes takes no images."""
    rates = ((readings.steps_per_s, "steps/s"), (readings.images_per_s, "images/s"))
    return " · ".join(f"{describe_rate(rate)} {unit}" for rate, unit in rates if rate > 0)


def describe_device(readings: RunReadings) -> str:
    """Where it trains and the memory it holds there."""
    memory = f" · {readings.memory_mb:,.0f} MB" if readings.memory_mb is not None else ""
    return f"{readings.device}{memory}"


def describe_picture(readings: RunReadings, now_s: float, shown_step: int | None) -> str:
    """How old the picture is: of the run as it goes on, of a pause, or of a step looked back on."""
    if shown_step is not None:
        return f"picture of step {shown_step:,}"
    if readings.picture_at_s is None:
        return ""
    if readings.state == "running" or (readings.is_followed and readings.is_active):
        return f"picture {_describe_age(now_s - readings.picture_at_s)} old"
    return f"picture of step {readings.picture_step:,}"


def _describe_age(age_s: float) -> str:
    return f"{max(0.0, age_s):.1f} s" if age_s < 10 else describe_duration(age_s)
