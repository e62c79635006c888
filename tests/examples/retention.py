#!/usr/bin/env python3
"""The example of what a store may let go of: what it prints is what was kept."""
import argparse
import pathlib
import subprocess
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--bin", type=pathlib.Path, required=True)
parser.add_argument("--data")
lines = subprocess.run([parser.parse_args().bin / "retention"], check=True, capture_output=True, text=True).stdout.splitlines()
days = sum(range(1, 101))
wanted = [
    f"account 42 has {days + 1}",
    "truncated: stream account/42 is kept from version 101 on; what was asked for lies before that",
    "stream_deleted: ",
    "closing: account/42, 2025 is closed",
    "desk: account/43, asked for on 2026-11-20",
    "desk: letters/43, asked for on 2026-11-20",
    "201 events gone from ",
]
if len(lines) != len(wanted) + 1 or not all(line.startswith(want) for line, want in zip(lines, wanted)):
    sys.exit("\n".join(lines))
if not lines[-1].endswith(f" segments moved; account 42 still has {days + 1}") or lines[-1].startswith("0 "):
    sys.exit(lines[-1])
