"""Kinds: what can change between two versions of a client, most serious first, in machine words and in people's."""

from enum import StrEnum


class Level(StrEnum):
    """How serious a change is, most serious first; the values of `--fail-on`."""

    VERDICT = "verdict"
    DEFAULT = "default"
    FIX = "fix"
    CODE = "code"
    TEXT = "text"
    TLS = "tls"
    SECONDS = "seconds"


class Kind(StrEnum):
    """What changed, most serious first."""

    ACCEPTS = "accepts"
    LETS_IN = "lets-impostor-in"
    UNENCRYPTED = "no-longer-encrypted"
    HEALTHY_FAILS = "healthy-fails"
    REFUSES = "refuses"
    HEALTHY_CONNECTS = "healthy-connects"
    ENCRYPTED = "now-encrypted"
    JUDGED = "judged-differently"
    DEFAULT_ACCEPTS = "default-accepts"
    DEFAULT_UNENCRYPTED = "default-no-longer-encrypted"
    DEFAULT_REFUSES = "default-refuses"
    DEFAULT_FAILS = "default-fails"
    DEFAULT_ENCRYPTED = "default-now-encrypted"
    DEFAULT_CONNECTS = "default-connects"
    DEFAULT_TLS = "default-tls"
    FIX_FAILS = "fix-no-longer-clears"
    FIX_CLEARS = "fix-clears"
    KEEPS_OUT = "keeps-impostor-out"
    BREAKS_OTHERS = "fix-breaks-other-hosts"
    KEEPS_OTHERS = "fix-keeps-other-hosts"
    FIX_JUDGED = "fix-judged-differently"
    ENDS = "ends-differently"
    CODE = "code"
    TEXT = "text"
    TLS = "tls"
    SECONDS = "seconds"

    @property
    def level(self) -> Level:
        return _KNOWN[self][0]

    @property
    def words(self) -> str:
        """For people."""
        return _KNOWN[self][1]

    @property
    def security(self) -> bool:
        """Whether something gets through that was stopped before."""
        return self in _SECURITY

    @property
    def opens(self) -> bool:
        """Whether a server gets through that was refused."""
        return self in _OPENS

    @property
    def turns(self) -> bool:
        """Whether a server gets through that was refused, or is refused that got through."""
        return self.opens or self.mirrored.opens

    @property
    def breaking(self) -> bool:
        """Whether somebody who connected does not any more."""
        return self in _BREAKING

    @property
    def mirrored(self) -> "Kind":
        """The kind of the same change with old and new swapped."""
        return _MIRROR.get(self, self)


_KNOWN: dict[Kind, tuple[Level, str]] = {
    Kind.ACCEPTS: (Level.VERDICT, "was refused, is accepted now"),
    Kind.LETS_IN: (Level.VERDICT, "a fix lets an impostor in that was refused (a cure became a bypass)"),
    Kind.UNENCRYPTED: (Level.VERDICT, "the session is no longer encrypted"),
    Kind.HEALTHY_FAILS: (Level.VERDICT, "does not connect any more when nothing is wrong"),
    Kind.REFUSES: (Level.VERDICT, "was accepted, is refused now"),
    Kind.HEALTHY_CONNECTS: (Level.VERDICT, "connects again when nothing is wrong"),
    Kind.ENCRYPTED: (Level.VERDICT, "the session is encrypted now"),
    Kind.JUDGED: (Level.VERDICT, "another verdict"),
    Kind.DEFAULT_ACCEPTS: (Level.DEFAULT, "default changed: accepts by itself what it refused"),
    Kind.DEFAULT_UNENCRYPTED: (Level.DEFAULT, "default changed: no longer encrypts by itself"),
    Kind.DEFAULT_REFUSES: (Level.DEFAULT, "default changed: refuses by itself what it accepted"),
    Kind.DEFAULT_FAILS: (Level.DEFAULT, "default changed: no longer connects by itself"),
    Kind.DEFAULT_ENCRYPTED: (Level.DEFAULT, "default changed: encrypts by itself"),
    Kind.DEFAULT_CONNECTS: (Level.DEFAULT, "default changed: connects by itself"),
    Kind.DEFAULT_TLS: (Level.DEFAULT, "default changed: TLS version or cipher"),
    Kind.FIX_FAILS: (Level.FIX, "a fix no longer clears the error"),
    Kind.FIX_CLEARS: (Level.FIX, "a fix clears the error now"),
    Kind.KEEPS_OUT: (Level.FIX, "a fix keeps an impostor out that got in (a bypass became a cure)"),
    Kind.BREAKS_OTHERS: (Level.FIX, "after a fix other hosts are refused that were accepted"),
    Kind.KEEPS_OTHERS: (Level.FIX, "after a fix other hosts are accepted that were refused"),
    Kind.FIX_JUDGED: (Level.FIX, "another verdict of a fix"),
    Kind.ENDS: (Level.CODE, "ends in another way"),
    Kind.CODE: (Level.CODE, "another error code"),
    Kind.TEXT: (Level.TEXT, "another text"),
    Kind.TLS: (Level.TLS, "another TLS version or cipher"),
    Kind.SECONDS: (Level.SECONDS, "another speed"),
}

_OPENS = frozenset({Kind.ACCEPTS, Kind.LETS_IN, Kind.DEFAULT_ACCEPTS})
_SECURITY = _OPENS | {Kind.UNENCRYPTED, Kind.DEFAULT_UNENCRYPTED}
_BREAKING = frozenset({Kind.HEALTHY_FAILS, Kind.REFUSES, Kind.DEFAULT_REFUSES, Kind.DEFAULT_FAILS, Kind.BREAKS_OTHERS})

_PAIRS = (
    (Kind.ACCEPTS, Kind.REFUSES),
    (Kind.LETS_IN, Kind.KEEPS_OUT),
    (Kind.UNENCRYPTED, Kind.ENCRYPTED),
    (Kind.HEALTHY_FAILS, Kind.HEALTHY_CONNECTS),
    (Kind.DEFAULT_ACCEPTS, Kind.DEFAULT_REFUSES),
    (Kind.DEFAULT_UNENCRYPTED, Kind.DEFAULT_ENCRYPTED),
    (Kind.DEFAULT_FAILS, Kind.DEFAULT_CONNECTS),
    (Kind.FIX_FAILS, Kind.FIX_CLEARS),
    (Kind.BREAKS_OTHERS, Kind.KEEPS_OTHERS),
)
_MIRROR = {kind: other for pair in _PAIRS for kind, other in (pair, pair[::-1])}
