#!/usr/bin/env python3
"""Makes one mistake at a time in a copy of an order service that has recorded events, and sees who catches it.

    run.py --list                 the tests, one a line; `sound` is first, and all others need what it leaves behind
    run.py --test NAME --work DIR …   one of them; what else is to be said, CMakeLists.txt says

`sound` builds the service as it was in its first year and as it is now, and lets both record. A test of `lock` edits the sources and
builds: the lock must refuse that. One of `compiler` does so without a lock. One of `store` builds and runs without a lock: the
program must end with an error that names what changed, and the sound program must find all as it was. One of `right` is a change as
the guide has it: it must build, with its lock, and read everything.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

ENVIRONMENT = {**os.environ, "LC_ALL": "C", "CLICOLOR_FORCE": "0"}
EVENTS, SALE, COUNTER, OFFICE = "shop/events.hpp", "shop/sale.hpp", "shop/counter.cpp", "shop/office.cpp"

# What the sound program says of what was recorded: order 1 in the first year, order 2 in the second.
LISTED = ("1: Ada owes 30000 KRW, 2 tea, 1 cup; paid 30000 and 250; by courier to Seoul\n"
          "2: Ada owes 30000 EUR, 2 tea, 1 cup; paid 30000 and 250; by courier to Seoul\n")


# --- what a developer does to the sources: (file, what is there, what is put there) ----------------------------------------------

PAID = "struct order_paid {\n    std::int64_t amount;\n    std::int64_t fee;\n};\n"
PAID_BEFORE = "namespace v1 {\n" + PAID + "}  // namespace v1\n"
PLACED_BEFORE = re.compile(r"namespace v1 \{\n(struct order_placed \{.*?\};\n)\}  // namespace v1\nstruct order_placed \{.*?\n\};\n",
                           re.S)
ON_PAID = re.compile(r"    void on\(const order_paid& .*?\n    \}\n", re.S)
ON_SENT = re.compile(r"    void on\(const order_sent& .*?\n    \}\n", re.S)
SALE_PAID = re.compile(r"inline order_paid paid.*?\n\}\n", re.S)
SALE_SENT = re.compile(r"inline order_sent sent.*?\n\}\n", re.S)
IMPORT_PAID = "        {sillok::encode_event<order_events>(paid(), paying), paying.view()},\n"
IMPORT_SENT = "        {sillok::encode_event<order_events>(sent(), sending), sending.view()},\n"

FIELD_TYPE_CHANGED = [(EVENTS, "std::int64_t fee;", "std::int32_t fee;")]
FIELD_ADDED = [(EVENTS, "std::int64_t fee;\n", "std::int64_t fee;\n    std::string method;\n")]
FIELD_REMOVED = [(EVENTS, "    std::string to;\n", ""), (OFFICE, ") + e.to;", ");"), (SALE, '    e.to = "Seoul";\n', "")]
FIELD_RENAMED = [(EVENTS, "fee;", "charge;"), (OFFICE, "e.fee", "e.charge"), (SALE, "e.fee", "e.charge")]
FIELDS_SWAPPED = [(EVENTS, PAID, "struct order_paid {\n    std::int64_t fee;\n    std::int64_t amount;\n};\n")]
FIELD_WITHIN_CHANGED = [(EVENTS, "std::uint32_t quantity;", "std::uint64_t quantity;")]
OLD_VERSION_CHANGED = [(EVENTS, re.compile(r"(?<=namespace v1 \{\nstruct order_placed \{\n    std::string customer;\n    )std::int64_t"),
                        "std::int32_t")]
ENUMERATOR_INSERTED = [(EVENTS, "{ post, courier }", "{ post, drone, courier }")]
# The second version is taken back: the struct of the first stands where that stood.
NEWEST_VERSION_REMOVED = [(EVENTS, PLACED_BEFORE, r"\1"), (EVENTS, "v1::order_placed, order_placed", "order_placed"),
                          (OFFICE, " + ' ' + e.currency", ""), (SALE, '    e.currency = "EUR";\n', "")]
# The first one is: the second is the first now.
OLDEST_VERSION_REMOVED = [(EVENTS, "v1::order_placed, order_placed", "order_placed"),
                          (EVENTS, re.compile(r"namespace v1.*?// namespace v1\n", re.S), ""),
                          (EVENTS, re.compile(r"    static order_placed upcast.*\n"), "")]
EVENT_REMOVED = [(EVENTS, re.compile(r' *sillok::event<"order\.paid".*\n'), ""), (EVENTS, PAID, ""), (OFFICE, ON_PAID, ""),
                 (OFFICE, IMPORT_PAID, ""), (OFFICE, "placing, paying, sending", "placing, sending"), (SALE, SALE_PAID, "")]
EVENT_RENAMED = [(EVENTS, '"order.paid"', '"order.settled"')]
FORMER_NAME_DROPPED = [(EVENTS, 'sillok::formerly<"order.delivered">, ', "")]

FIRST_YEAR = NEWEST_VERSION_REMOVED + [(EVENTS, '"order.sent", sillok::formerly<"order.delivered">', '"order.delivered"')]

# What is to be done, with and without what is forgotten.
PAID_METHOD = PAID.replace("};", "    std::string method;\n};")
VERSION_WITHOUT_UPCAST = [(EVENTS, PAID, PAID_BEFORE + PAID_METHOD),
                          (EVENTS, '"order.paid", order_paid', '"order.paid", v1::order_paid, order_paid')]
VERSION_ADDED = VERSION_WITHOUT_UPCAST + [
    (EVENTS, "    std::string method;\n",
     '    std::string method;\n    static order_paid upcast(const v1::order_paid& e) { return {e.amount, e.fee, "cash"}; }\n'),
    (OFFICE, "std::to_string(e.fee)", 'std::to_string(e.fee) + " by " + e.method'),
    (SALE, "e.fee = 250;", 'e.fee = 250;\n    e.method = "card";')]
RENAMED_RIGHTLY = [(EVENTS, '"order.paid"', '"order.settled", sillok::formerly<"order.paid">')]
SENT = 'sillok::event<"order.sent", sillok::formerly<"order.delivered">, order_sent>'
RETIRED_BY_ONE_NAME = [(EVENTS, SENT, 'sillok::retired<"order.sent">')]
RETIRED = [(EVENTS, SENT, 'sillok::retired<"order.sent">, sillok::retired<"order.delivered">'),
           (OFFICE, ON_SENT, ""), (OFFICE, IMPORT_SENT, ""), (OFFICE, "placing, paying, sending", "placing, paying"),
           (SALE, SALE_SENT, "")]
ENUMERATOR_ADDED = [(EVENTS, "{ post, courier }", "{ post, courier, drone }")]
EVENT_ADDED = [(EVENTS, "struct order_events\n", "struct order_returned {\n    std::string why;\n};\n\nstruct order_events\n"),
               (EVENTS, "order_sent>> {}", 'order_sent>,\n                     sillok::event<"order.returned", order_returned>> {}')]


# --- what must be said -------------------------------------------------------------------------------------------------------------

def spelled(name, text):
    """A text as compilers print it: was<'i', '6', '4'>."""
    return f"{name}<{', '.join(repr(letter) for letter in text)}>"


def changed(event, revision, struct, field, was, now):
    return ["E0301", f"shop::{struct}", spelled("named", event), f"revision<{revision}>", spelled("field", field), spelled("was", was),
            spelled("is", now)]


def unlocked(event, revision, struct):
    return ["E0302", f"shop::{struct}", spelled("named", event), f"revision<{revision}>"]


def lost(event, revision):
    return ["E0303", "shop::order_events", spelled("named", event), f"revision<{revision}>"]


def differs(event, revision, field, what):
    return (f'schema_changed: event "{event}", revision {revision}: field {field} {what}. Leave the struct of that revision as it was '
            "recorded, and add the new one to the catalogue as a version of its own\n")


# By test: the edits, and for each error what it says, its code first.
LOCK = {
    "field_type_changed": (FIELD_TYPE_CHANGED, [changed("order.paid", 1, "order_paid", "fee", "i64", "i32")]),
    "field_added": (FIELD_ADDED, [changed("order.paid", 1, "order_paid", "method", "", "string")]),
    "field_removed": (FIELD_REMOVED, [changed("order.sent", 1, "order_sent", "to", "string", "")]),
    "field_renamed": (FIELD_RENAMED, [changed("order.paid", 1, "order_paid", "fee", "i64", "charge: i64")]),
    "fields_swapped": (FIELDS_SWAPPED, [changed("order.paid", 1, "order_paid", "amount", "i64", "fee: i64")]),
    "field_within_changed": (FIELD_WITHIN_CHANGED, [changed("order.placed", 1, "v1::order_placed", "lines.quantity", "u32", "u64"),
                                                    changed("order.placed", 2, "order_placed", "lines.quantity", "u32", "u64")]),
    "old_version_changed": (OLD_VERSION_CHANGED, [changed("order.placed", 1, "v1::order_placed", "total", "i64", "i32")]),
    "enumerator_inserted": (ENUMERATOR_INSERTED, [changed("order.sent", 1, "order_sent", "by.courier", "1", "2")]),
    "newest_version_removed": (NEWEST_VERSION_REMOVED, [lost("order.placed", 2)]),
    "oldest_version_removed": (OLDEST_VERSION_REMOVED, [
        changed("order.placed", 1, "order_placed", "lines", "[{sku: string; quantity: u32}]", "currency: string"),
        lost("order.placed", 2)]),
    "event_removed": (EVENT_REMOVED, [lost("order.paid", 1)]),
    "event_renamed": (EVENT_RENAMED, [unlocked("order.settled", 1, "order_paid"), lost("order.paid", 1)]),
    "former_name_dropped": (FORMER_NAME_DROPPED, [lost("order.delivered", 1)]),
    "former_name_not_retired": (RETIRED_BY_ONE_NAME, [lost("order.delivered", 1)]),
    "version_not_locked": (VERSION_ADDED, [unlocked("order.paid", 2, "order_paid")]),
    "event_not_locked": (EVENT_ADDED, [unlocked("order.returned", 1, "order_returned")]),
}

# By test: the edits, the program that is not built, and what is said of it.
COMPILER = {
    "version_without_upcast": (VERSION_WITHOUT_UPCAST, "office", ["E0205", "shop::v1::order_paid", "shop::order_paid"]),
    "version_of_the_same_struct": ([(EVENTS, '"order.paid", order_paid', '"order.paid", order_paid, order_paid')], "counter",
                                   ["E0205", "shop::order_paid"]),
    "retired_name_used_again": ([(EVENTS, "order_sent>> {}", 'order_sent>, sillok::retired<"order.paid">> {}')], "office",
                                ["E0201", "shop::order_paid"]),
    "former_name_used_again": (EVENT_ADDED + [(EVENTS, '"order.returned"', '"order.delivered"')], "office",
                               ["E0201", "shop::order_sent", "shop::order_returned"]),
    "new_event_not_applied": (EVENT_ADDED, "counter", ["E0102", "shop::order_returned"]),
    "new_event_not_handled": (EVENT_ADDED, "office", ["E0206", "shop::order_returned"]),
    "old_version_handled": ([(OFFICE, "on(const order_placed&", "on(const v1::order_placed&"), (OFFICE, " + e.currency", "")],
                            "office", ["E0206", "shop::order_placed"]),
    "old_version_decided": ([(COUNTER, "sillok::decision<order_placed>", "sillok::decision<v1::order_placed>"),
                             (SALE, "order_placed placed", "v1::order_placed placed"), (SALE, "order_placed e{};", "v1::order_placed e{};"),
                             (SALE, '    e.currency = "EUR";\n', "")],
                            "counter", ["E0104", "shop::v1::order_placed"]),
}

# By test: the edits, what is said, and the calls that say so: beside `list`, by which all is read, `import`, by which nothing is, and a
# command on an old order and on a new one.
UNKNOWN_PAID = "unknown_event: order.paid revision 1 at position 2 of order/1: the catalogue has no event of this name\n"
READING, WRITING, COMMANDS = [("office", "list")], [("office", "import", "3")], [("counter", "send", "1"), ("counter", "send", "3")]
STORE = {
    "field_type_changed": (FIELD_TYPE_CHANGED, differs("order.paid", 1, 2, 'was recorded as "fee: i64", and is "fee: i32" now'),
                           READING + WRITING + COMMANDS),
    "field_added": (FIELD_ADDED, differs("order.paid", 1, 3, 'was not there when it was recorded, and is "method: string" now'),
                    READING + WRITING),
    "field_renamed": (FIELD_RENAMED, differs("order.paid", 1, 2, 'was recorded as "fee: i64", and is "charge: i64" now'),
                      READING + WRITING),
    "fields_swapped": (FIELDS_SWAPPED, differs("order.paid", 1, 1, 'was recorded as "amount: i64", and is "fee: i64" now'),
                       READING + WRITING),
    # What was sent in the first year has its old name, of which reading says it first.
    "enumerator_inserted": (ENUMERATOR_INSERTED, differs(
        "order.delivered", 1, 1,
        'was recorded as "by: enum u8 {post = 0; courier = 1}", and is "by: enum u8 {post = 0; drone = 1; courier = 2}" now'), READING),
    # What is imported has the current version, and that is as it was.
    "old_version_changed": (OLD_VERSION_CHANGED, differs("order.placed", 1, 2, 'was recorded as "total: i64", and is "total: i32" now'),
                            READING),
    "oldest_version_removed": (OLDEST_VERSION_REMOVED, differs(
        "order.placed", 1, 3, 'was recorded as "lines: [{sku: string; quantity: u32}]", and is "currency: string" now'), READING + WRITING),
    # There is no struct to compare, and what is recorded from now on is right as far as it goes: it is said where an event is read.
    "newest_version_removed": (NEWEST_VERSION_REMOVED, "unknown_event: order.placed revision 2 at position 4 of order/2: the catalogue "
                               "knows it up to revision 1\n", READING),
    "event_removed": (EVENT_REMOVED, UNKNOWN_PAID, READING),
    "event_renamed": (EVENT_RENAMED, UNKNOWN_PAID, READING),
    "former_name_dropped": (FORMER_NAME_DROPPED, UNKNOWN_PAID.replace("paid", "delivered").replace("position 2", "position 3"), READING),
}

# By test: the edits, those that the target of the lock makes in it, and what is listed then of what was recorded before.
LOCKED_PAID = '{"order.paid", 1,\n "amount: i64; "\n "fee: i64"},\n'
LOCKED_SENT = '{"order.sent", 1,\n "by: enum u8 {post = 0; courier = 1}; "\n "to: string"},\n'
LOCKED_PAID_2 = '{"order.paid", 2,\n "amount: i64; "\n "fee: i64; "\n "method: string"},\n'
RIGHT_VERSION = (VERSION_ADDED, [(LOCKED_PAID, LOCKED_PAID + LOCKED_PAID_2)], LISTED.replace(" 250", " 250 by cash"))
RIGHT = {
    "renamed": (RENAMED_RIGHTLY, [(LOCKED_SENT, LOCKED_SENT + LOCKED_PAID.replace("order.paid", "order.settled"))], LISTED),
    "retired": (RETIRED, [], LISTED.replace("; by courier to Seoul", "")),
    "enumerator_added": (ENUMERATOR_ADDED, [("courier = 1}", "courier = 1; drone = 2}")], LISTED),
}


# --- the copy ------------------------------------------------------------------------------------------------------------------------

class Failed(Exception):
    pass


def demand(holds, text):
    if not holds:
        raise Failed(text)


def edited(text, old, new):
    if isinstance(old, str):
        demand(old in text, f"the project has no\n{old}")
        return text.replace(old, new)
    text, count = old.subn(new, text)
    demand(count != 0, f"the project has nothing like\n{old.pattern}")
    return text


class Shop:
    """The sound project with its store and its programs, and the copy in which mistakes are made and built."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.work = arguments.work
        self.project = self.work / "project"
        self.copy = self.work / "copy"
        self.build_folder = self.work / "build"
        self.sound = self.work / "sound"
        self.recorded = self.work / "recorded"
        self.store = self.work / "store"

    def call(self, *command):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace", env=ENVIRONMENT,
                              check=False)
        return done.returncode, done.stdout + done.stderr

    def must(self, *command):
        status, output = self.call(*command)
        demand(status == 0, f"{' '.join(map(str, command))}: exit code {status}\n{output}")
        return output

    def fresh_copy(self, edits=()):
        """The sound project again, with the edits. What stays as it is keeps its date, so that it need not be built anew."""
        wanted = {path.relative_to(self.project).as_posix(): path.read_text(encoding="utf-8")
                  for path in self.project.rglob("*") if path.is_file()}
        for name, old, new in edits:
            wanted[name] = edited(wanted[name], old, new)
        if self.copy.exists():
            for path in [path for path in self.copy.rglob("*") if path.is_file()]:
                if path.relative_to(self.copy).as_posix() not in wanted:
                    path.unlink()
        for name, text in wanted.items():
            path = self.copy / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")

    def configure(self, locked):
        cache = self.build_folder / "CMakeCache.txt"
        word = f"LOCKED:BOOL={'ON' if locked else 'OFF'}"
        if cache.exists() and f"\n{word}\n" in cache.read_text(encoding="utf-8"):
            return
        arguments = self.arguments
        self.must(arguments.cmake, "-S", self.copy, "-B", self.build_folder, "-G", arguments.generator, f"-D{word}",
                  f"-DCMAKE_CXX_COMPILER={arguments.compiler}", f"-DCMAKE_MAKE_PROGRAM={arguments.make_program}",
                  f"-DCMAKE_PREFIX_PATH={self.work / 'prefix'}")

    def build(self, target):
        # One thing after the other: the check of the lock is the first, and is enough.
        return self.call(self.arguments.cmake, "--build", self.build_folder, "--parallel", "1", "--target", target)

    def must_build(self, target):
        status, output = self.build(target)
        demand(status == 0, f"{target} is not built:\n{output}")
        return output

    def must_not_build(self, target, errors):
        """Each error is on one line, with its code and the texts around it; there are no others."""
        status, output = self.build(target)
        demand(status != 0, f"{target} is built, and must not be")
        said = [line for line in output.splitlines() if re.search(r"\berror: ", line)]
        codes = sorted(code for line in said for code in re.findall(r"sillok\[(E\d{4})\]", line))
        demand(codes == sorted(error[0] for error in errors) and len(codes) == len(said),
               f"{target} is not built, but not for {[error[0] for error in errors]} alone:\n{output}")
        for error in errors:
            for text in error[1:]:
                demand(text in output, f"{target} is not built, but nobody says {text}:\n{output}")

    def lock(self, root):
        return (root / "schema/orders.lock").read_text(encoding="utf-8")

    def run(self, program, *words, store=None, of=None):
        """What a program says, of those that were built last unless it is said of which, and whether it did what it was to do."""
        done = subprocess.run([str((of or self.build_folder) / program), words[0], str(store or self.store), *words[1:]],
                              capture_output=True, text=True, errors="replace", env=ENVIRONMENT, check=False)
        return done.returncode, done.stdout, done.stderr

    def must_run(self, program, *words, says="", **where):
        found = self.run(program, *words, **where)
        demand(found == (0, says, ""), f"{program} {' '.join(words)}: {found}\nand not {(0, says, '')}")

    def fresh_store(self):
        shutil.rmtree(self.store, ignore_errors=True)
        shutil.copytree(self.recorded, self.store)


