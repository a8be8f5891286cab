"""Nothing of an archive lands outside its folder, and half of one lands nowhere."""

import io
import os
import stat
import tarfile
import zipfile

import pytest

from voice import unpack as unpacking
from voice.models import ModelError
from voice.unpack import unpack

GOOD = {"m/am/final.mdl": b"acoustic", "m/conf/mfcc.conf": b"settings"}


def zipped(file, entries, kind=None):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as writing:
        for name, data in entries.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (kind or stat.S_IFREG) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            writing.writestr(info, data)


def tarred(file, entries, kind=None):
    with tarfile.open(file, "w:bz2") as writing:
        for name, data in entries.items():
            info = tarfile.TarInfo(name)
            info.size, info.linkname = (0, data.decode()) if kind else (len(data), "")
            info.type = kind or tarfile.REGTYPE
            writing.addfile(info, io.BytesIO(data))


@pytest.fixture(params=["zip", "tar.bz2"])
def packed(request, tmp_path):
    """Writes an archive of one kind or the other."""
    file = tmp_path / f"model.{request.param}"

    def packed(entries, **how):
        (zipped if request.param == "zip" else tarred)(file, entries, **how)
        return file

    return packed


def below(folder):
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith("model.")
    }


def test_one_folder_comes_out_under_the_name_it_is_given(packed, tmp_path):
    unpack(packed(GOOD), tmp_path / "other", most_bytes=100)
    assert below(tmp_path) == {
        "other/am/final.mdl": b"acoustic",
        "other/conf/mfcc.conf": b"settings",
    }


def test_what_was_there_is_replaced_by_the_whole(packed, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other/old").write_bytes(b"old")
    unpack(packed(GOOD), tmp_path / "other", most_bytes=100)
    assert sorted(below(tmp_path)) == ["other/am/final.mdl", "other/conf/mfcc.conf"]


@pytest.mark.parametrize(
    "path", ["../out", "m/../../out", "/out", "m/../../../etc/out", "m\\..\\out", "C:/out"]
)
def test_path_that_leads_outside_ends_it_and_nothing_is_written(packed, tmp_path, path):
    with pytest.raises(ModelError, match="leads outside"):
        unpack(packed(GOOD | {path: b"out"}), tmp_path / "in" / "other", most_bytes=100)
    assert below(tmp_path) == {}


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (zipped, stat.S_IFLNK), (zipped, stat.S_IFCHR), (tarred, tarfile.SYMTYPE),
        (tarred, tarfile.LNKTYPE), (tarred, tarfile.FIFOTYPE), (tarred, tarfile.CHRTYPE),
    ],
)  # fmt: skip
def test_link_or_device_ends_it(tmp_path, write, kind):
    file = tmp_path / ("model.zip" if write is zipped else "model.tar.bz2")
    write(file, {"m/link": b"/etc/passwd"}, kind=kind)
    with pytest.raises(ModelError, match="a link"):
        unpack(file, tmp_path / "other", most_bytes=100)
    assert below(tmp_path) == {}


def test_more_than_a_model_has_ends_it_whatever_the_archive_says(packed, tmp_path):
    with pytest.raises(ModelError, match="more in the archive"):
        unpack(packed({"m/zeros": bytes(5_000_000)}), tmp_path / "other", most_bytes=1_000_000)
    assert below(tmp_path) == {}


def test_too_many_files_end_it(packed, tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_FILES", 3)
    with pytest.raises(ModelError, match="too many files"):
        unpack(
            packed({f"m/{number}": b"" for number in range(4)}), tmp_path / "other", most_bytes=9
        )


@pytest.mark.parametrize("entries", [{}, {"file": b""}, {"m/one": b"", "n/two": b""}])
def test_archive_of_anything_but_one_folder_is_refused(packed, tmp_path, entries):
    with pytest.raises(ModelError, match="one folder"):
        unpack(packed(entries), tmp_path / "other", most_bytes=100)


@pytest.mark.parametrize("part", [0.5, 0.9])
def test_archive_cut_short_is_broken_and_leaves_what_was_there(packed, tmp_path, part):
    file = packed({"m/noise": os.urandom(200_000)})
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * part)])
    (tmp_path / "other").mkdir()
    (tmp_path / "other/old").write_bytes(b"old")
    with pytest.raises(ModelError, match="broken"):
        unpack(file, tmp_path / "other", most_bytes=1_000_000)
    assert below(tmp_path) == {"other/old": b"old"}
