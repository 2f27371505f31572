"""Publishing: whole or not at all, whoever interrupts, whatever lies in the way."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from layers.errors import ExportError
from pipelines.picture.publish import MANIFEST, picture_folder, publish
from pipelines.source import sha256_of

ROOT = Path(__file__).resolve().parents[3]
KILLS = 45

# A publisher of small pictures, for other processes: each has three files and a number.
WORKER = """
import hashlib, json, sys, time
from pathlib import Path
from layers.errors import ExportError
from pipelines.picture.publish import publish
from pipelines.source import sha256_of

def writer(number, seconds=0.0):
    def write(stage):
        (stage / "layers").mkdir()
        rows = []
        for name in ("map.html", "layers/nodes.parquet", "picture.gpkg"):
            path = stage / name
            path.write_bytes(f"{number} {name} ".encode() * 4000)
            rows.append({"file": name, "size": path.stat().st_size, "sha256": sha256_of(path)})
        if seconds:
            print("writing", flush=True)
            time.sleep(seconds)
        return {"number": number, "files": rows}
    return write

def identify(manifest):
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:16]

root, first, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
try:
    if seconds:
        print(publish(root, writer(first, seconds)))
    else:
        print("ready", flush=True)
        for number in range(first, first + 100_000):
            publish(root, writer(number), 3)
except ExportError as error:
    sys.exit(f"refused: {error}")
