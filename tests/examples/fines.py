#!/usr/bin/env python3
"""The fines from outside, on logs made up here: what they record, what they refuse, and what they answer, with which exit codes."""
import collections
import csv
import datetime
import io
import json
import random
import shutil

import program

COLUMNS = ("case_no event_no case:concept:name amount org:resource dismissal concept:name vehicleClass totalPaymentAmount lifecycle:transition "
           "time:timestamp article points expense notificationType lastSent paymentAmount matricola").split()
HEADER = ",".join(COLUMNS) + "\n"

WHAT = {
    "Create Fine": {"amount": "35.0", "org:resource": "561", "dismissal": "NIL", "vehicleClass": "A", "totalPaymentAmount": "0.0", "article": "157",
                    "points": "0"},
    "Send Fine": {"expense": "11.0"},
    "Insert Fine Notification": {"notificationType": "P", "lastSent": "P"},
    "Add penalty": {"amount": "71.5"},
    "Payment": {"totalPaymentAmount": "35.0", "paymentAmount": "35.0"},
    "Send for Credit Collection": {},
    "Insert Date Appeal to Prefecture": {},
    "Send Appeal to Prefecture": {"dismissal": "#"},
    "Receive Result Appeal from Prefecture": {},
    "Notify Result Appeal to Offender": {},
    "Appeal to Judge": {"org:resource": "0", "dismissal": "G", "matricola": "0"},
}
BY_NAME = {"case": "case:concept:name", "activity": "concept:name", "time": "time:timestamp", "transition": "lifecycle:transition",
           "resource": "org:resource"}


def row(activity="Create Fine", case_no=1, event_no=0, day="2006-07-24", end="\n", **changes):
    values = {"case_no": case_no, "event_no": event_no, "case:concept:name": f"A{case_no}", "concept:name": activity,
              "lifecycle:transition": "complete", "time:timestamp": f"{day}T00:00:00+02:00", **WHAT.get(activity, {})}
    values.update({BY_NAME.get(name, name): value for name, value in changes.items()})
    return ",".join(str(values.get(name, "")) for name in COLUMNS) + end


def log(cases=3, seed=1):
    """A sound log: every case has some of the activities, in the order of their days."""
    chance, text = random.Random(seed), HEADER
    for case_no in range(1, cases + 1):
        day, paid = datetime.date(2000, 1, 1) + datetime.timedelta(chance.randrange(3000)), 0
        for event_no in range(chance.randrange(1, 9)):
            activity, changes = "Create Fine", {"amount": f"{chance.randrange(3000, 9000) / 100}"}
            if event_no != 0:
                activity, changes = chance.choice(list(WHAT)[1:]), {}
            if activity == "Add penalty":
                changes["amount"] = f"{chance.randrange(6000, 20000) / 100}"
            if activity == "Send Appeal to Prefecture":
                changes["dismissal"] = chance.choice("# G NIL D".split())
            if activity == "Payment":
                cents = chance.choice([1000, 3500, 4600, 9000])
                paid += cents
                said = paid + chance.choice([0, 0, 0, 5])
                changes.update(paymentAmount=f"{cents / 100}", totalPaymentAmount=f"{said / 100}")
            text += row(activity, case_no, event_no, day.isoformat(), **changes)
            day += datetime.timedelta(chance.choice([0, 0, 1, 30, 200]))
    return text


def cents(text):
    whole, _, rest = text.partition(".")
    return int(whole) * 100 + int((rest + "00")[:2])


