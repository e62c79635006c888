#!/usr/bin/env python3
"""The bank from outside, on files made up here: what it records, what it refuses, and with which words and exit codes."""
import os
import subprocess

import program

COLUMNS = ("account_id seq trans_id date type operation k_symbol amount_haler signed_haler recorded_balance_haler rounding_haler "
           "bank partner_account").split()
HEADER = ",".join(COLUMNS) + "\n"


def row(end="\n", **changes):
    values = dict(zip(COLUMNS, "1 1 11 1993-01-05 PRIJEM VKLAD  500 500 500 0  ".split(" ")))
    values.update({name: str(value) for name, value in changes.items()})
    return ",".join(values.values()) + end


def books(accounts=3, rows=4):
    """A sound file: every account is paid 500 in each month, and pays 200 in cash in every second one."""
    text, trans_id = HEADER, 0
    for account in range(1, accounts + 1):
        balance = 0
        for seq in range(1, rows + 1):
            trans_id += 1
            amount = 500 if seq % 2 else -200
            balance += amount
            text += row(account_id=account, seq=seq, trans_id=trans_id, date=f"{1993 + seq // 12}-{seq % 12 + 1:02d}-05",
                        type="PRIJEM" if amount > 0 else "VYBER", operation="VKLAD" if amount > 0 else "VYBER",
                        amount_haler=abs(amount), signed_haler=amount, recorded_balance_haler=balance)
    return text


class Bank(program.Program):
    def balances(self, *arguments, store=None):
        lines = self.call("balances", "--store", store or self.store, *arguments)[0].splitlines()
        self.assertEqual("account_id,balance_haler", lines[0])
        return [tuple(map(int, line.split(","))) for line in lines[1:]]

    def history(self, account, *arguments, store=None):
        """Without the moments of recording, which are the store's."""
        lines = self.call("history", account, "--store", store or self.store, *arguments)[0].splitlines()
        return [line.split(",")[:1] + line.split(",")[2:] for line in lines]


