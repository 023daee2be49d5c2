"""Apache HttpClient for Java (AWS SDK, Spring, Solr, Maven of old): it compares names itself, behind JSSE."""

from tlslab.model.conditions import NAME_MISMATCH
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says

NAMES = Source(
    "Apache HttpClient, DefaultHostnameVerifier.java",
    "https://github.com/apache/httpcomponents-client/blob/4401991d93e1c4979cf8931e343323f97c335608/httpclient5/src/main"
    "/java/org/apache/hc/client5/http/ssl/DefaultHostnameVerifier.java",
)

OLDER = Source(
    "DSpace/xoai issue 63: the words of HttpClient 4.2 and older", "https://github.com/DSpace/xoai/issues/63"
)
ANDROID = Source(
    "bitfireAT/davdroid issue 424: a certificate that has no name at all",
    "https://github.com/bitfireAT/davdroid/issues/424",
)

LIBRARY = Library(
    "apache-httpclient",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "doesn't match any of the subject alternative names",
            "doesn't match common name of the certificate subject",
            "doesn't contain a common name and does not have alternative names",
            basis=Basis.AUTHORITATIVE,
            source=NAMES,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "hostname in certificate didn't match: <",
            basis=Basis.REPORTED,
            source=OLDER,
        ),
        *says(
            [NAME_MISMATCH], Phase.NAME, "doesn't contain CN or DNS subjectAlt", basis=Basis.REPORTED, source=ANDROID
        ),
    ),
    vocabulary=True,
)
