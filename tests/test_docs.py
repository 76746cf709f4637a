"""What the documentation says is so: its code runs, its links lead somewhere, its map shows every file."""

import inspect
import re
import runpy
from pathlib import Path

import pytest

import minigrad
from minigrad.ops.activation import Tanh

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])


def code_blocks(page, language="python"):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


def test_the_tour_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for code in code_blocks("README.md"):
        exec(compile(code, "README.md", "exec"), names)
    gradient, result = (text.strip() for text in code_blocks("README.md", "text"))
    printed, _, trained = capsys.readouterr().out.strip().rpartition("\n")
    assert printed == gradient
    assert trained.partition("accuracy")[2] == result.partition("accuracy")[2]  # the loss is the machine's by a digit
    assert names["loss"].item() < 0.1
    assert (tmp_path / "spirals.png").exists()


def test_the_operations_in_the_readme_are_right():
    names = {"minigrad": minigrad}
    for code in code_blocks("README.md"):
        if "\nclass " in f"\n{code}":
            exec(compile(code.partition("\n\n\ny =")[0], "README.md", "exec"), names)
    x = minigrad.randn(3, 4, dtype=minigrad.float64, requires_grad=True)
    for operation in ("Tanh", "Cube"):
        assert minigrad.gradcheck(lambda x, operation=operation: names[operation]()(x), x)


def test_the_operation_in_the_readme_is_the_one_in_the_source():
    (shown,) = [code for code in code_blocks("README.md") if "class Tanh" in code]
    source = inspect.getsource(Tanh).replace(": Array", "").replace(" -> Array", "").replace(" -> Any", "")
    assert shown[shown.index("class") :].split() == source.split()


def test_both_readmes_show_the_same_code_and_pictures():
    for language in ("sh", "python", "text"):
        assert code_blocks("README.md", language)
        assert code_blocks("README.md", language) == code_blocks("README.zh.md", language)
    english, chinese = (
        set(re.findall(r"\]\(([^)]+)\)", (ROOT / page).read_text(encoding="utf-8")))
        for page in ("README.md", "README.zh.md")
    )
    assert {target.replace(".en.", ".zh.") for target in english - {"README.zh.md"}} == chinese - {"README.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_to_files_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def paths_on_the_map():
    """The paths of the tree in docs/architecture.md, whose indentation says which folder a name is in."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders: list[str] = []
    for indent, name in re.findall(r"^    ( *)([\w./]+)  +\S.*$|^    minigrad/$", text, re.MULTILINE):
        depth = len(indent) // 2
        folders[depth:] = [name or "minigrad/"]
        yield "".join(folders)


def test_the_map_names_every_file_of_the_package():
    files = {
        path.relative_to(ROOT).as_posix()
        for folder in ("minigrad", "examples", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "__init__.py"
    }
    shown = set(paths_on_the_map())
    assert sorted(files - shown) == []
    assert [path for path in sorted(shown) if not (ROOT / path).exists()] == []


def test_the_map_names_every_folder_of_the_package():
    shown = set(paths_on_the_map())
    folders = {f"{path.parent.relative_to(ROOT).as_posix()}/" for path in (ROOT / "minigrad").rglob("__init__.py")}
    assert sorted(folders - shown) == []


def test_the_spirals_example_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(ROOT / "examples" / "spirals.py"))
    assert "accuracy 100.0%" in capsys.readouterr().out
    assert (tmp_path / "spirals.png").exists()


def test_the_mnist_example_learns(monkeypatch, capsys):
    monkeypatch.setenv("MINIGRAD_DATA", str(Path(minigrad.__file__).parent / "datasets" / "embedded"))
    runpy.run_path(str(ROOT / "examples" / "mnist_by_hand.py"))
    right = int(capsys.readouterr().out.split("epoch 5: ")[1].split()[0])
    assert right > 900
