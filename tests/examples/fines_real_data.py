#!/usr/bin/env python3
"""The fines on a real log of 561,470 events: imported while it is killed at random, asked about every day that there is an answer for
and about another one, and imported again without effect. `--kills 200 --days 20` does more of it.

Skipped (exit code 77) where the data is not there.
"""
import argparse
import csv
import itertools
import json
import pathlib
import random
import tempfile

from fines import cents, expected
from program import FOLDER, import_killed, real_data, run, same, unpack


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--days", type=int, default=1, help="how many other days are asked about")
    arguments, fines, packed = real_data(parser, "fines", "road_fines.csv.xz")
    chance = random.Random(arguments.seed)

    def given(name):
        return (arguments.data / f"road_fines_expected_{name}").read_text(encoding="utf-8")

    with tempfile.TemporaryDirectory(dir=FOLDER) as temporary:
        unpacked = pathlib.Path(temporary) / "log.csv"
        unpack(packed, unpacked)
        text = unpacked.read_text(encoding="utf-8")
        rows = list(csv.DictReader(text.splitlines()))

        killed = 0
        for attempt in itertools.count():
            store = pathlib.Path(temporary) / f"fines.{attempt}"
            killed += import_killed(fines, unpacked, store, arguments.kills - killed, chance, [0.1, 0.5, 2])
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


if __name__ == "__main__":
    main()