class Recording(Bank):
    def test_the_rows_of_a_file_become_balances(self):
        counts, err = self.take(books(accounts=12))
        self.assertEqual({"rows": "48", "accounts": "12", "recorded": "48", "duplicates": "0", "rejected": "0"},
                         {name: counts[name] for name in counts if name != "events_per_second"})
        self.assertEqual("", err)
        self.assertGreater(int(counts["events_per_second"]), 0)
        self.assertEqual([(account, 600) for account in range(1, 13)], self.balances())

    def test_balances_are_of_the_end_of_a_day_in_the_transactions_own_dates(self):
        later = row(account_id=9, trans_id=99, date="1993-02-05")
        self.take(books(accounts=1) + later)
        for day, expected in (("1993-02-04", []), ("1993-02-05", [(1, 500), (9, 500)]), ("1993-03-04", [(1, 500), (9, 500)]),
                              ("1993-03-05", [(1, 300), (9, 500)]), ("9999-12-31", [(1, 600), (9, 500)]), ("0001-01-01", [])):
            self.assertEqual(expected, self.balances("--at", day), day)

    def test_accounts_stand_by_number_and_not_by_letter(self):
        self.take(HEADER + "".join(row(account_id=n, trans_id=n) for n in (100, 9, 20)))
        self.assertEqual([9, 20, 100], [account for account, _ in self.balances()])

    def test_a_file_imported_again_records_nothing_twice_and_says_so(self):
        self.take(books())
        before = self.history(2)
        self.file.write_text(books(), encoding="utf-8")
        out, _ = self.call("import", self.file, "--store", self.store)
        self.assertIn("recorded 0\nduplicates 12 (recorded before: nothing was recorded twice)\nrejected 0\n", out)
        self.assertEqual(before, self.history(2))

    def test_what_stands_before_a_bad_row_stays_and_a_corrected_file_goes_over_it(self):
        lines = books().splitlines(keepends=True)
        broken = lines[:6] + [lines[6].replace("-200", "-2OO")] + lines[7:]
        counts, err = self.take("".join(broken), code=2)
        self.assertEqual('in.csv:7: signed_haler: "-2OO" is not a whole number\n', err)
        self.assertEqual(("6", "5", "1"), (counts["rows"], counts["recorded"], counts["rejected"]))
        self.assertEqual([(1, 600), (2, 500)], self.balances())
        counts, _ = self.take("".join(lines))
        self.assertEqual(("12", "7", "5"), (counts["rows"], counts["recorded"], counts["duplicates"]))
        whole = self.folder / "whole"
        self.take("".join(lines), store=whole)
        for account in (1, 2, 3):
            self.assertEqual(self.history(account, store=whole), self.history(account))

    def test_an_overdraft_is_recorded_as_the_fact_that_it_is(self):
        self.take(HEADER + row(type="VYDAJ", signed_haler=-500, recorded_balance_haler=-500))
        self.assertEqual([(1, -500)], self.balances())

    def test_everything_in_a_row_is_recorded(self):
        self.take(HEADER + row() + row(seq=2, trans_id=12, type="VYDAJ", operation='"PREVOD, ""NA"" UCET"', k_symbol="SANKC. UROK",
                                       amount_haler=200, signed_haler=-200, recorded_balance_haler=290, rounding_haler=-10, bank="ČS",
                                       partner_account="007"))
        out, _ = self.call("history", 1, "--store", self.store, "--from", 2)
        self.assertRegex(out, r'\n2,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z,money\.debited,1993-01-05,2,12,VYDAJ,'
                              r'"PREVOD, ""NA"" UCET",SANKC\. UROK,ČS,007,-200,290,-10,300\n$')

    def test_the_balance_in_a_history_is_right_wherever_it_starts(self):
        self.take(books(rows=6))
        whole = self.history(1)
        self.assertEqual(["balance_haler", "500", "300", "800", "600", "1100", "900"], [line[-1] for line in whole])
        self.assertEqual(["1", "2", "3", "4", "5", "6"], [line[0] for line in whole[1:]])
        self.assertEqual(whole[:1] + whole[4:], self.history(1, "--from", 4))
        self.assertEqual(whole[:1], self.history(1, "--from", 7))

    def test_check_lists_what_disagrees(self):
        self.take(books(accounts=1) + row(account_id=2, trans_id=98, recorded_balance_haler=507, rounding_haler=7))
        self.assertEqual("agree 5\ndisagree 0\nrounding_haler 7\n", self.call("check", "--store", self.store)[0])
        self.take(HEADER + row(account_id=3, trans_id=99, recorded_balance_haler=499))
        out, err = self.call("check", "--store", self.store, code=1)
        self.assertEqual("account 3 seq 1 trans_id 99 on 1993-01-05: recorded 499, the events give 500\n"
                         "agree 5\ndisagree 1\nrounding_haler 7\n", out)
        self.assertEqual("", err)

    def test_totals_are_by_kind_and_by_month(self):
        self.take(books(accounts=2, rows=3) + row(account_id=3, trans_id=99, date="1993-12-31", operation="", k_symbol='"A,B"', amount_haler=7, signed_haler=7,
                                                  recorded_balance_haler=7))
        self.assertEqual('type,operation,k_symbol,rows,amount_haler\nPRIJEM,,"A,B",1,7\nPRIJEM,VKLAD,,4,2000\nVYBER,VYBER,,2,400\n',
                         self.call("totals", "--by", "type", "--store", self.store)[0])
        self.assertEqual("month,credits,credit_haler,debits,debit_haler\n1993-02,2,1000,0,0\n1993-03,0,0,2,400\n1993-04,2,1000,0,0\n1993-12,1,7,0,0\n",
                         self.call("totals", "--by", "month", "--store", self.store)[0])

    def test_the_top_are_those_that_moved_most_and_of_equals_the_first_by_number(self):
        self.take(books(accounts=12, rows=3) + row(account_id=40, trans_id=98, amount_haler=9000, signed_haler=9000, recorded_balance_haler=8999,
                                                   rounding_haler=-1))
        lines = ["rank,account_id,rows,turnover_haler,final_haler", "1,40,1,9000,8999", *(f"{n + 1},{n},3,1200,800" for n in range(1, 13))]
        self.assertEqual(lines[:11], self.call("top", "--store", self.store)[0].splitlines())
        self.assertEqual(lines[:3], self.call("top", "--n", "2", "--store", self.store)[0].splitlines())
        self.assertEqual(lines, self.call("top", "--n", "9999", "--store", self.store)[0].splitlines())

    def test_standard_input_is_a_file_too(self):
        out, _ = self.call("import", "-", "--store", self.store, input=books().encode())
        self.assertIn("rows 12\n", out)
        _, err = self.call("import", "-", "--store", self.store, input=b"x\n", code=2)
        self.assertEqual('-:1: account_id: the header says "x" in its place\n', err)

    def test_durability_is_chosen_by_name(self):
        self.take(books())
        for name in ("durable", "lose_recent", "lose_unsynced"):
            store = self.folder / name
            self.call("import", self.file, "--store", store, "--durability", name)
            self.assertEqual(self.balances(), self.balances(store=store))
        _, err = self.call("import", "-", "--store", self.store, "--durability", "none", code=2)
        self.assertIn('"none" is none of durable, lose_recent, lose_unsynced', err)
        _, err = self.call("check", "--store", self.store, "--durability", "durable", code=2)
        self.assertIn("bank check takes no --durability", err)

    def test_the_same_rows_in_other_spellings(self):
        spellings = {
            "crlf": books().replace("\n", "\r\n"),
            "byte order mark": "\ufeff" + books(),
            "no end of the last line": books().rstrip("\n"),
            "empty lines at the end": books() + "\n\r\n\n",
            "quotes": "\n".join(",".join(f'"{field}"' for field in line.split(",")) for line in books().splitlines()),
            "leading zeros": books().replace("\n1,", "\n01,"),
        }
        for name, content in spellings.items():
            with self.subTest(name):
                store = self.folder / name.replace(" ", "_")
                self.take(content, store=store)
                self.assertEqual([(1, 600), (2, 600), (3, 600)], self.balances(store=store))
                counts, _ = self.take(books(), store=store)
                self.assertEqual("12", counts["duplicates"])

    def test_a_file_without_rows_records_nothing(self):
        self.assertEqual("0", self.take(HEADER)[0]["rows"])
        self.assertEqual([], self.balances())

    def test_an_import_that_is_killed_and_run_again_comes_to_the_same(self):
        content = books(accounts=40, rows=60)
        counts, whole = self.take_killed(content)
        self.assertEqual("2400", counts["rows"])
        self.assertEqual(2400, int(counts["recorded"]) + int(counts["duplicates"]))
        self.assertEqual(self.balances(store=whole), self.balances())
        for account in (1, 20, 40):
            self.assertEqual(self.history(account, store=whole), self.history(account))
        self.assertEqual("agree 2400\ndisagree 0\nrounding_haler 0\n", self.call("check", "--store", self.store)[0])


