"""Telling picture formats apart by their first bytes, whatever the name or the server says."""

from __future__ import annotations

import re

_AVIF_BRANDS = (b"avif", b"avis", b"mif1", b"msf1", b"miaf")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(\?xml|!doctype|!--|html|head|body|svg)", re.IGNORECASE)


def sniff(data: bytes) -> str | None:
    """The format by magic bytes: "JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF", or None for anything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"BM"):
        return "BMP"
    if data[4:8] == b"ftyp" and data[8:12] in _AVIF_BRANDS:
        return "AVIF"
    return None


def guess(data: bytes) -> str:
    """What bytes that are no picture seem to be, for a message."""
    if not data:
        return "it is empty"
    match = _MARKUP.match(data[:200])
    if match:
        if b"<svg" in data[:1000].lower():
            return "it is an SVG drawing"
        return "it is a web page or other markup"
    if data.startswith(b"%PDF"):
        return "it is a PDF"
    return f"it begins with {data[:8]!r}"


def looks_cut(data: bytes, kind: str | None) -> bool:
    """Whether the file ends before its format says it does."""
    if kind == "JPEG":
        return b"\xff\xd9" not in data[-1024:]
    if kind == "PNG":
        return b"IEND" not in data[-64:]
    if kind == "WEBP":
        return len(data) < 12 or len(data) < 8 + int.from_bytes(data[4:8], "little")
    if kind == "GIF":
        return b"\x3b" not in data[-16:]
    if kind == "BMP":
        return len(data) < 6 or len(data) < int.from_bytes(data[2:6], "little")
    return False
