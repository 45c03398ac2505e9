"""The README's own examples against the running app."""

import json
import re
import subprocess
import sys
import urllib.request

from search.settings import ROOT

BAIKAL = "Байкал — глубочайшее озеро мира"


def _example(name: str, app_url: str) -> str:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", readme, re.DOTALL)
    assert "http://127.0.0.1:7860" in code
    return code.replace("http://127.0.0.1:7860", app_url)


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


def test_the_python_example_prints_the_best_title(app_url: str) -> None:
    *title, score = _run(sys.executable, "-c", _example("python", app_url)).split()
    assert " ".join(title) == BAIKAL
    assert float(score) > 0


def test_the_curl_example_prints_the_hits(app_url: str) -> None:
    event, data = _run("bash", "-euc", _example("curl", app_url)).strip().split("\n")
    assert event == "event: complete"
    (hits,) = json.loads(data.removeprefix("data: "))
    assert len(hits) == 3
    assert hits[0]["title"] == BAIKAL


def test_the_public_endpoints_are_the_ones_the_readme_names(app_url: str) -> None:
    with urllib.request.urlopen(f"{app_url}/gradio_api/openapi.json", timeout=30) as response:
        paths = json.load(response)["paths"]
    calls = {path.rsplit("/", 1)[1] for path in paths if path.startswith("/gradio_api/call/v2/")}
    assert {"search", "next_task", "judge", "undo"} <= calls
