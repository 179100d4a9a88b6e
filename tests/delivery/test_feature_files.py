"""Feature files out of folders and archives: only those, bounded, never elsewhere."""

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest

from apps.delivery import feature_files
from apps.delivery.feature_files import NotReadable, archive_sources, directory_title, folder_sources, read
from tests.delivery.work import CART, PAY


def zipped(files: dict[str, str | bytes], **info: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def reading(data: bytes, name: str = "shop.zip") -> feature_files.Reading:
    sources, refused = archive_sources(data, name=name)
    return read(sources, title="shop", refused=refused)


def refusals(found: feature_files.Reading) -> list[tuple[str, int, str]]:
    return [(one.file, one.line, one.reason) for one in found.refused]


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "pay").mkdir()
    (tmp_path / "pay" / "card.feature").write_text(PAY)
    (tmp_path / "cart.feature").write_text(CART)
    (tmp_path / "readme.md").write_text("no")
    (tmp_path / "cart.feature.md").write_text("no")
    sources, refused = folder_sources(tmp_path)
    found = read(sources, title="shop", refused=refused)
    assert [(file.path, file.directory) for file in found.files] == [
        ("cart.feature", "."),
        ("pay/card.feature", "pay"),
    ]
    assert found.total == 2


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.feature").write_text(PAY)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file.feature").symlink_to(outside / "secret.feature")
    (folder / "directory").symlink_to(outside)
    (folder / "circle").symlink_to(folder)
    os.mkfifo(folder / "pipe.feature")
    assert folder_sources(folder) == ([], [])


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    file = tmp_path / "a.feature"
    file.write_text(PAY)
    sources, _ = folder_sources(tmp_path)
    file.unlink()
    file.symlink_to("/etc/hostname")
    assert refusals(read(sources, title="x")) == [("a.feature", 1, "The file cannot be read; it may be damaged.")]


def test_not_utf_8_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "a.feature").write_bytes(b"Feature: A\n  Scenario: \xff\n")
    sources, _ = folder_sources(tmp_path)
    assert refusals(read(sources, title="x")) == [("a.feature", 2, "The line is not UTF-8. Save the file as UTF-8.")]


def test_names_that_are_not_utf_8_are_refused(tmp_path: Path) -> None:
    try:
        with open(os.fsencode(tmp_path) + b"/\xff.feature", "w") as file:
            file.write(PAY)
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    sources, refused = folder_sources(tmp_path)
    assert sources == []
    assert "cannot be shown" in refused[0].reason
    refused[0].file.encode()


def test_marks_and_line_ends_are_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.feature").write_bytes(b"\xef\xbb\xbf" + PAY.replace("\n", "\r\n").encode())
    sources, _ = folder_sources(tmp_path)
    assert read(sources, title="x").files[0].text == PAY


def test_large_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.feature").write_text("#" * 102_401)
    sources, _ = folder_sources(tmp_path)
    assert refusals(read(sources, title="x"))[0][1:] == (
        1,
        "The file is larger than 100 KiB. Divide it into several stories.",
    )


def test_a_folder_too_large_in_all_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        (tmp_path / f"{name}.feature").write_text(PAY)
    monkeypatch.setattr(feature_files, "MAX_TOTAL_BYTES", len(PAY) + 1)
    sources, _ = folder_sources(tmp_path)
    heard: list[int] = []
    with pytest.raises(NotReadable, match="larger than 0 MiB in all"):
        read(sources, title="x", progress=heard.append)
    assert heard == [1]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotReadable, match="There is no folder"):
        folder_sources(tmp_path / "nowhere")


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature_files, "MAX_FILES", 1)
    with pytest.raises(NotReadable, match="more than 1 feature files"):
        archive_sources(zipped({"a.feature": PAY, "b.feature": PAY}), name="x.zip")


def test_an_archive() -> None:
    found = reading(
        zipped({"pay/card.feature": PAY, "cart.feature": CART, "x.txt": "no", "__MACOSX/._a.feature": "no"})
    )
    assert [file.path for file in found.files] == ["cart.feature", "pay/card.feature"]
    assert found.refused == []


def test_a_top_folder_of_the_same_name_is_left_out() -> None:
    assert [file.path for file in reading(zipped({"shop/pay/card.feature": PAY})).files] == ["pay/card.feature"]
    assert [file.path for file in reading(zipped({"other/card.feature": PAY})).files] == ["other/card.feature"]


@pytest.mark.parametrize(
    "name", ["/etc/a.feature", "../a.feature", "a/../../b.feature", "C:/a.feature", "a\\b.feature", "a//b.feature"]
)
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    found = reading(zipped({name: PAY}))
    assert found.files == []
    assert "leads out of the folder" in found.refused[0].reason


def test_links_in_archives_are_no_files() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo("a.feature")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert archive_sources(packed.getvalue(), name="x.zip") == ([], [])


def test_a_bomb_is_not_unpacked() -> None:
    found = reading(zipped({"a.feature": b"\0" * 50_000_000, "b.feature": PAY}))
    assert [file.path for file in found.files] == ["b.feature"]
    assert "larger than 100 KiB" in found.refused[0].reason


def test_a_bomb_that_lies_about_its_size_is_not_unpacked() -> None:
    data = bytearray(zipped({"a.feature": b" " * 5_000_000}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = (100).to_bytes(4, "little")
    found = reading(bytes(data))
    assert found.files == [] or len(found.files[0].text) <= 100


def test_encrypted_entries_are_refused() -> None:
    data = bytearray(zipped({"a.feature": PAY}))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in reading(bytes(data)).refused[0].reason


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06", zipped({"a.feature": PAY})[:-10]])
def test_what_is_no_archive(data: bytes) -> None:
    with pytest.raises(NotReadable, match="not a ZIP archive that can be read"):
        archive_sources(data, name="x.zip")


def test_a_damaged_archive_never_breaks_the_reading() -> None:
    data = zipped({"a.feature": CART, "b.feature": PAY})
    for place in range(0, len(data), 3):
        broken = bytearray(data)
        broken[place] ^= 0x55
        try:
            reading(bytes(broken))
        except NotReadable:
            continue


def test_too_many_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature_files, "MAX_ENTRIES", 1)
    with pytest.raises(NotReadable, match="more than 1 entries"):
        archive_sources(zipped({"a": "", "b": ""}), name="x.zip")


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature_files, "MAX_ARCHIVE_BYTES", 10)
    with pytest.raises(NotReadable, match="larger than"):
        archive_sources(zipped({"a": ""}), name="x.zip")


@pytest.mark.parametrize(
    ("directory", "title"),
    [
        (".", "My shop"),
        ("cart", "Cart"),
        ("admin/address_book/adding-one", "Admin / Address book / Adding one"),
        ("issue.features", "Issue features"),
        ("x" * 300, "… " + "x" * 198),
    ],
)
def test_titles_of_directories(directory: str, title: str) -> None:
    assert directory_title(directory, "my_shop") == title


def test_progress_is_heard() -> None:
    sources, _ = archive_sources(zipped({"a.feature": PAY, "b.feature": "no"}), name="x.zip")
    heard: list[int] = []
    read(sources, title="x", progress=heard.append)
    assert heard == [1, 2]
