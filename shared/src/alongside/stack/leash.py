"""Starts a program that cannot outlive the process that wanted it.

Run as a script, before anything else is imported: become an ordinary user where asked, ask
the kernel for a signal at the parent's death (Linux), then turn into the program.

    python -I -S leash.py PARENT SIGNAL UID GID PROGRAM [ARGUMENT …]

UID and GID `-` mean: stay who we are.
"""

import os
import sys

_PR_SET_PDEATHSIG = 1
_ARGUMENTS = 5


def main(arguments: list[str]) -> None:
    """Turn this process into the program named in the arguments."""
    if len(arguments) < _ARGUMENTS:
        raise SystemExit(__doc__)
    parent, signal_number, uid, gid, *program = arguments
    libc = None
    if sys.platform == "linux":
        # Before becoming somebody who may not be able to read Python's own library.
        import ctypes  # noqa: PLC0415  # where there is no prctl, there is nothing to load

        libc = ctypes.CDLL(None)
    if uid != "-":
        # Groups first: an ordinary user may not give them up any more.
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if libc is not None:
        # After becoming that user: a change of user takes the wish back.
        libc.prctl(_PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
        if os.getppid() != int(parent):
            raise SystemExit(0)
    os.execvp(program[0], program)  # noqa: S606  # no shell, on purpose


if __name__ == "__main__":
    main(sys.argv[1:])
