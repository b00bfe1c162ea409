"""The files that sources mean are found once each, in order, and known again as long as nobody writes to them."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import pytest

from indexer.errors import UnreadableSource
from indexer.sources import Found, find_sources, fingerprint, list_paths, read_source


def _put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("said")


def _found(*sources: str | Path) -> list[str]:
    return [file.path for file in find_sources(sources).files]


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


@pytest.mark.parametrize(
    "name",
    [
        *("a.pdf", "a.txt.gz", "txt", "a", ".a.txt", ".old/a.txt", "2022/.git/a.txt"),
        *("a.txt.part", "a.txt.partial", "a.txt.crdownload", "a.txt.download", "a.txt.tmp", "a.txt.swp", "a.txt~", ".a.txt.Xy12Z3"),
    ],
)
def test_other_and_hidden_files_are_passed_over(folder: Path, name: str) -> None:
    """What is hidden, or named like no transcript (as is what rsync, browsers and editors have not finished), is neither found below a
    folder nor worth a word.
    """
    _put(folder, f"calls/{name}")
    assert find_sources(["calls"]) == Found(files=(), refused=(), waiting=(), empty=("calls",))
    assert _found("calls/**/*", "calls/*") == []


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
    keys = {file.key for source in ("calls", "./calls/a.txt", folder / "calls") for file in find_sources([source]).files}
    monkeypatch.chdir("calls")
    assert keys | {file.key for file in find_sources(["a.txt"]).files} == {str(folder / "calls" / "a.txt")}


def test_links_inside_a_source_find_nothing_twice(folder: Path) -> None:
    """A link to a transcript that is found anyway, or to a folder inside of the source, is passed over: circles end, and no file counts
    twice. A link to one that is not found under its own name is read."""
    _put(folder, "calls/a.txt", "calls/.kept/b.txt")
    (folder / "calls" / "circle").symlink_to(folder / "calls")
    (folder / "calls" / "again.txt").symlink_to("a.txt")
    (folder / "calls" / "b.txt").symlink_to(".kept/b.txt")
    assert find_sources("calls").refused == ()
    assert _found("calls") == ["calls/a.txt", "calls/b.txt"]


@pytest.mark.parametrize("source", ["calls", "calls/**", "calls/**/*.txt", "calls/*", "calls/*.txt"])
def test_links_do_not_lead_out_of_a_source(folder: Path, source: str) -> None:
    """What a link below a folder or pattern leads to outside is not read; it is named with where it leads."""
    _put(folder, "calls/a.txt", "elsewhere/b.txt", "calls-too/c.txt")
    (folder / "calls" / "file.txt").symlink_to(folder / "elsewhere" / "b.txt")
    (folder / "calls" / "near.txt").symlink_to("../calls-too/c.txt")
    if source != "calls/*.txt":
        (folder / "calls" / "folder").symlink_to(folder / "elsewhere")
    found = find_sources(source)
    assert [file.path for file in found.files] == ["calls/a.txt"]
    reason = "a link to outside of its source ({}); name it itself to have it read"
    targets = {"calls/file.txt": "elsewhere/b.txt", "calls/folder": "elsewhere", "calls/near.txt": "calls-too/c.txt"}
    refused = {path: reason.format(folder / target) for path, target in targets.items() if (folder / path).is_symlink()}
    assert dict(found.refused) == refused


def test_a_linked_folder_on_the_way_is_refused_once(folder: Path) -> None:
    """Where a pattern would go through a link to outside, the link is named, and not each file behind it."""
    _put(folder, "calls/2022/a.txt", "elsewhere/b.txt", "elsewhere/c.txt")
    (folder / "calls" / "2023").symlink_to("../elsewhere")
    found = find_sources("calls/*/*.txt")
    assert ([file.path for file in found.files], [path for path, _ in found.refused]) == (["calls/2022/a.txt"], ["calls/2023"])


def test_a_link_named_outright_is_followed(folder: Path) -> None:
    """Whoever names a link means what it leads to, be it a file or a folder."""
    _put(folder, "elsewhere/b.txt", "other/c.txt")
    (folder / "file.txt").symlink_to("other/c.txt")
    (folder / "calls").symlink_to("elsewhere")
    assert _found("file.txt", "calls") == ["calls/b.txt", "file.txt"]


@pytest.mark.parametrize(
    ("sources", "names"),
    [
        (["file.txt", "calls"], ["calls/a.txt"]),
        (["also", "file.txt", "calls"], ["calls/a.txt"]),
        (["also", "also.txt"], ["also/a.txt"]),
        (["file.txt", "also.txt"], ["also.txt"]),
        (["calls", "calls.txt"], ["calls.txt", "calls/a.txt"]),
    ],
)
def test_one_file_is_one_source(folder: Path, sources: list[str], names: list[str]) -> None:
    """A file that links give several names is found once: under its own name, else under one that is no link itself, else under the
    first. A hard link is a file of its own: either of them may be written anew.
    """
    _put(folder, "calls/a.txt")
    (folder / "file.txt").symlink_to("calls/a.txt")
    (folder / "also.txt").symlink_to("calls/a.txt")
    (folder / "also").symlink_to("calls")
    os.link("calls/a.txt", "calls.txt")
    assert _found(*sources) == names
    assert find_sources(sources).empty == ()


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("calls/*/latest/*.txt", ["calls/acme/latest/a.txt"]),
        ("calls/*/*/*.txt", ["calls/acme/2024/a.txt"]),
        ("calls/**/*.txt", ["calls/acme/2024/a.txt"]),
        ("calls/*/l*", ["calls/acme/latest/a.txt"]),
    ],
)
def test_patterns_name_linked_folders(folder: Path, pattern: str, names: list[str]) -> None:
    """A linked folder that a pattern names is looked into; what is found without it as well counts under its own name."""
    _put(folder, "calls/acme/2024/a.txt")
    (folder / "calls" / "acme" / "latest").symlink_to("2024")
    assert _found(pattern) == names


@pytest.mark.parametrize("pattern", ["calls/**/*.txt", "calls/**"])
def test_links_that_lead_back_end(folder: Path, monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    """Two links to the folder they lie in have more ways through them than could ever be gone."""
    _put(folder, "calls/a.txt")
    (folder / "calls" / "one").symlink_to(".")
    (folder / "calls" / "two").symlink_to(".")
    listed: list[object] = []
    scandir = os.scandir

    def count(path: str) -> Iterator[os.DirEntry[str]]:
        listed.append(path)
        assert len(listed) < 10, "goes in circles"
        return scandir(path)

    monkeypatch.setattr(os, "scandir", count)
    assert _found(pattern) == ["calls/a.txt"]


def test_a_loop_of_links_ends(folder: Path) -> None:
    """A link to itself is a reason, and no endless search."""
    _put(folder, "calls/a.txt")
    (folder / "calls" / "loop.txt").symlink_to("loop.txt")
    for source in ("calls", "calls/*", "calls/**/*.txt"):
        found = find_sources(source)
        assert (len(found.files), found.refused) == (1, (("calls/loop.txt", "cannot be read: Too many levels of symbolic links"),))


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("calls/*.txt", ["calls/a.txt"]),
        ("calls/20*/*.html", ["calls/2022/b.html"]),
        ("calls/**", ["calls/2022/b.html", "calls/2022/q1/c.txt", "calls/a.txt"]),
        ("calls/**/*.txt", ["calls/2022/q1/c.txt", "calls/a.txt"]),
        ("calls/20*", ["calls/2022/b.html", "calls/2022/q1/c.txt"]),
        ("calls/*.dat", ["calls/e.dat"]),
        ("calls/*", ["calls/2022/b.html", "calls/2022/q1/c.txt", "calls/a.txt"]),
        ("calls/.h*.txt", ["calls/.hidden.txt"]),
        ("c[ab]lls/?.txt", ["calls/a.txt"]),
        ("*/a.txt", ["calls/a.txt"]),
        ("**/a.*", ["calls/a.txt"]),
        ("**", ["calls/2022/b.html", "calls/2022/q1/c.txt", "calls/a.txt"]),
        ("calls/*/", ["calls/2022/b.html", "calls/2022/q1/c.txt"]),
        ("calls/**/q?/*", ["calls/2022/q1/c.txt"]),
    ],
)
def test_patterns_find_what_they_match(folder: Path, pattern: str, names: list[str]) -> None:
    """A pattern means the transcripts it matches and those in folders it matches; one that ends in an ending of its own, any file."""
    _put(folder, "calls/a.txt", "calls/2022/b.html", "calls/2022/q1/c.txt", "calls/e.dat", "calls/.hidden.txt")
    assert _found(pattern) == names
    assert find_sources(pattern).refused == ()


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(folder: Path) -> None:
    """What has just that name is meant."""
    _put(folder, "a[1].txt", "a1.txt")
    assert _found("a[1].txt") == ["a[1].txt"]


def test_where_nothing_is_found_is_told(folder: Path) -> None:
    """A folder without a transcript and a pattern that matches nothing are told, each as given; one with files found already is not."""
    _put(folder, "calls/a.txt", "empty/notes.pdf")
    sources = ["empty", "calls/*.html", "nowhere/*", "calls", "calls/**", "calls/a.txt"]
    for listed in (sources, sources[::-1], sources * 2):
        found = find_sources(listed)
        assert sorted(found.empty) == ["calls/*.html", "empty", "nowhere/*"]
        assert found.refused == (("calls/*.html", "matches nothing"), ("nowhere/*", "matches nothing"))


@pytest.mark.parametrize(
    ("settle_s", "modified_s", "waits"), [(0, 0, False), (60, 0, True), (60, 59, True), (60, 61, False), (60, -3600, True)]
)
def test_a_file_that_was_just_changed_waits(folder: Path, settle_s: float, modified_s: float, waits: bool) -> None:
    """Whoever wants whole files leaves those alone that were changed so lately; one from the future counts by when it came."""
    _put(folder, "calls/a.txt")
    changed_ns = (folder / "calls" / "a.txt").stat().st_ctime_ns
    now_ns = changed_ns + int(max(modified_s, 0) * 1e9)
    if modified_s < 0:
        os.utime(folder / "calls" / "a.txt", ns=(changed_ns, changed_ns + 3600 * 10**9))
    found = find_sources("calls", settle_s=settle_s, now_ns=now_ns)
    assert ([file.path for file in found.waiting], len(found.files)) == ((["calls/a.txt"], 0) if waits else ([], 1))


def test_a_file_from_the_future_does_not_wait_for_ever(folder: Path) -> None:
    """The clock of another machine may be wrong by years."""
    _put(folder, "calls/a.txt")
    path = folder / "calls" / "a.txt"
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 10**18))
    assert find_sources("calls", settle_s=60, now_ns=path.stat().st_ctime_ns + 61 * 10**9).waiting == ()


@pytest.mark.parametrize(
    ("listed", "paths"),
    [
        (b"", []),
        (b"a.txt\nb c.txt\n\n", ["a.txt", "b c.txt"]),
        (b"a.txt\r\nb.txt\r\n\r\n", ["a.txt", "b.txt"]),
        (b"a\rb.txt\n", ["a\rb.txt"]),
        (b"a\nb.txt\0c.txt\0", ["a\nb.txt", "c.txt"]),
        (b"caf\xe9.txt\n", [os.fsdecode(b"caf\xe9.txt")]),
    ],
)
def test_a_list_of_paths_is_read(listed: bytes, paths: list[str]) -> None:
    """One path a line, or NUL bytes between, as `find -print0` writes them; names that are no text are kept."""
    assert list_paths(io.BytesIO(listed)) == paths


def test_what_cannot_be_read_is_named_with_the_reason(folder: Path) -> None:
    """A source that is not there and a link that leads nowhere are given back with the reason, and do not stop the search."""
    _put(folder, "calls/a.txt")
    (folder / "calls" / "broken.txt").symlink_to("nowhere.txt")
    (folder / "calls" / "gone.txt").symlink_to("../gone.txt")
    found = find_sources(["missing", "calls"])
    assert [file.path for file in found.files] == ["calls/a.txt"]
    reason = "cannot be read: No such file or directory"
    assert found.refused == tuple((path, reason) for path in ("calls/broken.txt", "calls/gone.txt", "missing"))


@pytest.mark.parametrize(
    ("source", "locked", "names"),
    [
        ("calls", "calls/2022", ["calls/2023/b.txt"]),
        ("calls/**", "calls/2022", ["calls/2023/b.txt"]),
        ("calls/**/*.txt", "calls/2022", ["calls/2023/b.txt"]),
        ("calls/*/*.txt", "calls/2022", ["calls/2023/b.txt"]),
        ("calls", "calls", []),
        ("calls/*/*.txt", "calls", []),
    ],
)
def test_a_folder_that_cannot_be_listed_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, locked: str, names: list[str]
) -> None:
    """Such a folder is refused once, with the reason, and the rest is found; a source of which nothing can be seen is empty, too."""
    _put(folder, "calls/2022/a.txt", "calls/2023/b.txt")
    scandir = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if path == locked:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = find_sources([source, source])
    assert [file.path for file in found.files] == names
    assert found.refused == ((locked, "cannot be read: Permission denied"),)
    assert found.empty == (() if names else (source,))


def test_a_reason_is_told_once(folder: Path) -> None:
    """What two sources cannot read is one refusal."""
    _put(folder, "calls/a.txt")
    os.mkfifo(folder / "calls" / "pipe.txt")
    assert find_sources(["calls", "calls/*.txt", "calls/pipe.txt"]).refused == (("calls/pipe.txt", "not a file"),)


def test_what_is_no_file_is_refused(folder: Path) -> None:
    """A pipe among the transcripts is refused: to read it would be to wait for ever."""
    _put(folder, "calls/a.txt")
    os.mkfifo(folder / "calls" / "pipe.txt")
    found = find_sources(["calls"])
    assert [file.path for file in found.files] == ["calls/a.txt"]
    assert found.refused == (("calls/pipe.txt", "not a file"),)


def test_a_name_that_is_no_text_is_found(folder: Path) -> None:
    """A file whose name is in another encoding than the system's is found and read all the same."""
    Path(os.fsdecode(b"caf\xe9.txt")).write_text("said")
    for source in (str(folder), "*.txt", "**/c*.txt", "."):
        assert [read_source(file.path) for file in find_sources(source).files] == [b"said"]


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
        stamps.add(find_sources(["a.txt"]).files[0].stamp)
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


