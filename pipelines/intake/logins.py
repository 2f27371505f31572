"""Services that take an account: what each needs, and how a file is fetched through its own client.

Name and secret come from the environment alone. They go to the client or to the service, and never into a
log, a ledger, a file or a parameter. Where they or the client are absent, the error says what to do.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from pipelines.intake.fetch import Fetched, Fetcher, RefusedError, Validators
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.source import Remote

__all__ = ["LOGINS", "Login", "fetch_by_login"]


@dataclass(frozen=True, slots=True)
class Login:
    """An account: the variables that hold its name and secret, and the way to a file.

    `take` puts one file into a folder through the library `client` (of the optional `extra`), by the query
    of the remote's address. Without it the service gives a token of `scope` at `sign_in_url`.
    """

    variables: tuple[str, ...]
    take: Callable[[dict[str, str], Path], object] | None = None
    client: str = ""
    extra: str = ""
    sign_in_url: str = ""
    scope: str = ""


def _from_copernicus(query: dict[str, str], folder: Path) -> object:
    return import_module("copernicusmarine").get(
        dataset_id=query["dataset"], filter=query["filter"], output_directory=str(folder),
        no_directories=True, disable_progress_bar=True,
    )  # fmt: skip


def _from_earthdata(query: dict[str, str], folder: Path) -> object:
    client: Any = import_module("earthaccess")
    client.login(strategy="environment")
    day = query["temporal"]
    granules = client.search_data(
        short_name=query["short_name"], version=query["version"], temporal=(day, day), count=1
    )
    return client.download(granules, local_path=str(folder), show_progress=False)


LOGINS = {
    "copernicusmarine": Login(
        ("COPERNICUSMARINE_SERVICE_USERNAME", "COPERNICUSMARINE_SERVICE_PASSWORD"),
        _from_copernicus, "copernicusmarine", "copernicus",
    ),
    "earthdata": Login(
        ("EARTHDATA_USERNAME", "EARTHDATA_PASSWORD"), _from_earthdata, "earthaccess", "earthdata"
    ),
    "barentswatch": Login(
        ("BARENTSWATCH_CLIENT_ID", "BARENTSWATCH_CLIENT_SECRET"),
        sign_in_url="https://id.barentswatch.no/connect/token", scope="ais",
    ),
}  # fmt: skip


def fetch_by_login(
    remote: Remote, into: Path, fetcher: Fetcher, report: Callable[[int, int | None], None]
) -> Fetched:
    """Fetch a file that takes an account to `into/<its sha256>`.

    Raises
    ------
    RefusedError
        If the client or the account is absent, or if the service gives no file or more than one.
    """
    login = LOGINS[remote.login]
    _check_at_hand(remote.login, login)
    into.mkdir(parents=True, exist_ok=True)
    if login.take is None:
        name, secret = (os.environ[variable] for variable in login.variables)
        form = {
            "client_id": name,
            "client_secret": secret,
            "scope": login.scope,
            "grant_type": "client_credentials",
        }
        fetcher.sign_in(login.sign_in_url, form, urlsplit(remote.url).hostname or "")
        return fetcher.fetch(remote, into, None, report)
    with tempfile.TemporaryDirectory(dir=into) as folder:
        query = {name: values[0] for name, values in parse_qs(urlsplit(remote.url).query).items()}
        try:
            login.take(query, Path(folder))
        except Exception as error:  # noqa: BLE001  clients have errors of their own, whose text may hold secrets
            msg = f"{login.client}: expected a file, found {type(error).__name__}: try the client by itself"
            raise RefusedError(msg) from None
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        if len(files) != 1 or not 0 < files[0].stat().st_size <= remote.at_most_bytes:
            sizes = ", ".join(f"{path.name} of {path.stat().st_size} bytes" for path in files[:3]) or "none"
            msg = f"{login.client}: expected one file of at most {remote.at_most_bytes} bytes, found {sizes}"
            raise RefusedError(msg)
        digest = sha256_of(files[0])
        path = files[0].replace(into / digest)
    return Fetched(remote.url, path, digest, path.stat().st_size, Validators())


def _check_at_hand(name: str, login: Login) -> None:
    """Raise RefusedError with what to install and to set, if the client or the account is absent."""
    if login.client and find_spec(login.client) is None:
        msg = (
            f"{name}: expected the client {login.client}, found it not installed: "
            f"pip install 'arctic-picture[{login.extra}]', and set {' and '.join(login.variables)}"
        )
        raise RefusedError(msg)
    lacking = [variable for variable in login.variables if not os.environ.get(variable)]
    if lacking:
        msg = f"{name}: expected an account in the environment, found none: set {' and '.join(lacking)}"
        raise RefusedError(msg)
