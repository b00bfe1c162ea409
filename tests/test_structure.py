"""The folders show the architecture, and the imports keep to it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType

import pytest

import indexer
import search

_ROOT = Path(__file__).resolve().parents[1]
_MODULES = sorted(path for package in ("indexer", "search") for path in (_ROOT / package).rglob("*.py"))
_PACKAGES = [path for path in _MODULES if path.name == "__init__.py"]

# What `search` may know of `indexer`: what describes the index, and how values are compared.
_NAMES = ("model", "roles", "analysis", "schema", "codec", "disk", "manifest", "sealed", "store", "errors", "printable")
_SHARED = {f"indexer.{name}" for name in _NAMES} | {"indexer.names.fold"}
_COMMANDS = ("search/cli.py", "search/commands/*.py", "search/demo.py")  # they offer the indexer's commands too

# Third-party packages that belong to one place each; all others may be imported anywhere.
_KEPT_TO = {
    "bs4": ("indexer/formats/html.py",),
    "lxml": ("indexer/formats/html.py",),
    "click": ("indexer/cli.py", "search/cli.py", "search/commands/*.py"),
    "pyarrow": ("indexer/codec/*.py", "search/export.py"),
    "matplotlib": ("search/plot.py",),
    "pandas": ("search/export.py",),
    "rich": ("*/render.py", "*/render_*.py", "*/progress.py", "*/render/*.py"),
}


def _name(path: Path) -> str:
    return path.relative_to(_ROOT).as_posix()


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(path: Path) -> Iterator[str]:
    """Give the dotted names of what a module imports, in functions too."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{_name(path)} imports by a relative name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_below(imported: str, names: set[str]) -> bool:
    return any(imported == name or imported.startswith(f"{name}.") for name in names)


def test_the_indexer_knows_nothing_of_the_search() -> None:
    """No module of `indexer` imports `search`."""
    assert [
        (_name(path), found)
        for path in _MODULES
        if _name(path).startswith("indexer/")
        for found in _imports(path)
        if _is_below(found, {"search"})
    ] == []


def test_the_search_knows_only_what_describes_the_index() -> None:
    """A module of `search` imports from `indexer` only what both must agree on; the commands may also name the indexer's."""
    assert [
        (_name(path), found)
        for path in _MODULES
        if _name(path).startswith("search/") and not any(fnmatch(_name(path), place) for place in _COMMANDS)
        for found in _imports(path)
        if _is_below(found, {"indexer"}) and not _is_below(found, _SHARED)
    ] == []


@pytest.mark.parametrize("package", _KEPT_TO)
def test_libraries_are_kept_to_their_places(package: str) -> None:
    """Pages are parsed in one module, commands made in one a package, terminals drawn on in rendering, segments stored by the codec."""
    users = [_name(path) for path in _MODULES if any(_is_below(found, {package}) for found in _imports(path))]
    assert [user for user in users if not any(fnmatch(user, place) for place in _KEPT_TO[package])] == []


def test_every_import_is_declared() -> None:
    """Nothing is imported but the standard library, the project and its declared dependencies."""
    declared = {"whoosh", "click", "bs4", "lxml", "numpy", "pyarrow", "rapidfuzz", "lark", "rich", "indexer", "search"}
    declared |= {"matplotlib", "pandas"}  # where they are installed
    imported = {(_name(path), found.split(".")[0]) for path in _MODULES for found in _imports(path)}
    assert {(path, found) for path, found in imported if found not in declared | sys.stdlib_module_names} == set()


def test_no_module_is_a_drawer() -> None:
    """No module is named for holding what belongs nowhere."""
    assert [_name(path) for path in _MODULES if path.stem in {"util", "utils", "helper", "helpers", "common", "misc"}] == []


@pytest.mark.parametrize("path", _MODULES, ids=_name)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    """A module begins with the question it answers, or with the concept it holds and what about it."""
    first, *_ = (ast.get_docstring(_tree(path)) or "").split("\n")
    assert "?" in first or ": " in first


def _listed(module: ast.Module) -> list[str] | None:
    for node in module.body:
        if isinstance(node, ast.Assign) and [target.id for target in node.targets if isinstance(target, ast.Name)] == ["__all__"]:
            return list(ast.literal_eval(node.value))
    return None


def _order(name: str) -> tuple[bool, bool, str]:
    """Constants before classes before functions, each by the alphabet."""
    return not name.isupper(), not name[0].isupper(), name


@pytest.mark.parametrize("path", _PACKAGES, ids=_name)
def test_a_package_file_holds_no_logic(path: Path) -> None:
    """A package's own file is a docstring, what it hands on, and a sorted `__all__`; at most, names are loaded at first use."""
    docstring, *statements = _tree(path).body
    assert isinstance(docstring, ast.Expr)
    others = [ast.unparse(node) for node in statements if not isinstance(node, ast.Import | ast.ImportFrom)]
    allowed = ("__all__ = ", "if TYPE_CHECKING:", "_HOMES = ", "def __getattr__(")
    assert [statement for statement in others if not statement.startswith(allowed)] == []


@pytest.mark.parametrize("package", [indexer, search], ids=lambda package: str(package.__name__))
def test_every_name_a_package_offers_loads(package: ModuleType) -> None:
    """What is loaded at first use is there, and nothing else is."""
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nosuch'"):
        _ = package.nosuch


@pytest.mark.parametrize("path", [path for path in _MODULES if _listed(_tree(path))], ids=_name)
def test_the_names_a_module_offers_are_sorted(path: Path) -> None:
    """What a module offers can be found at a glance."""
    listed = _listed(_tree(path)) or []
    assert listed == sorted(listed, key=_order)


def _defined(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name for alias in names)


@pytest.mark.parametrize("path", [path for path in _MODULES if path.name not in ("__main__.py", "__init__.py")], ids=_name)
def test_what_a_module_offers_is_there(path: Path) -> None:
    """Every module lists what it offers, and each name it lists exists."""
    listed = _listed(_tree(path))
    assert listed is not None
    assert set(listed) - set(_defined(_tree(path))) == set()


def test_the_folders_are_the_architecture() -> None:
    """Beside what is hidden and what tools leave, the project has its two packages, its tests and a place for the index."""
    ignored = [line.strip("/") for line in (_ROOT / ".gitignore").read_text(encoding="utf-8").splitlines() if line.endswith("/")]
    folders = {path.name for path in _ROOT.iterdir() if path.is_dir() and not any(fnmatch(path.name, left) for left in [".*", *ignored])}
    assert folders == {"indexer", "search", "tests", "index"}


def test_the_index_folder_holds_no_code() -> None:
    """What is built lies apart from what builds it."""
    assert list((_ROOT / "index").rglob("*.py")) == []
