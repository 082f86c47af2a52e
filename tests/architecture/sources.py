"""The files under test, as the repository tracks them (or would, once added)."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


IGNORED = {".git", ".venv", "node_modules", "var", "media", "__pycache__", ".hypothesis"}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file git knows or would add, relative to the root; ignored ones never."""
    names = _asked_git() or [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
    paths = (Path(name) for name in sorted(names))
    return tuple(path for path in paths if not IGNORED & {*path.parts} and (ROOT / path).is_file())


def _asked_git() -> list[str]:
    """What git lists; nothing where there is no git or the files came without their history."""
    ask = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(ask, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        return []
    return [name for name in listed.split("\0") if name]


def python_files() -> list[Path]:
    """All Python written by hand: everything but migrations."""
    return [path for path in tracked() if path.suffix == ".py" and "migrations" not in path.parts]


def templates() -> list[Path]:
    """Every HTML template."""
    return [path for path in tracked() if path.suffix == ".html" and "templates" in path.parts]


def lines(path: Path) -> list[str]:
    """The lines of a tracked text file."""
    return (ROOT / path).read_text(encoding="utf-8").splitlines()


@cache
def tree(path: Path) -> ast.Module:
    """The parsed source of a tracked Python file."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> list[Function]:
    """Every function and method of a file, nested ones too."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, Function)]
