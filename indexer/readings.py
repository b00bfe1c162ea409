"""What is known of a source once it was read? Its calls, or why it has none; kept as JSON in ledger and journal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from indexer.resolve import CallRecord
from indexer.sources import SourceFile, Stamp

__all__ = ["Reading"]

_TOO_LARGE = 1 << 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of one source.

    Attributes:
        path, key, stamp: As `SourceFile` has them.
        fingerprint: Of its content; "" if it could not be opened.
        calls: What must be known of the calls in it.
        rejected: Why it has none; None if it has.
    """

    path: str
    key: str
    stamp: Stamp
    fingerprint: str
    calls: tuple[CallRecord, ...]
    rejected: str | None

    def found_as(self, file: SourceFile) -> Reading:
        """Give the same of a file that has the same content."""
        if (self.path, self.key, self.stamp) == (file.path, file.key, file.stamp):
            return self  # of a hundred thousand files a second set would take as much memory again
        return replace(self, path=file.path, key=file.key, stamp=file.stamp, calls=_from(file.path, self.calls))

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {
            "path": self.path,
            "key": self.key,
            "stamp": list(self.stamp),
            "fingerprint": self.fingerprint,
            "calls": [_as_json(call) for call in self.calls],
            "rejected": self.rejected,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Reading:
        """Take it from JSON.

        Raises:
            LookupError, TypeError, ValueError, AttributeError: it is not what `to_dict` gave.
        """
        size, modified, changed, inode = _ints(data["stamp"])
        return cls(
            path=_text(data["path"]),
            key=_text(data["key"]),
            stamp=(size, modified, changed, inode),
            fingerprint=_text(data["fingerprint"]),
            calls=tuple(_from_json(call, data, place) for place, call in enumerate(data["calls"])),
            rejected=None if data["rejected"] is None else _text(data["rejected"]),
        )


def _from(path: str, calls: Iterable[CallRecord]) -> tuple[CallRecord, ...]:
    return tuple(replace(call, source=path) for call in calls)


def _as_json(call: CallRecord) -> dict[str, Any]:
    return {
        "call": call.call,
        "company": call.company,
        "ticker": call.ticker,
        "exchange_code": call.exchange_code,
        "period": call.period,
        "date": call.date and call.date.isoformat(),
        "voices": f"{call.voices:x}",
        "figures": list(call.figures),
        "words": call.words,
        "turns": call.turns,
        "warnings": list(call.warnings),
    }


def _from_json(call: dict[str, Any], source: dict[str, Any], place: int) -> CallRecord:
    return CallRecord(
        source=source["path"],
        fingerprint=source["fingerprint"],
        place=place,
        call=_said(call["call"]) or "",
        company=_said(call["company"]) or "",
        ticker=_said(call["ticker"]),
        exchange_code=_said(call["exchange_code"]),
        period=_said(call["period"]),
        date=date.fromisoformat(call["date"]) if call["date"] else None,
        voices=int(call["voices"], 16),
        figures=tuple(_ints(call["figures"])),
        words=_count(call["words"]),
        turns=_count(call["turns"]),
        warnings=tuple(map(_text, call["warnings"])),
    )


# What stands in a file may be of any kind, whatever its checksum says.


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"{value!r:.40} is no text")
    return value


def _said(value: Any) -> str | None:
    """Give text that has come out of a transcript, which no lone surrogate can; names of files may have them."""
    if value is None:
        return None
    _text(value).encode()
    return str(value)


def _count(value: Any) -> int:
    if _ints([value]) < [0]:
        raise ValueError(f"{value} is no number of things")
    return int(value)


def _ints(values: Any) -> list[int]:
    if type(values) is not list or not all(type(value) is int and -_TOO_LARGE <= value < _TOO_LARGE for value in values):
        raise TypeError(f"{values!r:.40} are no numbers")
    return values