"""


def worker(root: Path, first: int, seconds: float = 0.0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(root), str(first), str(seconds)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def write(stage: Path, text: str = "one") -> dict[str, Any]:
    (stage / "layers").mkdir()
    files = []
    for name in ("map.html", "layers/nodes.parquet"):
        path = stage / name
        path.write_text(f"{text} {name}")
        files.append({"file": name, "size": path.stat().st_size, "sha256": sha256_of(path)})
    return {"text": text, "files": files}


def identify(manifest: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:16]


def hold(folder: Path) -> dict[str, Any]:
    """The manifest of a snapshot, once every file is what it says."""
    manifest = json.loads((folder / MANIFEST).read_text())
    for row in manifest["files"]:
        assert (folder / row["file"]).stat().st_size == row["size"], row["file"]
        assert sha256_of(folder / row["file"]) == row["sha256"], row["file"]
    return manifest


def contents(root: Path) -> dict[str, Any]:
    return {
        path.relative_to(root).as_posix(): str(path.readlink())
        if path.is_symlink()
        else path.stat().st_mtime_ns
        for path in sorted(root.rglob("*"))
        if path.name != ".lock" and not (path.is_dir() and not path.is_symlink())
    }


def test_a_picture_is_published_whole(tmp_path):
    target = publish(tmp_path / "pictures", write)
    manifest = hold(target)
    assert target == tmp_path / "pictures" / "snapshots" / manifest["id"]
    assert manifest["seq"] == 1
    assert str((tmp_path / "pictures" / "latest").readlink()) == f"snapshots/{manifest['id']}", (
        "the pointer is relative"
    )
    assert {p.name for p in (tmp_path / "pictures").iterdir()} == {".lock", "latest", "snapshots"}
    for path in target.rglob("*"):
        assert path.is_dir() or path.stat().st_mode & 0o777 == 0o444, f"{path.name} can be written"
    assert picture_folder(tmp_path / "pictures") == target == picture_folder(target)


def test_the_same_again_changes_nothing(tmp_path):
    first = publish(tmp_path, write)
    before = contents(first)
    second = publish(tmp_path, write)
    assert second == first
    assert contents(first) == before
    assert len(list((tmp_path / "snapshots").iterdir())) == 1


def test_the_pointer_goes_to_the_last_one_published_even_an_older(tmp_path):
    one = publish(tmp_path, write)
    two = publish(tmp_path, lambda stage: write(stage, "two"))
    assert hold(two)["seq"] == 2
    assert picture_folder(tmp_path) == two
    assert publish(tmp_path, write) == one
    assert picture_folder(tmp_path) == one
    assert hold(two)
    assert hold(one)["seq"] == 1


class BoomError(Exception):
    pass


@pytest.mark.parametrize(
    "error", [BoomError("no"), OSError(28, "No space left on device"), KeyboardInterrupt()]
)
def test_a_writer_that_raises_leaves_the_last_picture(tmp_path, error):
    publish(tmp_path, write)
    before = contents(tmp_path)

    def fail(stage: Path) -> dict[str, Any]:
        write(stage, "half")
        raise error

    expected = ExportError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected) as raised:
        publish(tmp_path, fail)
    if expected is ExportError:
        assert "No space left" in str(raised.value)
        assert "the last picture stands" in str(raised.value)
    assert contents(tmp_path) == before
    assert not (tmp_path / "staging").exists()
    publish(tmp_path, lambda stage: write(stage, "two"))


def spoiled(change) -> Any:
    def spoil(stage: Path) -> dict[str, Any]:
        manifest = write(stage, "two")
        change(stage)
        return manifest

    return spoil


@pytest.mark.parametrize(
    "change",
    [
        lambda stage: (stage / "map.html").write_text("one map.htmx"),  # as long as it was
        lambda stage: (stage / "map.html").write_text("cut"),
        lambda stage: (stage / "layers" / "nodes.parquet").unlink(),
        lambda stage: (stage / "map.html").write_text(""),
    ],
    ids=["bytes", "cut", "gone", "empty"],
)
def test_a_file_that_reads_back_otherwise_is_refused(tmp_path, change):
    publish(tmp_path, write)
    before = contents(tmp_path)
    with pytest.raises(ExportError, match=r"map\.html: expected to read back|No such file"):
        publish(tmp_path, spoiled(change))
    assert contents(tmp_path) == before
    assert not (tmp_path / "staging").exists()


def test_a_second_process_is_refused_with_one_line(tmp_path):
    first = worker(tmp_path, 1, 600.0)  # it is killed when the second was refused
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "writing\n"
        second = worker(tmp_path, 2, 0.01)
        out, err = second.communicate(timeout=30)
        assert second.returncode == 1
        assert out == ""
        assert err.count("\n") == 1
        assert "expected to be the only run that publishes here, found another" in err
        with pytest.raises(ExportError, match="found another"):
            publish(tmp_path, write)
        assert first.poll() is None
    finally:
        first.kill()
        first.communicate()
    # The kernel frees the lock of a killed run; nobody has to clean up.
    publish(tmp_path, write)
    assert not (tmp_path / "staging").exists()


def test_kill_9_at_any_moment_leaves_a_whole_picture(tmp_path):
    chance = random.Random(58)
    begun = time.monotonic()
    publish(tmp_path, write)
    takes = time.monotonic() - begun  # a busy machine must not be killed before it published
    seen, ends = set(), time.monotonic() + 120
    for kill in range(KILLS):
        process = worker(tmp_path, kill * 1000)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, max(0.05, 4 * takes)))
        seen.add(hold(picture_folder(tmp_path)).get("number"))  # a reader while it runs
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert (tmp_path / "latest").is_symlink()
        seen.add(hold((tmp_path / "latest").resolve())["id"])
        assert time.monotonic() < ends
    assert len(seen) > KILLS // 2, "the kills came before anything was published"
    for folder in (tmp_path / "snapshots").iterdir():
        assert hold(folder)["id"] == folder.name, "a snapshot stands half written"
    publish(tmp_path, lambda stage: write(stage, "after"))
    assert {p.name for p in tmp_path.iterdir()} == {".lock", "latest", "snapshots"}
    sequence = [hold(folder)["seq"] for folder in (tmp_path / "snapshots").iterdir()]
    assert len(sequence) == len(set(sequence))
    assert max(sequence) == hold(picture_folder(tmp_path))["seq"]


def test_a_folder_that_cannot_be_written_is_said():
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o555)
        user = os.geteuid()
        if user == 0:  # root may write anywhere: be nobody for a moment
            os.seteuid(65534)
        try:
            with pytest.raises(
                ExportError, match=r"expected to publish a picture, found .*Permission denied"
            ):
                publish(folder, write)
            with pytest.raises(ExportError, match="Permission denied"):
                publish(folder / "pictures", write)
        finally:
            os.seteuid(user)
        assert not list(folder.iterdir())


def test_a_root_that_is_a_file_is_said(tmp_path):
    (tmp_path / "pictures").write_text("mine")
    with pytest.raises(ExportError, match="expected to publish a picture"):
        publish(tmp_path / "pictures", write)
    assert (tmp_path / "pictures").read_text() == "mine"


@pytest.mark.parametrize("plant", ["staging", "staging/4711", "staging/x/deep", ".latest"])
def test_a_planted_link_is_removed_not_followed(tmp_path, plant):
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "map.html").write_text("precious")
    root = tmp_path / "pictures"
    (root / plant).parent.mkdir(parents=True)
    (root / plant).symlink_to(victim, target_is_directory=True)
    target = publish(root, write)
    assert hold(target)
    assert (victim / "map.html").read_text() == "precious"
    assert [p.name for p in victim.iterdir()] == ["map.html"]
    assert not os.path.lexists(root / "staging")


def test_a_pointer_that_was_planted_is_replaced_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    root = tmp_path / "pictures"
    root.mkdir()
    (root / "latest").symlink_to(victim)
    target = publish(root, write)
    assert (root / "latest").resolve() == target
    assert not list(victim.iterdir())


def test_a_link_planted_as_lock_is_not_followed(tmp_path):
    victim = tmp_path / "precious.txt"
    victim.write_text("precious")
    root = tmp_path / "pictures"
    root.mkdir()
    (root / ".lock").symlink_to(victim)
    with suppress(ExportError):
        publish(root, write)
    assert victim.read_text() == "precious"


def test_half_a_snapshot_of_the_same_id_is_written_anew(tmp_path):
    target = publish(tmp_path / "a", write)
    half = tmp_path / "b" / "snapshots" / target.name
    half.mkdir(parents=True)
    (half / "map.html").write_text("half")
    assert hold(publish(tmp_path / "b", write))["seq"] == 1


def test_publishing_again_mends_a_spoiled_snapshot(tmp_path):
    target = publish(tmp_path, write)
    (target / "map.html").chmod(0o644)
    (target / "map.html").write_text("spoiled")
    assert hold(publish(tmp_path, write))


def test_an_old_snapshot_that_is_spoiled_does_not_stop_the_next(tmp_path):
    old = publish(tmp_path, write)
    (old / MANIFEST).chmod(0o644)
    (old / MANIFEST).write_text("{")
    assert hold(publish(tmp_path, lambda stage: write(stage, "two")))


def test_no_picture_is_said(tmp_path):
    with pytest.raises(
        ExportError, match=r"expected a picture \(a folder with MANIFEST\.json\), found none: run"
    ):
        picture_folder(tmp_path)
    (tmp_path / "latest").symlink_to("snapshots/gone")
    with pytest.raises(ExportError, match="found none"):
        picture_folder(tmp_path)


def kept(root: Path) -> list[int]:
    return sorted(hold(folder)["seq"] for folder in (root / "snapshots").iterdir())


def test_pictures_are_kept_by_sequence_and_none_that_is_needed_goes(tmp_path):
    first = publish(tmp_path, write)
    for number in range(2, 6):
        publish(tmp_path, lambda stage, text=str(number): write(stage, text))
    assert kept(tmp_path) == [1, 2, 3, 4, 5], "without a number all stay"
    publish(tmp_path, lambda stage: write(stage, "6"), 2)
    assert kept(tmp_path) == [5, 6]
    publish(tmp_path, lambda stage: write(stage, "6"), 1)
    assert kept(tmp_path) == [5, 6], "the picture before the latest stays"
    assert publish(tmp_path, write) == first, "one that was taken away is published anew"
    assert hold(first)["seq"] == 7
    assert not (tmp_path / "staging").exists()


def test_an_old_picture_that_is_the_latest_again_stays(tmp_path):
    for number in range(1, 6):
        publish(tmp_path, lambda stage, text=str(number): write(stage, text))
    publish(tmp_path, lambda stage: write(stage, "2"), 1)
    # The highest, which was the latest; the latest, and the one below it.
    assert kept(tmp_path) == [1, 2, 5]
    assert hold(picture_folder(tmp_path))["text"] == "2"
