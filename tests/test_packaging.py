"""What is shipped: the wheel holds every resource, the tested versions are those that pyproject allows."""

import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dgm_explorer import paths

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = [Requirement(line) for line in PROJECT["dependencies"] + EXTRAS["test"] + EXTRAS["bundle"]]
PINS = [
    Requirement(line)
    for line in (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def pins_for(name: str, python_version: str) -> list[str]:
    """Versions that the constraints give a package on one Python."""
    environment = {**default_environment(), "python_version": python_version}
    return [
        next(iter(pin.specifier)).version
        for pin in PINS
        if canonicalize_name(pin.name) == canonicalize_name(name)
        and (pin.marker is None or pin.marker.evaluate(environment))
    ]


@pytest.mark.parametrize("python_version", ["3.11", "3.12", "3.13"])
def test_every_requirement_has_exactly_one_pin_that_it_allows(python_version: str) -> None:
    for requirement in WANTED:
        environment = {**default_environment(), "python_version": python_version}
        if requirement.marker is not None and not requirement.marker.evaluate(environment):
            continue
        pins = pins_for(requirement.name, python_version)
        assert len(pins) == 1, requirement.name
        assert requirement.specifier.contains(pins[0]), requirement


def test_pins_are_exact_and_name_no_build() -> None:
    for pin in PINS:
        (specifier,) = pin.specifier
        assert specifier.operator == "==", pin
        assert "+" not in specifier.version, f"{pin}: a local label would refuse the other builds of torch"


def test_qt_is_held_below_612_where_it_drops_references() -> None:
    for line in PROJECT["dependencies"]:
        requirement = Requirement(line)
        if requirement.name == "PySide6-Essentials" and requirement.marker is not None:
            on_311 = requirement.marker.evaluate({**default_environment(), "python_version": "3.11"})
            assert requirement.specifier.contains("6.12.0") is not on_311
            assert not requirement.specifier.contains("6.11.1")


def test_the_wheel_holds_the_program_and_every_resource(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    list_files = ["git", "ls-files", "resources", "dgm_explorer"]
    tracked = subprocess.run(list_files, cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode != 0:
        pytest.skip("not a git checkout: nothing to compare the wheel with")
    sources = [name for name in tracked.stdout.splitlines() if not name.startswith("resources/guide/")]
    expected = {re.sub(r"^resources/", "dgm_explorer/resources/", name) for name in sources}
    assert expected - names == set()
    assert any(name.startswith("dgm_explorer/resources/presets/") for name in names)
    assert not any(name.startswith(("tests/", "packaging/", "resources/")) for name in names)
    assert not any("resources/guide" in name for name in names), "pages and pictures of the guide"


def test_resources_are_found_in_a_checkout() -> None:
    assert (paths.resource_root() / "presets").is_dir()


def test_the_packaging_folder_does_not_shadow_the_library_of_that_name() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
    found = importlib.util.find_spec("packaging")
    assert found is not None
    assert found.origin is not None
    assert "site-packages" in found.origin


def test_the_readme_names_the_two_commands_and_ci_calls_the_second() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\npython3 packaging/setup_env.py run\n" in readme
    assert "\npython3 packaging/setup_env.py test\n" in readme
    assert "\npython3 packaging/setup_env.py test\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
