#!/usr/bin/env python3
"""The bank on a real bank's year: imported while it is killed at random, checked against its books, folded to any day, and imported again
without effect. `--kills 200` kills so often.

Skipped (exit code 77) where the data is not there.
"""
import argparse
import calendar
import collections
import csv
import pathlib
import random
import shutil
import sys
import tempfile

from program import FOLDER, import_killed, real_data, run, same, unpack


def balances(bank, store, *arguments):
    rows = list(csv.reader(run(bank, "balances", "--store", store, *arguments).splitlines()))
    if rows[0] != ["account_id", "balance_haler"]:
        sys.exit(f"balances begins with {rows[0]}")
    return [(int(account), int(balance)) for account, balance in rows[1:]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=5)
    arguments, bank, packed = real_data(parser, "bank", "bank_transactions.csv.xz")
    chance = random.Random(arguments.seed)

    def given(name):
        return (arguments.data / f"bank_expected_{name}").read_text(encoding="utf-8").splitlines()

    with tempfile.TemporaryDirectory(dir=FOLDER) as temporary:
        unpacked = pathlib.Path(temporary) / "transactions.csv"
        unpack(packed, unpacked)
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
            killed += import_killed(bank, unpacked, store, arguments.kills - killed, chance, [0.05, 0.2, 1])
            run(bank, "import", unpacked, "--store", store)
            for kind in ("type", "month"):
                same(f"totals by {kind}", given(f"by_{kind}.csv"), run(bank, "totals", "--by", kind, "--store", store).splitlines())
            same("the top ten", given("top10_turnover.csv"), run(bank, "top", "--n", 10, "--store", store).splitlines())
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
             run(bank, "check", "--store", store))

        account, count = collections.Counter(row["account_id"] for row in rows).most_common(1)[0]
        before = run(bank, "history", account, "--store", store)
        if len(before.splitlines()) < count:
            sys.exit(f"the history of account {account} has fewer than {count} lines")
        again = run(bank, "import", unpacked, "--store", store)
        same("what a second import says", [f"rows {len(rows)}", "accounts 1229", "recorded 0",
                                           f"duplicates {len(rows)} (recorded before: nothing was recorded twice)", "rejected 0"],
             again.splitlines()[:5])
        same("history after a second import", before, run(bank, "history", account, "--store", store))
        same("balances after a second import", expected, balances(bank, store))


if __name__ == "__main__":
    main()