# --- the tests -----------------------------------------------------------------------------------------------------------------------

def sound(shop):
    arguments = shop.arguments
    shutil.rmtree(shop.work, ignore_errors=True)
    shutil.copytree(pathlib.Path(__file__).parent / "project", shop.project)
    shop.must(arguments.cmake, "--install", arguments.library_build, "--prefix", shop.work / "prefix")

    (shop.project / "schema").mkdir()
    for year, edits in ((1, FIRST_YEAR), (2, [])):
        shop.fresh_copy(edits)
        shop.configure(locked=True)
        shop.must_build("order_events_schema_lock")
        shutil.copy(shop.copy / "schema/orders.lock", shop.project / "schema")
        shop.must_build("office")
        shop.must_run("office", "import", str(year), store=shop.recorded)
    shop.must_run("office", "list", store=shop.recorded, says=LISTED)
    shop.sound.mkdir()
    shutil.copy(shop.build_folder / "office", shop.sound)


def lock(shop, edits, errors):
    shop.fresh_copy(edits)
    shop.configure(locked=True)
    shop.must_not_build("office", errors)


def compiler(shop, edits, program, error):
    shop.fresh_copy(edits)
    shop.configure(locked=False)
    shop.must_not_build(program, [error])


def store(shop, edits, said, calls):
    shop.fresh_copy(edits)
    shop.configure(locked=False)
    for program in sorted({call[0] for call in calls}):
        shop.must_build(program)
    shop.fresh_store()
    for call in calls:
        found = shop.run(*call)
        demand(found == (1, "", said), f"{call}: {found}\nand not {(1, '', said)}")
    # Nothing came in and nothing is gone, and the sound program goes on.
    shop.must_run("office", "list", of=shop.sound, says=LISTED)
    shop.must_run("office", "import", "3", of=shop.sound)


