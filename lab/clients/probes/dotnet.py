"""Starts a program on a .NET runtime, a directory, without .NET's launcher: RUNTIME, then what `dotnet` takes.

The host is asked as the launcher asks it (dotnet/runtime, docs/design/features/host-components.md: hostfxr, the muxer).
"""

import ctypes
import os
import sys
from pathlib import Path

runtime, *given = sys.argv[1:]
(hostfxr,) = Path(runtime).glob("host/fxr/*/libhostfxr.so")
launcher = str(Path(runtime) / "dotnet")
words = [os.fsencode(word) for word in (launcher, *given)]
start = ctypes.CDLL(str(hostfxr)).hostfxr_main_startupinfo
start.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p)
sys.exit(start(len(words), (ctypes.c_char_p * len(words))(*words), words[0], os.fsencode(runtime), b""))
