"""What the SQL Server clients share: TLS limits for OpenSSL, and how the probe is asked."""

import json

import pytest

from tlslab.clients.base import Machine
from tlslab.clients.tds import openssl_conf, read_versions, run_probe
from tlslab.model.outcome import Completed
from tlslab.model.situation import ClientSide, TLSVersion


def conf_lines(side: ClientSide) -> list[str]:
    return openssl_conf(side).partition("[system_default_sect]\n")[2].splitlines()


def test_system_configuration_holds_without_limits() -> None:
    assert openssl_conf(ClientSide("db.lab.test")) == ""


def test_limits_stand_in_the_section_that_openssl_applies_to_every_context() -> None:
    text = openssl_conf(ClientSide("db.lab.test", tls_min=TLSVersion.TLSv1_2))
    assert text.startswith("openssl_conf = default_conf\n[default_conf]\nssl_conf = ssl_sect\n")
    assert "[ssl_sect]\nsystem_default = system_default_sect\n" in text


@pytest.mark.parametrize(
    ("side", "lines"),
    [
        (ClientSide("db.lab.test", tls_min=TLSVersion.TLSv1_2), ["MinProtocol = TLSv1.2"]),
        (ClientSide("db.lab.test", tls_max=TLSVersion.TLSv1_2), ["MinProtocol = TLSv1.2", "MaxProtocol = TLSv1.2"]),
        # OpenSSL 3 speaks versions below 1.2 at security level 0 alone.
        (
            ClientSide("db.lab.test", tls_min=TLSVersion.TLSv1_0),
            ["MinProtocol = TLSv1", "CipherString = DEFAULT@SECLEVEL=0"],
        ),
        (
            ClientSide("db.lab.test", tls_max=TLSVersion.TLSv1_1),
            ["MinProtocol = TLSv1.1", "MaxProtocol = TLSv1.1", "CipherString = DEFAULT@SECLEVEL=0"],
        ),
    ],
)
def test_limits_are_written_as_openssl_reads_them(side: ClientSide, lines: list[str]) -> None:
    assert conf_lines(side) == lines


def test_password_goes_in_on_standard_input_alone() -> None:
    invocation = run_probe(Machine(python="/clients/python"), {"connection": {"password": "secret"}})
    assert invocation.argv[0] == "/clients/python"
    assert "secret" not in " ".join(invocation.argv)
    assert json.loads(invocation.stdin) == {"connection": {"password": "secret"}}
    assert set(invocation.files) == {"python_tds.py"}


@pytest.mark.parametrize("stdout", ["", "Traceback: it broke\n", "[1]\n"])
def test_versions_of_a_broken_probe_are_none(stdout: str) -> None:
    assert read_versions(Completed(1, stdout, "", 0.1)) == {}
