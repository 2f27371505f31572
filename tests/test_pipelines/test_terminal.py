"""The command line on a terminal, without one, and on a narrow one: the real command in a process."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest
from run_commands import environment, run_command

from pipelines.text_table import paragraph, text_table

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
SLOW = """
import sys, time
from pipelines.commands.terminal import print_result, say, told_progress
with told_progress():
    say("judges nodes")
    time.sleep(3)
    print_result({"a": 1}, as_json=True, text="")
"""


def on_terminal(cwd: Path, *words: str, columns: int = 80) -> str:
    """What a command writes on a terminal of some columns, stdout and stderr together."""
    own, its = pty.openpty()
    ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    world = {k: v for k, v in environment(TERM="xterm").items() if k not in {"COLUMNS", "LINES", "NO_COLOR"}}
    process = subprocess.Popen(words, cwd=cwd, env=world, stdin=its, stdout=its, stderr=its, close_fds=True)
    os.close(its)
    told, end = b"", time.monotonic() + 120
    while time.monotonic() < end:
        if select.select([own], [], [], 0.2)[0]:
            try:
                part = os.read(own, 65536)
            except OSError:
                break
            if not part:
                break
            told += part
        elif process.poll() is not None:
            break
    os.close(own)
    assert process.wait(60) in {0, 10}
    return told.decode().replace("\r\n", "\n")


def arctic(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pipelines", *words)


def test_without_arguments_the_overview_says_what_to_do(folder, tmp_path):
    done = run_command(tmp_path)
    assert done.returncode == 0
    assert "No picture in pictures/ yet" in done.stdout
    assert "doctor" in done.stdout
    (tmp_path / "pictures").symlink_to(folder.parents[1])
    told = json.loads(run_command(tmp_path, "--json").stdout)
    assert told["latest"]["id"] == folder.name
    assert told["latest"]["day"] == json.loads((folder / "MANIFEST.json").read_text())["day"]
    text = " ".join(run_command(tmp_path).stdout.split())
    assert f"{len(told['latest']['critical_places'])} critical places" in text
    assert all(place in text for place in told["latest"]["critical_places"])
    assert all(row["command"] in text for row in told["commands"])
    assert len(told["commands"]) == 6


def test_the_overview_counts_the_places_of_the_picture(folder, picture, tmp_path):
    (tmp_path / "pictures").symlink_to(folder.parents[1])
    latest = json.loads(run_command(tmp_path, "--json").stdout)["latest"]
    nodes = picture.tables["nodes"]
    flagged = nodes[nodes["flag"].isin(["robust", "possible"])]
    assert latest["critical_nodes"] == len(flagged)
    assert len(latest["critical_places"]) == flagged["place_id"].nunique()


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_table_fits_the_terminal_and_cuts_no_word(tmp_path, columns):
    told = ESCAPE.sub("", on_terminal(tmp_path, *arctic("sources"), columns=columns))
    rows = json.loads(run_command(tmp_path, "sources", "--json").stdout)["sources"]
    lines = told.splitlines()
    for row in rows:
        assert any(row["id"] in line for line in lines), row["id"]
    words = {word for row in rows for word in row["licence"].split()}
    assert words <= set(told.split()), words - set(told.split())
    longest = max(map(len, words | {row["id"] for row in rows}))
    table = lines[lines.index(next(line for line in lines if rows[0]["id"] in line)) :]
    assert max(map(len, table)) <= max(columns, longest + 13)


def test_a_pipe_gets_a_row_a_line_and_no_escape_code(tmp_path):
    done = run_command(tmp_path, "sources")
    assert not ESCAPE.search(done.stdout)
    assert sum("own_cables " in line for line in done.stdout.splitlines()) == 1
    assert "2098" not in done.stdout, "a model has no date of its own"


@pytest.mark.parametrize("asked", ["Kirkenes", "Iqaluit", "Utqiagvik airport", "Longyearbyen"])
def test_explain_is_80_columns_wide_in_a_pipe(folder, tmp_path, asked):
    done = run_command(tmp_path, "explain", asked, "--out", str(folder))
    assert done.returncode == 0, done.stderr
    wide = [line for line in done.stdout.splitlines() if len(line) > 80 and "http" not in line]
    assert wide == []
    assert "degC" not in done.stdout


def test_on_a_terminal_one_line_of_progress_is_rewritten(tmp_path):
    told = on_terminal(tmp_path, sys.executable, "-c", SLOW)
    assert "judges nodes" in told
    assert "\x1b[2K" in told, "the line is cleared"
    assert told.count("\n") <= 2
    assert json.loads(ESCAPE.sub("", told).split("\r")[-1].strip().splitlines()[-1]) == {"a": 1}
    assert "\x1b[?25h" in told, "the cursor is back"


def test_without_a_terminal_progress_is_a_line_and_the_result_stays_pure(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SLOW], cwd=tmp_path, env=environment(), capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    assert json.loads(done.stdout) == {"a": 1}
    assert re.search(r"^\[\d s\] judges nodes$", done.stderr, re.MULTILINE)
    assert not ESCAPE.search(done.stderr)


def test_after_a_warning_progress_goes_on(tmp_path):
    warned = SLOW.replace("time.sleep(3)", 'print_warning("late"); time.sleep(3)').replace(
        "import print_result", "import print_result, print_warning"
    )
    done = subprocess.run(
        [sys.executable, "-c", warned], cwd=tmp_path, env=environment(), capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    first, *after = done.stderr.splitlines()
    assert first == "arctic-picture: warning: late"
    assert after
    assert all(re.fullmatch(r"\[\d s\] judges nodes", line) for line in after)


def test_a_quick_command_says_nothing_else(tmp_path):
    quick = SLOW.replace("time.sleep(3)", "pass")
    done = subprocess.run(
        [sys.executable, "-c", quick], cwd=tmp_path, env=environment(), capture_output=True, text=True,
        check=True, timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ('{"a": 1}\n', "")


def test_help_costs_half_a_second_of_its_own_cpu_at_most(tmp_path):
    """Own CPU time, against that of a bare Python on the same machine, so a busy one does not matter."""

    def cpu(*words: str) -> float:
        before = os.times()
        subprocess.run(words, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, check=True)
        after = os.times()
        return sum(getattr(after, n) - getattr(before, n) for n in ("children_user", "children_system"))

    ours = min(cpu(*arctic("--help")) for _ in range(3))
    heavy = min(cpu(sys.executable, "-c", "import pandas") for _ in range(3))
    assert ours < heavy, f"{ours:.2f} s of --help, {heavy:.2f} s to import pandas"


def test_a_table_in_a_narrow_place_becomes_blocks():
    rows = [{"id": "a_long_identifier", "what": "some words here", "left": None}]
    text = text_table(rows, {"id": "id", "what": "what", "left": "left"}, width=20)
    assert text == "a_long_identifier\n  what: some words here"
    assert text_table(rows, {"id": "id", "what": "what"}, width=30).splitlines()[0].startswith("id")


def test_an_address_is_never_cut():
    address = "https://example.org/" + "x" * 100
    assert address in paragraph(f"some words and then {address}", 4)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("build", "--scenario", "2.5"), "nearest are warming_2, warming_3"),
        (("build", "--region", "barentz"), "nearest is barents"),
        (("glossary", "ice seasn lost"), "Ice season lost"),
        (("explian",), "Did you mean 'explain'"),
    ],
)
def test_a_wrong_name_is_one_line_with_the_nearest_and_code_2(tmp_path, words, says):
    done = run_command(tmp_path, *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert says in done.stderr


def test_the_glossary_has_every_indicator_and_its_anchors(tmp_path):
    told = json.loads(run_command(tmp_path, "glossary", "--json").stdout)["indicators"]
    assert {"id", "axis", "title", "unit", "unit_in_words", "meaning", "sources", "anchors"} == set(told[0])
    one = json.loads(run_command(tmp_path, "glossary", "ice_season_lost", "--json").stdout)["indicators"]
    assert [row["id"] for row in one] == ["ice_season_lost"]
    assert [a["value"] for a in one[0]["anchors"]] == [0.5, 1.5]
    text = run_command(tmp_path, "glossary").stdout
    assert all(row["title"] in text for row in told)
    assert max(map(len, text.splitlines())) <= 80


def documented(command: str) -> tuple[set[str], dict[str, set[str]]]:
    """The keys that docs/json.md names for a command: those of the object, and those of its rows by key."""
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    [line] = [line for line in page.splitlines() if line.startswith(f"| {command} |")]
    _, keys, rows = (cell.strip() for cell in line.strip("| ").split(" | "))
    of_rows = {}
    for part in rows.split(";"):
        name, _, told = part.partition(":")
        if told:
            of_rows[name.strip().strip("`")] = set(re.findall(r"`([a-z_0-9]+)`", told)) - {"null"}
    return set(re.findall(r"`([a-z_0-9]+)`", keys)), of_rows


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("(none)", ()), ("`explain`", ("explain", "Kirkenes")), ("`glossary`", ("glossary", "roro")),
        ("`sources`", ("sources",)), ("`standards`", ("standards",)), ("`doctor`", ("doctor",)),
        ("`lens`", ("lens", "--states", "Norway")),
        ("`upgrades`", ("upgrades", "--kind", "runway")), ("`build --dry-run`", ("build", "--dry-run")),
        ("`check`", ("check",)), ("`changes`", ("changes", "pictures", "pictures")),
    ],
)  # fmt: skip
def test_the_keys_of_json_are_those_of_the_documents(folder, tmp_path, command, words):
    (tmp_path / "pictures").symlink_to(folder.parents[1])
    told = json.loads(run_command(tmp_path, *words, "--json").stdout)
    keys, rows = documented(command)
    assert set(told) == keys
    for name, columns in rows.items():
        some = told.get(name)
        if some and "," not in name:
            assert set(some[0] if isinstance(some, list) else some) == columns, name
