"""The queue in files, for a machine with nothing installed: kombu's, with messages that appear whole.

kombu opens a message under its final name and writes it afterwards. A worker that looks in between takes
an empty file for a message and ends; here the file gets its name once it is written.
"""

from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel whose messages are renamed into place."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]
        folder, name = Path(self.data_folder_out), f"{monotonic_ns() // 1_000_000}_{uuid4()}"
        unready = folder / f"{name}.unready"
        try:
            unready.write_bytes(dumps(payload).encode())
            unready.rename(folder / f"{name}.{queue}.msg")
        except OSError as error:
            raise ChannelError(f"A message could not be written to {folder}.") from error


class Transport(filesystem.Transport):
    """The transport behind ``filesystem://`` in this system."""

    Channel = Channel
