"""What the warning pages of browsers say in large letters: it names no reason. That is behind `Advanced`, as a code
(NET::ERR_CERT_..., SEC_ERROR_...).
"""

from tlslab.model.evidence import Basis, Phase, Source
from tlslab.model.library import ANY, Library, says

CHROME = Source(
    'How to Fix "Your Connection is Not Private" Error in Google Chrome (the page, and the codes behind it)',
    "https://mefmobile.org/how-to-fix-your-connection-is-not-private-error-in-google-chrome",
)

LIBRARY = Library(
    "browser-pages",
    says(
        ANY,
        Phase.VERIFY,
        "Your connection is not private",
        "Connection is not private",
        basis=Basis.REPORTED,
        source=CHROME,
    ),
    vocabulary=True,
)
