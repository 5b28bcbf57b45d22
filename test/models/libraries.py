"""The libraries whose models are proved against their own headers, where these are installed.

`HEADER` is what must be there; lit.cfg.py makes a feature of each library that has it. Libraries without a package small enough, or without one in
Debian (Qt, libdispatch, DPDK, the Linux kernel, folly), are not here: their models are as their documentation says.
"""

import dataclasses
import pathlib

INCLUDE = [pathlib.Path("/usr/include"), pathlib.Path("/usr/include/x86_64-linux-gnu"), pathlib.Path("/usr/include/aarch64-linux-gnu")]


@dataclasses.dataclass(frozen=True)
class Library:
    model: str  # rules/models/<model>.model
    package: str  # of Debian
    headers: tuple  # to include; the first one decides whether the library is here
    directories: tuple = ()  # below the include directories
    copied: str = ""  # a header that must be taken out of its directory, which has others that clang cannot read
    flags: tuple = ()
    calls: str = ""  # C++: what Inputs calls
    plain: bool = False  # no C++ library for this target: only names and numbers of parameters are compared
    elsewhere: tuple = ()  # names the installed version does not have


LIBRARIES = {
    "apr": Library("apr", "libapr1-dev libaprutil1-dev", ("apr_thread_proc.h", "apr_thread_mutex.h", "apr_thread_rwlock.h", "apr_thread_cond.h",
                                         "apr_time.h", "apr_thread_pool.h"), ("apr-1.0",)),
    "glib": Library("glib", "libglib2.0-dev", ("glib.h", "gio/gio.h"), ("glib-2.0",)),
    "libuv": Library("libuv", "libuv1-dev", ("uv.h",), elsewhere=("uv_thread_detach",)),  # of 1.50
    "sdl": Library("sdl", "libsdl2-dev", ("SDL.h",), ("SDL2",),
                   elsewhere=("SDL_WaitCondition", "SDL_WaitConditionTimeout", "SDL_SignalCondition", "SDL_BroadcastCondition", "SDL_Mutex",
                              "SDL_RWLock", "SDL_LockRWLockForReading", "SDL_LockRWLockForWriting", "SDL_UnlockRWLock")),
    "boost": Library("thread_boost", "libboost-thread-dev", ("boost/thread.hpp",), calls="boost.cpp"),
    "win32": Library("win32", "mingw-w64-common", ("windows.h", "process.h"), plain=True,
                     flags=("-target", "x86_64-w64-mingw32", "-D_WIN32_WINNT=0x0A00"), elsewhere=("SetThreadDescription",)),
    "openmp": Library("openmp", "libgcc-12-dev", ("omp.h",), copied="omp.h", flags=("-D__malloc__(...)=__unused__",)),
    "nng": Library("nng", "libnng-dev", ("nng/nng.h", "nng/supplemental/util/platform.h")),
    "zeromq": Library("zeromq", "libzmq3-dev", ("zmq.h", "zmq_utils.h")),
    "liburcu": Library("liburcu", "liburcu-dev", ("urcu/urcu-memb.h", "urcu/urcu-mb.h", "urcu/urcu-bp.h", "urcu/urcu-qsbr.h")),
    "tbb": Library("tbb", "libtbb-dev", ("oneapi/tbb/mutex.h", "oneapi/tbb/rw_mutex.h"), calls="tbb.cpp"),
    "abseil": Library("abseil", "libabsl-dev", ("absl/synchronization/mutex.h",), calls="abseil.cpp"),
}


def where(library):
    """Directory that the headers are included from, None when the library is not installed."""
    roots = [root / d for root in INCLUDE for d in library.directories or ("",)]
    if library.plain:
        roots = [pathlib.Path("/usr/share/mingw-w64/include")]
    if library.copied:
        roots = sorted(pathlib.Path("/usr/lib/gcc").glob("*/*/include"), reverse=True)
    return next((root for root in roots if (root / library.headers[0]).is_file()), None)
