"""The README's own examples against the running app."""

import json
import re
import subprocess
import sys
import urllib.request
from typing import Any

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
    assert {"search", "explain", "compare", "next_task", "judge", "undo"} <= calls


def test_explain_and_compare_answer_the_python_client(app_url: str) -> None:
    program = f"""
import json
from gradio_client import Client
client = Client({app_url!r}, verbose=False)
query = "какова глубина Байкала"
(explained,) = client.predict(query, "ancient-01", api_name="/explain")
compared = client.predict(query, {{"stage": "bm25"}}, {{}}, 5, api_name="/compare")
print(json.dumps([explained["lost_at"], compared["a"]["hits"][0]["title"], compared["jaccard"]]))
"""
    lost_at, title, jaccard = json.loads(_run(sys.executable, "-c", program))
    assert lost_at == "below_rerank_depth"
    assert title == BAIKAL
    assert 0 < jaccard <= 1


def test_explain_and_compare_answer_curl(app_url: str) -> None:
    query = "какова глубина Байкала"
    (explained,) = _posted(app_url, "explain", {"query": query, "passage": BAIKAL})
    assert (explained["place"], explained["lost_at"]) == (1, "")
    compared = _posted(app_url, "compare", {"query": query, "a": {}, "b": {}, "top_k": 5})
    assert (compared["rbo"], compared["jaccard"]) == (1, 1)


def test_a_bad_setting_is_told(app_url: str) -> None:
    sent = {"query": "кит", "a": {"stage": "last"}, "b": {}}
    assert "stage is 'last'" in _streamed(app_url, "compare", sent)


def _posted(app_url: str, endpoint: str, sent: dict[str, Any]) -> Any:  # noqa: ANN401
    event, data = _streamed(app_url, endpoint, sent).split("\n")
    assert event == "event: complete"
    (answer,) = json.loads(data.removeprefix("data: "))
    return answer


def _streamed(app_url: str, endpoint: str, sent: dict[str, Any]) -> str:
    """What curl prints: the event, then its data."""
    url = f"{app_url}/gradio_api/call/v2/{endpoint}"
    header = ("-H", "Content-Type: application/json")
    event = json.loads(_run("curl", "-sS", url, *header, "-d", json.dumps(sent)))["event_id"]
    return _run("curl", "-sSN", f"{app_url}/gradio_api/call/{endpoint}/{event}").strip()
