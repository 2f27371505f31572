"""The shell of the map is what folium makes of constants today."""

from maps.web import shell


def test_the_shell_is_current():
    assert shell.PATH.read_text(encoding="utf-8") == shell.make(), "run python -m maps.web.shell"


def test_the_shell_holds_one_place_for_each_part():
    text = shell.PATH.read_text(encoding="utf-8")
    assert [text.count(f"@@{name}@@") for name in ("CODE", "LOOK", "POLICY", "DATA", "LATER")] == [1] * 5