class Refusing(Bank):
    def test_rows_that_contradict_what_is_recorded(self):
        self.take(HEADER + row())
        for changes, message in (
            ({"amount_haler": 501, "signed_haler": 501}, "trans_id: 11 is already recorded with other content: amount_haler was 500 and is 501 here"),
            ({"date": "1993-01-06"}, "trans_id: 11 is already recorded with other content: date was \"1993-01-05\" and is \"1993-01-06\" here"),
            ({"type": "VYDAJ", "signed_haler": -500}, 'trans_id: 11 is already recorded with other content: type was "PRIJEM" and is "VYDAJ" here'),
            ({"operation": ""}, 'trans_id: 11 is already recorded with other content: operation was "VKLAD" and is "" here'),
            ({"k_symbol": "SIPO"}, 'trans_id: 11 is already recorded with other content: k_symbol was "" and is "SIPO" here'),
            ({"recorded_balance_haler": 501}, "trans_id: 11 is already recorded with other content: recorded_balance_haler was 500 and is 501 here"),
            ({"rounding_haler": 1}, "trans_id: 11 is already recorded with other content: rounding_haler was 0 and is 1 here"),
            ({"bank": "AB"}, 'trans_id: 11 is already recorded with other content: bank was "" and is "AB" here'),
            ({"partner_account": "5"}, 'trans_id: 11 is already recorded with other content: partner_account was "" and is "5" here'),
            ({"account_id": 2}, "trans_id: 11 is already recorded with other content: account_id was 1 and is 2 here"),
            ({"seq": 2}, "trans_id: 11 is already recorded with other content: seq was 1 and is 2 here"),
            ({"trans_id": 12}, "seq: 1 of account 1 is already recorded with another trans_id; the last one is 1"),
            ({"seq": 3, "trans_id": 12}, "seq: 3 leaves a gap: the next of account 1 is 2"),
            ({"account_id": 2, "seq": 2, "trans_id": 12}, "seq: 2 leaves a gap: the next of account 2 is 1"),
        ):
            with self.subTest(changes):
                counts, err = self.take(HEADER + row() + row(**changes), code=2)
                self.assertEqual(f"in.csv:3: {message}\n", err)
                self.assertEqual(("2", "0", "1", "1"), tuple(counts[name] for name in ("rows", "recorded", "duplicates", "rejected")))
        self.assertEqual([(1, 500)], self.balances())

    def test_rows_that_are_wrong_in_themselves(self):
        good = row()
        for name, bad, message in (
            ("too few columns", "1,2,12,1993-01-05\n", "type: the row has 4 columns instead of 13"),
            ("too many columns", row(end=",\n", seq=2), "column 14: the row has 14 columns instead of 13"),
            ("no account", row(account_id=""), "account_id: a whole number is missing"),
            ("account 0", row(account_id=0), 'account_id: "0" is out of range: 1 to 9223372036854775807'),
            ("a fraction", row(amount_haler="5.00"), 'amount_haler: "5.00" is not a whole number'),
            ("a plus", row(signed_haler="+500"), 'signed_haler: "+500" is not a whole number'),
            ("a space", row(seq=" 1"), 'seq: " 1" is not a whole number'),
            ("over 64 bits", row(trans_id=2**64), f'trans_id: "{2**64}" is out of range: 1 to 9223372036854775807'),
            ("a negative amount", row(amount_haler=-500), 'amount_haler: "-500" is out of range: 0 to 1000000000000000'),
            ("too much", row(recorded_balance_haler=10**15 + 1),
             'recorded_balance_haler: "1000000000000001" is out of range: -1000000000000000 to 1000000000000000'),
            ("too much rounding", row(rounding_haler=-10**9 - 1), 'rounding_haler: "-1000000001" is out of range: -1000000000 to 1000000000'),
            ("no leap year", row(date="1993-02-29"), 'date: "1993-02-29" is not a day of the calendar, written YYYY-MM-DD'),
            ("a short date", row(date="1993-1-5"), 'date: "1993-1-5" is not a day of the calendar, written YYYY-MM-DD'),
            ("no date", row(date=""), 'date: "" is not a day of the calendar, written YYYY-MM-DD'),
            ("a type", row(type="prijem"), 'type: "prijem" is not PRIJEM, VYDAJ or VYBER'),
            ("a sign", row(signed_haler=-500), "signed_haler: -500 does not agree with PRIJEM of amount_haler 500, which makes 500"),
            ("another sign", row(type="VYBER"), "signed_haler: 500 does not agree with VYBER of amount_haler 500, which makes -500"),
            ("a long text", row(k_symbol="x" * 65), f'k_symbol: "{"x" * 40}…" is too long: 65 bytes, and at most 64 are taken'),
            ("a tab", row(operation="a\tb"), 'operation: "a?b" holds a control character'),
            ("an escape", row(bank="\x1b[2J"), 'bank: "?[2J" holds a control character'),
            ("a lone carriage return", row(partner_account="1\r2"), 'partner_account: "1?2" holds a control character'),
            ("a line break in quotes", row(operation='"a\nb"'), 'operation: "a?b" holds a control character'),
            ("a NUL", row(operation="a\0b"), "operation: a NUL byte"),
            ("a NUL in a number", row(seq="1\0"), "seq: a NUL byte"),
            ("not UTF-8", row(operation="?").encode().replace(b"?", b"\xc3("), "operation: not valid UTF-8"),
            ("overlong UTF-8", row(bank="?").encode().replace(b"?", b"\xc0\xaf"), "bank: not valid UTF-8"),
            ("half a character", row(partner_account="?").encode().replace(b"?", b"\xe2\x82"), "partner_account: not valid UTF-8"),
            ("a quote inside", row(operation='a"b'), "operation: a quote inside of a field; put the field in quotes, and double the quote"),
            ("text behind a quote", row(operation='"a"b'), "operation: more text follows the closing quote"),
            ("an open quote", row(operation='"a'), "operation: the quote is not closed"),
            ("a long line", row(partner_account="9" * 70000), "partner_account: the row is longer than 65536 bytes"),
            ("a long field", row(operation="9" * 70000), "operation: the row is longer than 65536 bytes"),
            ("a long field in quotes", row(operation='"' + "9" * 70000 + '"'),
             "operation: the row is longer than 65536 bytes, or the quote is not closed"),
            ("an open quote above many rows", row(operation='"a') + row() * 2000,
             "operation: the row is longer than 65536 bytes, or the quote is not closed"),
            ("a quote inside above many rows", row(operation='a"b') + row() * 2000,
             "operation: a quote inside of a field; put the field in quotes, and double the quote"),
            ("an empty line", "\n" + row(seq=2), "account_id: the line is empty, and more rows follow"),
        ):
            with self.subTest(name):
                content = HEADER.encode() + good.encode() + (bad if isinstance(bad, bytes) else bad.encode())
                counts, err = self.take(content, code=2)
                self.assertEqual(f"in.csv:3: {message}\n", err)
                self.assertEqual(("2", "1"), (counts["rows"], counts["rejected"]))

    def test_the_header_is_line_1(self):
        _, err = self.take(HEADER.replace("seq", '"seq"').replace("\n", "\r\n") + row(end="\r\n") + row(seq=5), code=2)
        self.assertTrue(err.startswith("in.csv:3: seq: "), err)

    def test_headers_that_are_not_the_one(self):
        for content, message in (
            ("", "account_id: the file is empty; its first line must name the columns"),
            ("\n" + HEADER, 'account_id: the header says "" in its place'),
            (HEADER.replace("seq", "Seq"), 'seq: the header says "Seq" in its place'),
            (",".join(COLUMNS[:5]) + "\n", "operation: the header ends before this column"),
            (HEADER.replace("\n", ",note\n"), 'column 14: the header has "note" behind the last column'),
            (books().splitlines()[1], 'account_id: the header says "1" in its place'),
        ):
            with self.subTest(message):
                self.assertEqual(({}, f"in.csv:1: {message}\n"), self.take(content, code=2))
                self.assertFalse(self.store.exists())

    def test_sums_that_would_not_fit(self):
        most = 10**15
        rows = "".join(row(seq=n, trans_id=n, amount_haler=most, signed_haler=most, recorded_balance_haler=most) for n in range(1, 2400))
        _, err = self.take(HEADER + rows, code=2)
        self.assertEqual("in.csv:2307: amount_haler: the balance of account 1 is 2305000000000000000, and with this it would be too large\n", err)

    def test_files_that_cannot_be_read(self):
        _, err = self.call("import", self.file, "--store", self.store, code=2)
        self.assertEqual(f"{self.file}: cannot be opened: No such file or directory\n", err)
        _, err = self.call("import", self.folder, "--store", self.store, code=2)
        self.assertEqual(f"{self.folder}: cannot be read: Is a directory\n", err)
        done = subprocess.run(["sh", "-c", '"$0" import - --store "$1" <&-', self.program, self.store], capture_output=True, check=False)
        self.assertEqual((2, b"-: cannot be read: Bad file descriptor\n"), (done.returncode, done.stderr))
        self.assertFalse(self.store.exists())


