"""What is written appears whole or not at all, beside whatever else stands in the folder."""

import os
import resource
import stat

import pytest

from ifonly.inference import DataError
from ifonly.inference.inputs.output_files import check_output, write_whole


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_follows_the_umask_and_an_old_one_keeps_its_mode(tmp_path):
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "new.txt", b"one")
    finally:
        os.umask(before)
    assert mode(tmp_path / "new.txt") == 0o640
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"old")
    secret.chmod(0o600)
    write_whole(secret, memoryview(b"new"))
    assert (secret.read_bytes(), mode(secret)) == (b"new", 0o600)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new.txt", "secret.txt"]


def test_a_users_own_files_beside_it_are_left_alone(tmp_path):
    """Earlier versions wrote through `.NAME.part`, and deleted what stood there."""
    other = tmp_path / "other.txt"
    other.write_text("mine")
    for name in (".out.part.txt", ".out.txt.part"):
        (tmp_path / name).symlink_to(other)
    (tmp_path / ".out.part").write_text("also mine")
    check_output(tmp_path / "out.txt")
    write_whole(tmp_path / "out.txt", b"1")
    assert other.read_text() == "mine"
    assert (tmp_path / ".out.part").read_text() == "also mine"
    assert len(list(tmp_path.iterdir())) == 5


def test_a_link_into_a_folder_that_is_gone_names_that_folder(tmp_path):
    link = tmp_path / "link.html"
    link.symlink_to(tmp_path / "gone" / "page.html")
    with pytest.raises(DataError, match=rf"there is no folder {tmp_path / 'gone'}; make it first"):
        write_whole(link, b"1")


def test_a_link_is_followed_and_stays_a_link(tmp_path):
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    link.symlink_to(real)
    write_whole(link, b"1")
    assert link.is_symlink()
    assert real.read_bytes() == b"1"
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(DataError, match="cannot be written"):
        write_whole(loop, b"1")


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "nowhere", "empty", "null", "long"])
def test_what_is_no_file_is_refused_before_anything_is_computed(tmp_path, kind):
    path = tmp_path / "out"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "long":
        path = tmp_path / ("x" * 300)
    else:
        path = {
            "device": "/dev/null",
            "nowhere": tmp_path / "no" / "out",
            "empty": "",
            "null": "a\0b",
        }[kind]
    before = list(tmp_path.iterdir())
    for act in (check_output, lambda p: write_whole(p, b"1")):
        with pytest.raises(DataError) as caught:
            act(path)
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == before


def test_a_full_disk_leaves_nothing_half_written(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(DataError, match=r"out\.txt cannot be written: File too large"):
            write_whole(tmp_path / "out.txt", bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []
