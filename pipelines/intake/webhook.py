"""Post a report to a webhook: https, or http to this machine. Its address is never written anywhere."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from urllib3.exceptions import HTTPError

from layers.errors import UsageError
from pipelines.intake.connections import AGENT, Guard, RefusedError, is_here, pool_for

__all__ = ["post", "webhook_host"]


def webhook_host(url: str) -> str:
    """The host of a webhook. The rest of its address may be a secret and is never written anywhere.

    Raises
    ------
    UsageError
        If it is neither https nor on this machine.
    """
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme, parts.hostname or ""
        _ = parts.port
    except ValueError:
        scheme = host = ""
    if not host or scheme not in ({"https", "http"} if is_here(host) else {"https"}):
        msg = "webhook: expected https, or http to this machine, found another address: give one of the two"
        raise UsageError(msg)
    return host


def post(url: str, body: bytes, deadline_s: float = 20.0) -> int:
    """Post JSON to a webhook once, follow no redirect, return the status.

    Raises
    ------
    UsageError
        If the address is not allowed for a webhook.
    RefusedError
        If it does not answer in time, or not with status 2xx. The message names the host alone.
    """
    host, parts = webhook_host(url), urlsplit(url)
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    headers = {"User-Agent": AGENT, "Content-Type": "application/json", "Connection": "close"}
    try:
        with Guard(deadline_s, is_mirror=True) as guard:  # the receiver is the user's own choice
            pool = pool_for(url, guard, deadline_s)
            status = pool.urlopen(
                "POST", target, body=body, headers=headers, redirect=False, retries=False
            ).status
    except (HTTPError, OSError, ValueError) as error:
        # The text of these errors may hold the address.
        msg = f"webhook {host}: expected an answer within {deadline_s:g} s, found {type(error).__name__}"
        raise RefusedError(msg) from None
    if not 200 <= status < 300:
        msg = f"webhook {host}: expected status 2xx, found {status}"
        raise RefusedError(msg)
    return status
