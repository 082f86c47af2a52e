"""What the start says on the terminal."""

import django
from django.utils import translation
from rich.cells import cell_len
from rich.console import Console

from citymgmt.local.cast import DEMO_PASSWORD, one_for_each_role

_console = Console(highlight=False, soft_wrap=True)


def say_usable(url: str) -> None:
    """The address and a login for every role, in Chinese and in English."""
    say_address(url)
    _console.print(
        f"每个角色一个账号，密码都是 / one login per role, password: [bold]{DEMO_PASSWORD}[/bold]\n"
    )
    for username, title, name in logins():
        _console.print(f"  {_padded(username, 14)}{_padded(title, 34)}{name}")
    _console.print(f"\n点击切换角色 / change role by a click: {url}demo/\n")


def say_address(url: str) -> None:
    """The address alone."""
    _console.print(f"\n[bold green]citymgmt · 城管进社区[/bold green]   [bold]{url}[/bold]\n")


def say_ready(url: str) -> None:
    """The last word of a start."""
    _console.print(f"[bold green]全部就绪 / everything runs[/bold green] · {url} · Ctrl-C 结束 / to stop")


def logins() -> list[tuple[str, str, str]]:
    """Username, the role's title in both languages, and the made-up name, for each role once."""
    django.setup()
    rows = []
    for member in one_for_each_role():
        with translation.override("zh-hans"):
            chinese = str(member.role.label)
        with translation.override("en"):
            english = str(member.role.label)
        rows.append((member.username, f"{chinese} {english}", member.name))
    return rows


def _padded(text: str, width: int) -> str:
    """Pad by columns on the screen, where a Chinese character takes two."""
    return text + " " * max(1, width - cell_len(text))
