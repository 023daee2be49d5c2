"""Starts the endpoint in its container.

Nothing that is imported becomes garbage. Looking for garbage meanwhile takes a tenth of the start, of which a run has
as many as it has configurations, all at once.
"""

import gc
import os
import sys

gc.disable()

from tlslab.servers.mssql_image import main  # noqa: E402

gc.freeze()
gc.enable()
status = main()
sys.stdout.flush()
# Threads that wait in a system call must not hold up the end.
os._exit(status)
