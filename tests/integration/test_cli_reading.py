"""`tocsin check`, `match` and `article`: answers, exit codes and errors, with no server and no database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.answering import answer

ARTICLE = """San Bernardino council limits work with federal agents

SAN BERNARDINO (AP) — The council voted on Tuesday to make San Bernardino a sanctuary city.

READ MORE: Animal shelter fined over permits

Residents filled both halls, and the clerk counted ninety-one speakers before midnight.
"""
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>
<item><guid>1</guid><title>Rent control passes</title><description>The council passed rent control.</description></item>
<item><guid>2</guid><title>Fair opens</title><description>The county fair opens on Friday.</description></item>
</channel></rss>"""


@pytest.fixture
def article(tmp_path: Path) -> str:
    file = tmp_path / "article.txt"
    file.write_text(ARTICLE, encoding="utf-8")
    return str(file)


def test_a_match_shows_each_clause_with_its_marked_passage(capsys: pytest.CaptureFixture[str], article: str) -> None:
    code, out, err = answer(capsys, "match", '"sanctuary city" speakers', article)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "✓ matches   San Bernardino council limits work with federal agents"
    assert '  ✓ "sanctuary city"' in lines
    assert any(line.startswith("      lead, sentence 1   ") and "[sanctuary city]" in line for line in lines)
    assert any(line.startswith("      body, sentence 1   ") and "[speakers]" in line for line in lines)


def test_a_miss_says_what_decided_it_and_what_was_ignored(capsys: pytest.CaptureFixture[str], article: str) -> None:
    code, out, _ = answer(capsys, "match", "shelter council", article)
    assert code == 1
    lines = out.splitlines()
    assert lines[0].startswith("x does not match   ")
    assert "  x shelter" in lines
    assert "  – ignored" in lines
    assert lines[-1] == "      teaser             READ MORE: Animal [shelter] fined over permits"


def test_a_match_as_json_is_one_object(capsys: pytest.CaptureFixture[str], article: str) -> None:
    code, out, _ = answer(capsys, "match", "sanctuary W/3 city", article, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["query"] == "sanctuary NEAR/3 city"
    assert found["notes"]
    assert found["matched"] is True
    [file] = found["files"]
    evidence = file["evidence"][0]
    assert (file["file"], file["matched"], evidence["zone"]) == (article, True, "lead")
    low, high = evidence["marks"][0]
    assert evidence["sentence"][low:high].startswith("sanctuary")


@pytest.mark.parametrize("as_json", [False, True])
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_answered(
    capsys: pytest.CaptureFixture[str], article: str, tmp_path: Path, as_json: bool
) -> None:
    missing = str(tmp_path / "missing.txt")
    code, out, err = answer(capsys, "match", "sanctuary", missing, article, *(["--json"] if as_json else []))
    assert code == 2
    assert err == f"x There is no file {missing}\n"
    if as_json:
        found = json.loads(out)["files"]
        assert [file.get("matched") for file in found] == [None, True]
        assert missing in found[0]["error"]["message"]
    else:
        assert "✓ matches" in out


def test_a_feed_is_answered_item_by_item(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(FEED)
    code, out, _ = answer(capsys, "match", '"rent control"', str(file), "--json")
    assert code == 0
    assert [one["matched"] for one in json.loads(out)["files"]] == [True, False]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 ...", "is a PDF file"),
        (b"\x00\x01\x02\x03" * 100, "no text"),
    ],
)
@pytest.mark.parametrize("command", [["match", "sanctuary"], ["article"]])
def test_what_is_no_article_is_refused_by_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: list[str], content: bytes, said: str
) -> None:
    file = tmp_path / "given.bin"
    file.write_bytes(content)
    code, _, err = answer(capsys, *command, str(file))
    assert code == 2
    assert str(file) in err
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", [["check"], ["match"]])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_query_that_cannot_be_read_shows_the_spot(
    capsys: pytest.CaptureFixture[str], article: str, command: list[str], as_json: bool
) -> None:
    rest = [article] if command == ["match"] else []
    code, out, err = answer(capsys, *command, "council OR (rent", *rest, *(["--json"] if as_json else []))
    assert code == 2
    assert "  council OR (rent\n             ^ character 12\n" in err
    if as_json:
        error = json.loads(out)["error"]
        assert (error["position"], set(error)) == (12, {"message", "position", "advice"})
    else:
        assert out == ""


def test_a_query_is_shown_as_it_is_read_with_its_notes(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "check", "rent  control rent") == (0, "✓ is read as   rent AND control\n", "")
    code, out, _ = answer(capsys, "check", "rent W/5 control", "--json")
    assert code == 0
    assert json.loads(out) == {"query": "rent NEAR/5 control", "notes": ["W/5 is read as NEAR/5, in any order"]}


def test_a_query_knows_the_topics_that_ship(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "check", "topic:sanctuary-city")[0] == 0
    code, _, err = answer(capsys, "check", "topic:sanctuary-cty")
    assert code == 2
    assert "Did you mean sanctuary-city?" in err


