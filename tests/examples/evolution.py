#!/usr/bin/env python3
"""Three generations of an order service on one store: each reads what the earlier ones wrote, and says no to what later ones did."""
import argparse
import pathlib
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--bin", type=pathlib.Path, required=True)
parser.add_argument("--data")
program = parser.parse_args().bin / "evolution"


def run(*words, store, fails=False):
    done = subprocess.run([program, *words, "--store", store], capture_output=True, text=True)
    if (done.returncode != 0) != fails:
        sys.exit(f"{words}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stderr if fails else done.stdout


def equal(found, wanted):
    if found != wanted:
        sys.exit(f"found:\n{found}\nwanted:\n{wanted}")


with tempfile.TemporaryDirectory() as folder:
    store = pathlib.Path(folder) / "orders"
    equal(run("first", store=store), "1 Ada: 2 lines, 20000 open\n")
    equal(run("second", store=store),
          "1 Ada: 2 lines, 0 KRW open\n2 Bob: 1 lines, 45 EUR open\n1 events of a kind that is retired\n")
    equal(run("third", store=store),
          "1 Ada: 2 lines, 0 KRW open\n2 Bob: 2 lines, 5 EUR open\n3 Eve: 1 lines, 12 USD open\n"
          "5 x cup sold\n1 x pot sold\n5 x tea sold\n")
    history = run("history", "1", store=store)
    for wanted in ("1 order_placed{customer = \"Ada\", total = 30000, currency = \"KRW\"}; line_added{sku = \"tea\", quantity = 2}; ",
                   "\n    pieces[\"tea\"]: nothing -> 2\n", "\n2 order.printed (retired)\n", "\n    open: 20000 -> 0\n"):
        if wanted not in history:
            sys.exit(f"{wanted!r} is not in\n{history}")
    # A program of the first year knows nothing of the second, and says so before it does anything.
    refused = run("first", store=store, fails=True)
    if "unknown_event: order.paid revision 2 at position 4 of order/1" not in refused:
        sys.exit(refused)

    # One program after the other, with nothing but the store between them, or all at once: the same.
    again = pathlib.Path(folder) / "again"
    text = run(store=again)
    equal(text.count("the "), 3)
    equal(text.split("the third generation\n")[1],
          "1 Ada: 2 lines, 0 KRW open\n2 Bob: 2 lines, 5 EUR open\n3 Eve: 1 lines, 12 USD open\n"
          "5 x cup sold\n1 x pot sold\n5 x tea sold\n")