def expected(rows, until):
    """The report, worked out from the rows another way than the program does it: case by case, from what happened by then."""
    flags, money = collections.Counter(), collections.Counter()
    cases = collections.defaultdict(list)
    for each in rows:
        if each["time:timestamp"][:10] <= until:
            cases[each["case_no"]].append(each)
    for events in cases.values():
        of = collections.defaultdict(list)
        for each in events:
            of[each["concept:name"]].append(each)
        fine = cents((of["Add penalty"] or of["Create Fine"])[-1]["amount"])
        expenses = sum(cents(each["expense"]) for each in of["Send Fine"])
        paid, wrong = 0, False
        for each in of["Payment"]:
            paid += cents(each["paymentAmount"])
            wrong = wrong or paid != cents(each["totalPaymentAmount"])
        due = fine + expenses - paid
        dismissals = [each["dismissal"] for each in events if each["dismissal"]]
        dismissed, collection = bool(dismissals) and dismissals[-1] in "#G", bool(of["Send for Credit Collection"])
        full = bool(of["Payment"]) and due <= 0
        flags.update({
            "any_payment": bool(of["Payment"]), "appeal": bool(of["Insert Date Appeal to Prefecture"] or of["Appeal to Judge"]), "cases": 1,
            "collection": collection, "dismissed": dismissed, "events": len(events), "full": full, "full_and_collection": full and collection,
            "full_and_penalty": full and bool(of["Add penalty"]), "overpaid": bool(of["Payment"]) and due < 0,
            "partial": bool(of["Payment"]) and due > 0, "penalty": bool(of["Add penalty"]),
            "unpaid_not_dismissed_not_collection": not full and not dismissed and not collection})
        if until == "9999-12-31":
            flags["cases_where_recorded_totalPaymentAmount_disagrees"] += wrong
        money.update({"due_positive": max(due, 0), "expenses": expenses, "fine": fine, "paid": paid})
    names = ("any_payment appeal cases collection dismissed events full full_and_collection full_and_penalty overpaid partial penalty "
             "unpaid_not_dismissed_not_collection").split()
    if until == "9999-12-31":
        names.append("cases_where_recorded_totalPaymentAmount_disagrees")
    return {"flags": {name: int(flags[name]) for name in names},
            "money_cents": {name: money[name] for name in ("due_positive", "expenses", "fine", "paid")}}


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


class Fines(program.Program):
    def ask(self, *arguments, store=None):
        return self.call(*arguments, "--store", store or self.store)[0]

    def rows(self, case, store=None):
        """The rows of a case as they were recorded."""
        return self.ask("case", case, store=store).split("\n\n")[0].splitlines()[1:]


