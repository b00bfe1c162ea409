"""How does Whoosh see a facet field or a number of every turn? As columns, read from arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from whoosh.columns import Column, ColumnReader

__all__ = ["DictionaryColumn", "NumberColumn"]


class DictionaryColumn(Column):  # type: ignore[misc]  # Whoosh has no types
    """A Whoosh column of byte strings of which each distinct one is kept once. The codec writes and reads it."""

    reversible = False
    _default = b""

    class Reader(ColumnReader):  # type: ignore[misc]
        """Reads a value field.

        Attributes:
            codes: uint32[turns], index into `values`.
            values: The distinct values; the first is b"", for turns without one.
        """

        def __init__(self, codes: NDArray[np.uint32], values: Sequence[str]) -> None:
            self.codes = codes
            self.values: list[bytes] = [value.encode() for value in values]

        def __len__(self) -> int:
            return len(self.codes)

        def __getitem__(self, docnum: int) -> bytes:
            value: bytes = self.values[self.codes[docnum]]
            return value

        def __iter__(self) -> Iterator[bytes]:
            return map(self.values.__getitem__, self.codes.tolist())


class NumberColumn(Column):  # type: ignore[misc]  # Whoosh has no types
    """A Whoosh column of whole numbers below 2**32; 0 where a turn has none. The codec writes and reads it."""

    reversible = False
    _default = 0

    class Reader(ColumnReader):  # type: ignore[misc]
        """Reads a field of numbers.

        Attributes:
            numbers: uint32[turns].
        """

        def __init__(self, numbers: NDArray[np.uint32]) -> None:
            self.numbers = numbers

        def __len__(self) -> int:
            return len(self.numbers)

        def __getitem__(self, docnum: int) -> int:
            return int(self.numbers[docnum])

        def __iter__(self) -> Iterator[int]:
            return iter(self.numbers.tolist())
