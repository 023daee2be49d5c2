"""What people read when it happens to them: an article's lines, each with what the lab plays of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tlslab.model.evidence import Source


@dataclass(frozen=True, slots=True)
class Sentence:
    """An error that articles print. `scenarios` play what it means; none: `otherwise` says why.

    `whose`: the program that says it, where no client of the lab does. `status`: what a client prints that has the same
    status and another sentence.
    """

    text: str
    articles: Sequence[Source]
    scenarios: Sequence[str] = ()
    whose: str = ""
    status: str = ""
    otherwise: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """A cause that articles name, and what they advise, in the lab's words. `fixes` play that, each as `scenario/fix`.

    `waits`: what has to come before the lab can play it, in words. `otherwise`: why there is nothing to play.
    """

    cause: str
    advice: str
    sections: Sequence[Source]
    fixes: Sequence[str] = ()
    waits: str = ""
    otherwise: str = ""
