"""Whole files: replaced in one step, never shared, and nothing of a killed writer stays."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from layers.errors import ExportError
from pipelines import files
from pipelines.files import filling, locked, replacing, scratch_folder, sweep_scratch, write_whole


def test_a_body_that_fails_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.json"
    write_whole(path, "old")

    def write_half() -> None:
        with replacing(path) as part:
            part.write_text("ne")
            (part.parent / "none").read_text()

    with pytest.raises(FileNotFoundError):
        write_half()
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_a_link_under_the_name_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "target").write_text("mine")
    (tmp_path / "a.json").symlink_to(tmp_path / "target")
    write_whole(tmp_path / "a.json", "new")
    assert not (tmp_path / "a.json").is_symlink()
    assert (tmp_path / "target").read_text() == "mine"


def test_the_file_is_on_disk_before_its_name_and_the_name_after(tmp_path, monkeypatch):
    """A power cut after a rename without a sync leaves an empty file under the name."""
    order = []
    monkeypatch.setattr(files, "sync_to_disk", lambda path: order.append((path.name, path.exists())))
    write_whole(tmp_path / "a", "new")
    assert order == [("a", True), (tmp_path.name, True)]
    assert (tmp_path / "a").read_text() == "new"


def test_writers_at_once_have_paths_of_their_own(tmp_path):
    with replacing(tmp_path / "a") as one, replacing(tmp_path / "a") as other:
        assert one != other
        one.write_text("1")
        other.write_text("2")
    assert (tmp_path / "a").read_text() == "1"


def test_what_a_killed_writer_left_goes_and_what_is_in_use_stays(tmp_path):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        with scratch_folder(tmp_path) as folder:
            (folder / "half").write_text("x")
            os.write(writing, b"1")
            time.sleep(60)
        os._exit(0)
    os.read(reading, 1)
    with scratch_folder(tmp_path):
        assert len(list(tmp_path.iterdir())) == 2, "the folder of a live process stays"
    sweep_scratch(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    write_whole(tmp_path / "a", "x")
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


def test_a_folder_that_another_process_sweeps_is_not_used(tmp_path, monkeypatch):
    """Between its making and its lock another process can take it for a folder that was left."""
    takes = iter([False, True])
    monkeypatch.setattr(files, "_is_taken", lambda _handle: next(takes))
    with scratch_folder(tmp_path) as folder:
        assert next(takes, "asked twice") == "asked twice"
        assert folder.is_dir()


def test_a_lock_is_waited_for_and_then_refused(tmp_path):
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with locked(tmp_path):
            taken.set()
            done.wait()

    holder = threading.Thread(target=hold, daemon=True)
    holder.start()
    taken.wait()
    with (
        pytest.raises(ExportError, match="only run that counts here, found another"),
        locked(tmp_path, work="counts", wait_s=0.2),
    ):
        pass
    threading.Timer(0.2, done.set).start()
    with locked(tmp_path, wait_s=600):
        assert done.is_set()
    holder.join()


def test_a_folder_is_filled_file_by_file(tmp_path):
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "a").write_text("old")
    (tmp_path / "csv" / "mine").write_text("mine")
    with filling(tmp_path) as stage:
        (stage / "csv").mkdir()
        (stage / "csv" / "a").write_text("new")
        assert (tmp_path / "csv" / "a").read_text() == "old"
    assert (tmp_path / "csv" / "a").read_text() == "new"
    assert (tmp_path / "csv" / "mine").read_text() == "mine"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["csv"]
