"""Every failure says what was wrong and what to do, and keeps saying it on its way from another process."""

from __future__ import annotations

import builtins
import inspect
import pickle
import re
import textwrap

import pytest

from indexer import errors
from indexer.errors import EarfulError, QuerySyntaxError

_KINDS = [getattr(errors, name) for name in errors.__all__]


def _make(kind: type[EarfulError]) -> EarfulError:
    if kind is QuerySyntaxError:
        return QuerySyntaxError("a quote is not closed", query='"cash', column=1, hint="close it")
    return kind("no index in calls", hint="build one")


def _drawn_tree() -> dict[str, str]:
    """Read the tree at the top of the module: name -> name of its base."""
    bases: dict[str, str] = {}
    above = ["Exception"]
    _, tree = inspect.cleandoc(errors.__doc__ or "").split("\n\n", 1)
    for indent, name in re.findall(r"^([ │├└─]*)(\w+)", textwrap.dedent(tree), re.MULTILINE):
        depth = len(indent) // 4
        bases[name] = above[depth]
        above[depth + 1 :] = [name]
    return bases


def test_the_drawn_tree_is_the_tree() -> None:
    """The tree that readers see at the top of the module names every error under its base, and nothing else."""
    assert _drawn_tree() == {kind.__name__: kind.__bases__[0].__name__ for kind in _KINDS}


def test_no_error_shadows_a_builtin() -> None:
    """Nobody who catches an error of Python catches one of ours, or the other way round."""
    assert set(errors.__all__).isdisjoint(dir(builtins))
    assert all(issubclass(kind, EarfulError) for kind in _KINDS)


def test_an_error_reads_as_one_line() -> None:
    """The message is what was wrong; what to do follows it if there is anything to do."""
    assert str(EarfulError("no index in calls", hint="build one with: earful rebuild FOLDER")) == (
        "no index in calls; build one with: earful rebuild FOLDER"
    )
    assert str(EarfulError("no index in calls")) == "no index in calls"


def test_a_syntax_error_points_at_the_place() -> None:
    """The message of a query error tells the column and the query; programs find both as attributes."""
    error = QuerySyntaxError("a quote is not closed", query='cash "run', column=6, hint="close it")
    assert str(error) == 'a quote is not closed at column 6 of: cash "run; close it'
    assert (error.query, error.column) == ('cash "run', 6)


@pytest.mark.parametrize("kind", _KINDS)
def test_errors_cross_process_borders(kind: type[EarfulError]) -> None:
    """Pickled and read again, as between a worker and its parent, an error is of its kind and says the same."""
    error = _make(kind)
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert (str(copy), copy.args, vars(copy)) == (str(error), error.args, vars(error))
