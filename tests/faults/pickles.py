"""Which pickles run code, crash, or take all memory when they are loaded? One for each way that is known."""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
from collections.abc import Mapping
from typing import Any

from indexer.codec import ArrowSegment

__all__ = ["hostile_pickles"]

_SEGMENT = b"cindexer.codec.segment\nArrowSegment\n"
_NEW_SEGMENT = b"]" + _SEGMENT + b")\x81}"  # a list, and in it a segment whose state is to follow
_MANY = 100_000
_LAUGHS = 60  # doublings: more than any computer follows


class _Calls:
    """Is pickled as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> Any:
        return self._call


class Loaded:
    """Runs code when its state is set."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __setstate__(self, state: dict[str, str]) -> None:
        os.system(state["command"])


def hostile_pickles(canary: str) -> Mapping[str, bytes]:
    """Give pickles by what they try.

    Args:
        canary: A file that they remove or write to.
    """
    command = f"rm {canary}"
    code = f"__import__('os').remove({canary!r})"
    calls = {
        "os.system": _Calls(os.system, command),
        "posix.remove": _Calls(os.remove, canary),
        "eval": _Calls(eval, code),
        "exec": _Calls(exec, code),
        "open": _Calls(open, canary, "w"),
        "subprocess.Popen": _Calls(subprocess.Popen, ["rm", canary]),
        "__import__": _Calls(__import__, "antigravity"),
        "__setstate__": Loaded(command),
        "a segment's method": _Calls(ArrowSegment.delete_document, ArrowSegment("MAIN"), 1),
    }
    quoted = command.encode()
    return {
        **{f"{name}, protocol {protocol}": pickle.dumps([call], protocol) for name, call in calls.items() for protocol in (0, 2, 4)},
        "opcode INST": b"(S'" + quoted + b"'\nios\nsystem\n.",
        "opcode OBJ": b"(cos\nsystem\nS'" + quoted + b"'\no.",
        "opcode NEWOBJ": b"cos\nsystem\n(S'" + quoted + b"'\nt\x81.",
        "opcode PERSID": b"(lP" + canary.encode() + b"\na.",
        "opcode BINPERSID": b"(lS'" + canary.encode() + b"'\nQa.",
        "opcode EXT1": b"\x80\x02]\x82\x01)Ra.",
        "a name with dots": _with_names("indexer.codec.segment", "ArrowSegment.codec"),
        "a name that leads to globals": _with_names("indexer.codec.segment", "ArrowSegment.__init__.__globals__"),
        "a module that is imported": _with_names("antigravity", "geohash"),
        "a called segment": b"(l" + _SEGMENT + b"(S'MAIN'\ntRa.",
        "a segment of itself": b"]q\x00" + _SEGMENT + b")\x81}U\x05segidh\x00sba.",
        "a list of itself": b"]q\x00h\x00a.",
        "nested lists": b"]" * _MANY + b"a" * (_MANY - 1) + b".",
        "nested tuples": b")" + b"\x85" * _MANY + b".",
        "marks without end": b"(" * _MANY,
        "doubled tuples as a key": b"\x80\x04](" + _doubled() + b"K\x01d" + b"a.",
        "doubled tuples in a set": b"\x80\x04]\x8f(" + _doubled() + b"\x90a.",
        "doubled tuples as deleted turns": _NEW_SEGMENT + b"U\x08_deleted(" + _doubled() + b"tsba.",
        "a memo of 2 GB": b"\x80\x02]r" + struct.pack("<I", 1 << 27) + b".",
        "a memo of 64 GB": b"\x80\x02]r" + struct.pack("<I", (1 << 32) - 1) + b".",
        "text of 8 EB": b"\x80\x04]\x8d" + struct.pack("<Q", 1 << 63) + b"a.",
        "bytes of 4 GB": b"\x80\x04]\x8e" + struct.pack("<Q", 1 << 32) + b"xa.",
        "an array of 100 GB": b"\x80\x05]\x96" + struct.pack("<Q", 100 << 30) + b"xa.",
        "a frame of 8 EB": b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b"].",
        "a number of a million digits": b"]I" + b"9" * 1_000_000 + b"\na.",
        "a long of a million bytes": b"\x80\x02]\x8b" + struct.pack("<i", 1_000_000) + b"\x7f" * 1_000_000 + b"a.",
        "nothing": b"",
        "no list": b"N.",
        "a number": b"K\x01.",
        "no segments": pickle.dumps(["MAIN", 1, None]),
    }


def _with_names(module: str, name: str) -> bytes:
    return b"\x80\x04](" + b"".join(b"\x8c" + bytes([len(text)]) + text.encode() for text in (module, name)) + b"\x93)Re."


def _doubled() -> bytes:
    """A tuple of a tuple twice, and so on: small to write, and without end to compare, to hash or to print."""
    return b")" + b"".join(b"q%ch%c\x86" % (number, number) for number in range(_LAUGHS))
