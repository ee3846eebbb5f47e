#!/usr/bin/env python3
"""Make the pictures of the user guide anew: `.venv/bin/python packaging/make_pictures.py`.

Trains the two models without a window first (two to five minutes, Fashion-MNIST is fetched if it is not
there), then asks the program for screenshots and panels. No screen is needed; any Python in which the
program is installed will do.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

GUIDE = Path(__file__).resolve().parent.parent / "resources" / "guide"
WINDOW = ("--size", "1440x900", "--theme", "light")
PANEL = ("--size", "900x560", "--theme", "light", "--force")
SQUARE = ("--size", "700x700", "--theme", "light", "--force")


def main() -> int:
    """Train, then paint; the exit status of the first command that fails."""
    with tempfile.TemporaryDirectory() as folder:
        gmm_vae, vq_vae = Path(folder) / "gmm-vae", Path(folder) / "vq-vae"
        try:
            call("train", "gmm-vae", "--data", "digits", "--seed", "0", "--out", gmm_vae)
            call(
                *("train", "vq-vae", "--data", "fashion-mnist", "--seed", "0"),
                *("--set", "epochs=2", "--out", vq_vae),
            )
            paint(gmm_vae, vq_vae)
        except subprocess.CalledProcessError as error:
            return error.returncode
    return 0


def paint(gmm_vae: Path, vq_vae: Path) -> None:
    """All pictures, from presets and from the two runs."""
    show("kl-window", "--preset", "free-sigma-sides-win")
    export("kl-landscape-reverse", PANEL, "landscape-reverse", "--preset", "free-sigma-sides-win")
    export("kl-sweep", PANEL, "bifurcation-diagram", "--preset", "merging-modes")
    show("reparam-window", "--preset", "what-l-does")
    show("reparam-gradients", "--preset", "two-clouds-of-gradients")
    export("reparam-quantile", PANEL, "quantile-picture", "--preset", "quantile-picture")
    show("gmm-vae-window", "--run", gmm_vae)
    export("gmm-vae-latent", SQUARE, "latent", "--run", gmm_vae)
    export("gmm-vae-bound", PANEL, "gmm-vae-bound", "--run", gmm_vae)
    show("vq-vae-window", "--run", vq_vae)
    export("vq-vae-mosaic", SQUARE, "codebook-mosaic", "--run", vq_vae)
    export("vq-vae-usage", PANEL, "code-usage", "--run", vq_vae)


def show(name: str, *what: object) -> None:
    """A screenshot of the window."""
    call("gui", *what, *WINDOW, "--screenshot", GUIDE / f"{name}.png")


def export(name: str, size: tuple[str, ...], panel: str, *what: object) -> None:
    """One panel of it."""
    call("export", *what, "--panel", panel, *size, "--out", GUIDE / f"{name}.png")


def call(*arguments: object) -> None:
    command = [sys.executable, "-m", "dgm_explorer", *map(str, arguments)]
    print(*command[2:], flush=True)
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
