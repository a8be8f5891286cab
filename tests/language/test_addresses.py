"""House addresses: found, read, corrected, completed."""

import pytest

from language.addresses import Room, final_room, find_rooms, merge, parse_room
from language.found import Found

ROOMS = [
    # in full
    ("三号楼二单元五零一", Room(3, 2, "501")),
    ("3-2-501", Room(3, 2, "501")),
    ("3栋2单元501室", Room(3, 2, "501")),
    ("3幢2单元501", Room(3, 2, "501")),
    ("3座2单元501房", Room(3, 2, "501")),
    ("三栋二门五零一", Room(3, 2, "501")),
    ("三号楼二梯五零一", Room(3, 2, "501")),
    ("第三栋第二单元501", Room(3, 2, "501")),
    ("三楼二单元501", Room(3, 2, "501")),
    ("三号二单元五零一", Room(3, 2, "501")),
    ("3#楼2单元501", Room(3, 2, "501")),
    ("13#1-302", Room(13, 1, "302")),
    ("3号楼2-501", Room(3, 2, "501")),
    ("3/2/501", Room(3, 2, "501")),
    ("3—2—501", Room(3, 2, "501")),
    ("3_2_501", Room(3, 2, "501")),
    ("3 2 501", Room(3, 2, "501")),
    ("3号楼 2 501", Room(3, 2, "501")),
    ("三杠二杠五零一", Room(3, 2, "501")),
    ("三之二之五零一", Room(3, 2, "501")),
    ("11-2-2301", Room(11, 2, "2301")),
    ("三号楼，二单元，五零一", Room(3, 2, "501")),
    ("我住三号楼，嗯，二单元，那个501", Room(3, 2, "501")),
    ("三 号 楼二单元五 零 一", Room(3, 2, "501")),
    ("３号楼２单元５０１", Room(3, 2, "501")),
    ("3號樓2單元501", Room(3, 2, "501")),
    # numerals
    ("十三号楼三零二", Room(13, None, "302")),
    ("廿号楼", Room(20)),
    ("两号楼", Room(2)),
    ("一零八号楼", Room(108)),
    ("二栋三零幺", Room(2, None, "301")),
    ("二栋三洞幺", Room(2, None, "301")),
    ("九栋五灵二", Room(9, None, "502")),
    ("八号楼一单元一零零三", Room(8, 1, "1003")),
    ("三号楼十二零三", Room(3, None, "1203")),
    ("二十一零二", Room(room="2102")),
    ("十零二", Room(room="1002")),
    ("五百零一", Room(room="501")),
    ("一千二百零三", Room(room="1203")),
    ("9栋0804", Room(9, None, "804")),
    ("501A", Room(room="501A")),
    ("3栋501b", Room(3, None, "501B")),
    ("十座15C", Room(10, None, "15C")),
    # floor and door
    ("五楼一号", Room(room="501")),
    ("十三号楼五楼一号", Room(13, None, "501")),
    ("二十一号楼二十二层三号", Room(21, None, "2203")),
    ("3号楼5楼501室", Room(3, None, "501")),
    ("二单元六楼东户", Room(None, 2, "6楼东户")),
    ("五楼西边", Room(room="5楼西户")),
    ("3号楼12户", Room(3, None, "12")),
    ("二单元三号", Room(None, 2, "3")),
    # other ways of naming a building
    ("3幢501", Room(3, None, "501")),
    ("3-501", Room(3, None, "501")),
    ("12号501室", Room(12, None, "501")),
    ("5弄12号501室", Room(12, None, "501")),
    ("十八号二零三", Room(18, None, "203")),
    # in part
    ("就三号楼", Room(3)),
    ("13号楼", Room(13)),
    ("三号楼", Room(3)),
    ("21栋", Room(21)),
    ("501", Room(room="501")),
    ("就501吧", Room(room="501")),
    ("2单元501", Room(None, 2, "501")),
    ("二单元", Room(None, 2)),
    ("十三号", Room(13)),
    ("我家三号的", Room(3)),
    ("三号楼五楼", Room(3)),
    # misheard
    ("三号搂二单圆五零一", Room(3, 2, "501")),
    ("三耗楼二丹元五零一", Room(3, 2, "501")),
    ("山号楼五零一", Room(3, None, "501")),
    ("酒号楼武单元", Room(9, 5)),
    ("三冻二单元", Room(3, 2)),
    ("三洞二单元五零一", Room(3, 2, "501")),
    ("我爸三号楼", Room(3)),
    # among other words
    ("是3号楼501，我下午两点在家", Room(3, None, "501")),
    ("三号楼二单元五零一一直漏水", Room(3, 2, "501")),
    ("501一直漏水", Room(room="501")),
    ("501wifi坏了", Room(room="501")),
    ("2025年3号楼停电", Room(3)),
    ("🏠3号楼501🏠", Room(3, None, "501")),
    ("三号楼二单元401五楼", Room(3, 2, "401")),
    # no address
    ("", None),
    ("你好", None),
    ("2024年", None),
    ("打了120", None),
    ("欠300块", None),
    ("两百块钱", None),
    ("2号电梯坏了", None),
    ("三楼2号会议室", None),
    ("三号漏水", None),
    ("三号上午来修", None),
    ("十三号路", None),
    ("两三号楼", None),
    ("零号楼", None),
    ("13800138000", None),
    ("幺三八零零一三八零零零", None),
    ("010-62345678", None),
    ("400-820-8820", None),
    ("2025-11-28", None),
    ("14:30", None),
    ("血压120/80", None),
    ("WX20240501-007", None),
    ("丙单元", None),
    ("号楼单元室", None),
    ("-" * 10_000, None),
    ("1" * 10_000, None),
    ("三" * 10_000, None),
    ("号楼" * 5_000, None),
    ("3-" * 5_000, None),
]


