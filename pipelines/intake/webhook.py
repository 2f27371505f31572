"""Post a report to a webhook over https, or over http to this machine.

The address may hold a secret, so only its host is ever written anywhere (decisions/0012).
"""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from urllib3.exceptions import HTTPError

from layers.errors import UsageError
from pipelines.intake.connections import AGENT, Guard, RefusedError, is_here, pool_for

__all__ = ["post", "webhook_host"]


def webhook_host(url: str) -> str:
    """The host of the webhook at `url`, which may be named in logs and messages.

    Raises
    ------
    UsageError
        If the address is neither https nor http to this machine.
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
    """Post the JSON text `body` to a webhook once, without following redirects, and return the status.

    Raises
    ------
    UsageError
        If the address is not allowed for a webhook.
    RefusedError
        If no answer comes within `deadline_s`, or its status is not 2xx. The message names only the host.
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
