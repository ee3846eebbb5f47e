"""A small VQ-VAE at one instant and its data, for tests of whatever shows it."""

from dataclasses import replace

import numpy as np

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.dataset import Dataset
from dgm_explorer.core.vq_inference import Encoded
from dgm_explorer.core.vq_vae_config import VqVaeConfig
from dgm_explorer.core.vq_vae_snapshot import DEAD_AGE, VqVaeSnapshot

K, D = 6, 2
IMAGE_SHAPE = (8, 8, 1)
GRID = (4, 4)
PATCH_PX = 4
N = 40
DEAD_CODE = K - 1
CONFIG = VqVaeConfig(codebook_size=K, code_dim=D, stride=2)


def make_dataset() -> Dataset:
    """``N`` images, the first a black one; every tenth is held out."""
    images = np.random.default_rng(1).uniform(size=(N, 64)).astype(np.float32)
    images[0] = 0
    labels = (np.arange(N) % 2).astype(np.int64)
    return Dataset("toy", images, labels, ("even", "odd"), IMAGE_SHAPE, np.arange(N) % 10 == 9, "0")


def make_codes() -> IntArray:
    """(N, 4, 4) grids; code k is used as often as K − 1 − k says, the last one never."""
    shares = np.arange(K - 1, -1, -1) / np.arange(K).sum()
    codes: IntArray = np.random.default_rng(2).choice(K, size=(N, *GRID), p=shares)
    return codes


def make_snapshot(step: int = 200, revived: tuple[int, ...] = ()) -> VqVaeSnapshot:
    """Codes on a circle, encoder outputs around them; ``revived`` were revived at this very step."""
    rng = np.random.default_rng(3)
    angle = 2 * np.pi * np.arange(K) / K
    codebook = np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32)
    codes = make_codes()
    counts = np.bincount(codes.ravel(), minlength=K).astype(np.float32)
    point_codes = codes[:12].ravel()
    points = codebook[point_codes] + 0.1 * rng.normal(size=(len(point_codes), D))
    pairs = np.zeros((K, K), np.float32)
    np.add.at(pairs, (codes[:, :, :-1], codes[:, :, 1:]), 1)
    np.add.at(pairs, (codes[:, :-1], codes[:, 1:]), 1)
    positions = (codes == np.arange(K)[:, None, None, None]).sum(axis=1).astype(np.float32)
    patches = rng.uniform(size=(K, PATCH_PX, PATCH_PX, 1)).astype(np.float32)
    patches[DEAD_CODE] = np.nan
    exemplars = rng.uniform(size=(K, 3, PATCH_PX, PATCH_PX, 1)).astype(np.float32)
    exemplars[DEAD_CODE] = np.nan
    ages = np.zeros(K, np.int64)
    ages[DEAD_CODE] = DEAD_AGE + 15
    revived_at = np.full(K, -1, np.int64)
    revived_at[list(revived)] = step
    return VqVaeSnapshot(
        step=step,
        epoch=step / 10,
        phase="train",
        codebook=codebook,
        ema_counts=counts / counts.sum() * 64,
        batch_counts=np.round(counts / 10),
        epoch_counts=counts,
        ages=ages,
        revived_at=revived_at,
        patches=patches,
        exemplars=exemplars,
        constant_images=rng.uniform(size=(K, 64)).astype(np.float32),
        background_changes=rng.uniform(-1, 1, size=(K, 64)).astype(np.float32),
        position_counts=positions,
        pair_counts=pairs,
        probe=np.arange(N),
        codes=codes,
        points=points.astype(np.float32),
        point_codes=point_codes,
        arrow_starts=points[:5].astype(np.float32),
        arrow_codes=point_codes[:5],
        arrow_gradients=rng.normal(size=(5, D)).astype(np.float32),
        shown=np.arange(8),
        reconstructions=rng.uniform(size=(8, 64)).astype(np.float32),
        weights=(),
        mse=0.01,
        nmse=0.08,
        batch_perplexity=_perplexity(np.round(counts / 10)),
        epoch_perplexity=_perplexity(counts),
        drift=0.02,
    )


def later(snapshot: VqVaeSnapshot, steps: int = 10) -> VqVaeSnapshot:
    """The same codes, moved a little, some steps later."""
    moved = snapshot.codebook + np.float32(0.05)
    return replace(snapshot, step=snapshot.step + steps, codebook=moved)


def _perplexity(counts: Float32Array) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))


class PlainInference:
    """Implements `core.vq_inference.VqInference`: code k is the level of grey k ÷ K, in 2 × 2 pixels."""

    def encode(self, images: Float32Array) -> Encoded:
        levels = images.reshape(-1, *GRID[:1], 2, GRID[1], 2).mean(axis=(2, 4))
        distances = (levels[..., None] - np.arange(K) / K).astype(np.float32) ** 2
        codes = distances.argmin(axis=-1)
        return Encoded(codes, distances, self.decode(codes))

    def decode(self, codes: IntArray) -> Float32Array:
        images = np.repeat(np.repeat(codes / K, 2, axis=1), 2, axis=2).reshape(len(codes), -1)
        decoded: Float32Array = images.astype(np.float32)
        return decoded


def make_inference(
    snapshot: VqVaeSnapshot, config: VqVaeConfig, image_shape: tuple[int, int, int]
) -> PlainInference:
    """A `core.vq_inference.MakeInference`."""
    del snapshot, config, image_shape
    return PlainInference()
