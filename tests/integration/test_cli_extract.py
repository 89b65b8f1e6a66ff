"""`tocsin extract`: the articles of pages, one by one and as a folder."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.integration.answering import answer

PAGE = """<!doctype html><html><head><title>Council caps rents</title></head><body><nav><a href=/>Home</a></nav><article>
<h1>Council caps rents</h1><p>The council voted on Monday to cap rents in the city, after a long debate.</p>
<p>Landlords said that they would sue, because the cap leaves them with less than repairs cost.</p>
<p>Tenants filled the hall, and the clerk counted ninety-one speakers before the vote.</p></article></body></html>"""


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a1.html").write_text(PAGE, encoding="utf-8")
    (folder / "b2.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    (folder / "notes.txt").write_text("not a page")
    return folder


def test_extract_gives_the_article_of_a_page(capsys: pytest.CaptureFixture[str], pages: Path) -> None:
    code, out, err = answer(capsys, "extract", str(pages / "a1.html"))
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "Council caps rents"
    assert "Landlords said" in out
    assert "Home" not in out


def test_extract_gives_a_folder_as_one_object(capsys: pytest.CaptureFixture[str], pages: Path) -> None:
    code, out, err = answer(capsys, "extract", "--dir", str(pages))
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert set(found) == {"a1", "b2"}
    assert found["a1"] == found["b2"]
    assert found["a1"]["articleBody"].startswith("The council voted on Monday")


def test_extract_names_what_it_cannot_read_and_goes_on(capsys: pytest.CaptureFixture[str], pages: Path) -> None:
    (pages / "c3.html").write_text("", encoding="utf-8")
    code, out, err = answer(capsys, "extract", "--dir", str(pages))
    assert code == 2
    assert json.loads(out)["c3"] == {"articleBody": ""}
    assert len(json.loads(out)) == 3
    assert len(err.splitlines()) == 1
    assert "c3.html" in err
    code, out, _ = answer(capsys, "extract", "--json", str(pages / "c3.html"), str(pages / "a1.html"))
    assert code == 2
    assert json.loads(out)["title"] == "Council caps rents"


def test_extract_wants_files_or_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for arguments in (
        [],
        ["x.html", "--dir", str(tmp_path)],
        ["--dir", str(tmp_path)],
        ["--dir", str(tmp_path / "no")],
    ):
        code, _, err = answer(capsys, "extract", *arguments)
        assert code == 2
        assert err.startswith("x ")