class Asking(Bank):
    def test_a_question_never_creates_a_store(self):
        for question in (["balances"], ["check"], ["history", "1"]):
            with self.subTest(question):
                out, err = self.call(*question, "--store", self.store, code=3)
                self.assertEqual("", out)
                self.assertIn(str(self.store), err)
                self.assertFalse(self.store.exists())
                empty = self.folder / "empty"
                empty.mkdir(exist_ok=True)
                self.call(*question, "--store", empty, code=3)
                self.assertEqual([], list(empty.iterdir()))

    def test_a_question_changes_nothing_in_a_store(self):
        self.take(books())
        before = {path: path.read_bytes() for path in self.store.iterdir()}
        for question in (["balances"], ["check"], ["history", "1"]):
            self.call(*question, "--store", self.store)
        self.assertEqual(before, {path: path.read_bytes() for path in self.store.iterdir()})

    def test_a_file_is_not_a_store(self):
        self.file.write_text(books(), encoding="utf-8")
        for question in (["balances"], ["check"], ["history", "1"], ["import", self.file]):
            _, err = self.call(*question, "--store", self.file, code=3)
            self.assertIn(str(self.file), err)
        self.assertEqual(books(), self.file.read_text(encoding="utf-8"))

    def test_an_account_without_history(self):
        self.take(books())
        _, err = self.call("history", "77", "--store", self.store, code=2)
        self.assertEqual("bank: account 77 has no history in this store; `bank balances` lists the accounts that have one\n", err)

    def test_words_that_mean_nothing(self):
        see = ". See `bank --help`\n"
        for words, message in (
            (["burn"], 'there is no command "burn"'),
            (["--store", "x"], "there is no command"),
            (["import", "--store", "x"], "bank import needs FILE"),
            (["import", "f"], "bank import needs --store DIR"),
            (["import", "f", "g", "--store", "x"], '"g" is one word too many'),
            (["balances"], "bank balances needs --store DIR"),
            (["balances", "1", "--store", "x"], 'bank balances takes no "1"'),
            (["balances", "--store"], "--store needs a value"),
            (["balances", "--store="], "--store needs a value"),
            (["balances", "--store", "--at", "1993-01-01"], "--store needs a value"),
            (["balances", "--store", "x", "--store", "y"], "--store is given twice"),
            (["balances", "--store", "x", "--at", "1993-02-30"], '--at "1993-02-30" is not a day of the calendar, written YYYY-MM-DD'),
            (["balances", "--store", "x", "--at", "yesterday"], '--at "yesterday" is not a day of the calendar, written YYYY-MM-DD'),
            (["balances", "--store", "x", "--from", "1"], "bank balances takes no --from"),
            (["check", "--store", "x", "--at=1993-01-01"], "bank check takes no --at"),
            (["totals", "--store", "x"], "bank totals needs --by type or --by month"),
            (["totals", "--store", "x", "--by", "day"], '--by "day" is neither type nor month'),
            (["top", "--store", "x", "--n", "0"], '--n "0" is not a number of accounts, from 1'),
            (["check", "--loud"], "unknown option --loud"),
            (["history", "--store", "x"], "bank history needs ACCOUNT"),
            (["history", "x1", "--store", "x"], '"x1" is not an account\'s number'),
            (["history", "1", "--store", "x", "--from", "0"], '--from "0" is not a version; the first one is 1'),
            (["history", "1", "--store", "x", "--from", "2nd"], '--from "2nd" is not a version; the first one is 1'),
        ):
            with self.subTest(words):
                self.assertEqual(("", f"bank: {message}{see}"), self.call(*words, code=2, cwd=self.folder))
        self.assertEqual([], list(self.folder.iterdir()))

    def test_help_is_an_answer(self):
        for words in (["--help"], ["import", "-h"], ["balances", "--store", "x", "--help"]):
            out, err = self.call(*words)
            self.assertTrue(out.startswith("Usage: bank"), out)
            self.assertEqual("", err)

    def test_options_stand_anywhere(self):
        self.take(books())
        whole = self.call("history", "1", "--store", self.store, "--from", "2")
        self.assertEqual(whole, self.call("--from=2", f"--store={self.store}", "history", "1"))
        self.assertEqual(whole, self.call("--store", self.store, "history", "--from", "2", "--", "1"))


