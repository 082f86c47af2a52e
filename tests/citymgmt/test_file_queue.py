"""A worker never finds half a message in the queue of files."""

from pathlib import Path
from typing import Any

import pytest
from kombu.exceptions import ChannelError

from citymgmt.celery import app
from citymgmt.file_queue import Channel, Transport


@pytest.fixture
def channel(tmp_path: Path) -> Any:
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "store_processed": False}
    with app.connection("filesystem://", transport_options=options) as connection:
        assert isinstance(connection.transport, Transport)
        yield connection.default_channel


def test_a_message_has_its_name_once_it_is_whole(
    channel: Channel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, seen = Path.write_bytes, []

    def watched(path: Path, data: bytes) -> int:
        seen.append(sorted(file.suffix for file in tmp_path.iterdir()))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", watched)
    channel._put("work", {"body": "first"})
    assert seen == [[]]
    assert [file.suffix for file in tmp_path.iterdir()] == [".msg"]
    assert channel._get("work") == {"body": "first"}


def test_what_is_being_written_is_no_message_yet(channel: Channel, tmp_path: Path) -> None:
    (tmp_path / "1_x.unready").write_bytes(b"")
    channel._put("work", {"body": "whole"})
    assert channel._get("work") == {"body": "whole"}
    assert [file.suffix for file in tmp_path.iterdir()] == [".unready"]


def test_a_folder_that_is_gone_is_an_error_of_the_channel(channel: Channel, tmp_path: Path) -> None:
    tmp_path.rename(tmp_path.with_name("gone"))
    with pytest.raises(ChannelError):
        channel._put("work", {})
