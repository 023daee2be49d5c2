"""The command `certificates`, as it is typed."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from tlslab import cli
from tlslab.commands.shared import Exit


def test_certificates_are_minted_for_one_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "chown", lambda *_: None)
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    assert cli.run_command(["certificates", "untrusted-ca", "--into", str(tmp_path / "servers")]) == 0
    assert {path.name for path in (tmp_path / "servers").iterdir()} == {"trust", "untrusted-ca-https"}
    assert "untrusted-ca-https: to try in the client: curl https://shop.lab.test/" in capsys.readouterr().out


def test_a_scenario_that_is_not_there_is_named_with_the_right_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run_command(["certificates", "expird", "--into", str(tmp_path)]) == Exit.USAGE
    assert "Did you mean expired" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_fix_is_minted_where_the_scenario_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "chown", lambda *_: None)
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TLSLAB_FIX", "renew")
    assert cli.run_command(["certificates", "expired", "self-signed", "--into", str(tmp_path)]) == 0
    leaf = (tmp_path / "expired-https" / "expired-https.chain.pem").read_bytes()
    assert x509.load_pem_x509_certificate(leaf).not_valid_after_utc > datetime.now(UTC)
    said = capsys.readouterr().out
    assert "self-signed-https: renew is no fix of this server" in said
    assert "expired-https: renew is no fix" not in said


def test_a_fix_that_is_none_of_the_servers_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        cli.run_command(["certificates", "untrusted-ca", "--fix", "install-ca", "--into", str(tmp_path)]) == Exit.USAGE
    )
    assert "no fix on the server's side is called 'install-ca'" in capsys.readouterr().err


def test_who_is_not_root_learns_who_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(path: str, *_: int) -> None:
        raise PermissionError(1, "Operation not permitted", path)

    monkeypatch.setattr(os, "chown", refuse)
    monkeypatch.setenv("TLSLAB_CACHE", str(tmp_path / "cache"))
    assert cli.run_command(["certificates", "expired", "--into", str(tmp_path)]) == Exit.LAB_FAILED
    assert "Only root may give files" in capsys.readouterr().err
