"""A dry run of a Hugging Face Space's start: its front matter, its environment, its folder."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from gradio_client import Client

from search.settings import ROOT
from tests.app_process import app_process

SPACE = {
    "SYSTEM": "spaces",
    "SPACE_ID": "owner/russian-search",
    "SPACE_AUTHOR_NAME": "owner",
    "SPACE_REPO_NAME": "russian-search",
    "SPACE_HOST": "owner-russian-search.hf.space",
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "PYTHONDONTWRITEBYTECODE": "1",
}
WRITABLE = ("data/built", "data/judgments")


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A copy of what a Space holds, read-only but for the folders that the app writes."""
    folder = tmp_path / "app"
    left_out = shutil.ignore_patterns("built", "judgments", "__pycache__")
    for name in ("index", "search", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    shutil.copy(ROOT / "app.py", folder)
    for name in WRITABLE:
        (folder / name).mkdir()
    for path in _fixed(folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in _fixed(folder):
        path.chmod(0o755)


def _fixed(folder: Path) -> list[Path]:
    """Every path of the folder, itself first, but for the writable ones and what they hold."""
    writable = [folder / name for name in WRITABLE]
    paths = [folder, *sorted(folder.rglob("*"))]
    return [p for p in paths if not any(p.is_relative_to(area) for area in writable)]


def test_the_front_matter_fits_the_requirements() -> None:
    _, front, _ = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    space = yaml.safe_load(front)
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    (gradio,) = re.findall(r"^gradio==(.+)$", requirements, re.MULTILINE)
    assert space["sdk"] == "gradio"
    assert space["sdk_version"] == gradio
    assert (ROOT / space["app_file"]).is_file()
    assert space["python_version"] in {"3.10", "3.12"}  # what ZeroGPU offers
    assert len(space["short_description"]) <= 60  # the Hub refuses more


def test_a_space_starts_from_a_fresh_clone_and_answers(checkout: Path, tmp_path: Path) -> None:
    before = _fixed(checkout)
    home = tmp_path / "home"
    home.mkdir()
    with app_process(SPACE | {"HOME": str(home)}, checkout) as url:
        hits = Client(url, verbose=False).predict("какова глубина Байкала", 3, api_name="/search")
    assert hits[0]["title"] == "Байкал — глубочайшее озеро мира"
    assert _fixed(checkout) == before  # root writes where it may not: nothing new is there
    assert (checkout / "data" / "built" / "demo" / "CURRENT").is_file()
    assert (checkout / "data" / "judgments" / "judgments.sqlite").is_file()
