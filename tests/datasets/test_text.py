"""rt-polarity, IMDB and text files: what is read, how it is divided, and what is said of files that are wrong."""

import hashlib
import io
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from minigrad.datasets import characters, imdb, load_imdb, load_rt_polarity, load_text, rt_polarity
from minigrad.datasets.download import NotAvailableError
from minigrad.datasets.fetch import DataFile
from minigrad.errors import DataError

SHARED = Path(__file__).parents[3] / "shared" / "data"


def write_reviews(folder, count=20, pos=None):
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (("neg", None), ("pos", pos)):
        lines = lines or [f"{name} film {i} . " for i in range(count)]
        (folder / f"rt-polarity.{name}").write_text("\n".join(lines) + "\n", encoding="cp1252")
    return folder


def archive_of(folder, *others):
    """A .tar.gz of a folder and of files beside it."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name in others:
            archive.addfile(tarfile.TarInfo(name))
        archive.add(folder, folder.name)
    return file.getvalue()


# -------------------------------------------------------------------------------------------------------- rt-polarity


def test_of_ten_lines_eight_are_to_train_one_to_validate_one_to_test(tmp_path):
    data = load_rt_polarity(write_reviews(tmp_path / "rt-polaritydata"))
    assert data.validation_texts == ("neg film 8 .", "neg film 18 .", "pos film 8 .", "pos film 18 .")
    assert data.test_texts == ("neg film 9 .", "neg film 19 .", "pos film 9 .", "pos film 19 .")
    assert data.train_labels.tolist() == [0] * 16 + [1] * 16
    assert data.classes == ("negative", "positive")
    assert data.sha256 == load_rt_polarity(tmp_path).sha256  # the folder that it lies in is taken too
    assert load_rt_polarity(data.source).sha256 == data.sha256


def test_a_sentence_that_was_there_before_goes_where_it_went_then(tmp_path):
    pos = [f"pos film {i} ." for i in range(20)]
    pos[9] = pos[0]
    data = load_rt_polarity(write_reviews(tmp_path / "rt-polaritydata", pos=pos))
    assert data.train_texts.count("pos film 0 .") == 2
    assert not set(data.train_texts) & set(data.test_texts)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_letters_beyond_ascii_are_read_in_both_encodings(tmp_path, encoding):
    folder = write_reviews(tmp_path / "rt-polaritydata")
    lines = [f"the clichés — {i}" for i in range(20)]
    (folder / "rt-polarity.pos").write_text("\n".join(lines), encoding=encoding)
    assert "the clichés — 3" in load_rt_polarity(folder).train_texts


def test_an_archive_is_downloaded_checked_and_unpacked_without_the_file_beside_its_folder(tmp_path, serve, monkeypatch):
    content = archive_of(write_reviews(tmp_path / "rt-polaritydata"), "rt-polaritydata.README.1.0.txt")
    mirror = serve({"rt-polaritydata.tar.gz": content})
    form = rt_polarity.RT_POLARITY.forms[0]
    form = replace(form, archive=DataFile(form.archive.name, hashlib.sha256(content).hexdigest()))
    monkeypatch.setattr(
        rt_polarity, "RT_POLARITY", replace(rt_polarity.RT_POLARITY, forms=(form,), mirrors=(mirror.url,))
    )
    first = load_rt_polarity()
    assert load_rt_polarity().sha256 == first.sha256
    assert mirror.got() == ["rt-polaritydata.tar.gz"]  # once
    assert not list(Path(os.environ["MINIGRAD_CACHE"]).rglob("*README*"))


def test_without_a_network_it_is_said_where_the_archive_is_and_where_to_put_it(monkeypatch, serve):
    wanted = replace(rt_polarity.RT_POLARITY, mirrors=(serve({}, "missing").url,))
    monkeypatch.setattr(rt_polarity, "RT_POLARITY", wanted)
    with pytest.raises(
        NotAvailableError, match=r"get rt-polaritydata.tar.gz from http.* and put it into .*rt-polarity"
    ):
        load_rt_polarity()


def test_what_is_wrong_with_a_folder_is_said(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="there is no such folder"):
        load_rt_polarity(tmp_path / "nowhere")
    with pytest.raises(DataError, match="the source is empty"):
        load_rt_polarity("")
    folder = write_reviews(tmp_path / "rt-polaritydata", count=5)
    with pytest.raises(DataError, match="no negative and no positive texts for the part to validate by"):
        load_rt_polarity(folder)
    (folder / "rt-polarity.pos").unlink()
    monkeypatch.setenv("MINIGRAD_DATA", str(tmp_path))
    with pytest.raises(DataError, match=r"MINIGRAD_DATA=.*rt-polaritydata lacks rt-polarity.pos"):
        load_rt_polarity()


@pytest.mark.skipif(not SHARED.is_dir(), reason="the film reviews are not beside the project")
def test_the_reviews_as_published(tmp_path):
    with tarfile.open(SHARED / "rt-polaritydata.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    data = load_rt_polarity(next(tmp_path.rglob("rt-polarity.pos")).parent)
    assert [len(data.train_texts), len(data.validation_texts), len(data.test_texts)] == [8530, 1066, 1066]
    for labels in (data.train_labels, data.validation_labels, data.test_labels):
        assert np.bincount(labels).tolist() == [len(labels) // 2] * 2


# --------------------------------------------------------------------------------------------------------------- IMDB


def write_imdb(folder, count=20):
    for half in ("train", "test"):
        for name in ("neg", "pos"):
            place = folder / half / name
            place.mkdir(parents=True)
            (folder / half / f"urls_{name}.txt").write_text("")
            for i in range(count):
                (place / f"{i}_{i % 10}.txt").write_text(f"{half} {name} {i}<br /><br />The end", encoding="utf-8")
    return folder


def test_imdb_is_divided_by_the_numbers_of_the_reviews(tmp_path):
    data = load_imdb(write_imdb(tmp_path / "aclImdb"))
    assert data.validation_texts[:2] == ("train neg 9 The end", "train neg 19 The end")
    assert [len(data.train_texts), len(data.validation_texts), len(data.test_texts)] == [36, 4, 40]
    assert data.test_labels.tolist() == [0] * 20 + [1] * 20


def test_what_imdb_tests_on_stays_whole_and_is_not_trained_on(tmp_path):
    folder = write_imdb(tmp_path / "aclImdb")
    for name in ("3_3", "9_9"):  # one to train on, one to validate by
        (folder / "train" / "neg" / f"{name}.txt").write_text("test pos 0<br />The end")
    (folder / "train" / "pos" / "19_9.txt").write_text("train pos 0 The end")
    data = load_imdb(folder)
    assert [len(data.train_texts), len(data.validation_texts), len(data.test_texts)] == [36, 2, 40]
    assert data.train_texts.count("train pos 0 The end") == 2
    assert data.test_texts.count("test pos 0 The end") == 1
    assert not {*data.train_texts, *data.validation_texts} & set(data.test_texts)


def test_imdb_that_is_cut_off_is_refused(tmp_path):
    folder = write_imdb(tmp_path / "aclImdb")
    for path in (folder / "test" / "pos").iterdir():
        path.unlink()
    with pytest.raises(DataError, match="no positive texts for the part to test on; is it whole"):
        load_imdb(folder)
    with pytest.raises(DataError, match="the source is empty"):
        load_imdb("")


def test_the_archives_that_are_downloaded_have_checksums():
    for wanted in (imdb.IMDB, rt_polarity.RT_POLARITY):
        assert len(wanted.forms[0].archive.sha256) == 64
    assert all(len(file.sha256) == 64 for known in characters.KNOWN.values() for file in known.files)


# --------------------------------------------------------------------------------------------------------- characters


def test_a_text_file_is_read_whole(tmp_path):
    path = tmp_path / "诗.txt"
    path.write_bytes("\ufeff床前明月光\r\n疑是地上霜\n".encode())
    data = load_text(path)
    assert data.text == "床前明月光\n疑是地上霜\n"
    assert data.name == "诗.txt"
    assert load_text(data.source).text == data.text


def test_a_known_text_is_downloaded_and_kept(serve, monkeypatch):
    content = b"First Citizen: speak.\n"
    mirror = serve({"input.txt": content})
    known = characters.KNOWN["tiny-shakespeare"]
    known = replace(known, files=(DataFile("input.txt", hashlib.sha256(content).hexdigest()),), mirrors=(mirror.url,))
    monkeypatch.setitem(characters.KNOWN, "tiny-shakespeare", known)
    assert load_text("tiny-shakespeare").text == load_text("tiny-shakespeare").text == content.decode()
    assert mirror.got() == ["input.txt"]


def test_what_is_wrong_with_a_text_file_is_said(tmp_path):
    (tmp_path / "latin.txt").write_bytes(b"one\ntwo caf\xe9\n")
    (tmp_path / "empty.txt").write_bytes(b" \n")
    for source, message in [
        (tmp_path / "latin.txt", r"latin.txt: byte 11 \(line 2\), 0xe9, is not UTF-8; expected a text file in UTF-8"),
        (tmp_path / "empty.txt", "there is no text in it"),
        (tmp_path, "this is a folder; expected a text file, or one of tiny-shakespeare"),
        ("tiny-shakspeare", r"did you mean 'tiny-shakespeare'\?"),
        ("", "the source is empty"),
    ]:
        with pytest.raises(DataError, match=message):
            load_text(source)
