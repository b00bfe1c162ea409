"""How are a segment's facet values and numbers stored? As arrays, one entry a turn."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.columns import Column, ColumnReader, ColumnWriter

__all__ = ["DictionaryColumn", "NumberColumn"]

_WORD_BYTES = 4


class DictionaryColumn(Column):  # type: ignore[misc]  # Whoosh has no types
    """A Whoosh column of byte strings that keeps each distinct value once.

    Whoosh's own `RefBytesColumn` drops what comes after the 65,535th value and decodes codes one by one; a few thousand
    calls have more speakers. Bytes of a column: codes uint32[turns]; the values end to end, in order of first use;
    their ends uint32[values]; values uint32, all little-endian.
    """

    reversible = False
    _default = b""

    class Writer(ColumnWriter):  # type: ignore[misc]
        """Collects a segment's values; `add` is called in document order, and may leave documents out."""

        def __init__(self, dbfile: Any) -> None:
            super().__init__(dbfile)
            self._codes = array("I")
            self._values: dict[bytes, int] = {b"": 0}

        def fill(self, docnum: int) -> None:
            self._codes.extend([0] * (docnum - len(self._codes)))

        def add(self, docnum: int, value: bytes) -> None:
            self.fill(docnum)
            self._codes.append(self._values.setdefault(value, len(self._values)))

        def finish(self, docnum: int) -> None:
            self.fill(docnum)
            ends = np.cumsum([len(value) for value in self._values], dtype="<u4")
            write = self._dbfile.write
            write(np.array(self._codes, dtype="<u4").tobytes())
            write(b"".join(self._values))
            write(ends.tobytes())
            write(np.uint32(len(ends)).astype("<u4").tobytes())

    class Reader(ColumnReader):  # type: ignore[misc]
        """Reads codes as an array and values as a list.

        Attributes:
            codes: uint32[turns], index into `values`.
            values: The distinct values; the first is b"", for turns without one.
        """

        def __init__(self, dbfile: Any, basepos: int, length: int, doccount: int) -> None:
            super().__init__(dbfile, basepos, length, doccount)
            end = basepos + length
            count = int(self._read(end - _WORD_BYTES, 1)[0])
            ends = self._read(end - _WORD_BYTES * (count + 1), count)
            text_start = basepos + _WORD_BYTES * doccount
            text = bytes(dbfile.get(text_start, int(ends[-1])))
            starts = np.concatenate(([0], ends[:-1]))
            self.codes: NDArray[np.uint32] = self._read(basepos, doccount)
            self.values: list[bytes] = [text[start:stop] for start, stop in zip(starts.tolist(), ends.tolist(), strict=True)]

        def _read(self, offset: int, count: int) -> NDArray[np.uint32]:
            return _read_words(self._dbfile, offset, count)

        def __getitem__(self, docnum: int) -> bytes:
            value: bytes = self.values[self.codes[docnum]]
            return value

        def __iter__(self) -> Iterator[bytes]:
            return map(self.values.__getitem__, self.codes.tolist())


class NumberColumn(Column):  # type: ignore[misc]
    """A Whoosh column of whole numbers below 2**32: uint32[turns], little-endian; 0 where a turn has none."""

    reversible = False
    _default = 0

    class Writer(ColumnWriter):  # type: ignore[misc]
        """Collects a segment's numbers; `add` is called in document order, and may leave documents out."""

        def __init__(self, dbfile: Any) -> None:
            super().__init__(dbfile)
            self._numbers = array("I")

        def fill(self, docnum: int) -> None:
            self._numbers.extend([0] * (docnum - len(self._numbers)))

        def add(self, docnum: int, value: int) -> None:
            self.fill(docnum)
            self._numbers.append(value)

        def finish(self, docnum: int) -> None:
            self.fill(docnum)
            self._dbfile.write(np.array(self._numbers, dtype="<u4").tobytes())

    class Reader(ColumnReader):  # type: ignore[misc]
        """Reads the numbers as an array.

        Attributes:
            numbers: uint32[turns].
        """

        def __init__(self, dbfile: Any, basepos: int, length: int, doccount: int) -> None:
            super().__init__(dbfile, basepos, length, doccount)
            self.numbers = _read_words(dbfile, basepos, doccount)

        def __getitem__(self, docnum: int) -> int:
            return int(self.numbers[docnum])


def _read_words(dbfile: Any, offset: int, count: int) -> NDArray[np.uint32]:
    return np.frombuffer(bytes(dbfile.get(offset, _WORD_BYTES * count)), dtype="<u4")
