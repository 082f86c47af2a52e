#!/usr/bin/env python3
"""Check a case file without the system it came from: Python 3.11 and this one file are enough.

    python scripts/check_case.py case-5001152026112300001.json [more files, .json or .pdf]
    python scripts/check_case.py --digests kept-digests.txt case-5001152026112300001.pdf

The events of a file are a chain: each carries the SHA-256 of the one before it. This reads the chain again,
follows the proof from the case's newest digested event up to the digest of that day, and with ``--digests``
compares that digest with the lines that were kept outside the system (DIGEST_FILE, e-mail or webhook).

It can't know what only the system knows: whether the facts beside the chain are as they were sealed, and
whether the case has moved on since. For that, give the file to the page "Examine a case file".

Exit code 0: all files hold. 1: one does not. 2: one can't be read.
"""

import argparse
import hashlib
import json
import re
import sys
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
FORMAT, VERSION = "citymgmt-case-file", 1
MOST_BYTES = 8 * 1024 * 1024


def canonical(value: Any) -> bytes:
    """JSON without blanks, names in order, whole numbers written as whole numbers."""
    text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def plain(value: Any) -> Any:
    """The value with whole floats as integers."""
    if isinstance(value, float):
        return int(Decimal(repr(value))) if value.is_integer() else value
    if isinstance(value, dict):
        return {name: plain(held) for name, held in value.items()}
    return [plain(held) for held in value] if isinstance(value, list) else value


def link(previous: str, payload: Any) -> str:
    """The hash of an entry that follows on ``previous``."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical(payload)).hexdigest()


def chain_faults(document: dict[str, Any]) -> list[str]:
    """What is wrong with the chain of events. A link that is withheld (null) can't be checked here."""
    faults: list[str] = []
    previous: str | None = GENESIS
    for expected, event in enumerate(document["events"], 1):
        seq, payload, before = event["seq"], event["payload"], event["previous_hash"]
        if seq != expected:
            return [*faults, f"event {expected}: missing, or the order was changed"]
        if previous and before and before != previous:
            faults.append(f"event {seq}: does not follow the event before it")
        if payload is not None and (payload["seq"], payload["case"]) != (seq, document["uuid"]):
            faults.append(f"event {seq}: its content belongs elsewhere")
        elif payload is not None and before and link(before, payload) != event["hash"]:
            faults.append(f"event {seq}: its content does not match its hash")
        previous = event["hash"]
    end = document["chain"]
    if (end["events_count"], end["head_hash"]) != (len(document["events"]), previous):
        faults.append(f"event {len(document['events'])}: events are missing at the end")
    return faults


def climb(current: str, index: int, size: int, path: list[str]) -> str:
    """The root of the tree (RFC 9162, 2.1.3.2) that a leaf's hash and its path lead to; "" if they don't."""
    bits, last = index, size - 1
    for beside in path:
        if not last:
            return ""
        if bits & 1 or bits == last:
            current = node(beside, current)
            while bits and not bits & 1:
                bits, last = bits >> 1, last >> 1
        else:
            current = node(current, beside)
        bits, last = bits >> 1, last >> 1
    return "" if last else current


def node(left: str, right: str) -> str:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def digest_faults(document: dict[str, Any], kept: dict[str, str]) -> list[str]:
    """What is wrong with the proof of the day's digest, and whether it is the one that was kept."""
    proof = document["digest"]
    if proof is None:
        return []
    row, leaf = proof["row"], proof["leaf"]
    hashes = {event["seq"]: event["hash"] for event in document["events"]}
    faults = []
    if (leaf["case"], leaf["head"]) != (document["uuid"], hashes.get(leaf["events"])):
        faults.append(f"digest of {row['day']}: it is not about this history")
    start = hashlib.sha256(b"\x00" + canonical(leaf)).hexdigest()
    if climb(start, proof["position"], row["changed"], proof["path"]) != row["root"]:
        faults.append(f"digest of {row['day']}: the proof does not lead to its root")
    said = {name: value for name, value in row.items() if name not in ("previous", "digest")}
    if link(row["previous"], said) != row["digest"]:
        faults.append(f"digest of {row['day']}: it does not match its own numbers")
    if kept and kept.get(row["day"]) != row["digest"]:
        faults.append(f"digest of {row['day']}: it is not the one that was kept")
    return faults


def document_in(data: bytes) -> dict[str, Any]:
    """The document in a JSON file, or attached to a PDF."""
    for raw in attached(data) if b"%PDF-" in data[:1024] else [data]:
        found = json.loads(raw.decode("utf-8-sig"))
        if isinstance(found, dict) and (found.get("format"), found.get("version")) == (FORMAT, VERSION):
            return found
    raise ValueError("this is no case file")


def attached(data: bytes) -> list[bytes]:
    """The files embedded in a PDF."""
    found = []
    for mark in re.finditer(rb"/Type\s*/EmbeddedFile\b", data):
        start = re.compile(rb"stream\r?\n").search(data, mark.end())
        if start is None:
            break
        raw = data[start.end() : data.find(b"endstream", start.end())]
        head = data[data.rfind(b" obj", 0, mark.start()) : start.start()]
        found.append(zlib.decompressobj().decompress(raw, MOST_BYTES) if b"FlateDecode" in head else raw)
    return found


def kept_digests(path: Path | None) -> dict[str, str]:
    """Day and digest of every line that was kept."""
    lines = path.read_text(encoding="utf-8").splitlines() if path else []
    rows = [json.loads(line) for line in map(str.strip, lines) if line.startswith("{")]
    return {row["day"]: row["digest"] for row in rows}


def check(path: Path, kept: dict[str, str]) -> int:
    """Say of one file whether it holds; the exit code for it."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("it is too large for a case file")
        document = document_in(path.read_bytes())
        faults = chain_faults(document) + digest_faults(document, kept)
        withheld = sum(event["payload"] is None for event in document["events"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error) as error:
        print(f"{path}: can't be read: {type(error).__name__} {error}")
        return 2
    if faults:
        print("\n".join(f"{path}: {fault}" for fault in faults))
        return 1
    proof = document["digest"]
    covered = f", covered by the digest of {proof['row']['day']}" if proof else ", covered by no digest yet"
    compared = ", which was kept" if proof and kept else ""
    unread = f"; {withheld} of them withheld" if withheld else ""
    print(f"{path}: {len(document['events'])} events hold{unread}{covered}{compared}")
    return 0


def main() -> int:
    """Check every file named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--digests", type=Path, help="digest lines kept outside the system")
    asked = parser.parse_args()
    kept = kept_digests(asked.digests)
    return max(check(path, kept) for path in asked.files)


if __name__ == "__main__":
    sys.exit(main())