def test_an_article_shows_its_zones_and_language(capsys: pytest.CaptureFixture[str], article: str) -> None:
    code, out, _ = answer(capsys, "article", article)
    assert code == 0
    assert out.splitlines()[0] == "✓ read   San Bernardino council limits work with federal agents"
    assert "language en" in out
    assert "  teaser     READ MORE: Animal shelter fined over permits" in out


def test_an_article_as_json_has_spans_that_point_at_its_text(capsys: pytest.CaptureFixture[str], article: str) -> None:
    code, out, _ = answer(capsys, "article", article, "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["title"], found["language"]) == ("San Bernardino council limits work with federal agents", "en")
    assert [zone["zone"] for zone in found["zones"]] == ["title", "dateline", "lead", "teaser", "body"]
    for zone in found["zones"]:
        assert zone["text"]
        assert zone["end"] - zone["start"] == len(zone["text"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chek"], 'There is no command "chek". Did you mean check?'),
        (["check"], "QUERY is missing"),
        (["check", "rent", "control"], "More was typed than expected: control"),
        (["check", "rent", "--jsn"], "There is no option --jsn. Did you mean --json?"),
        (["up", "--port", "many"], "--port cannot be used: a whole number is expected"),
        (["worker", "cook"], 'There is no worker "cook". Expected one of: ingest, match, deliver'),
        (["queues", "--config", "/nowhere.toml"], "There is no settings file /nowhere.toml"),
        (["match", "-Chicago rent", "file"], "There is no option -C"),
    ],
)
def test_a_mistake_on_the_command_line_is_told_in_plain_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.setenv("TOCSIN_CONFIG", "")
    code, out, err = answer(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"x {said}")
    assert "invalid" not in err.lower()


@pytest.mark.parametrize(
    ("text", "said"),
    [("port = [", "is no TOML"), ("prot = 3", 'There is no setting "prot"'), ("port = 'x'", "setting port")],
)
def test_a_settings_file_with_a_mistake_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, said: str
) -> None:
    monkeypatch.setenv("TOCSIN_CONFIG", "")
    file = tmp_path / "settings.toml"
    file.write_text(text)
    code, _, err = answer(capsys, "queues", "--config", str(file))
    assert code == 2
    assert said in err


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a process of its own."""
    program = [sys.executable, "-c", "from services.cli.app import main; main()", *arguments]
    return subprocess.run(
        program, capture_output=True, env=os.environ | environment, check=False, stdin=subprocess.DEVNULL
    )


def test_what_is_piped_in_is_an_article(article: str) -> None:
    program = [sys.executable, "-c", "from services.cli.app import main; main()", "match", "sanctuary", "-"]
    done = subprocess.run(program, input=ARTICLE.encode(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_without_unicode_the_signs_are_ascii(article: str) -> None:
    done = command("match", "sanctuary", article, LC_ALL="C")
    assert done.returncode == 0
    assert done.stdout.startswith(b"ok matches   ")
    assert done.stdout.isascii()


def test_a_reader_that_has_read_enough_is_no_error(article: str) -> None:
    inner = f"from services.cli.app import main; import sys; sys.argv = ['tocsin', 'article', *[{article!r}] * 3000]; main()"
    program = subprocess.Popen([sys.executable, "-c", inner], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.readline()
    program.stdout.close()
    said = program.stderr.read()
    program.stderr.close()
    assert (program.wait(timeout=60), said) == (0, b"")


def test_checking_a_query_imports_nothing_heavy() -> None:
    inner = (
        "import sys; from services.cli.app import run; run(['check', 'rent control']);"
        "print(sorted({'sqlmodel', 'sqlalchemy', 'celery', 'trafilatura', 'apprise', 'fastapi', 'structlog'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", inner], capture_output=True, check=True)
    assert done.stdout.splitlines()[-1] == b"[]"


def test_a_feed_without_articles_is_no_mistake(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_text("<rss version='2.0'><channel><title>t</title></channel></rss>")
    assert answer(capsys, "article", "--json", str(file)) == (0, "", "")
    assert "without articles" in answer(capsys, "article", str(file))[1]


def test_an_item_that_only_points_somewhere_is_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_text("<rss version='2.0'><channel><item><link>https://a.example/1</link></item></channel></rss>")
    code, out, _ = answer(capsys, "article", "--json", str(file))
    assert (code, json.loads(out)["url"], json.loads(out)["zones"]) == (0, "https://a.example/1", [])


def test_a_standards_version_is_held_to(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "item.json"
    file.write_text('{"uri": "u", "type": "component", "headline": "Rents"}')
    assert answer(capsys, "article", "--json", str(file))[0] == 0
    code, out, err = answer(capsys, "article", "--json", "--as", "ninjs/1.0", str(file))
    assert (code, out) == (2, "")
    assert "/type" in err