class Recording(Fines):
    def test_the_rows_of_a_log_become_events_and_give_the_rows_again(self):
        text = log(cases=200)
        counts, err = self.take(text)
        count = len(rows_of(text))
        self.assertEqual({"rows": str(count), "cases": "200", "recorded": str(count), "duplicates": "0", "rejected": "0"},
                         {name: counts[name] for name in counts if name != "events_per_second"})
        self.assertEqual("", err)
        for case in (1, 77, 200):
            lines = [line for line in text.splitlines() if line.startswith(f"{case},")]
            self.assertEqual(lines, self.rows(case))
            self.assertEqual(lines, self.rows(f"A{case}"))

    def test_every_activity_is_recorded_with_all_that_its_row_says(self):
        lines = [row(activity, event_no=n, day=f"2006-08-{n + 1:02d}") for n, activity in enumerate(WHAT)]
        lines[0] = row(day="2006-08-01", case='"A,1"', amount="40.05", article="7", points="2", resource="šerif", vehicleClass="C", dismissal="")
        lines[2] = lines[2].replace("T00:00:00+02:00", "T23:59:59-09:30")
        self.take(HEADER + "".join(lines).replace(",A1,", ',"A,1",'))
        self.assertEqual([line.strip().replace(",A1,", ',"A,1",') for line in lines], self.rows("A,1"))
        state = self.ask("case", 1).split("\n\n")[1].splitlines()
        self.assertEqual(["events 11", "last_activity Appeal to Judge", "last_day 2006-08-11", "fine_cents 7150", "expenses_cents 1100", "paid_cents 3500",
                          "due_cents 4750", "paid_in_full no", "paid_in_part yes", "penalty yes", "appeal yes", "collection yes", "dismissed yes"], state)

    def test_a_log_imported_again_records_nothing_twice_and_says_so(self):
        text = log(cases=700)
        self.take(text)
        report = self.ask("report")
        out, _ = self.call("import", self.file, "--store", self.store)
        self.assertIn(f"recorded 0\nduplicates {len(rows_of(text))} (recorded before: nothing was recorded twice)\nrejected 0\n", out)
        self.assertEqual(report, self.ask("report"))

    def test_what_stands_before_a_bad_row_stays_and_a_corrected_log_goes_over_it(self):
        lines = log(cases=700).splitlines(keepends=True)
        for bad in (2, 3, 1024, 1025, 1026, 2000):
            with self.subTest(bad):
                store = self.folder / f"store_{bad}"
                counts, err = self.take("".join(lines[:bad - 1]) + row(case_no="x") + "".join(lines[bad - 1:]), code=2, store=store)
                self.assertEqual(f'in.csv:{bad}: case_no: "x" is not a whole number\n', err)
                self.assertEqual((str(bad - 1), str(bad - 2), "1"), (counts["rows"], counts["recorded"], counts["rejected"]))
                counts, _ = self.take("".join(lines), store=store)
                self.assertEqual((str(len(lines) - 1), str(bad - 2)), (counts["rows"], counts["duplicates"]))
                self.assertEqual(expected(rows_of("".join(lines)), "9999-12-31"), json.loads(self.ask("report", store=store)))

    def test_rows_may_come_in_any_order_as_long_as_each_case_has_its_own(self):
        lines = log(cases=500).splitlines(keepends=True)
        by_day = sorted(lines[1:], key=lambda line: (line.split(",")[10], int(line.split(",")[1])))
        self.take(HEADER + "".join(by_day))
        self.assertEqual(expected(rows_of("".join(lines)), "9999-12-31"), json.loads(self.ask("report")))
        wrong = by_day[:]
        spot = next(i for i, line in enumerate(wrong) if line.split(",")[1] == "2")
        counts, err = self.take(HEADER + "".join(wrong[:spot] + [wrong[spot].replace(",2,A", ",3,A", 1)] + wrong[spot + 1:]),
                                code=2, store=self.folder / "other")
        self.assertRegex(err, rf"^in.csv:{spot + 2}: event_no: 3 leaves a gap: the next of case \d+ is 2\n$")
        self.assertEqual((str(spot + 1), str(spot)), (counts["rows"], counts["recorded"]))

    def test_a_row_that_comes_twice_is_recorded_once(self):
        lines = log(cases=3).splitlines(keepends=True)
        twice = HEADER + "".join(line + line for line in lines[1:]) + "".join(lines[1:])
        counts, _ = self.take(twice)
        self.assertEqual((str(len(lines) - 1), str(2 * len(lines) - 2)), (counts["recorded"], counts["duplicates"]))

    def test_standard_input_and_durability(self):
        text = log()
        out, _ = self.call("import", "-", "--store", self.store, input=text.encode())
        self.assertIn("cases 3\n", out)
        for name in ("durable", "lose_recent", "lose_unsynced"):
            self.take(text, "--durability", name, store=self.folder / name)
            self.assertEqual(self.ask("report"), self.ask("report", store=self.folder / name))
        _, err = self.call("import", "-", "--store", self.store, "--durability", "none", code=2)
        self.assertIn('"none" is none of durable, lose_recent, lose_unsynced', err)

    def test_an_import_that_is_killed_and_run_again_comes_to_the_same(self):
        text = log(cases=20000)
        counts, whole = self.take_killed(text)
        self.assertEqual(int(counts["rows"]), int(counts["recorded"]) + int(counts["duplicates"]))
        for question in (["report"], ["report", "--at", "2004-05-06"], ["activities"], ["last"], ["top", "--size", 30000], ["case", 777]):
            self.assertEqual(self.ask(*question, store=whole), self.ask(*question))


