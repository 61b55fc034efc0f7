"""A variable is kept in `.env`: all else in the file stays as people wrote it, to its line ends."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.dotenv import with_variable
from bot.setup.files import read, replace


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "TOKEN=new\n"),
        ("# mine\r\nTOKEN=old\r\nOTHER='a b'\r\n", "# mine\r\nTOKEN=new\r\nOTHER='a b'\r\n"),
        ("OTHER=1\r\n", "OTHER=1\r\nTOKEN=new\r\n"),
        ("OTHER=1\r\nLAST=2", "OTHER=1\r\nLAST=2\r\nTOKEN=new\r\n"),
        ("OTHER=1", "OTHER=1\nTOKEN=new\n"),
        ("A=1\n\n\nexport TOKEN=old  # said so\nB=2\r\n", "A=1\n\n\nTOKEN=new\nB=2\r\n"),
        ("TOKEN=1\nTOKEN=2", "TOKEN=new\nTOKEN=new\n"),
        ("\ufeffTOKEN=old\r\n", "\ufeffTOKEN=new\r\n"),
        ("MY_TOKEN=1\n", "MY_TOKEN=1\nTOKEN=new\n"),
    ],
)
def test_one_line_is_set_and_every_other_stays_as_it_was(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / ".env"
    file.write_bytes(before.encode())
    replace(file, with_variable(read(file), "TOKEN", "new"))
    assert file.read_bytes().decode() == after


def test_a_link_stays_one_a_mode_stays_and_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    (elsewhere := tmp_path / "elsewhere").mkdir()
    (file := tmp_path / ".env").symlink_to(elsewhere / "secrets")
    replace(file, "1")
    assert stat.S_IMODE((elsewhere / "secrets").stat().st_mode) == 0o600
    (elsewhere / "secrets").chmod(0o640)
    replace(file, "2")

    assert file.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [each.name for each in elsewhere.iterdir()] == ["secrets"]


def test_whoever_may_not_write_leaves_the_file_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(OSError):  # noqa: PT011 whichever
        replace(tmp_path / ".env", "1")
    assert [each.name for each in tmp_path.iterdir()] == [".env"]
