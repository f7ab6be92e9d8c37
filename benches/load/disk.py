"""How long the disk takes to keep 4 KiB for good: `disk.py FOLDER`."""

import os
import statistics
import sys
import time


def main(folder):
    path = os.path.join(folder, "fsync")
    taken = []
    file = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        for _ in range(200):
            os.write(file, bytes(4096))
            began = time.perf_counter()
            os.fdatasync(file)
            taken.append((time.perf_counter() - began) * 1000)
    finally:
        os.close(file)
        os.unlink(path)
    print(f"fdatasync {statistics.median(taken):.2f} ms (median of {len(taken)})")


main(sys.argv[1])
