#!/usr/bin/env python3
"""The bank on a real bank's year: imported while it is killed at random, checked against its books, folded to any day, and imported again
without effect. `--kills 200` kills so often.

Skipped (exit code 77) where the data is not there.
"""
import argparse
import calendar
import collections
import csv
import lzma
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time


def run(program, *arguments, code=0):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != code:
        sys.exit(f"bank {' '.join(map(str, arguments))}: exit code {done.returncode} instead of {code}\n"
                 f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done


def same(what, expected, actual):
    if expected == actual:
        print(f"agrees: {what}")
        return
    wrong = [(e, a) for e, a in zip(expected, actual) if e != a][:5]
    sys.exit(f"differs: {what}: {len(expected)} expected, {len(actual)} found; first differences (expected, found): {wrong}")


def balances(program, store, *arguments):
    rows = list(csv.reader(run(program, "balances", "--store", store, *arguments).stdout.splitlines()))
    if rows[0] != ["account_id", "balance_haler"]:
        sys.exit(f"balances begins with {rows[0]}")
    return [(int(account), int(balance)) for account, balance in rows[1:]]


def import_killed(program, file, store, kills, chance):
    """Imports, and kills the import at random until it was killed so often or is through; how often it was."""
    for killed in range(kills):
        durability = chance.choice(["durable", "lose_recent", "lose_unsynced"])
        with subprocess.Popen([program, "import", file, "--store", store, "--durability", durability], stdout=subprocess.DEVNULL) as running:
            time.sleep(chance.uniform(0, chance.choice([0.05, 0.2, 1])))
            running.kill()
        if running.returncode != -signal.SIGKILL:
            return killed
    return kills


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    arguments = parser.parse_args()
    packed = arguments.data / "bank_transactions.csv.xz"
    if not packed.exists():
        print(f"skipped: there is no {packed.name} in the data directory; -DSILLOK_DATA_DIR=... says where it is")
        return 77
    bank = arguments.bin / "bank"
    if not bank.exists():
        sys.exit(f"{bank.name} has not been built")

    print(f"seed {arguments.seed}: --seed {arguments.seed} repeats it")
    chance = random.Random(arguments.seed)

    def given(name):
        return (arguments.data / f"bank_expected_{name}").read_text(encoding="utf-8").splitlines()

    # Where it is quick to sync, if there is such a place: what a disk does is for the store's own tests.
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as temporary:
        unpacked = pathlib.Path(temporary) / "transactions.csv"
        unpacked.write_bytes(lzma.open(packed).read())
        store = pathlib.Path(temporary) / "bank.sillok"
        rows = list(csv.DictReader(unpacked.open(encoding="utf-8")))

        def folded(until):
            sums = collections.Counter()
            for row in rows:
                if row["date"] <= until:
                    sums[int(row["account_id"])] += int(row["signed_haler"])
            return sorted(sums.items())

        killed = 0
        while True:
            killed += import_killed(bank, unpacked, store, arguments.kills - killed, chance)
            run(bank, "import", unpacked, "--store", store)
            for kind in ("type", "month"):
                same(f"totals by {kind}", given(f"by_{kind}.csv"), run(bank, "totals", "--by", kind, "--store", store).stdout.splitlines())
            same("the top ten", given("top10_turnover.csv"), run(bank, "top", "--n", 10, "--store", store).stdout.splitlines())
            if killed == arguments.kills:
                break
            shutil.rmtree(store)
        print(f"killed {killed} times")
        with (arguments.data / "bank_expected_final_balance.csv").open(encoding="utf-8") as final:
            finals = list(csv.DictReader(final))
        expected = sorted((int(row["account_id"]), int(row["sum_haler"])) for row in finals)
        same("final balances", expected, balances(bank, store))
        for day in ("1992-12-31", "1993-01-31", "1993-07-05", "1993-12-31", "1999-01-01"):
            same(f"balances as of {day}", folded(day), balances(bank, store, "--at", day))

        with (arguments.data / "bank_expected_asof_month_end.csv").open(encoding="utf-8") as months:
            for month in csv.DictReader(months):
                end = f"{month['month']}-{calendar.monthrange(*map(int, month['month'].split('-')))[1]}"
                # The file has the balances that the bank recorded; the events give them without what was rounded off.
                rounded = sum(int(row["rounding_haler"]) for row in rows if row["date"] <= end)
                found = balances(bank, store, "--at", end)
                same(f"accounts and their sum at the end of {month['month']}",
                     [int(month["accounts_with_history"]), int(month["sum_recorded_balance_haler"])],
                     [len(found), sum(balance for _, balance in found) + rounded])

        rounding = sum(int(row["rounding_total_haler"]) for row in finals)
        same("every recorded balance, and the rounding in all", f"agree {len(rows)}\ndisagree 0\nrounding_haler {rounding}\n",
             run(bank, "check", "--store", store).stdout)

        account, count = collections.Counter(row["account_id"] for row in rows).most_common(1)[0]
        before = run(bank, "history", account, "--store", store).stdout
        if len(before.splitlines()) < count:
            sys.exit(f"the history of account {account} has fewer than {count} lines")
        again = run(bank, "import", unpacked, "--store", store).stdout
        same("what a second import says", [f"rows {len(rows)}", "accounts 1229", "recorded 0",
                                           f"duplicates {len(rows)} (recorded before: nothing was recorded twice)", "rejected 0"],
             again.splitlines()[:5])
        same("history after a second import", before, run(bank, "history", account, "--store", store).stdout)
        same("balances after a second import", expected, balances(bank, store))
    return 0


if __name__ == "__main__":
    sys.exit(main())
