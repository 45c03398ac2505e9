from xml.etree import ElementTree

import pytest

from search.ui.quality.plots import WIDTH, Bar, gains_plot, stages_plot
from search.ui.quality.table import points

HOSTILE = '<img src=x onerror="alert(1)"> {{кит}} ${1}'


def drawn(html: str) -> ElementTree.Element:
    """The picture; it is well-formed, so nothing in it opened an element of its own."""
    return ElementTree.fromstring(html)


def of_class(html: str, kind: str) -> list[ElementTree.Element]:
    return [element for element in drawn(html).iter() if element.get("class") == kind]


def test_a_picture_says_what_it_shows_to_who_cannot_see_it() -> None:
    for html in (stages_plot([Bar("BM25", 0.5, 0.4, 0.6)], "nDCG"), gains_plot([], "nDCG")):
        svg = drawn(html).find("svg")
        assert svg is not None
        assert svg.get("role") == "img"
        assert svg.findtext("title") == "nDCG"


def test_bars_start_at_the_axis_and_are_as_long_as_their_values() -> None:
    html = stages_plot([Bar("a", 0.25, 0.2, 0.3), Bar("b", 0.5, 0.5, 0.5), Bar("c", 1, 1, 1)], "t")
    quarter, half, whole = of_class(html, "bar")
    start = quarter.get("x")
    ticks = {tick.text: float(tick.get("x", "")) for tick in of_class(html, "tick")}
    assert list(ticks) == ["0", "20", "40", "60", "80", "100"]
    assert float(str(start)) == ticks["0"]
    assert float(str(whole.get("width"))) == pytest.approx(ticks["100"] - ticks["0"])
    for bar, share in ((quarter, 1 / 4), (half, 1 / 2)):
        expected = share * float(str(whole.get("width")))
        assert bar.get("x") == start
        assert float(str(bar.get("width"))) == pytest.approx(expected, abs=0.1)


def test_whiskers_stand_at_the_ends_of_the_interval() -> None:
    html = stages_plot([Bar("a", 0.5, 0.2, 0.8)], "t")
    ticks = {tick.text: float(tick.get("x", "")) for tick in of_class(html, "tick")}
    (whisker,) = of_class(html, "whisker")
    path = str(whisker.get("d"))
    assert path.startswith(f"M{ticks['20']} ")
    assert f"H{ticks['80']}M{ticks['80']} " in path
    assert drawn(html).findtext("svg/g/title") == "a: 50.0 [20.0; 80.0]"


def test_a_full_bar_leaves_room_for_its_figure() -> None:
    html = stages_plot([Bar("a", 1.0, 1.0, 1.0)], "t")
    (figure,) = [text for text in drawn(html).iter("text") if text.text == "100.0"]
    assert float(str(figure.get("x"))) <= WIDTH - 30


def test_gains_fall_from_the_best_to_the_worst() -> None:
    html = gains_plot([("a", -0.1), ("b", 0.3), ("c", 0.0), ("d", 0.1)], "t")
    bars = [*of_class(html, "gain"), *of_class(html, "loss")]
    titles = [bar.findtext("title") for bar in bars]
    assert titles == ["b: +30.0", "d: +10.0", "c: 0.0", "a: -10.0"]
    places = [float(str(bar.get("x"))) for bar in bars]
    assert places == sorted(places)
    heights = [float(str(bar.get("height"))) for bar in bars]
    # The picture spans 0.4 in 180 pixels.
    assert heights == pytest.approx([0.3 / 0.4 * 180, 0.1 / 0.4 * 180, 0, 0.1 / 0.4 * 180])


def test_gains_stand_on_the_zero_line_and_losses_hang_from_it() -> None:
    html = gains_plot([("a", -0.1), ("b", 0.3)], "t")
    zero = float(str(of_class(html, "axis")[0].get("y1")))
    up, down = (of_class(html, kind)[0] for kind in ("gain", "loss"))
    assert float(str(up.get("y"))) + float(str(up.get("height"))) == pytest.approx(zero)
    assert float(str(down.get("y"))) == zero


@pytest.mark.parametrize("gains", [[], [("a", 0.0)], [("a", 0.0), ("b", 0.0)]])
def test_without_any_change_there_is_an_axis_and_no_bar(gains: list[tuple[str, float]]) -> None:
    html = gains_plot(gains, "t")
    assert [label.text for label in of_class(html, "end")] == ["-10.0", "0.0", "+10.0"]
    assert all(float(str(bar.get("height"))) == 0 for bar in drawn(html).iter("rect"))


def test_labels_and_queries_are_text() -> None:
    for html in (
        stages_plot([Bar(HOSTILE, 0.5, 0.4, 0.6)], HOSTILE),
        gains_plot([(HOSTILE, 0.5)], HOSTILE),
    ):
        assert not set(html) & set("{}$")
        assert "img" not in {element.tag for element in drawn(html).iter()}
        assert any(HOSTILE in (element.text or "") for element in drawn(html).iter("title"))


@pytest.mark.parametrize(
    ("value", "plain", "signed"),
    [
        (0.7106, "71.1", "+71.1"),
        (-0.025, "-2.5", "-2.5"),
        (0.0, "0.0", "0.0"),
        (-0.0004, "0.0", "0.0"),
        (1.0, "100.0", "+100.0"),
    ],
)
def test_points_have_one_decimal_and_no_negative_zero(
    value: float, plain: str, signed: str
) -> None:
    assert (points(value), points(value, sign=True)) == (plain, signed)
