"""python -m index push, info and drop-old with the URL of a cluster."""

import pytest

from index.__main__ import main
from tests.index.milvus.conftest import DOCUMENTS, Build


def test_an_index_is_pushed_shown_and_followed_by_the_next(
    build: Build, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    five, two = build(DOCUMENTS), build(DOCUMENTS[:2])
    assert main(["push", str(five), "--to", url]) == 0
    assert capsys.readouterr().out == (
        "5 documents, 5 passages pushed; what was in use before stays until drop-old\n"
    )
    assert main(["info", str(five)]) == 0
    on_disk = capsys.readouterr().out.replace("exact, fp16", "exact, on Milvus")
    assert main(["info", url]) == 0
    assert capsys.readouterr().out == on_disk

    assert main(["push", str(two), "--to", url]) == 0
    capsys.readouterr()
    assert main(["drop-old", url]) == 0
    gone, lemmas_gone = capsys.readouterr().out.splitlines()
    assert gone.startswith("demo_g")
    assert lemmas_gone == gone.replace(" dropped", "_lemmas dropped")
    assert main(["drop-old", url]) == 0
    assert capsys.readouterr().out == "nothing to drop\n"


@pytest.mark.parametrize("command", ["info", "drop-old"])
def test_an_index_that_is_not_there_is_one_line(
    command: str, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, url]) == 1
    told = f"error: {url}: no index there. Push one: python -m index push DIR --to {url}\n"
    assert capsys.readouterr().err == told