@pytest.mark.parametrize(("text", "room"), ROOMS)
def test_parse_room_reads_the_first_address(text, room):
    assert parse_room(text) == room


FOUND = [
    ("我住三号楼二单元五零一，漏水", [Found(2, 11, Room(3, 2, "501"))]),
    ("一号楼到十三号楼停水", [Found(0, 3, Room(1)), Found(4, 8, Room(13))]),
    ("不是三号楼，是十三号楼", [Found(2, 5, Room(3)), Found(7, 11, Room(13))]),
    ("我住501，楼上601漏水", [Found(2, 5, Room(room="501"))]),
    ("住五零一室。", [Found(1, 5, Room(room="501"))]),
    ("三号楼，嗯", [Found(0, 3, Room(3))]),
    ("３號樓501", [Found(0, 6, Room(3, None, "501"))]),
    ("😀3-2-501", [Found(1, 8, Room(3, 2, "501"))]),
    ("501", []),
    ("一共501个", []),
    ("十三号", []),
    ("", []),
    ("三号楼" * 3_000, [Found(3 * n, 3 * n + 3, Room(3)) for n in range(3_000)]),
]


@pytest.mark.parametrize(("text", "found"), FOUND)
def test_find_rooms_gives_each_address_and_where_it_stands(text, found):
    assert find_rooms(text) == found


MEANT = [
    ("不是三号楼，是十三号楼", Room(13)),
    ("十三号楼，不是三号楼", Room(13)),
    ("三号楼二单元…不对 一单元五零一", Room(3, 1, "501")),
    ("三号楼501，不对，503", Room(3, None, "503")),
    ("三号楼二单元501，哦不对，十三号楼", Room(13, 2, "501")),
    ("三号楼改成五号楼", Room(5)),
    ("从3号楼501搬到5号楼302", Room(5, None, "302")),
    ("唔系三号楼，系十三号楼", Room(13)),
    ("不是501，是503", Room(room="503")),
    ("别写三号楼501，写五号楼", Room(5)),
    ("三号楼 嗯 二单元 然后是五零一", Room(3, 2, "501")),
    ("是不是三号楼", Room(3)),
    ("不是三号楼吗", Room(3)),
    ("501", Room(room="501")),
    ("三号楼", Room(3)),
    ("不是三号楼", None),
    ("没有", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "room"), MEANT)
def test_final_room_is_what_stands_after_all_corrections(text, room):
    assert final_room(text) == room


MERGED = [
    (Room(3, 2, "501"), Room(unit=1), Room(3, 1, "501")),
    (Room(3), Room(None, 2, "501"), Room(3, 2, "501")),
    (Room(3, 2, "501"), Room(13), Room(13, 2, "501")),
    (Room(), Room(3), Room(3)),
    (Room(3), Room(), Room(3)),
    (Room(3, 2, "501"), Room(5, 1, "302"), Room(5, 1, "302")),
]


@pytest.mark.parametrize(("old", "new", "room"), MERGED)
def test_merge_fills_what_the_new_address_leaves_open(old, new, room):
    assert merge(old, new) == room


LABELS = [
    (Room(3, 2, "501"), "3号楼2单元501"),
    (Room(13, None, "302"), "13号楼302"),
    (Room(3), "3号楼"),
    (Room(None, 2, "501"), "2单元501"),
    (Room(None, 2, "6楼东户"), "2单元6楼东户"),
    (Room(room="501"), "501"),
    (Room(), ""),
]


@pytest.mark.parametrize(("room", "label"), LABELS)
def test_label_is_what_staff_write(room, label):
    assert room.label == label


@pytest.mark.parametrize("room", [room for room, label in LABELS if label])
def test_label_is_read_back_as_the_same_address(room):
    assert parse_room(room.label) == room
