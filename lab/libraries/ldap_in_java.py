"""Java's libraries for LDAP that check the name of the server themselves: ldaptive (CAS, Shibboleth) and JNDI."""

from tlslab.model.conditions import NAME_MISMATCH
from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import Library, says

LDAPTIVE = Source(
    "GluuFederation/community-edition-setup issue 214: CAS, ldaptive",
    "https://github.com/GluuFederation/community-edition-setup/issues/214",
)
JNDI = Source(
    "OpenJDK 17, com/sun/jndi/ldap/ext/StartTlsResponseImpl.java, negotiate",
    "https://github.com/openjdk/jdk/blob/jdk-17-ga/src/java.naming/share/classes/com/sun/jndi/ldap/ext"
    "/StartTlsResponseImpl.java",
)

LIBRARY = Library(
    "ldap-in-java",
    (
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "Hostname '{*}' does not match the hostname in the server's certificate",
            basis=Basis.REPORTED,
            source=LDAPTIVE,
        ),
        *says(
            [NAME_MISMATCH],
            Phase.NAME,
            "hostname of the server '{*}' does not match the hostname in the server's certificate.",
            basis=Basis.AUTHORITATIVE,
            source=JNDI,
        ),
    ),
    vocabulary=True,
)
