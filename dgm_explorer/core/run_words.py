"""Words for what every display of a run says, in a window or on a terminal."""

PHASE_WORDS = {"pretrain": "pre-training", "mixture_fit": "mixture fit", "joint": "joint training"}


def describe_phase(phase: str) -> str:
    """A phase as words."""
    return PHASE_WORDS.get(phase, phase.replace("_", " "))


def describe_duration(seconds: float) -> str:
    """``7 s``, ``3:07``, ``2 h 05 min`` or ``3 days``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d}"
    if whole < 48 * 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 86400} days"
