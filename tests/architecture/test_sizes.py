"""Files, functions and templates stay small enough to be read in one sitting."""

import ast
from pathlib import Path

import pytest

from tests.architecture import sources

FILE_LINES = 400
FUNCTION_LINES = 40
DOOR_LINES = 12
TEMPLATE_LINES = 80
DOORS = {"views", "api", "tasks", "management", "admin", "pages"}


def is_door(path: Path) -> bool:
    """Whether a file is a way in from outside: pages, API, commands, tasks."""
    return path.parts[0] != "tests" and bool(DOORS & {*path.parts[1:-1], path.stem})


def body_lines(path: Path, function: sources.Function) -> int:
    """Lines of code in a function's body: no signature, docstring, blank or comment line counts."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    if not body:
        return 0
    span = sources.lines(path)[body[0].lineno - 1 : function.end_lineno]
    return sum(1 for line in span if line.strip() and not line.strip().startswith("#"))


def test_no_file_is_longer_than_four_hundred_lines():
    long = {str(p): len(sources.lines(p)) for p in sources.python_files()}
    long |= {
        str(p): len(sources.lines(p))
        for p in sources.tracked()
        if p.suffix in {".js", ".css"} and "node_modules" not in p.parts
    }
    assert {name: count for name, count in long.items() if count > FILE_LINES} == {}


def test_no_function_is_longer_than_forty_lines():
    long = {
        f"{path}:{function.name}": size
        for path in sources.python_files()
        for function in sources.functions(path)
        if (size := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}


def test_a_door_is_at_most_twelve_lines():
    long = {
        f"{path}:{function.name}": size
        for path in sources.python_files()
        if is_door(path)
        for function in sources.functions(path)
        if (size := body_lines(path, function)) > DOOR_LINES
    }
    assert long == {}


def test_no_template_is_longer_than_eighty_lines():
    long = {str(path): len(sources.lines(path)) for path in sources.templates()}
    assert {name: count for name, count in long.items() if count > TEMPLATE_LINES} == {}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f():\n    '''Doc.'''\n    a = 1\n\n    # why\n    return a\n", 2),
        ("def f():\n    '''Doc.'''\n", 0),
        ("def f(\n    a,\n    b,\n):\n    return (\n        a\n    )\n", 3),
    ],
)
def test_signature_docstring_blank_and_comment_lines_do_not_count(source, expected, tmp_path):
    path = tmp_path / "views.py"
    path.write_text(source)
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert body_lines(path, function) == expected
