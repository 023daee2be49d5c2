"""The JUnit XML of pytest (`--junitxml`), written whole or not at all, and with a sentence when it cannot be."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from _pytest.junitxml import xml_key

from tlslab.runtime import files


@contextmanager
def whole(config: pytest.Config, fail: Callable[[str], None]) -> Iterator[None]:
    """While this is open pytest writes its file; it is in memory until then. `fail` gets the reason when it fails.

    pytest itself would leave a part of a file, and end with its own traceback before it has ended xdist's workers.
    """
    xml = config.stash.get(xml_key, None)
    if xml is None or not hasattr(os, "memfd_create"):  # memfd_create(2): Linux alone
        yield
        return
    place = Path(xml.logfile)
    with os.fdopen(os.memfd_create("junit"), "r+b") as memory:
        xml.logfile = f"/proc/self/fd/{memory.fileno()}"
        try:
            yield
        finally:
            xml.logfile = str(place)
        text = memory.read().decode()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        files.write(place, text)
    except OSError as problem:
        config.pluginmanager.unregister(xml)  # pytest would say that it has written the file
        del config.stash[xml_key]
        fail(f"the JUnit XML could not be written: {problem.strerror}: {place}")
