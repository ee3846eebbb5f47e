"""The user guide speaks of what is there."""

import re
from pathlib import Path

import pytest

from dgm_explorer.lecture import lecture_names, read_lecture
from dgm_explorer.paths import resource_root
from dgm_explorer.session import preset_names, read_preset

PAGES = sorted((resource_root() / "guide").glob("*.md"))
LINK = re.compile(r"\]\(([^)]+)\)")
PRESET = re.compile(r"\*Presets → ([^*]+)\*")


def test_there_is_a_page_for_each_tab() -> None:
    assert {page.stem for page in PAGES} == {"README", "kl", "reparametrisation", "gmm-vae", "vq-vae"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_points_to_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = LINK.findall(text)
    assert targets
    assert [target for target in targets if not (page.parent / target).is_file()] == []
    titles = {read_preset(name).title for name in preset_names()}
    assert [name for name in PRESET.findall(text) if name not in titles] == []


def test_the_guide_names_every_lecture() -> None:
    text = (resource_root() / "guide" / "README.md").read_text(encoding="utf-8")
    assert [name for name in lecture_names() if f"`{name}`" not in text] == []


def test_the_lecture_that_the_guide_writes_opens(tmp_path: Path) -> None:
    text = (resource_root() / "guide" / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    file = tmp_path / "mine.json"
    file.write_text(example, encoding="utf-8")
    first, second = read_lecture(file).steps
    assert first.question
    assert second.state.tab == "reparam"


def test_every_picture_is_made_by_the_command() -> None:
    script = resource_root().parent / "packaging" / "make_pictures.py"
    if not script.is_file():
        pytest.skip("packaging/ is not beside the resources here")
    made = set(re.findall(r'(?:show|export)\("([^"]+)"', script.read_text(encoding="utf-8")))
    assert made == {picture.stem for picture in (resource_root() / "guide").glob("*.png")}