class Telling(Bank):
    def test_output_that_cannot_be_written_is_an_error(self):
        self.take(books())
        with open("/dev/full", "wb") as full:
            _, err = self.call("balances", "--store", self.store, code=3, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual("bank: standard output: No space left on device\n", err)
        done = subprocess.run(["sh", "-c", '"$0" balances --store "$1" >&-', self.program, self.store], capture_output=True, check=False)
        self.assertEqual((3, b"bank: standard output: Bad file descriptor\n"), (done.returncode, done.stderr))

    def test_what_is_said_to_nobody_never_goes_into_a_file_of_the_store(self):
        self.take(books())
        self.file.write_text(HEADER + row(seq=9, trans_id=99), encoding="utf-8")
        for closed in (">&-", "2>&-", ">&- 2>&-", "<&- >&-", "<&- 2>&-", "<&- >&- 2>&-"):
            done = subprocess.run(["sh", "-c", f'"$0" import "$1" --store "$2" {closed}', self.program, self.file, self.store],
                                  capture_output=True, check=False)
            self.assertEqual(2, done.returncode, closed)
            for path in self.store.iterdir():
                self.assertNotIn(b"leaves a gap", path.read_bytes(), closed)
                self.assertNotIn(b"duplicates", path.read_bytes(), closed)
        self.assertEqual("agree 12\ndisagree 0\nrounding_haler 0\n", self.call("check", "--store", self.store)[0])

    def test_a_reader_that_has_seen_enough_is_none(self):
        self.take(books(accounts=3000, rows=1))
        for question in (["balances"], ["check"], ["history", "1"], []):
            read, write = os.pipe()
            os.close(read)
            with os.fdopen(write, "wb") as closed:
                self.call(*question, *(["--store", self.store] if question else []), stdout=closed)

    def test_the_story_is_told_the_same_every_time(self):
        out, err = self.call()
        self.assertEqual("", err)
        self.assertEqual(out, self.call()[0])
        out = " ".join(out.split())
        for line in ("the second import of 8 rows                0 recorded, 8 known already",
                     "their balances against the events         8 rows agree, 0 do not, -0.02 CZK rounded off",
                     "she asks for 800.00                       rejected: insufficient_funds{missing = 30000}",
                     "account 42 at version 2                   500.00 CZK",
                     "March 5, as it was known that day         380.00 CZK",
                     "March 5, as of the business dates         680.00 CZK",
                     "the second wants to do the same           conflict: stream account/42 is at version 5",
                     "the same command again                    the first receipt again: version 6",
                     "what they have                            0.00 CZK and 30.00 CZK"):
            self.assertIn(" ".join(line.split()), out)


if __name__ == "__main__":
    program.main("bank")
