"""What all tests share: marks that skip by name, blocked sockets, and one built picture a session."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from layers.picture import Picture

# A busy machine draws examples slowly; no test depends on the speed of the machine.
settings.register_profile("any_machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any_machine")

ROOT = Path(__file__).parent.parent
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def shared_folder() -> Path | None:
    """The mirror of real provider files, where it is at hand."""
    named = os.environ.get("ARCTIC_PICTURE_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    return folder if (folder / "data" / "mirror").is_dir() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what a machine cannot run, each by the name of what is missing; put the long files first."""
    lacking = {
        "shared": None if shared_folder() else "the mirror of provider files (ARCTIC_PICTURE_SHARED)",
        "chromium": None if shutil.which("chromium") else "chromium",
        "qgis": None if shutil.which("qgis") else "qgis",
    }
    for item in items:
        for mark, missing in lacking.items():
            if missing and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=f"not on this machine: {missing}"))
    # A core takes a file at a time: a long one that comes last would be waited for by the others.
    long = {item.path for item in items if item.get_closest_marker("sweep")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches beyond this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in _LOOPBACK:
            msg = f"a test tried to reach {address}"
            raise AssertionError(msg)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium; only for tests marked `chromium`."""
    playwright = pytest.importorskip("playwright.sync_api")
    switches = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        " --disable-component-update --disable-sync"
    )
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=shutil.which("chromium"), args=switches.split())
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder of real provider files; only for tests marked `shared`."""
    folder = shared_folder()
    assert folder is not None
    return folder / "data" / "mirror"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Picture]:
    """The default picture, built once: its folder and itself."""
    from pipelines.picture.build import Options, build

    return build(tmp_path_factory.mktemp("pictures"), Options())


@pytest.fixture(scope="session")
def picture(built: tuple[Path, Picture]) -> Picture:
    """The default picture."""
    return built[1]


@pytest.fixture(scope="session")
def folder(built: tuple[Path, Picture]) -> Path:
    """Where the default picture lies."""
    return built[0]
