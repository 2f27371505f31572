"""Errors of the project. Each message states what failed, what was expected and found, and what to do."""

__all__ = ["ExportError", "PictureError", "SchemaError", "SourceError", "UsageError"]


class PictureError(Exception):
    """Base of every error that this project raises on purpose."""


class SchemaError(PictureError):
    """A table breaks the contract of its layer."""


class SourceError(PictureError):
    """A source cannot be read, or differs from its pin."""


class ExportError(PictureError):
    """An output cannot be written or published."""


class UsageError(PictureError):
    """An option, name or file given by the user cannot be used."""
