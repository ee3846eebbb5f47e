"""The GMM-VAE tab as a script: the five terms of the bound, from a recorded snapshot."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dgm_explorer.core.arrays import Float32Array, IntArray
from dgm_explorer.core.dataset import DataSource
from dgm_explorer.core.gmm_vae_snapshot import GmmVaeSnapshot
from dgm_explorer.scripts.shown import Shown, comment_on, safe_comment

MOST_EXAMPLES = 500
MOST_EMBEDDED = 20_000
"""Numbers that a script may hold in its own text."""
_DIGITS = "digits"

_SCRIPT = '''"""The five terms of the bound of a GMM-VAE, from a snapshot: {what}.

    ELBO = E log p(x|z) + E log p(z|c) + E log p(c) − E log q(z|x) − E log q(c|x)

(VaDE, Jiang et al. 2017, arXiv 1611.05148). Needs numpy and safetensors{needs}.
"""

{imports}import numpy as np
from safetensors.numpy import load_file
{more_imports}
s = load_file({path!r})
s = {{name: array.astype(np.float64 if array.dtype.kind == "f" else np.int64) for name, array in s.items()}}
{prior}

# Examples that are {split}, as x between 0 and 1, and q(z|x) = N(m, diag v) of them
{data}
m, v = s["latent_means"][place], np.exp(s["latent_log_vars"][place])
z = m + np.sqrt(v) * np.random.default_rng(0).standard_normal(m.shape)  # one z of q(z|x) for each example


def log_normal(z, mean, log_var):
    return -0.5 * (np.log(2 * np.pi) + log_var + (z - mean) ** 2 / np.exp(log_var)).sum(-1)


# γ_c = q(c|x) = p(c|z) by Bayes at that z
joint = log_pi + log_normal(z[:, None], means, log_vars)
log_gamma = joint - np.logaddexp.reduce(joint, axis=1)[:, None]
gamma = np.exp(log_gamma)

{likelihood}
expected = log_normal(m[:, None], means, log_vars) - 0.5 * (v[:, None] / np.exp(log_vars)).sum(-1)
terms = {{
{a_entry}    "b": (gamma * expected).sum(1),  # E log p(z|c), in closed form  {b}
    "c": (gamma * np.maximum(log_pi, -1e9)).sum(1),  # E log p(c)  {c}
    "d": 0.5 * (1 + np.log(2 * np.pi * v)).sum(1),  # −E log q(z|x)  {d}
    "e": -(gamma * np.maximum(log_gamma, -1e9)).sum(1),  # −E log q(c|x)  {e}
}}
{total}for name, values in terms.items():  # mean over the examples ± standard error
    print(f"{{name}} = {{values.mean():.8g}} +- {{values.std(ddof=1) / np.sqrt(len(values)):.2g}} nats")
'''

_PRIOR = 'log_pi, means, log_vars = s["log_pi"], s["component_means"], s["component_log_vars"]'
_PRETRAIN = """# The networks are being pre-trained: the prior is N(0, I), one component
J = s["latent_means"].shape[1]
log_pi, means, log_vars = np.zeros(1), np.zeros((1, J)), np.zeros((1, J))"""

_DECODER = """# E log p(x|z) at that z: layers with ReLU between them
h = z
n_layers = len([name for name in s if name.startswith("decoder.") and name.endswith(".weight")])
for i in range(n_layers):
    h = h @ s[f"decoder.{i}.weight"].T + s[f"decoder.{i}.bias"]
    h = np.maximum(h, 0) if i < n_layers - 1 else h
"""
_BERNOULLI = "log_x = (x * h - np.logaddexp(0, h)).sum(1)  # Bernoulli: h are logits"
_GAUSSIAN = "log_x = log_normal(x, h, {log_var!r})  # Gaussian: h are means; one log variance for all pixels"

_LOAD_DIGITS = """x_all = load_digits().data / 16"""
_LOAD_IDX = """def images(path):  # idx: 16 bytes of header, then one byte per pixel
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        data = file.read()
    return np.frombuffer(data, np.uint8, offset=16).reshape(int.from_bytes(data[4:8], "big"), -1) / 255


