"""The page of the web map without data: shell, script, styles and content security policy."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from layers.errors import ExportError
from maps.web.bundle import bundle

__all__ = ["CODE", "DATA", "LATER", "LOOK", "POLICY", "VENDOR", "empty_page"]

_HERE = Path(__file__).parent
VENDOR = _HERE / "vendor"
_STYLES = ("vendor/leaflet.css", "page.css")

# Placeholders of shell.html. This module replaces the first three; maps.web.page replaces the last two.
CODE, LOOK, POLICY, DATA, LATER = (f"@@{name}@@" for name in ("CODE", "LOOK", "POLICY", "DATA", "LATER"))

# An element, an import or a URL that would make the browser request another file.
_REFERENCE = re.compile(
    r"<(?:script|link|img|iframe|source|object|embed)\b[^>]*\b(?:src|href|data)\s*=[^>]*>"
    r"|@import\b[^;]*;|\burl\(\s*['\"]?(?!data:|#)[^)]*\)",
    re.IGNORECASE,
)


@cache
def empty_page() -> str:
    """Return the page with the placeholders `DATA` and `LATER`. It depends on no picture.

    Raises
    ------
    ExportError
        If the page refers to a file outside it, or the modules of its script do not fit together.
    """
    notice = f"/* leaflet\n{_file('vendor/leaflet.LICENSE')}*/\n"
    shell = (_HERE / "shell.html").read_text(encoding="utf-8")
    # The licence of the library stays with its code.
    shell = shell.replace(CODE, f"{notice}{_file('vendor/leaflet.js')}\n{bundle(_HERE / 'page')}")
    shell = shell.replace(LOOK, "\n".join(map(_file, _STYLES)))
    _refuse_references(shell)
    return shell.replace(POLICY, _policy(shell))


def _file(name: str) -> str:
    """Return the text of a file without references to files that the page does not need."""
    text = (_HERE / name).read_bytes().decode("utf-8").replace("\r\n", "\n")
    # Leaflet has these images for controls that this map does not have. Developer tools of a browser request
    # the source map that a script names.
    text = re.sub(r"background-image: url\(images/[^)]*\);", "", text)
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)


def _refuse_references(shell: str) -> None:
    """Raise ExportError if the page refers to a script, a style or an image in another file."""
    reference = _REFERENCE.search(shell)
    if reference:
        msg = (
            f"map shell: expected everything inside the page, found {reference.group()[:120]!r}: "
            "put the file in maps/web/vendor"
        )
        raise ExportError(msg)


def _policy(shell: str) -> str:
    """Return the content security policy, which allows the scripts and styles of the page by their hashes."""

    def hashes(tag: str) -> str:
        return " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for text in re.findall(rf"<{tag}>(.*?)</{tag}>", shell, flags=re.DOTALL)
        )

    return (
        f"default-src 'none'; script-src {hashes('script')}; style-src {hashes('style')}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
