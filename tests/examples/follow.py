#!/usr/bin/env python3
"""The example of two processes: each event is printed once, in order, also by one that was stopped and started again."""
import argparse
import pathlib
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--bin", type=pathlib.Path, required=True)
parser.add_argument("--data")
program = str(parser.parse_args().bin / "follow")


def positions(text):
    return [int(line.split(":")[0]) for line in text.splitlines()]


alone = subprocess.run([program], capture_output=True, text=True)
if alone.returncode != 0 or positions(alone.stdout) != [1, 2, 3, 4, 5, 6]:
    sys.exit(alone.stdout + alone.stderr)

with tempfile.TemporaryDirectory() as place:
    store, checkpoint = f"{place}/store", f"{place}/checkpoint"
    refused = subprocess.run([program, "read", store, checkpoint], capture_output=True, text=True)
    if refused.returncode != 1 or "no_such_store" not in refused.stderr:
        sys.exit("a reader before a writer: " + refused.stderr)
    subprocess.run([program, "write", store], check=True)
    printed = []
    for stops in (7, 400, None):
        reader = subprocess.Popen([program, "read", store, checkpoint], stdout=subprocess.PIPE, text=True)
        if stops is None:
            printed += positions(reader.stdout.read())
            break
        writer = subprocess.Popen([program, "write", store])
        printed += positions("".join(reader.stdout.readline() for _ in range(stops)))
        reader.kill()
        printed += positions(reader.communicate()[0].rpartition("\n")[0])
        if writer.wait() != 0:
            sys.exit("the writer failed")
    # At least once: what was printed and not noted comes again, and nothing is left out.
    if sorted(set(printed)) != list(range(1, 3001)):
        sys.exit(f"{len(set(printed))} of 3000 were printed")