x_all = np.concatenate([images(path) for path in {paths!r}])"""
_CHOOSE = """rows = np.array([
{rows}
])  # of all examples
x, place = x_all[rows], np.searchsorted(s["probe"], {places})"""
_EMBED = """x = np.array({values})
place = np.searchsorted(s["probe"], {places})  # where they stand in the snapshot"""
_NO_INPUTS = """place = np.searchsorted(s["probe"], {places})  # where they stand in the snapshot
# x itself is not at hand here, so (a) and the sum are left out"""


@dataclass(frozen=True, slots=True, eq=False)
class ScriptExamples:
    """What the terms are the mean of.

    Attributes
    ----------
    rows : (n,) of the data set; each is in the snapshot's probe.
    inputs : (n, D).
    is_held_out : whether training never sees them.
    original_rows : (n,) rows of the whole set that the data set was taken from; the same without a limit.
    files : of images in the idx format that make the whole set; empty where it is not of such files.
    """

    rows: IntArray
    inputs: Float32Array
    is_held_out: bool
    original_rows: IntArray
    files: tuple[Path, ...] = ()


def write_gmm_vae_script(
    snapshot: GmmVaeSnapshot, path: Path, source: DataSource, examples: ScriptExamples, shown: Sequence[Shown]
) -> str:
    """A recorded snapshot as a script.

    Parameters
    ----------
    path : of the snapshot's file.
    shown : terms of the window by their letters, and ``elbo``.
    """
    places = "rows" if _is_loaded(source, examples) and source.limit == 0 else repr(examples.rows.tolist())
    has_inputs = _is_loaded(source, examples) or examples.inputs.size <= MOST_EMBEDDED
    return _SCRIPT.format(
        what=safe_comment(f"step {snapshot.step} of {path.parent.parent.name}"),
        needs=", and scikit-learn for the digits" if source.name == _DIGITS else "",
        imports="import gzip\n\n" if examples.files else "",
        more_imports="from sklearn.datasets import load_digits\n" if source.name == _DIGITS else "",
        path=str(path),
        prior=_PRIOR if snapshot.has_mixture else _PRETRAIN,
        split="held out" if examples.is_held_out else "trained on",
        data=_data(source, examples, places, has_inputs),
        likelihood=_likelihood(snapshot) if has_inputs else "",
        a_entry=f'    "a": log_x,  # E log p(x|z)  {comment_on(shown, "a")}\n' if has_inputs else "",
        total=f'terms["elbo"] = sum(terms.values())  {comment_on(shown, "elbo")}\n' if has_inputs else "",
        **{letter: comment_on(shown, letter) for letter in "bcde"},
    )


def _is_loaded(source: DataSource, examples: ScriptExamples) -> bool:
    """Whether the script reads the whole set by itself."""
    return source.name == _DIGITS or bool(examples.files)


def _data(source: DataSource, examples: ScriptExamples, places: str, has_inputs: bool) -> str:
    if _is_loaded(source, examples):
        paths = [str(path) for path in examples.files]
        load = _LOAD_DIGITS if source.name == _DIGITS else _LOAD_IDX.format(paths=paths)
        return f"{load}\n{_CHOOSE.format(rows=_wrapped(examples.original_rows), places=places)}"
    if has_inputs:
        values = [[round(float(value), 7) for value in row] for row in examples.inputs]
        return _EMBED.format(values=values, places=places)
    return _NO_INPUTS.format(places=places)


def _wrapped(rows: IntArray) -> str:
    words = textwrap.wrap(", ".join(map(str, rows.tolist())), 100)
    return "\n".join(f"    {line.rstrip()}" for line in words)


def _likelihood(snapshot: GmmVaeSnapshot) -> str:
    if snapshot.likelihood == "bernoulli":
        return _DECODER + _BERNOULLI
    return _DECODER + _GAUSSIAN.format(log_var=float(snapshot.decoder_log_var))
