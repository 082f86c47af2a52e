"""Every room is known to the tools that guard it; a new room cannot slip past them."""

import tomllib

from tests.architecture import sources

CONFIG = tomllib.loads((sources.ROOT / "pyproject.toml").read_text())["tool"]
CONTRACTS = {contract["name"].partition(":")[0]: contract for contract in CONFIG["importlinter"]["contracts"]}


def rooms() -> set[str]:
    """The top-level folders that are Django apps."""
    return {path.parts[0] for path in sources.tracked() if len(path.parts) == 2 and path.name == "apps.py"}


def test_every_room_stands_in_the_import_contracts():
    assert rooms() == set(CONFIG["importlinter"]["root_packages"])
    assert rooms() - {"citymgmt"} == set(CONTRACTS["Floors"]["containers"])
    assert rooms() == set(CONTRACTS["Only grids.access asks django-guardian"]["source_modules"])
    layers = " ".join(CONTRACTS["Rooms"]["layers"]).replace("(", " ").replace(")", " ").split()
    assert rooms() - set(layers) == set()


def test_every_room_is_sorted_as_our_own_import():
    assert rooms() - set(CONFIG["ruff"]["lint"]["isort"]["known-first-party"]) == set()


def test_every_room_has_its_tests():
    tested = {path.parts[1] for path in sources.tracked() if path.parts[0] == "tests" and len(path.parts) > 2}
    assert rooms() - tested == set()
