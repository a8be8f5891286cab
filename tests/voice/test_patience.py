"""How long silence may last: learnt from the person, within bounds."""

import pytest

from voice.patience import Completeness, Patience
from voice.talk import Habits


def patience(**habits):
    words = Completeness(is_complete=lambda text: text == "好", is_open=lambda text: text == "我要")
    return Patience(Habits(**habits), words)


@pytest.mark.parametrize(
    ("senior", "pauses", "end_s"),
    [
        (False, (), 1.2),
        (False, (0.1,) * 20, 0.8),
        (False, (1.0,) * 17 + (5.0,) * 3, 2.5),
        (False, (1.0,) * 18 + (5.0,) * 2, 1.3),
        (False, (9.0,) * 4, 1.2),
        (True, (), 2.1),
        (True, (0.1,) * 20, 2.1),
        (True, (1.8,) * 20, 2.34),
        (True, (5.0,) * 20, 2.5),
    ],
)
def test_end_of_silence_follows_nine_of_ten_pauses_within_bounds(senior, pauses, end_s):
    assert patience(senior=senior, pauses_s=pauses).end_s == pytest.approx(end_s)


def test_words_decide_between_early_usual_and_later():
    one = patience(senior=False)
    assert [one.silence_s(text) for text in ("", "好", "我要", "水管")] == [1.2, 0.6, 2.2, 1.2]
    one = patience(senior=True)
    assert [one.silence_s(text) for text in ("", "好", "我要", "水管")] == [2.1, 0.8, 3.6, 2.1]


def test_being_cut_off_raises_patience_at_once_up_to_the_bound():
    one = patience(senior=False)
    ends = []
    for _ in range(6):
        one.cut_off()
        ends.append(round(one.end_s, 2))
    assert ends == [1.5, 1.8, 2.1, 2.4, 2.5, 2.5]


def test_only_the_last_twenty_pauses_count():
    one = patience(senior=False, pauses_s=(2.0,) * 20)
    for _ in range(20):
        one.paused(0.5)
    assert one.pauses_s == (0.5,) * 20
    assert one.end_s == 0.8
