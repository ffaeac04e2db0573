"""What is kept on this computer is read back for the same sources only, and never from where others can write."""

import pickle
import sys

import pytest

from xltools.edge import own_cache
from xltools.edge.own_cache import recall


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(own_cache, "own_folder", lambda name: tmp_path / name)
    return tmp_path / "kept"


class Work:
    """Something that takes long, and how often it was done."""

    def __init__(self):
        self.done = 0

    def __call__(self):
        self.done += 1
        return {"rules": "规则"}


def test_it_is_worked_out_once_for_the_same_sources(folder):
    work = Work()
    assert recall(dict, ["a", "b"], work) == recall(dict, ["a", "b"], work) == {"rules": "规则"}
    assert (work.done, len(list(folder.iterdir()))) == (1, 1)


@pytest.mark.parametrize("sources", [["a"], ["ab"], ["a", "c"], ["b", "a"]])
def test_other_sources_are_worked_out(folder, sources):
    recall(dict, ["a", "b"], Work())
    work = Work()
    recall(dict, sources, work)
    assert work.done == 1
    assert folder.is_dir()


def test_changed_code_is_worked_out_anew(folder, monkeypatch):
    recall(dict, ["a"], Work())
    monkeypatch.setattr(own_cache, "_code", lambda: ("another",))
    work = Work()
    recall(dict, ["a"], work)
    assert (work.done, len(list(folder.iterdir()))) == (1, 2)


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps(["not", "a dict"])])
def test_a_damaged_file_or_one_of_another_kind_is_replaced(folder, content):
    recall(dict, ["a"], Work())
    (path,) = folder.iterdir()
    path.write_bytes(content)
    work = Work()
    assert recall(dict, ["a"], work) == {"rules": "规则"}
    assert recall(dict, ["a"], work) == {"rules": "规则"}
    assert work.done == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's local data from others by itself")
@pytest.mark.parametrize("which", ["folder", "file"])
def test_what_others_can_write_is_not_read(folder, which):
    recall(dict, ["a"], Work())
    (path,) = folder.iterdir()
    (folder if which == "folder" else path).chmod(0o777)
    work = Work()
    recall(dict, ["a"], work)
    assert work.done == 1


@pytest.mark.skipif(sys.platform == "win32", reason="links of this kind are made by administrators there")
def test_a_link_is_not_followed(folder, tmp_path):
    recall(dict, ["a"], Work())
    (path,) = folder.iterdir()
    path.replace(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    work = Work()
    recall(dict, ["a"], work)
    assert work.done == 1


def test_where_nothing_can_be_kept_it_is_worked_out_each_time(tmp_path, monkeypatch):
    (tmp_path / "kept").write_text("a file", "utf-8")
    monkeypatch.setattr(own_cache, "own_folder", lambda name: tmp_path / name)
    work = Work()
    assert recall(dict, ["a"], work) == recall(dict, ["a"], work) == {"rules": "规则"}
    assert work.done == 2


def test_what_is_wrong_is_raised_and_not_kept(folder):
    def fail():
        raise ValueError("rules are wrong")

    with pytest.raises(ValueError, match="rules are wrong"):
        recall(dict, ["a"], fail)
    assert not folder.exists()


def test_old_ones_go(folder):
    for number in range(own_cache._MOST_FILES + 5):
        recall(dict, [str(number)], Work())
    assert len(list(folder.iterdir())) == own_cache._MOST_FILES