class _Endless(io.FileIO):
    """A file that never ends, and knows how much of it was read."""

    given: ClassVar[list[int]] = []

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0, "all of it was asked for"
        self.given.append(size)
        return b"x" * size


def test_a_file_that_is_too_large_is_not_read_to_its_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of any file no more is read than tells that it is too large, so that none takes more memory than that."""
    _put(folder, "endless.txt")
    monkeypatch.setattr("indexer.sources.LARGEST", 1000)
    monkeypatch.setattr("indexer.sources.open", _Endless, raising=False)
    with pytest.raises(UnreadableSource, match="larger than"):
        read_source("endless.txt")
    assert _Endless.given == [1001]


@pytest.mark.parametrize("became", ["pipe", "folder", "device"])
def test_what_is_no_file_any_more_is_not_waited_for(folder: Path, became: str) -> None:
    """A file that was swapped since it was found, for a pipe that would be waited for or a device without end, is a reason instead,
    and does not stay open.
    """
    swaps: dict[str, Callable[[str], None]] = {"pipe": os.mkfifo, "folder": os.mkdir, "device": partial(os.symlink, "/dev/zero")}
    swaps[became]("a.txt")
    with pytest.raises(UnreadableSource, match=r"^not a file$|^cannot be read: Is a directory$"):
        read_source("a.txt")
    free = os.dup(0)
    os.close(free)
    for _ in range(3):
        with pytest.raises(UnreadableSource):
            read_source("a.txt")
    still_free = os.dup(0)
    os.close(still_free)
    assert still_free == free
