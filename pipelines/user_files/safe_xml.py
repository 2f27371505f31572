"""XML without declarations: no entity, no document type, nothing that a parser could fetch or unfold."""

from __future__ import annotations

from typing import Any, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from layers.errors import SourceError

__all__ = ["local_name", "tree_of"]

_DEPTH = 60  # elements inside one another; KML and XLSX need fewer than ten


def tree_of(content: bytes) -> Element:
    """The tree of an XML document; names are `namespace}name`.

    Raises
    ------
    SourceError
        If it is no XML, is nested too deep, or declares a document type, as an entity needs.
    """
    builder, depth = TreeBuilder(), [0]
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        depth[0] += 1
        if depth[0] > _DEPTH:
            msg = f"expected at most {_DEPTH} elements inside one another, found more: export it again"
            raise SourceError(msg)
        builder.start(name, attributes)

    def end(name: str) -> None:
        depth[0] -= 1
        builder.end(name)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003  a positional argument of expat
        return builder.close()
    except (expat.ExpatError, AssertionError, ValueError, LookupError) as error:
        msg = f"expected XML, found {error}: export it again"
        raise SourceError(msg) from error


def _refuse(*_: Any) -> NoReturn:
    msg = "expected XML without a document type, found one: entities are never resolved"
    raise SourceError(msg)


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rsplit("}", 1)[-1]
