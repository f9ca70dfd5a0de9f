"""A new name is on the disk when its folder is; the one way to say so."""

import os
import re
from pathlib import Path

import pytest

import pos_app
import sync
from pos_app.gear import folders

FLUSHED_BY_HAND = re.compile(r"os\.open\((?:[\w.]*parent|folder|[\w.]*_folder), os\.O_RDONLY\)")


@pytest.mark.skipif(os.name == "nt", reason="Windows opens no folder")
def test_a_folder_is_flushed_and_closed_again(tmp_path, monkeypatch) -> None:
    flushed, flush = [], os.fsync

    def seen(handle: int) -> None:
        flushed.append((handle, os.fstat(handle).st_ino))
        flush(handle)

    monkeypatch.setattr(os, "fsync", seen)
    folders.sync_folder(tmp_path)
    ((handle, inode),) = flushed
    assert inode == tmp_path.stat().st_ino
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handle)


@pytest.mark.skipif(os.name == "nt", reason="Windows opens no folder")
def test_a_folder_that_cannot_be_flushed_says_so_and_is_closed(tmp_path, monkeypatch) -> None:
    opened = []

    def broken(handle: int) -> None:
        opened.append(handle)
        raise OSError(5, "the disk is gone")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="the disk is gone"):
        folders.sync_folder(tmp_path)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


def test_till_and_server_flush_a_folder_by_the_one_function() -> None:
    roots = [Path(package.__file__).parent for package in (pos_app, sync)]
    found = {
        path.name
        for root in roots
        for path in root.rglob("*.py")
        if FLUSHED_BY_HAND.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"folders.py"}
