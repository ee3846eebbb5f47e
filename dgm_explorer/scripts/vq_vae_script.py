"""The VQ-VAE tab as a script: use of the codes, perplexity and quantisation, from a recorded snapshot."""

from collections.abc import Sequence
from pathlib import Path

from dgm_explorer.core.vq_vae_snapshot import VqVaeSnapshot
from dgm_explorer.scripts.shown import Shown, comment_on, safe_comment

PERPLEXITY, BATCH_PERPLEXITY, DEAD = "perplexity", "batch perplexity", "dead codes"

_SCRIPT = '''"""Use of the codes of a VQ-VAE, their perplexity, and its quantisation, from a snapshot: {what}.

Nearest code: k(x) = argmin_k ‖z_e(x) − e_k‖ (van den Oord et al. 2017, arXiv 1711.00937).
Needs numpy and safetensors.
"""

import numpy as np
from safetensors.numpy import load_file

s = load_file({path!r})
e = s["codebook"].astype(np.float64)  # (K, D)
K = len(e)


def perplexity(counts):
    """exp of the entropy of the shares: so many codes, used alike, would be as varied."""
    shares = counts[counts > 0] / counts.sum()
    return np.exp(-(shares * np.log(shares)).sum())


# Use, counted anew from the codes of the analysed images, (n, h, w)
codes = s["codes"]
counts = np.bincount(codes.ravel(), minlength=K)
print(f"perplexity = {{perplexity(counts):.8g}} of at most {{K}}")  {perplexity}
print(f"codes used = {{np.count_nonzero(counts)}}")
print(f"batch perplexity = {{perplexity(s['batch_counts'].astype(np.float64)):.8g}}")  {batch}
print(f"dead codes = {{np.count_nonzero(s['ages'] >= {dead_age})}}")  {dead}

# Quantisation of some encoder outputs: the nearest code, and the mean of ‖z_e − e_k‖² / D with standard error
z, given = s["points"].astype(np.float64), s["point_codes"]
squares = (z**2).sum(1)[:, None] - 2 * z @ e.T + (e**2).sum(1)  # ‖z − e‖² = ‖z‖² − 2 z·e + ‖e‖²
nearest = squares.argmin(1)
print(f"nearest code agrees = {{np.mean(nearest == given):.6f}} of {{len(z)}} encoder outputs")
error = ((z - e[given]) ** 2).mean(1)
print(f"quantisation error = {{error.mean():.8g}} +- {{error.std(ddof=1) / np.sqrt(len(error)):.2g}}")
'''


def write_vq_vae_script(snapshot: VqVaeSnapshot, path: Path, dead_age: int, shown: Sequence[Shown]) -> str:
    """A recorded snapshot as a script.

    Parameters
    ----------
    path : of the snapshot's file.
    dead_age : steps without use after which a code counts as dead.
    shown : numbers of the window by the names `PERPLEXITY`, `BATCH_PERPLEXITY`, `DEAD`.
    """
    return _SCRIPT.format(
        what=safe_comment(f"step {snapshot.step} of {path.parent.parent.name}"),
        path=str(path),
        dead_age=dead_age,
        perplexity=comment_on(shown, PERPLEXITY),
        batch=comment_on(shown, BATCH_PERPLEXITY),
        dead=comment_on(shown, DEAD),
    )
