"""A Debian package of the built folder: program, desktop entry, metadata for software centres, icons."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from environment import SetupError, say

from dgm_explorer import __version__
from dgm_explorer.qt_libraries import EVERY_PLATFORM, WAYLAND, X11

NAME = "dgm-explorer"
FOLDER = Path("usr/lib") / NAME
ICON_SIZES_PX = (16, 22, 24, 32, 48, 64, 128, 256, 512)
DESCRIPTION = """\
Take the ideas of deep generative modelling in hand
 A window in which KL divergences are dragged, noise is reparametrised, and a
 GMM-VAE and a VQ-VAE train on real images while one watches and interferes.
 .
 This package holds its own Python and the CPU build of torch."""

OTHER_LICENCES = f"""
What this package holds besides has licences of its own, named in /{FOLDER}/_internal/*.dist-info.
Qt and PySide6 are used under the GNU Lesser General Public License, version 3, which is in
/usr/share/common-licenses/LGPL-3; their libraries are files of their own and can be replaced.
"""


def require_tools() -> None:
    """Raise SetupError where no package can be made."""
    if shutil.which("dpkg-deb") is None:
        raise SetupError("a .deb can only be made where dpkg-deb is: on Debian, Ubuntu and their relatives.")


def build(root: Path, bundle: Path, icons: Path, dist: Path) -> Path:
    """Write the package into ``dist`` and return its path.

    Parameters
    ----------
    root : the repository.
    bundle : the built folder; its files are linked, not copied, where the file system can.
    icons : folder of <size>.png.
    """
    say("making the Debian package")
    tree = root / "build" / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    lay_out(root, bundle, icons, tree)
    architecture = _output(["dpkg", "--print-architecture"])
    control = tree / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(describe(bundle, architecture), encoding="utf-8")
    package = dist / f"{NAME}_{__version__}_{architecture}.deb"
    options = ["--root-owner-group", "-Zzstd", "-z11"]
    _output(["dpkg-deb", *options, "--build", str(tree), str(package)])
    shutil.rmtree(tree)
    return package


def lay_out(root: Path, bundle: Path, icons: Path, tree: Path) -> None:
    """Put every file where it belongs below ``tree``."""
    linux = root / "packaging" / "linux"
    (desktop,) = linux.glob("*.desktop")
    share = tree / "usr" / "share"
    shutil.copytree(bundle, tree / FOLDER, symlinks=True, copy_function=_link)
    command = tree / "usr" / "bin" / NAME
    command.parent.mkdir(parents=True)
    command.symlink_to(Path("..") / ".." / FOLDER / NAME)
    _copy(desktop, share / "applications" / desktop.name)
    _copy(linux / f"{desktop.stem}.metainfo.xml", share / "metainfo" / f"{desktop.stem}.metainfo.xml")
    theme = share / "icons" / "hicolor"
    _copy(root / "resources" / "icons" / f"{NAME}.svg", theme / "scalable" / "apps" / f"{desktop.stem}.svg")
    for size_px in ICON_SIZES_PX:
        _copy(icons / f"{size_px}.png", theme / f"{size_px}x{size_px}" / "apps" / f"{desktop.stem}.png")
    copyright_file = share / "doc" / NAME / "copyright"
    copyright_file.parent.mkdir(parents=True)
    licence = (root / "LICENSE").read_text(encoding="utf-8")
    copyright_file.write_text(licence + OTHER_LICENCES, encoding="utf-8")
    for folder in (tree, *(path for path in tree.rglob("*") if path.is_dir() and not path.is_symlink())):
        folder.chmod(0o755)


def describe(bundle: Path, architecture: str) -> str:
    """The package's control file."""
    libraries = (*EVERY_PLATFORM, *X11, *WAYLAND)
    needs = [f"libc6 (>= {newest_glibc(bundle)})", "libstdc++6", *(library.debian for library in libraries)]
    size_kb = sum(path.lstat().st_size for path in bundle.rglob("*") if not path.is_dir()) // 1024
    fields = {
        "Package": NAME,
        "Version": __version__,
        "Architecture": architecture,
        "Maintainer": "the DGM Explorer developers <dgm-explorer@example.invalid>",
        "Installed-Size": str(size_kb),
        "Depends": ", ".join(dict.fromkeys(needs)),
        "Section": "education",
        "Priority": "optional",
        "Description": DESCRIPTION,
    }
    return "".join(f"{name}: {value}\n" for name, value in fields.items())


def newest_glibc(bundle: Path) -> str:
    """The oldest C library with which everything inside loads, from the names of versions in the files."""
    versions = {(2, 17)}
    for path in bundle.rglob("*"):
        if path.is_file() and (".so" in path.name or path.name == NAME):
            found = re.findall(rb"\0GLIBC_2\.(\d+)(?=[\0.])", path.read_bytes())
            versions |= {(2, int(minor)) for minor in found}
    return ".".join(map(str, max(versions)))


def _link(source: str, target: str) -> None:
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)


def _output(command: list[str]) -> str:
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=sys.stderr, text=True)
    if done.returncode != 0:
        raise SetupError(f"{command[0]} failed; see its reason above.")
    return done.stdout.strip()
