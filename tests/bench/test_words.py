"""The bench of `language` measures each function and each list of names."""

from bench.words import Cost, measure, table


def test_each_function_and_each_list_is_measured():
    results = measure(rounds=1, sizes=(100,))

    assert [one.what for one in results] == [
        "command", "is_complete, is_open", "speakable", "phonetic", "written", "best of 100 names",
    ]  # fmt: skip


def test_the_table_shows_what_was_reached_beside_the_goal():
    shown = table([Cost("command", 0.31, 1.126, 5.0)])

    assert shown.splitlines() == [
        "CPU ms a call               mean     p95    goal",
        "command                     0.31    1.13     ≤ 5",
    ]
