"""The VQ-VAE at one instant, as read-only arrays: what the window draws and the timeline keeps."""

from dataclasses import dataclass

from dgm_explorer.core.arrays import BoolArray, Float32Array, IntArray

DEAD_AGE = 20
"""Steps without use after which a code counts as dead: a code with a hundredth of the mean use, in batches
with 50 vectors per code, goes without for so long once in 20,000 times."""

MOST_PAIRED = 1024
"""Codes up to which pairs of them are counted: more would make a snapshot too large."""

IS_NORMALIZED = "norm.is_used"
"""Name among the weights of whether z_e is normalised before it is quantised, 0 or 1."""


@dataclass(frozen=True, slots=True, eq=False)
class NamedArray:
    """One tensor of the networks by its name in the state dict, for an inference copy.

    Attributes
    ----------
    name : such as ``decoder.0.weight``.
    values : any shape.
    """

    name: str
    values: Float32Array


@dataclass(frozen=True, slots=True, eq=False)
class VqVaeSnapshot:
    """Codebook, what it stands for in the images, and how it is used.

    K codes of D numbers; grids of h × w cells per image; patches of p × p pixels with c channels, as large
    as the receptive field of a cell; images of d = height · width · c numbers. *Analysed* are the n examples
    of a fixed probe.

    Attributes
    ----------
    step, epoch, phase : when it was taken; ``phase`` is ``train``.
    codebook : (K, D) e.
    ema_counts : (K,) N of the moving average; under the codebook loss the counts of the last batches.
    batch_counts : (K,) uses in the last batch.
    epoch_counts : (K,) uses by the analysed examples.
    ages : (K,) steps since each code was last used in a batch.
    revived_at : (K,) step of each code's last revival; -1 for never.
    patches : (K, p, p, c) mean receptive-field patch; NaN for codes without use.
    exemplars : (K, s, p, p, c) patches whose encoder outputs lie nearest to the code; NaN where fewer.
    constant_images : (K, d) decode of a grid of nothing else: out of distribution.
    background_changes : (K, d) decode of the modal grid with the code in its middle, minus without it.
    position_counts : (K, h, w) where in the analysed images each code is used.
    pair_counts : (K, K) how often the second code lies to the right of or below the first; (0, 0) for more
        than `MOST_PAIRED` codes.
    probe : (n,) rows of the data set that are analysed.
    codes : (n, h, w) their codes.
    points, point_codes : (m, D) and (m,) encoder outputs of some of their cells and their true codes.
    arrow_starts, arrow_codes, arrow_gradients : (a, D), (a,), (a, D) encoder outputs, their codes, and the
        gradient of the reconstruction loss at z_q, which straight-through hands to z_e.
    shown, reconstructions : (r,) rows of the data set and (r, d) their reconstructions.
    weights : of the networks, for an inference copy.
    mse, nmse : of the held-out examples, per pixel, and divided by the pixels' variance.
    batch_perplexity, epoch_perplexity : exp of the entropy of `batch_counts` and `epoch_counts`.
    drift : mean |e − e of the snapshot before| ÷ mean |e|.
    """

    step: int
    epoch: float
    phase: str
    codebook: Float32Array
    ema_counts: Float32Array
    batch_counts: Float32Array
    epoch_counts: Float32Array
    ages: IntArray
    revived_at: IntArray
    patches: Float32Array
    exemplars: Float32Array
    constant_images: Float32Array
    background_changes: Float32Array
    position_counts: Float32Array
    pair_counts: Float32Array
    probe: IntArray
    codes: IntArray
    points: Float32Array
    point_codes: IntArray
    arrow_starts: Float32Array
    arrow_codes: IntArray
    arrow_gradients: Float32Array
    shown: IntArray
    reconstructions: Float32Array
    weights: tuple[NamedArray, ...]
    mse: float
    nmse: float
    batch_perplexity: float
    epoch_perplexity: float
    drift: float

    @property
    def n_codes(self) -> int:
        return len(self.codebook)

    @property
    def is_normalized(self) -> bool:
        """Whether z_e is scaled to mean 0 and variance 1 before it is quantised."""
        return any(weight.values.all() for weight in self.weights if weight.name == IS_NORMALIZED)

    @property
    def is_dead(self) -> BoolArray:
        """(K,) codes that no batch of late has used."""
        dead: BoolArray = self.ages >= DEAD_AGE
        return dead
