"""A model comes whole and right, or it is said why not; what came is never thrown away needlessly."""

import errno
import hashlib
import io
import shutil
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest

from tests.voice.file_server import Served, serving
from voice import download as downloading
from voice.download import ATTEMPTS, download, fetch
from voice.models import Known, ModelError

DATA = bytes(range(256)) * 40
Usage = namedtuple("Usage", "total used free")


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as writing:
        writing.writestr("the-model/am/final.mdl", b"acoustic")
        writing.writestr("the-model/README", b"words")
    return file.getvalue()


def model_of(served, **more):
    facts = {
        "name": "the-model", "engine": "vosk", "url": served.url, "about": "", "unpacked_mb": 1,
        "bytes": len(served.data), "sha256": hashlib.sha256(served.data).hexdigest(),
    }  # fmt: skip
    return Known(**facts | more)


@pytest.fixture
def served():
    with serving(Served(DATA)) as served:
        yield served


@pytest.fixture
def progress():
    told = []

    def progress(have, total):
        told.append((have, total))

    progress.told = told
    return progress


def test_file_comes_whole_and_its_progress_is_told(served, tmp_path, progress):
    fetch(served.url, tmp_path / "file", size=None, progress=progress)
    assert (tmp_path / "file").read_bytes() == DATA
    assert progress.told[-1] == (len(DATA), len(DATA))


def test_transfer_that_breaks_off_is_gone_on_with(served, tmp_path, progress):
    served.breaks_after = [1_000, 0, 2_000]
    fetch(served.url, tmp_path / "file", size=len(DATA), progress=progress)
    assert (tmp_path / "file").read_bytes() == DATA
    assert served.asked == [None, "bytes=1000-", "bytes=1000-", "bytes=3000-"]


def test_what_an_earlier_attempt_left_is_gone_on_with(served, tmp_path, progress):
    (tmp_path / "file").write_bytes(DATA[:5_000])
    fetch(served.url, tmp_path / "file", size=None, progress=progress)
    assert (tmp_path / "file").read_bytes() == DATA
    assert served.asked == ["bytes=5000-"]


def test_server_that_takes_no_ranges_sends_it_all_again(served, tmp_path, progress):
    (tmp_path / "file").write_bytes(b"x" * 5_000)
    served.ranges = False
    fetch(served.url, tmp_path / "file", size=None, progress=progress)
    assert (tmp_path / "file").read_bytes() == DATA


def test_file_that_is_here_already_is_not_asked_for(served, tmp_path, progress):
    (tmp_path / "file").write_bytes(DATA)
    fetch(served.url, tmp_path / "file", size=len(DATA), progress=progress)
    assert served.asked == []


def test_file_with_too_much_in_it_is_fetched_anew(served, tmp_path, progress):
    (tmp_path / "file").write_bytes(DATA + b"more")
    fetch(served.url, tmp_path / "file", size=len(DATA), progress=progress)
    assert (tmp_path / "file").read_bytes() == DATA


def test_server_that_gives_nothing_is_given_up(served, tmp_path, progress):
    served.breaks_after = [7] + [0] * 100
    with pytest.raises(ModelError, match="nothing more after 7 bytes"):
        fetch(served.url, tmp_path / "file", size=len(DATA), progress=progress)
    assert len(served.asked) == 1 + ATTEMPTS
    assert (tmp_path / "file").read_bytes() == DATA[:7]


def test_more_than_the_file_has_is_not_taken(served, tmp_path, progress):
    with pytest.raises(ModelError, match="more comes"):
        fetch(served.url, tmp_path / "file", size=100, progress=progress)


def test_refusal_is_told(served, tmp_path, progress):
    served.status = 404
    with pytest.raises(ModelError, match=r"127\.0\.0\.1 answers 404"):
        fetch(served.url, tmp_path / "file", size=None, progress=progress)


@pytest.mark.parametrize("url", ["http://example.com/m.zip", "file:///etc/passwd", "ftp://a/b"])
def test_address_that_is_not_safe_is_not_asked(url, tmp_path, progress):
    with pytest.raises(ModelError, match="safe"):
        fetch(url, tmp_path / "file", size=None, progress=progress)


def test_file_of_this_machine_that_a_server_points_to_is_not_read(served, tmp_path, progress):
    served.moved_to = "ftp://127.0.0.1:1/secret"
    with pytest.raises(ModelError):
        fetch(served.url, tmp_path / "file", size=None, progress=progress)


def test_model_is_there_in_a_folder_of_its_name_and_its_archive_gone(served, tmp_path, progress):
    served.data = archive()
    download(model_of(served), tmp_path / "models", progress)
    files = {
        str(file.relative_to(tmp_path)): file.read_bytes()
        for file in tmp_path.rglob("*") if file.is_file()
    }  # fmt: skip
    assert files == {
        "models/the-model/am/final.mdl": b"acoustic", "models/the-model/README": b"words",
    }  # fmt: skip


def test_wrong_checksum_is_no_model_and_nothing_of_it_stays(served, tmp_path, progress):
    served.data = archive()
    with pytest.raises(ModelError, match="not the one that is known"):
        download(model_of(served, sha256="0" * 64), tmp_path, progress)
    assert list(tmp_path.iterdir()) == []


def test_model_without_a_known_checksum_is_taken(served, tmp_path, progress):
    served.data = archive()
    download(model_of(served, sha256=None, bytes=None), tmp_path, progress)
    assert (tmp_path / "the-model/am/final.mdl").exists()


def test_too_little_room_is_told_before_anything_comes(served, tmp_path, progress, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1, 1, 100_000))
    with pytest.raises(ModelError, match="no room on the disk: 0 MB are needed, 0 MB free"):
        download(model_of(served), tmp_path, progress)
    assert served.asked == []


def test_disk_that_gets_full_is_told_and_what_came_is_kept(served, tmp_path, monkeypatch):
    def full(have, total):
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(ModelError, match="no room on the disk"):
        download(model_of(served), tmp_path, full)
    assert (tmp_path / ".model.zip").read_bytes() == DATA


def test_no_download_waits_for_ever():
    assert 0 < downloading.TIMEOUT_S <= 60
    assert Path(downloading.__file__).read_text().count("urlopen(asked, timeout=TIMEOUT_S)") == 1
