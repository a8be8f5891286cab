"""Counting what was misheard."""

from voice.training.score import Score, distance


def test_words_put_in_left_out_and_changed_count_one_each():
    meant = ("打开", "客厅", "的", "灯")
    assert distance(meant, meant) == 0
    assert distance(meant, ("打开", "客厅", "灯")) == 1
    assert distance(meant, ("打开", "卧室", "的", "灯", "吧")) == 2
    assert distance(meant, ()) == 4
    assert distance((), meant) == 4


def test_sentence_cut_otherwise_is_right_but_its_words_are_not():
    score = Score()
    assert score.add(("我", "要", "报修"), ("我要", "报修"))
    assert not score.add(("停",), ("听",))
    assert (score.sentences, score.right, score.words, score.wrong_words) == (2, 1, 4, 3)
