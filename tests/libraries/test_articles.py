"""Every error text that four public documents about these failures print is known: two pages of Microsoft's about SQL
Server, and two about the sentence of .NET Framework.
"""

import pytest

from tests.libraries.words import known_to
from tlslab import catalogue
from tlslab.report.listing import with_text

CATALOGUE = catalogue.load()

_LOGIN = (
    "A connection was successfully established with the server, but then an error occurred during the login process. "
)

TEXTS = {
    # Microsoft, Error message when you connect to SQL Server.
    _LOGIN
    + "(provider: SSL Provider, error: 0 - The certificate chain was issued by an authority that is not trusted.) "
    "(.Net SqlClient Data Provider)": "sni",
    "The certificate received from the remote server was issued by an untrusted certificate authority. Because of "
    "this, none of the data contained in the certificate can be validated. The TLS connection request has failed. The "
    "attached "
    "data contains the server certificate.": "schannel-events",
    "Event ID: 36882": "schannel-events",
    # Microsoft, Encrypt connections to SQL Server on Linux.
    "The certificate chain was issued by an authority that is not trusted.": "schannel",
    "The target principal name is incorrect.": "schannel",
    "An existing connection was forcibly closed by the remote host.": "sni",
    _LOGIN + "(provider: SSL Provider, error: 0 - An existing connection was forcibly closed by the remote host.) "
    "(Microsoft SQL Server, Error: 10054)": "sni",
    # 10Web, How to Resolve the Could Not Establish Trust Relationship Error.
    "Could Not Establish Trust Relationship for the SSL/TLS Secure Channel with Authority": "dotnet-framework",
    "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel.": (
        "dotnet-framework"
    ),
    "Trust relationship between the workstation and primary domain failed.": "windows-domain",
    "Error: Could not establish a trust relationship for the SSL/TLS secure channel with authority '[Authority "
    "Name]'.": ("dotnet-framework"),
    "SSL Certificate problem: unable to get local issuer certificate.": "openssl",
    "The request was aborted: Could not create SSL/TLS secure channel.": "dotnet-framework",
    # Kinsta, How To Fix the Could Not Establish Trust Relationship Error.
    "Could not establish trust relationship for the SSL/TLS secure channel with authority": "dotnet-framework",
    "Connection is not private": "browser-pages",
}


@pytest.mark.parametrize(("text", "library"), TEXTS.items())
def test_a_text_of_an_article_is_known(text: str, library: str) -> None:
    assert library in known_to(text)


OF_A_WINDOW = ("Not Secure", "Certificate is not valid")
"""What they show of browsers beside the message."""


@pytest.mark.parametrize("text", [*TEXTS, *OF_A_WINDOW])
def test_a_text_of_an_article_leads_to_a_lesson(text: str) -> None:
    """As it is pasted: `./tlslab list TEXT`."""
    assert with_text(CATALOGUE.scenarios, CATALOGUE.knowledge, text)
