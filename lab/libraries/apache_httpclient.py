"""Apache HttpClient for Java (AWS SDK, Spring, Solr, Maven of old): it compares names itself, behind JSSE."""

from tlslab.model.conditions import NAME_MISMATCH
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says

NAMES = Source(
    "Apache HttpClient, DefaultHostnameVerifier.java",
    "https://github.com/apache/httpcomponents-client/blob/4401991d93e1c4979cf8931e343323f97c335608/httpclient5/src/main"
    "/java/org/apache/hc/client5/http/ssl/DefaultHostnameVerifier.java",
)

LIBRARY = Library(
    "apache-httpclient",
    says(
        [NAME_MISMATCH],
        Phase.NAME,
        "doesn't match any of the subject alternative names",
        "doesn't match common name of the certificate subject",
        "doesn't contain a common name and does not have alternative names",
        basis=Basis.AUTHORITATIVE,
        source=NAMES,
    ),
    vocabulary=True,
)
