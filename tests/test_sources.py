"""The files that sources mean are found once each, in order, and known again as long as nobody writes to them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from indexer.errors import UnreadableSource
from indexer.sources import find_sources, fingerprint, read_source


def _put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("said")


def _found(*sources: str | Path) -> list[str]:
    return [file.path for file in find_sources(sources)[0]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_folders_are_searched_to_the_bottom(folder: Path) -> None:
    """All transcripts below a folder are found, in the order of their paths, under the path that leads to them from the source."""
    _put(folder, "calls/b.txt", "calls/2022/q1/a.html", "calls/a.text", "other/c.txt")
    assert _found("calls") == ["calls/2022/q1/a.html", "calls/a.text", "calls/b.txt"]
    assert _found(folder / "calls") == [str(folder / path) for path in ("calls/2022/q1/a.html", "calls/a.text", "calls/b.txt")]


@pytest.mark.parametrize("name", ["a.txt", "a.text", "a.html", "a.htm", "a.xhtml", "A.TXT", "q1.2022.Html"])
def test_what_transcripts_are_named_is_found(folder: Path, name: str) -> None:
    """Text and HTML files count below a folder, in whatever case their endings are written."""
    _put(folder, f"calls/{name}")
    assert _found("calls") == [f"calls/{name}"]


@pytest.mark.parametrize("name", ["a.pdf", "a.txt.gz", "txt", "a", ".a.txt", ".old/a.txt", "2022/.git/a.txt"])
def test_other_and_hidden_files_are_passed_over(folder: Path, name: str) -> None:
    """What is hidden, or named like no transcript, is neither found below a folder nor worth a word."""
    _put(folder, f"calls/{name}")
    assert find_sources(["calls"]) == ((), ())


@pytest.mark.parametrize("name", ["call.dat", ".hidden.txt", "noending"])
def test_a_file_named_outright_is_found(folder: Path, name: str) -> None:
    """Whoever names a file means it."""
    _put(folder, name)
    assert _found(name) == [name]


def test_a_hidden_folder_named_outright_is_searched(folder: Path) -> None:
    """Only what lies below a source must not be hidden."""
    _put(folder, ".calls/a.txt")
    assert _found(".calls") == [".calls/a.txt"]


def test_a_file_is_found_once(folder: Path) -> None:
    """Sources that overlap mean each file once, under the first of its paths."""
    _put(folder, "calls/a.txt")
    assert _found("calls/a.txt", "calls", "./calls/", folder / "calls") == ["calls/a.txt"]


def test_one_path_is_one_source(folder: Path) -> None:
    """A path given by itself, not in a list, is that source, and not one source a letter."""
    _put(folder, "calls/a.txt")
    assert find_sources("calls") == find_sources(["calls"])


def test_the_key_knows_a_file_from_any_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of a file is the same for every way to write its path."""
    _put(folder, "calls/a.txt")
    keys = {file.key for source in ("calls", "./calls/a.txt", folder / "calls") for file in find_sources([source])[0]}
    monkeypatch.chdir("calls")
    assert keys | {file.key for file in find_sources(["a.txt"])[0]} == {str(folder / "calls" / "a.txt")}


def test_links_to_files_are_read_and_links_to_folders_are_not(folder: Path) -> None:
    """A link to a transcript is one; a link to a folder is not followed, so that a circle of links ends."""
    _put(folder, "calls/a.txt", "elsewhere/b.txt")
    (folder / "calls" / "circle").symlink_to(folder / "calls")
    (folder / "calls" / "link.txt").symlink_to(folder / "elsewhere" / "b.txt")
    assert _found("calls") == ["calls/a.txt", "calls/link.txt"]


def test_what_cannot_be_read_is_named_with_the_reason(folder: Path) -> None:
    """A source that is not there and a link that leads nowhere are given back with the reason, and do not stop the search."""
    _put(folder, "calls/a.txt")
    (folder / "calls" / "broken.txt").symlink_to("nowhere.txt")
    files, refused = find_sources(["missing", "calls"])
    assert [file.path for file in files] == ["calls/a.txt"]
    reason = "cannot be read: No such file or directory"
    assert refused == (("missing", reason), ("calls/broken.txt", reason))


