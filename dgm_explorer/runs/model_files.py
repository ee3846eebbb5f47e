"""What the files of each model hold: its configuration, its snapshots and their shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dgm_explorer.core import gmm_vae_config, vq_vae_config
from dgm_explorer.core.errors import InputError
from dgm_explorer.core.gmm_vae_config import GmmVaeConfig
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """One model's files.

    Attributes
    ----------
    config : dataclass of its configuration.
    snapshot : dataclass of its snapshots.
    shapes : of each array in a snapshot, by letters; one letter means one number in all arrays of a
        snapshot. A letter with ``?`` may also be 0.
    layers : of each tuple of layers, the letters of what goes in and what comes out.
    least : of each array of whole numbers that may go below 0.
    below : of each array of whole numbers, the letter whose size they stay below, where there is one.
    gaps : arrays of real numbers that hold NaN where there is nothing to say.
    """

    config: type[Any]
    snapshot: type[Any]
    shapes: Mapping[str, tuple[str, ...]]
    layers: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)
    below: Mapping[str, str] = field(default_factory=dict)
    gaps: frozenset[str] = frozenset()


GMM_VAE = ModelFiles(
    config=GmmVaeConfig,
    snapshot=GmmVaeSnapshot,
    shapes={
        "probe": ("n",),
        "latent_means": ("n", "J"),
        "latent_log_vars": ("n", "J"),
        "responsibilities": ("n", "K"),
        "log_pi": ("K",),
        "component_means": ("K", "J"),
        "component_log_vars": ("K", "J"),
        "shown": ("m",),
        "reconstructions": ("m", "D"),
        "sample_noise": ("K", "s", "J"),
        "samples": ("K", "s", "D"),
        "component_images": ("K", "D"),
        "train_terms": ("5",),
        "held_out_terms": ("5",),
        "kl_per_dim": ("J",),
        "occupancy": ("K",),
        "confusion": ("K?", "classes?"),
    },
    layers={"decoder": ("J", "D")},
    gaps=frozenset({"train_terms", "held_out_terms"}),
)
VQ_VAE = ModelFiles(
    config=VqVaeConfig,
    snapshot=VqVaeSnapshot,
    shapes={
        "codebook": ("K", "D"),
        "ema_counts": ("K",),
        "batch_counts": ("K",),
        "epoch_counts": ("K",),
        "ages": ("K",),
        "revived_at": ("K",),
        "patches": ("K", "p", "p", "c"),
        "exemplars": ("K", "s", "p", "p", "c"),
        "constant_images": ("K", "d"),
        "background_changes": ("K", "d"),
        "position_counts": ("K", "h", "w"),
        "pair_counts": ("K?", "K?"),
        "probe": ("n",),
        "codes": ("n", "h", "w"),
        "points": ("m", "D"),
        "point_codes": ("m",),
        "arrow_starts": ("a", "D"),
        "arrow_codes": ("a",),
        "arrow_gradients": ("a", "D"),
        "shown": ("r",),
        "reconstructions": ("r", "d"),
    },
    least={"revived_at": -1},
    below={"codes": "K", "point_codes": "K", "arrow_codes": "K"},
    gaps=frozenset({"patches", "exemplars"}),
)
MODELS = {gmm_vae_config.MODEL: GMM_VAE, vq_vae_config.MODEL: VQ_VAE}


def files_of(model: str, path: Path) -> ModelFiles:
    """The files of ``model``, which ``path`` speaks of.

    Raises
    ------
    InputError
        If the program has no such model.
    """
    if model not in MODELS:
        raise InputError(
            f"{path}: the model {model[:40]!r} is not known; this program knows {', '.join(MODELS)}."
        )
    return MODELS[model]
