"""Services that need an account, and the fetch of a file from one of them with a token.

The name and the secret come from the environment only, and go to the service only. They are never written to
a log, a ledger, a file or a parameter (decisions/0012). If one is not set, the error names the variables.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines.intake.fetch import Fetched, Fetcher, RefusedError
from pipelines.intake.mirror_folder import FolderFetcher, OfflineFetcher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.source import Remote

__all__ = ["LOGINS", "Login", "fetch_by_login"]


@dataclass(frozen=True, slots=True)
class Login:
    """An OAuth 2.0 client.

    `variables` names the environment variables with its id and its secret. `sign_in_url` is the address that
    gives a token, and `scope` the access that the token is for.
    """

    variables: tuple[str, str]
    sign_in_url: str
    scope: str


LOGINS = {
    "barentswatch": Login(
        ("BARENTSWATCH_CLIENT_ID", "BARENTSWATCH_CLIENT_SECRET"),
        "https://id.barentswatch.no/connect/token",
        "ais",
    ),
}


def fetch_by_login(
    remote: Remote, into: Path, fetcher: Fetcher, report: Callable[[int, int | None], None]
) -> Fetched:
    """Fetch the file of a remote with a `login` to `into/<its sha256>`; `report` as in `Fetcher.fetch`.

    Raises
    ------
    RefusedError
        If the account is not in the environment, or the service gives no token or no file.
    """
    if isinstance(fetcher, FolderFetcher | OfflineFetcher):
        return fetcher.fetch(remote, into, None, report)  # nobody is asked, so no account is needed
    login = LOGINS[remote.login]
    lacking = [variable for variable in login.variables if not os.environ.get(variable)]
    if lacking:
        variables = " and ".join(lacking)
        msg = f"{remote.login}: expected an account in the environment, found none: set {variables}"
        raise RefusedError(msg)
    into.mkdir(parents=True, exist_ok=True)
    name, secret = (os.environ[variable] for variable in login.variables)
    form = {
        "client_id": name,
        "client_secret": secret,
        "scope": login.scope,
        "grant_type": "client_credentials",
    }
    fetcher.sign_in(login.sign_in_url, form, urlsplit(remote.url).hostname or "")
    return fetcher.fetch(remote, into, None, report)
