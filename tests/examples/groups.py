#!/usr/bin/env python3
"""The example of consumer groups: processes that share a log add up each sale once, also when some of them are killed."""
import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("--bin", type=pathlib.Path, required=True)
parser.add_argument("--data")
program = str(parser.parse_args().bin / "groups")

alone = subprocess.run([program], capture_output=True, text=True, timeout=120)
if alone.returncode != 0 or alone.stdout != "sold for 20100\n":
    sys.exit(alone.stdout + alone.stderr)

with tempfile.TemporaryDirectory() as place:
    early = subprocess.run([program, "count", place], capture_output=True, text=True, timeout=120)
    if early.returncode != 1 or "no_such_store" not in early.stderr:
        sys.exit("a counter before there is a log: " + early.stderr)
    subprocess.run([program, "write", place, "1"], check=True)
    sold, wanted = 1500, 1 + 1500 * 1501 // 2
    writer = subprocess.Popen([program, "write", place, str(sold)])
    counters = [subprocess.Popen([program, "count", place, str(wanted)]) for _ in range(3)]
    for _ in range(2):
        time.sleep(0.5)
        counters.pop(0).kill()
        counters.append(subprocess.Popen([program, "count", place, str(wanted)]))
    if writer.wait() != 0:
        sys.exit("the writer failed")
    for counter in counters:
        if counter.wait(timeout=120) != 0:
            sys.exit("a counter failed")
    total = int(subprocess.run([program, "total", place], capture_output=True, text=True, check=True).stdout)
    if total != wanted:
        sys.exit(f"{total} of {wanted}")
