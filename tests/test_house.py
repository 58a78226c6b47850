"""The house rules that a machine can check."""

import ast
import doctest
import importlib
import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp
import networkx as nx
import pytest

from . import inventory

ROOT = Path(__file__).resolve().parents[1]
AREAS = ("models", "inference", "scenarios")
MIRRORED = ("models", "inference", "scenarios")  # areas that the tests mirror file by file
FILES = sorted(path for area in AREAS for path in (ROOT / area).rglob("*.py"))
LONGEST_FILE = 400  # lines; aim at 300
LONGEST_BODY = 60  # lines without the docstring; aim at 40
PICKLERS = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
# Packs work for other processes of the same run; what it unpacks was never on a disk.
CARRIERS = {"inference/validation/calibration/workers.py": {"cloudpickle"}}
# Spelled with brackets, so that this file does not match itself.
NOT_COMMITTED = re.compile(
    r"p[y]pi\.org|p[y]thonhosted|n[p]mjs\.org|d[e]bian\.org"
    r"|(?<![\w.])/(?:w[o]rk|r[o]ot|t[m]p|h[o]me|U[s]ers)/"
)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(("ifonly", *parts)).removesuffix(".__init__")
    return name.replace("ifonly.scenarios.root", "ifonly")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def imported(tree: ast.Module) -> set[str]:
    """The top-level names of the packages that a file imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    lengths = {function.name: body_length(function) for function in functions(ast.parse(text))}
    assert {name: length for name, length in lengths.items() if length > LONGEST_BODY} == {}


def methods_of_bases(files: list[Path]) -> dict[str, tuple[list[str], set[str]]]:
    """Each class by name: the names of its bases, and of its own methods."""
    found: dict[str, tuple[list[str], set[str]]] = {}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases = [ast.unparse(b).split("[")[0].split(".")[-1] for b in node.bases]
                own = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
                found[node.name] = (bases, own)
    return found


CLASSES = methods_of_bases(FILES)


def inherits(name: str, method: str) -> bool:
    """Whether a class of ours, above this one, has the method and says what it takes."""
    bases = [b for b in CLASSES.get(name, ([], set()))[0] if b in CLASSES and b != name]
    return any(method in CLASSES[b][1] or inherits(b, method) for b in bases)


def unexplained(body: list[ast.stmt], owner: str = "") -> Iterator[str]:
    """Public functions that take two or more things, and do not say what each of them is."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from unexplained(node.body, node.name)
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            a = node.args
            taken = [x.arg for x in (*a.posonlyargs, *a.args, *a.kwonlyargs)]
            taken = [name for name in taken if name not in ("self", "cls")]
            said = "Parameters\n---" in (ast.get_docstring(node) or "")
            given = any("override" in ast.unparse(d) for d in node.decorator_list)
            if len(taken) > 1 and not (said or given or inherits(owner, node.name)):
                yield f"{owner}.{node.name}".lstrip(".")


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_functions_say_what_they_take(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    lists = [n.value for n in body if isinstance(n, ast.Assign) and "__all__" in ast.unparse(n)]
    public = ast.unparse(lists[0]) if lists else ""  # texts, or a list that is made of others
    named = [n for n in body if repr(getattr(n, "name", None)) in public or "'" not in public]
    assert list(unexplained(named)) == []


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_nothing_unpickles(path: Path) -> None:
    found = imported(ast.parse(path.read_text(encoding="utf-8"))) & PICKLERS
    assert found <= CARRIERS.get(relative(path), set())


@pytest.mark.parametrize("name", [module_name(path) for path in FILES])
def test_docstring_examples_are_true(name: str) -> None:
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(importlib.import_module(name), optionflags=options).failed == 0


@pytest.mark.parametrize("area", ["inference", "scenarios"])
def test_public_names_are_documented(area: str) -> None:
    module = importlib.import_module(f"ifonly.{area}")
    public = {name: getattr(module, name) for name in module.__all__}
    assert [name for name, value in public.items() if not documented(value)] == []


def documented(value: object) -> bool:
    doc = inspect.getdoc(value) or ""
    # A dataclass without a docstring is given its signature for one.
    return bool(doc) and not doc.startswith(f"{getattr(value, '__name__', ' ')}(")


@pytest.mark.parametrize("area", AREAS)
def test_an_area_cannot_be_loaded_twice(area: str) -> None:
    found = run(sys.executable, "-c", f"import {area}")
    assert found.returncode != 0
    assert f"import ifonly.{area}, not {area}" in found.stderr


def test_every_package_is_installed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {module_name(path) for path in FILES if path.name == "__init__.py"}
    assert set(settings["tool"]["setuptools"]["packages"]) == packages
    assert {path.parent / "__init__.py" for path in FILES} <= set(FILES)


def test_layers() -> None:
    found = run(Path(sys.executable).with_name("lint-imports"), "--no-cache")
    assert found.returncode == 0, found.stdout


def test_the_architecture_lists_what_there_is() -> None:
    assert inventory.page() == inventory.PAGE.read_text(encoding="utf-8"), "run: make inventory"


@pytest.mark.parametrize("area", MIRRORED)
def test_tests_mirror_the_areas(area: str) -> None:
    """`tests/AREA/PACKAGE/test_MODULE[_SUBJECT].py`; contracts are about several modules."""
    tested = {
        path: module_of(path)
        for path in (ROOT / "tests" / area).rglob("test_*.py")
        if "contracts" not in path.parts
    }
    assert [relative(path) for path, module in tested.items() if module is None] == []
    modules = {path for path in (ROOT / area).rglob("*.py") if not path.stem.startswith("__")}
    assert [relative(path) for path in sorted(modules - set(tested.values()))] == []


def module_of(test: Path) -> Path | None:
    """The module, or the package, that a test file is called after: the longest name that fits."""
    folder = ROOT / test.parent.relative_to(ROOT / "tests")
    there = [*folder.glob("*.py"), *(path.parent for path in folder.glob("*/__init__.py"))]
    subject = f"{test.stem.removeprefix('test_')}_"
    fits = [path for path in there if subject.startswith(f"{path.stem}_")]
    return max(fits, key=lambda path: len(path.stem), default=None)


def test_no_imports_run_in_a_circle() -> None:
    """Lazy and type-only imports count too."""
    found = grimp.build_graph("ifonly", cache_dir=None)
    read = {
        (module, other)
        for module in found.modules
        for other in found.find_modules_directly_imported_by(module)
    }
    circles = nx.strongly_connected_components(nx.DiGraph(sorted(read)))
    assert [sorted(circle) for circle in circles if len(circle) > 1] == []


def test_importing_ifonly_loads_little() -> None:
    """The public names come lazily, the version too."""
    code = (
        "import sys, ifonly; ifonly.__version__, ifonly.get; ifonly.names(); "
        "print({'pymc', 'pytensor', 'jax', 'numba', 'numpy'} & set(sys.modules)); "
        "print(ifonly.ATE is ifonly.inference.ATE, 'condition' in dir(ifonly), ifonly.__all__[0])"
    )
    found = run(sys.executable, "-c", code)
    assert found.returncode == 0, found.stderr
    assert found.stdout.splitlines() == ["set()", "True True ATE"]
    missing = run(sys.executable, "-c", "import ifonly; ifonly.no_such_name")
    assert "module 'ifonly' has no attribute 'no_such_name'" in missing.stderr


def test_no_folder_hides_the_package() -> None:
    """From the project's folder, `import ifonly` must not find a folder of that name."""
    assert not (ROOT / "ifonly").exists()


def test_listing_scenarios_is_quick() -> None:
    """Importing PyMC takes seconds, and a list of names needs none of it."""
    command = Path(sys.executable).with_name("ifonly")
    found = run(sys.executable, "-X", "importtime", command, "list")
    assert found.returncode == 0, found.stderr[-500:]
    loaded = {line.rpartition("|")[2].strip() for line in found.stderr.splitlines()}
    assert loaded.isdisjoint({"pymc", "pytensor", "jax", "numba"})


def test_nothing_names_a_registry_or_a_machine() -> None:
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard")
    assert listed.returncode == 0, listed.stderr
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in listed.stdout.splitlines()
        for number, line in enumerate(lines(ROOT / name), start=1)
        if NOT_COMMITTED.search(line)
    ]
    assert found == []


def lines(path: Path) -> list[str]:
    """The lines of a text file; none of a picture or of a file that is gone."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (UnicodeDecodeError, FileNotFoundError):
        return []
