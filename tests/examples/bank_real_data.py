#!/usr/bin/env python3
"""The bank on a real bank's year: imported, checked against its books, folded to any day, and imported again without effect.

Skipped (exit code 77) where the data is not there.
"""
import argparse
import collections
import csv
import lzma
import pathlib
import subprocess
import sys
import tempfile


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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    packed = arguments.data / "bank_transactions.csv.xz"
    if not packed.exists():
        print(f"skipped: there is no {packed.name} in the data directory; -DSILLOK_DATA_DIR=... says where it is")
        return 77
    bank = arguments.bin / "bank"
    if not bank.exists():
        sys.exit(f"{bank.name} has not been built")

    with tempfile.TemporaryDirectory() as temporary:
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

        run(bank, "import", unpacked, "--store", store)
        print("imported")
        with (arguments.data / "bank_expected_final_balance.csv").open(encoding="utf-8") as final:
            expected = sorted((int(row["account_id"]), int(row["sum_haler"])) for row in csv.DictReader(final))
        same("final balances", expected, balances(bank, store))
        for day in ("1992-12-31", "1993-01-31", "1993-07-05", "1993-12-31", "1999-01-01"):
            same(f"balances as of {day}", folded(day), balances(bank, store, "--at", day))

        checked = run(bank, "check", "--store", store).stdout
        if str(len(rows)) not in checked.replace(",", "").replace("'", ""):
            sys.exit(f"check does not say that {len(rows)} rows agree:\n{checked[-2000:]}")
        print("agrees: every recorded balance")

        account, count = collections.Counter(row["account_id"] for row in rows).most_common(1)[0]
        before = run(bank, "history", account, "--store", store).stdout
        if len(before.splitlines()) < count:
            sys.exit(f"the history of account {account} has fewer than {count} lines")
        run(bank, "import", unpacked, "--store", store)
        same("history after a second import", before, run(bank, "history", account, "--store", store).stdout)
        same("balances after a second import", expected, balances(bank, store))
    return 0


if __name__ == "__main__":
    sys.exit(main())
