"""What a client of the API sends."""

import io
from uuid import uuid4

from PIL import Image


def post(client, address, body=None, *, key="", version=None, **headers):
    """POST JSON below /api/v1/ with a key, and a version when there is one."""
    extra = {"Idempotency-Key": key or str(uuid4()), **headers}
    if version is not None:
        extra["If-Match"] = f'"v{version}"'
    return client.post(f"/api/v1/{address}", body or {}, format="json", headers=extra)


def get(client, address, **query):
    """GET below /api/v1/."""
    return client.get(f"/api/v1/{address}", query)


def is_problem(answer, status, code=""):
    """Whether an answer is a problem document of this status, with every member and a sentence."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert {"type", "title", "status", "detail", "code", "instance"} <= set(document)
    assert (document["status"], bool(document["detail"])) == (status, True)
    return not code or document["code"] == code


def a_jpeg(colour="red"):
    """A small real photo, as an upload."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "JPEG")
    buffer.seek(0)
    buffer.name = "photo.jpg"
    return buffer
