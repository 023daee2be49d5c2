"""JSSE: one certificate with several faults is refused for the first that OpenJDK looks at: the path, the time, the
purpose; the name is the caller's, and comes last.

OpenJDK, PKIXValidator.engineValidate (doBuild where no issuer is trusted, else doValidate), then EndEntityChecker
(Validator.validate), then what the trust manager around it does.
"""

from collections.abc import Callable
from itertools import combinations

import pytest

from tests.clients.acts import judge
from tlslab.clients.mssql_jdbc import MssqlJdbc
from tlslab.libraries.jsse import NO_PATH, PAST
from tlslab.model.certificate import PAST as BEFORE
from tlslab.model.certificate import KeyPurpose
from tlslab.model.library import Prints
from tlslab.model.situation import ServerKind, Situation, healthy

JDBC = MssqlJdbc()
Fault = Callable[[Situation], Situation]
FAULTS: dict[str, Fault] = {
    "path": lambda act: act.with_client(trust_anchors=()),
    "time": lambda act: act.with_leaf(validity=BEFORE),
    "purpose": lambda act: act.with_leaf(extended_key_usage=(KeyPurpose.CLIENT_AUTH,)),
    "name": lambda act: act.with_leaf(common_name="www.lab.test", names=("www.lab.test",)),
}
"""In the order in which they are looked at."""
WORDS = {
    "path": NO_PATH,
    "time": PAST,
    "purpose": "Extended key usage does not permit use for TLS server authentication",
    "name": "Failed to validate the server name",
}


@pytest.mark.parametrize(
    "faults", [found for size in range(1, 5) for found in combinations(FAULTS, size)], ids="+".join
)
def test_the_first_fault_is_told(faults: tuple[str, ...]) -> None:
    act = healthy(ServerKind.SQLSERVER)
    for name in faults:
        act = FAULTS[name](act)
    says = judge(JDBC).answer(act).says
    texts = [item.does.text for item in says if isinstance(item.does, Prints)]
    assert texts
    assert all(WORDS[faults[0]] in text for text in texts)


@pytest.mark.parametrize("path", [lambda act: act.with_leaf(issuer=None), lambda act: act.with_chain(after=())])
def test_no_path_is_one_text_whatever_the_reason(path: Fault) -> None:
    says = judge(JDBC).answer(path(healthy(ServerKind.SQLSERVER))).says
    assert says
    assert all(isinstance(item.does, Prints) and NO_PATH in item.does.text for item in says)