class Refusing(Fines):
    def test_rows_that_contradict_what_is_recorded(self):
        fine, sent = row(), row("Send Fine", event_no=1, day="2006-08-01")
        other = "event 1 of case 1 is already recorded with other content: it was "
        for bad, message in (
            (row("Send Fine", event_no=1, day="2006-08-01", expense="11.5"), f'expense: {other}"11.0" and is "11.5" here'),
            (row("Send Fine", event_no=1, day="2006-08-02"), f'time:timestamp: {other}"2006-08-01T00:00:00+02:00" and is "2006-08-02T00:00:00+02:00" here'),
            (row("Send Fine", event_no=1, time="2006-07-31T23:00:00+01:00"),
             f'time:timestamp: {other}"2006-08-01T00:00:00+02:00" and is "2006-07-31T23:00:00+01:00" here'),
            (row("Send for Credit Collection", event_no=1, day="2006-08-01"), f'concept:name: {other}"Send Fine" and is "Send for Credit Collection" here'),
            (row("Send Fine", event_no=1, day="2006-08-01", case="A2"), f'case:concept:name: {other}"A1" and is "A2" here'),
            (row("Payment", event_no=3, day="2006-08-02"), "event_no: 3 leaves a gap: the next of case 1 is 2"),
            (row("Payment", case_no=2, event_no=1), "event_no: 1 leaves a gap: the next of case 2 is 0"),
            (row("Payment", event_no=2, day="2006-08-02", case="A2"), 'case:concept:name: case 1 is called "A1", and "A2" here'),
            (row(case_no=2, case="A1"), 'case:concept:name: "A1" is the name of case 1 already'),
            (row("Payment", case_no=2), 'concept:name: the first event of a case is "Create Fine", and no other one is'),
            (row(event_no=2, day="2006-08-02"), 'concept:name: the first event of a case is "Create Fine", and no other one is'),
            (row("Payment", event_no=2, day="2006-07-31"), "time:timestamp: its day is before 2006-08-01, the last one of case 1"),
        ):
            for at_once in (True, False):  # what is recorded already, or comes with it
                with self.subTest(message, at_once=at_once):
                    if self.store.exists():
                        shutil.rmtree(self.store)
                    if not at_once:
                        self.take(HEADER + fine + sent)
                    counts, err = self.take(HEADER + fine + sent + bad + row(case_no=9), code=2)
                    self.assertEqual(f"in.csv:4: {message}\n", err)
                    self.assertEqual(("3", "2", "1"), (counts["rows"], str(int(counts["recorded"]) + int(counts["duplicates"])), counts["rejected"]))
                    self.assertEqual([fine.strip(), sent.strip()], self.rows(1))

    def test_rows_that_are_wrong_in_themselves(self):
        for name, bad, message in (
            ("too few columns", "1,0,A1\n", "amount: the row has 3 columns instead of 18"),
            ("too many columns", row(end=",\n"), "column 19: the row has 19 columns instead of 18"),
            ("no case", row(case_no=""), "case_no: a whole number is missing"),
            ("case 0", row(case_no=0), 'case_no: "0" is out of range: 1 to 1000000000000'),
            ("a negative number", row(event_no=-1), 'event_no: "-1" is out of range: 0 to 1000000000000'),
            ("over 64 bits", row(event_no=2**64), f'event_no: "{2**64}" is out of range: 0 to 1000000000000'),
            ("no name", row(case=""), "case:concept:name: the name of the case is missing"),
            ("no activity", row(activity=""), 'concept:name: "" is none of the eleven activities'),
            ("another activity", row("Burn Fine"), 'concept:name: "Burn Fine" is none of the eleven activities'),
            ("another transition", row(transition="start"), 'lifecycle:transition: "start" is not "complete", the only transition that is recorded'),
            ("no sum", row(amount=""), "amount: a sum in euros is missing"),
            ("three decimals", row(amount="35.005"), 'amount: "35.005" is not a sum in euros with at most two decimals, such as 35.0'),
            ("a point without decimals", row(amount="35."), 'amount: "35." is not a sum in euros with at most two decimals, such as 35.0'),
            ("a point alone", row(amount="."), 'amount: "." is not a sum in euros with at most two decimals, such as 35.0'),
            ("a comma", row(amount='"35,0"'), 'amount: "35,0" is not a sum in euros with at most two decimals, such as 35.0'),
            ("an exponent", row(amount="3e1"), 'amount: "3e1" is not a sum in euros with at most two decimals, such as 35.0'),
            ("a sign in the decimals", row(amount="3.-1"), 'amount: "3.-1" is not a sum in euros with at most two decimals, such as 35.0'),
            ("a plus", row(amount="+35.0"), 'amount: "+35.0" is not a sum in euros with at most two decimals, such as 35.0'),
            ("not a number", row(amount="nan"), 'amount: "nan" is not a sum in euros with at most two decimals, such as 35.0'),
            ("a debt", row(amount="-35.0"), 'amount: "-35.0" is out of range: 0 to 10000000'),
            ("too much", row(amount="10000000.01"), 'amount: "10000000.01" is out of range: 0 to 10000000'),
            ("over 64 bits of euros", row(amount=10**30), f'amount: "{10**30}" is out of range: 0 to 10000000'),
            ("points", row(points="2.5"), 'points: "2.5" is not a whole number'),
            ("no time", row(time=""), 'time:timestamp: "" is not a time with its offset, written 2006-07-24T00:00:00+02:00'),
            ("a day alone", row(time="2006-07-24"), 'time:timestamp: "2006-07-24" is not a time with its offset, written 2006-07-24T00:00:00+02:00'),
            ("no leap year", row(day="2006-02-29"), 'time:timestamp: "2006-02-29T00:00:00+02:00" is not a time with its offset, written '
             "2006-07-24T00:00:00+02:00"),
            ("hour 24", row(time="2006-07-24T24:00:00+02:00"), 'time:timestamp: "2006-07-24T24:00:00+02:00" is not a time with its offset, written '
             "2006-07-24T00:00:00+02:00"),
            ("an offset that is nowhere", row(time="2006-07-24T00:00:00+14:01"), 'time:timestamp: "2006-07-24T00:00:00+14:01" is not a time with its '
             "offset, written 2006-07-24T00:00:00+02:00"),
            ("minus zero", row(time="2006-07-24T00:00:00-00:00"), 'time:timestamp: "2006-07-24T00:00:00-00:00" is not a time with its offset, written '
             "2006-07-24T00:00:00+02:00"),
            ("an expense of a fine", row(expense="1.0"), 'expense: "1.0" stands where "Create Fine" has nothing'),
            ("an amount of a payment", row("Payment", amount="1.0"), 'amount: "1.0" stands where "Payment" has nothing'),
            ("a payment of nothing", row("Payment", paymentAmount=""), "paymentAmount: a sum in euros is missing"),
            ("a long text", row(article="x" * 65), f'article: "{"x" * 40}…" is too long: 65 bytes, and at most 64 are taken'),
            ("a control character", row(case="A\t1"), 'case:concept:name: "A?1" holds a control character'),
            ("not UTF-8", row(article="?").encode().replace(b"?", b"\xc3("), "article: not valid UTF-8"),
            ("an open quote", row(article='"a'), "article: the quote is not closed"),
            ("an empty line", "\n" + row(), "case_no: the line is empty, and more rows follow"),
        ):
            with self.subTest(name):
                content = HEADER.encode() + row(case_no=7).encode() + (bad if isinstance(bad, bytes) else bad.encode())
                counts, err = self.take(content, code=2)
                self.assertEqual(f"in.csv:3: {message}\n", err)
                self.assertEqual(("2", "1"), (counts["rows"], counts["rejected"]))

    def test_the_earlier_of_two_bad_rows_is_told(self):
        counts, err = self.take(HEADER + row() + row("Payment", event_no=5) + row(case_no="x"), code=2)
        self.assertEqual("in.csv:3: event_no: 5 leaves a gap: the next of case 1 is 1\n", err)
        self.assertEqual(("2", "1", "1"), (counts["rows"], counts["recorded"], counts["rejected"]))

    def test_logs_that_are_none(self):
        for content, message in (
            ("", "case_no: the file is empty; its first line must name the columns"),
            (HEADER.replace("amount", "Amount", 1), 'amount: the header says "Amount" in its place'),
            (",".join(COLUMNS[:5]) + "\n", "dismissal: the header ends before this column"),
            (HEADER.replace("\n", ",note\n"), 'column 19: the header has "note" behind the last column'),
        ):
            with self.subTest(message):
                self.assertEqual(({}, f"in.csv:1: {message}\n"), self.take(content, code=2))
                self.assertFalse(self.store.exists())
        _, err = self.call("import", self.folder / "none", "--store", self.store, code=2)
        self.assertTrue(err.endswith("cannot be opened: No such file or directory\n"), err)
        _, err = self.call("import", self.folder, "--store", self.store, code=2)
        self.assertTrue(err.endswith("cannot be read: Is a directory\n"), err)