def right(shop, edits, lock_edits, listed):
    shop.fresh_copy(edits)
    shop.configure(locked=True)
    if lock_edits:
        shop.must_build("order_events_schema_lock")
    wanted = shop.lock(shop.project)
    for old, new in lock_edits:
        wanted = edited(wanted, old, new)
    demand(shop.lock(shop.copy) == wanted, f"the lock is\n{shop.lock(shop.copy)}and not\n{wanted}")
    shop.must_build("office")
    shop.fresh_store()
    shop.must_run("office", "list", says=listed)


def version_added(shop):
    right(shop, *RIGHT_VERSION)
    # What is recorded from now on is of the new version, and a program that does not know it says so.
    shop.must_build("counter")
    shop.must_run("counter", "place", "3")
    shop.must_run("counter", "pay", "3")
    shop.must_run("office", "list", says=RIGHT_VERSION[2] + "3: Ada owes 30000 EUR, 2 tea, 1 cup; paid 30000 and 250 by card\n")
    demand(shop.run("office", "list", of=shop.sound) == (1, "", "unknown_event: order.paid revision 2 at position 8 of order/3: the "
           "catalogue knows it up to revision 1\n"), "the program of the second year reads what it does not know")


TESTS = {"sound": sound}
for group, tests in ((lock, LOCK), (compiler, COMPILER), (store, STORE), (right, RIGHT)):
    for name, what in tests.items():
        TESTS[f"{group.__name__}.{name}"] = lambda shop, group=group, what=what: group(shop, *what)
TESTS["right.version_added"] = version_added


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--test", choices=TESTS)
    for name in ("work", "library-build"):
        parser.add_argument(f"--{name}", type=pathlib.Path)
    for name in ("cmake", "compiler", "generator", "make-program"):
        parser.add_argument(f"--{name}")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(TESTS))
        return 0
    try:
        TESTS[arguments.test](Shop(arguments))
    except Failed as failed:
        print(failed)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
