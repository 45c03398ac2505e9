"""Files in and out of the running app: nothing but what it made, and nothing too large."""

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from search.access.bodies import MAX_UPLOAD
from search.settings import ROOT
from search.uploads import MAX_BYTES
from tests.search.access.conftest import Enter


@pytest.fixture(scope="module")
def secrets(app_settings: dict[str, str]) -> list[Path]:
    database = Path(app_settings["DATABASE_URL"].removeprefix("sqlite:///"))
    inside = [ROOT / name for name in ("app.py", "README.md", "search/settings.py", ".git/config")]
    index = Path(app_settings["INDEX_DIR"]) / "CURRENT"
    corpus = Path(app_settings["CORPUS"]) / "corpus.jsonl"
    return [*inside, database, Path(app_settings["ACCESS_FILE"]), index, corpus]


def test_no_file_of_the_server_is_served_not_even_to_a_lead(
    enter: Enter, secrets: list[Path]
) -> None:
    for path in [*secrets, Path("/etc/passwd"), Path("/proc/self/environ")]:
        for where in ways_to(path):
            answer = enter("лена").get(where)
            assert answer.status_code in (400, 403, 404, 405), where
            for who in ("", "анна"):
                assert enter(who).get(where).status_code >= 400


def ways_to(path: Path) -> Iterator[str]:
    up, whole = "../" * 12, str(path)
    for base in ("file=", "file/"):
        yield f"/gradio_api/{base}{whole}"
        yield f"/gradio_api/{base}{quote(whole, safe='')}"
        yield f"/gradio_api/{base}{quote(up, safe='')}{quote(whole[1:], safe='')}"
        yield f"/gradio_api/{base}file://{whole}"
    for base in ("static", "assets", "svelte"):
        yield f"/{base}/{quote(up, safe='')}{quote(whole[1:], safe='')}"
        yield f"/{base}/{quote(whole, safe='')}"
    yield whole


def test_a_lead_uploads_up_to_the_limit_and_reads_only_that_back(enter: Enter) -> None:
    lead = enter("лена")
    answer = lead.post("/gradio_api/upload", files={"files": ("my.txt", b"text")})
    (stored,) = answer.json()
    assert lead.get(f"/gradio_api/file={stored}").content == b"text"
    for who, code in (("", 401), ("анна", 403)):
        assert enter(who).get(f"/gradio_api/file={stored}").status_code == code
        upload = enter(who).post("/gradio_api/upload", files={"files": ("my.txt", b"text")})
        assert upload.status_code == code


def test_what_is_uploaded_is_never_shown_as_a_page(enter: Enter) -> None:
    page = b"<script>alert(1)</script>"
    for name in ("my.html", "my.svg"):
        (stored,) = enter("лена").post("/gradio_api/upload", files={"files": (name, page)}).json()
        answer = enter("лена").get(f"/gradio_api/file={stored}")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["../../../../tmp/evil.txt", "..", "/etc/evil", "a\0b", ""])
def test_a_name_leads_an_upload_nowhere_else(enter: Enter, name: str) -> None:
    answer = enter("лена").post("/gradio_api/upload", files={"files": (name, b"text")})
    if answer.status_code == 200:
        for stored in answer.json():
            assert "gradio" in Path(stored).parts and ".." not in Path(stored).parts
    assert not Path("/tmp/evil.txt").exists() and not Path("/etc/evil").exists()


@pytest.mark.parametrize("path", ["upload", "component_server", "queue/join", "call/search"])
def test_what_is_too_large_is_refused_before_it_is_read(
    app_url: str, enter: Enter, path: str
) -> None:
    connection = HTTPConnection(app_url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", f"/gradio_api/{path}")
    connection.putheader("Content-Length", str(MAX_UPLOAD + 1))
    connection.endheaders()  # and not a byte more
    assert connection.getresponse().status == 413
    connection.close()
    untold = enter("лена").post(f"/gradio_api/{path}", content=iter([b"x" * 1_000_000] * 60))
    assert untold.status_code in (400, 413)  # Gradio may refuse what is no form before it is read


def test_one_file_may_be_no_larger_than_all_together(enter: Enter) -> None:
    files = {"files": ("large.txt", b"x" * (MAX_BYTES + 1))}
    answer = enter("лена").post("/gradio_api/upload", files=files)
    assert answer.status_code == 413
    assert "maximum allowed size" in answer.text  # Gradio's own limit


def test_another_origin_is_refused_and_gets_no_leave_to_read(app_url: str) -> None:
    headers = {"Origin": "http://evil.example"}
    answer = httpx.post(f"{app_url}/gradio_api/call/search", json={}, headers=headers)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