class Asking(Fines):
    def test_a_report_is_of_the_end_of_any_day(self):
        text = log(cases=800, seed=self.seed)
        self.take(text)
        rows = rows_of(text)
        chance = random.Random(self.seed)
        days = ["0001-01-01", "1999-12-31", "9999-12-30", "9999-12-31"]
        days += [chance.choice(rows)["time:timestamp"][:10] for _ in range(8)]
        days += [(datetime.date(2000, 1, 1) + datetime.timedelta(chance.randrange(4000))).isoformat() for _ in range(8)]
        for day in days:
            wanted = json.dumps(expected(rows, day), sort_keys=True, separators=(",", ":")) + "\n"
            self.assertEqual(wanted, self.ask("report", "--at", day), day)
            events = collections.Counter(each["concept:name"] for each in rows if each["time:timestamp"][:10] <= day)
            lines = [f"{name},{count}" for name, count in sorted(events.items(), key=lambda each: (-each[1], each[0]))]
            self.assertEqual(["activity,events", *lines], self.ask("activities", "--at", day).splitlines())
            last = collections.Counter({each["case_no"]: each["concept:name"] for each in rows if each["time:timestamp"][:10] <= day}.values())
            lines = [f"{day},{name},{count}" for name, count in sorted(last.items())]
            self.assertEqual(["as_of,last_activity,cases", *lines], self.ask("last", "--at", day).splitlines())
        self.assertEqual(self.ask("report", "--at", "9999-12-31"), self.ask("report"))

    def test_the_day_is_the_one_that_the_log_says(self):
        self.take(HEADER + row(time="2006-07-24T23:59:59-11:00") + row(case_no=2, time="2006-07-24T00:00:00+14:00"))
        for day, cases in (("2006-07-23", 0), ("2006-07-24", 2)):
            self.assertEqual(cases, json.loads(self.ask("report", "--at", day))["flags"]["cases"])

    def test_the_highest_come_page_by_page(self):
        text = log(cases=300, seed=self.seed)
        self.take(text)
        cases = collections.defaultdict(lambda: {"fine": 0, "expenses": 0, "paid": 0})
        for each in rows_of(text):
            case = cases[int(each["case_no"])]
            if each["amount"]:
                case["fine"] = cents(each["amount"])
            case["expenses"] += cents(each["expense"] or "0")
            case["paid"] += cents(each["paymentAmount"] or "0")
        for case in cases.values():
            case["due"] = case["fine"] + case["expenses"] - case["paid"]
        for by in ("due", "fine", "expenses", "paid"):
            order = sorted(cases, key=lambda number: (-cases[number][by], number))
            for page, size in ((1, 20), (2, 20), (15, 20), (16, 20), (1, 1), (3, 7), (1, 1000), (2**63, 2**63)):
                lines = list(csv.DictReader(io.StringIO(self.ask("top", "--by", by, "--page", page, "--size", size))))
                begin = (page - 1) * size
                self.assertEqual(order[begin:begin + size], [int(line["case_no"]) for line in lines], (by, page, size))
                self.assertEqual(list(range(begin + 1, begin + len(lines) + 1)), [int(line["rank"]) for line in lines])
                self.assertEqual([cases[number] for number in order[begin:begin + size]],
                                 [{name: int(line[name + "_cents"]) for name in ("fine", "expenses", "paid", "due")} for line in lines])
        self.assertEqual(self.ask("top"), self.ask("top", "--by", "due", "--page", 1, "--size", 20))

    def test_the_read_model_is_made_anew_and_measured(self):
        self.take(log(cases=50))
        said = dict(line.split(" ") for line in self.ask("rebuild").splitlines())
        self.assertEqual(("50", str(len(rows_of(log(cases=50))))), (said["cases"], said["events"]))
        self.assertEqual({"events", "microseconds", "events_per_second", "cases", "bytes_per_case", "days", "bytes_per_day", "report_microseconds",
                          "top_microseconds"}, set(said))

    def test_a_question_never_creates_or_changes_a_store(self):
        questions = (["report"], ["activities"], ["last"], ["top"], ["case", "1"], ["case", "A1"], ["rebuild"])
        for question in questions:
            out, err = self.call(*question, "--store", self.store, code=3)
            self.assertEqual("", out)
            self.assertIn("The first `fines import` makes one", err)
            self.assertFalse(self.store.exists())
        self.take(log())
        before = {path: path.read_bytes() for path in self.store.iterdir()}
        for question in questions:
            self.ask(*question)
        self.assertEqual(before, {path: path.read_bytes() for path in self.store.iterdir()})

    def test_a_store_without_events_has_answers(self):
        self.take(HEADER)
        self.assertEqual(expected([], "2006-01-01"), json.loads(self.ask("report", "--at", "2006-01-01")))
        self.assertEqual("activity,events\n", self.ask("activities"))
        self.assertEqual(1, len(self.ask("top").splitlines()))
        self.assertIn("cases 0\n", self.ask("rebuild"))

    def test_a_case_that_is_not_there(self):
        self.take(log())
        for case in ("77", "A77", "0", "-", "x" * 2000):
            _, err = self.call("case", "--store", self.store, "--", case, code=2)
            self.assertRegex(err, r'^fines: there is no case ".*" in this store; ')

    def test_words_that_mean_nothing(self):
        self.take(log())
        for words, message in (
            ([], "there is no command"),
            (["burn"], 'there is no command "burn"'),
            (["import", "--store", "x"], "fines import needs FILE"),
            (["report"], "fines report needs --store DIR"),
            (["report", "--store", "x", "--at", "2006-02-29"], '--at "2006-02-29" is not a day of the calendar, written YYYY-MM-DD'),
            (["report", "--store", "x", "--by", "due"], "fines report takes no --by"),
            (["top", "--store", "x", "--page", "0"], '--page "0" is not a page; the first one is 1'),
            (["top", "--store", "x", "--size", "20x"], '--size "20x" is not a number of cases, from 1'),
            (["top", "--store", str(self.store), "--by", "height"], '--by "height" is none of due, fine, expenses, paid'),
            (["case", "--store", "x"], "fines case needs ID"),
        ):
            with self.subTest(words):
                self.assertEqual(("", f"fines: {message}. See `fines --help`\n"), self.call(*words, code=2, cwd=self.folder))
        out, err = self.call("--help")
        self.assertTrue(out.startswith("Usage: fines"), out)
        self.assertEqual("", err)


if __name__ == "__main__":
    program.main("fines")
