"""What must never be committed: a registry's host, a path of one machine, a compiled or copied library."""

import re

from tests.architecture import sources

TEXT = {
    ".py", ".toml", ".lock", ".json", ".md", ".sh", ".html", ".js", ".css", ".po", ".yml", ".yaml", ".csv",
    ".txt", ".run", "",
}  # fmt: skip
# Put together here, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    "|".join(["pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", "npm" + "mirror"])
)
MACHINE = re.compile(
    "|".join(
        ["/wo" + "rk/", "/ro" + r"ot/", "/ho" + r"me/\w", "/Us" + r"ers/\w", r"/tm" + "p/", "/o" + "pt/"]
    )
)
BINARY_LIBRARIES = (".min.js", ".min.css", ".mo", ".pyc")


def texts() -> list[tuple[str, str]]:
    return [
        (str(path), (sources.ROOT / path).read_text(encoding="utf-8", errors="replace"))
        for path in sources.tracked()
        if path.suffix in TEXT and "data" not in path.parts
    ]


def found(pattern: re.Pattern[str]) -> list[str]:
    return [f"{name}: {match.group()}" for name, text in texts() for match in [pattern.search(text)] if match]


def test_no_registry_host_stands_in_any_file():
    assert found(REGISTRIES) == []


def test_no_path_of_one_machine_stands_in_any_file():
    assert found(MACHINE) == []


def test_libraries_are_installed_never_copied():
    copied = [str(path) for path in sources.tracked() if str(path).endswith(BINARY_LIBRARIES)]
    assert copied == []


def test_every_pinned_package_has_a_hash():
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-node.lock"):
        text = (sources.ROOT / name).read_text()
        blocks = re.split(r"\n(?=[A-Za-z0-9])", text.partition("\n#    make lock\n")[2])
        assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_development_lock_agrees_with_the_runtime_lock():
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([\w.-]+==\S+)", (sources.ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.lock") - pins("requirements-dev.lock") == set()
