#!/usr/bin/env python3
"""The example of snapshots: what it prints is what a replay gives, and that there were some."""
import argparse
import pathlib
import subprocess
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--bin", type=pathlib.Path, required=True)
parser.add_argument("--data")
printed = subprocess.run([parser.parse_args().bin / "snapshots"], check=True, capture_output=True, text=True).stdout
paid = sum(range(1, 251))
wanted = f"account 42 has paid {paid}\nsnapshots taken: 2\nto the landlord {paid}\nand from the snapshot {paid}\nstream_deleted\n"
if printed != wanted:
    sys.exit(printed)
