"""What the Dockerfile says, as far as it can be tried without Docker."""

import json
import re
import subprocess
import sys

from search.settings import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COPIED = {
    path
    for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE)
    for path in line.split()[:-1]
}


def test_what_is_copied_is_there_and_not_ignored() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignore
    assert {line[1:] for line in ignore if line.startswith("!")} == COPIED
    assert [path for path in sorted(COPIED) if not (ROOT / path).exists()] == []


def test_what_a_run_leaves_behind_is_no_part_of_the_image_and_outlives_it() -> None:
    (volumes,) = re.findall(r"^VOLUME (.+)$", DOCKERFILE, re.MULTILINE)
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert json.loads(volumes) == ["/app/data/built", "/app/data/corpora", "/app/data/judgments"]
    assert {"data/built", "data/corpora", "data/judgments"} <= set(ignore)


def test_the_health_check_tells_a_serving_app_from_none(app_url: str) -> None:
    (command,) = re.findall(r"^HEALTHCHECK .*?CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)
    program, *arguments = json.loads(command)
    assert program == "python"
    for url, healthy in ((app_url, True), ("http://127.0.0.1:9", False)):
        asked = [argument.replace("http://127.0.0.1:7860", url) for argument in arguments]
        done = subprocess.run([sys.executable, *asked], capture_output=True, timeout=30)
        assert (done.returncode == 0) is healthy
