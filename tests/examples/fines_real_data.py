#!/usr/bin/env python3
"""The fines on a real log of 561,470 events: imported while it is killed at random, asked about every day that there is an answer for
and about another one, and imported again without effect. `--kills 200 --days 20` does more of it.

Skipped (exit code 77) where the data is not there.
"""
import argparse
import csv
import itertools
import json
import lzma
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

from fines import cents, expected


def run(program, *arguments, code=0):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != code:
        sys.exit(f"fines {' '.join(map(str, arguments))}: exit code {done.returncode} instead of {code}\n"
                 f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def same(what, wanted, found):
    if wanted != found:
        sys.exit(f"differs: {what}\nexpected: {str(wanted)[:2000]}\nfound:    {str(found)[:2000]}")
    print(f"agrees: {what}")


def import_killed(program, file, store, kills, chance):
    """Imports, and kills the import at random until it was killed so often or is through; how often it was."""
    for killed in range(kills):
        durability = chance.choice(["durable", "lose_recent", "lose_unsynced"])
        with subprocess.Popen([program, "import", file, "--store", store, "--durability", durability], stdout=subprocess.DEVNULL) as running:
            time.sleep(chance.uniform(0, chance.choice([0.1, 0.5, 2])))
            running.kill()
        if running.returncode != -signal.SIGKILL:
            return killed
    return kills


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--days", type=int, default=1, help="how many other days are asked about")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    arguments = parser.parse_args()
    packed = arguments.data / "road_fines.csv.xz"
    if not packed.exists():
        print(f"skipped: there is no {packed.name} in the data directory; -DSILLOK_DATA_DIR=... says where it is")
        return 77
    fines = arguments.bin / "fines"
    if not fines.exists():
        sys.exit(f"{fines.name} has not been built")
    print(f"seed {arguments.seed}: --seed {arguments.seed} repeats it")
    chance = random.Random(arguments.seed)

    def given(name):
        return (arguments.data / f"road_fines_expected_{name}").read_text(encoding="utf-8")

    # Where it is quick to sync, if there is such a place: what a disk does is for the store's own tests.
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as temporary:
        unpacked = pathlib.Path(temporary) / "log.csv"
        unpacked.write_bytes(lzma.open(packed).read())
        text = unpacked.read_text(encoding="utf-8")
        rows = list(csv.DictReader(text.splitlines()))

        killed = 0
        for attempt in itertools.count():
            store = pathlib.Path(temporary) / f"fines.{attempt}"
            killed += import_killed(fines, unpacked, store, arguments.kills - killed, chance)
            counts = dict(line.split(" ")[:2] for line in run(fines, "import", unpacked, "--store", store).splitlines())
            same("rows are recorded or were so before", (len(rows), "150370", "0"),
                 (int(counts["recorded"]) + int(counts["duplicates"]), counts["cases"], counts["rejected"]))
            summary = json.loads(given("summary.json"))["as_of"]
            for day, wanted in summary.items():
                same(f"the report as of {day}", json.dumps(wanted, sort_keys=True, separators=(",", ":")) + "\n",
                     run(fines, "report", "--store", store, "--at", day))
            same("the activities", given("activity_counts.csv").splitlines(), run(fines, "activities", "--store", store).splitlines())
            last = [run(fines, "last", "--store", store, "--at", day).splitlines()[1:] for day in summary]
            same("the last activities", given("last_activity_at_date.csv").splitlines()[1:], sum(last, []))
            if killed == arguments.kills:
                break
            for path in store.iterdir():
                path.unlink()
        print(f"killed {killed} times, over {attempt + 1} stores")

        for day in [chance.choice(rows)["time:timestamp"][:10] for _ in range(arguments.days)]:
            same(f"the report as of {day}", expected(rows, day), json.loads(run(fines, "report", "--store", store, "--at", day)))

        due = {}
        for row in rows:
            fine, rest = due.get(row["case_no"], (0, 0))
            due[row["case_no"]] = (cents(row["amount"]) if row["amount"] else fine,
                                   rest + cents(row["expense"] or "0") - cents(row["paymentAmount"] or "0"))
        order = sorted(due, key=lambda case: (-sum(due[case]), int(case)))
        for page in (1, 2, 700):
            found = list(csv.DictReader(run(fines, "top", "--by", "due", "--page", page, "--size", 20, "--store", store).splitlines()))
            same(f"page {page} of the highest debts", [(case, str(sum(due[case]))) for case in order[20 * page - 20:20 * page]],
                 [(row["case_no"], row["due_cents"]) for row in found])

        lines = text.splitlines()[1:]
        for line in chance.sample(lines, 5):
            number, _, name = line.split(",")[:3]
            wanted = [each for each in lines if each.startswith(f"{number},")]
            for case in (number, name):
                same(f"the rows of case {case}", wanted, run(fines, "case", case, "--store", store).split("\n\n")[0].splitlines()[1:])

        again = run(fines, "import", unpacked, "--store", store).splitlines()
        same("what another import says", [f"rows {len(rows)}", "cases 150370", "recorded 0",
                                          f"duplicates {len(rows)} (recorded before: nothing was recorded twice)", "rejected 0"], again[:5])
        print(run(fines, "rebuild", "--store", store), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
