"""Where things lie: shipped resources and the user's own folders."""

from pathlib import Path

import platformdirs

APP_FOLDER = "dgm-explorer"
_PACKAGE = Path(__file__).resolve().parent


def resource_root() -> Path:
    """Folder of icons, presets and notes: inside the package when installed, beside it in a checkout."""
    packaged = _PACKAGE / "resources"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "resources"


def config_dir() -> Path:
    """Folder of the user's settings; it need not exist yet."""
    return platformdirs.user_config_path(APP_FOLDER, appauthor=False)


def state_dir() -> Path:
    """Folder of logs and of what is remembered between two starts; it need not exist yet."""
    return platformdirs.user_state_path(APP_FOLDER, appauthor=False)


def cache_dir() -> Path:
    """Folder of downloads, which may be deleted at any time; it need not exist yet."""
    return platformdirs.user_cache_path(APP_FOLDER, appauthor=False)