def test_what_is_no_file_is_refused(folder: Path) -> None:
    """A pipe among the transcripts is refused: to read it would be to wait for ever."""
    _put(folder, "calls/a.txt")
    os.mkfifo(folder / "calls" / "pipe.txt")
    files, refused = find_sources(["calls"])
    assert [file.path for file in files] == ["calls/a.txt"]
    assert [path for path, _ in refused] == ["calls/pipe.txt"]


def test_a_name_that_is_no_text_is_found(folder: Path) -> None:
    """A file whose name is in another encoding than the system's is found and read all the same."""
    Path(os.fsdecode(b"caf\xe9.txt")).write_text("said")
    files, _ = find_sources([str(folder)])
    assert [read_source(file.path) for file in files] == [b"said"]


def test_the_stamp_stays_while_nobody_writes(folder: Path) -> None:
    """Looked at twice, a file that nobody wrote to has the same stamp."""
    _put(folder, "a.txt")
    assert find_sources(["a.txt"]) == find_sources(["a.txt"])


def _backdate(path: Path) -> None:
    """Set the time of modification to one and the same moment, at another tick of the clock than before."""
    before = path.stat().st_ctime_ns
    while path.stat().st_ctime_ns == before:
        os.utime(path, ns=(1, 1))


def test_the_stamp_tells_that_a_file_was_written_to(folder: Path) -> None:
    """Another content of the same length, with the old time of modification put back, has another stamp."""
    path = folder / "a.txt"
    stamps = set()
    for said in ("said", "sung"):
        path.write_text(said)
        _backdate(path)
        stamps.add(find_sources(["a.txt"])[0][0].stamp)
    assert len(stamps) == 2


def test_the_fingerprint_is_of_name_and_content() -> None:
    """The same bytes under the same name are known again; other bytes and other names are not, and a name cannot pass for content."""
    assert fingerprint("q1.txt", b"said") == fingerprint("q1.txt", b"said")
    others = {
        fingerprint("q1.txt", b"said"),
        fingerprint("q1.txt", b"sung"),
        fingerprint("q2.txt", b"said"),
        fingerprint("q1.txts", b"aid"),
    }
    assert len(others) == 4


def test_bytes_are_given_as_they_are(folder: Path) -> None:
    """A file is read without a thought of what is in it."""
    (folder / "a.txt").write_bytes(b"\xff\x00\r\n")
    assert read_source("a.txt") == b"\xff\x00\r\n"


@pytest.mark.parametrize(("path", "reason"), [("gone.txt", "No such file or directory"), (".", "Is a directory")])
def test_an_unreadable_file_says_why(folder: Path, path: str, reason: str) -> None:
    """What cannot be read is an error that tells the reason the system gave."""
    with pytest.raises(UnreadableSource, match=f"^cannot be read: {reason}$"):
        read_source(path)


def test_a_file_as_large_as_can_be_is_read_and_no_larger(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has the size limit is read; a byte more, and it is refused with the limit and what to do."""
    monkeypatch.setattr("indexer.sources.LARGEST", 1_000_000)
    for name, size in (("whole.txt", 1_000_000), ("huge.txt", 1_000_001)):
        (folder / name).write_bytes(b"x" * size)
    assert len(read_source("whole.txt")) == 1_000_000
    with pytest.raises(UnreadableSource) as caught:
        read_source("huge.txt")
    assert str(caught.value) == "larger than 1 MB: no transcript is; if it holds many calls, part it into files of its calls"


class _Endless(io.RawIOBase):
    """A file that never ends, and knows how much of it was read."""

    given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        assert size >= 0, "all of it was asked for"
        self.given += size
        return b"x" * size


def test_a_file_that_is_too_large_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of any file no more is read than tells that it is too large, so that none takes more memory than that."""
    endless = _Endless()
    monkeypatch.setattr("indexer.sources.LARGEST", 1000)
    monkeypatch.setattr("indexer.sources.open", lambda *_: endless, raising=False)
    with pytest.raises(UnreadableSource, match="larger than"):
        read_source("endless.txt")
    assert endless.given == 1001
    assert endless.closed
