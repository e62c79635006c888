#!/usr/bin/env python3
"""What the headers cost to compile at -O0, measured against a translation unit of <string>, <variant> and <vector>.

The limits are ratios and generous, so that a slow or busy machine does not turn them red; the numbers are printed for those who
want to know. What is over a limit is measured again, everything in turn, before it is called too dear: a busy machine passes, a
dear header stays. docs/performance.md has the budgets.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

TRIES = 2  # of each source at first, of which the least counts
PATIENCE = 12  # further rounds while something is over its limit
BASELINE = "#include <string>\n#include <variant>\n#include <vector>\n"

# Limits, as multiples of the baseline: about three times the budgets, which are 0.45 s, 1.0 s and 8 ms where the baseline is 0.21 s.
STORE_MAX = 6.5
UMBRELLA_MAX = 14.5
EVENT_TYPE_MAX = 0.115
FEW, MANY = 100, 400  # types in the two catalogues
GROWTH_MAX = 2.0  # times the cost of a type among few, for one among many; what grew with the square would reach nearly 4
MEMORY_GROWTH_MAX = 1.5  # the same of memory, which does not depend on how busy the machine is


class Source:
    """A translation unit, and the least user time in seconds and the most memory in MB that its compilations took so far."""

    def __init__(self, compiler, name, text):
        self.compiler, self.name = compiler, name
        self.seconds, self.memory = float("inf"), 0
        self.path = compiler.folder / f"{name}.cpp"
        self.path.write_text(text, encoding="utf-8")

    def measure(self):
        with self.path.with_suffix(".log").open("w+", encoding="utf-8", errors="replace") as log:
            child = subprocess.Popen([*self.compiler.command, "-c", self.path, "-o", self.path.with_suffix(".o")],
                                     stdout=log, stderr=log)
            _, status, used = os.wait4(child.pid, 0)  # the only wait that tells this child's usage from the others'
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode != 0:
                log.seek(0)
                sys.exit(f"{self.name} does not compile:\n{log.read(4000)}")
        self.seconds = min(self.seconds, used.ru_utime)
        self.memory = max(self.memory, used.ru_maxrss / 1024)


class Compiler:
    def __init__(self, command, includes, folder):
        self.command = [command, "-std=c++20", "-O0", *[f"-I{directory}" for directory in includes]]
        self.folder = folder


def structs(count):
    """Events as a user has them: two numbers and a text, each a type of its own."""
    return "".join(f"struct e{i} {{ std::int64_t amount; std::int32_t place; std::string text; }};\n" for i in range(count))


def used_alone(count):
    """The same structs made, copied and destroyed, so that only what the library adds is measured."""
    uses = "".join(f"    {{ e{i} a{{{i}, 1, \"x\"}}; e{i} b = a; sum += b.amount; }}\n" for i in range(count))
    return f"{structs(count)}std::int64_t use() {{\n    std::int64_t sum = 0;\n{uses}    return sum;\n}}\n"


CATALOGUE_HEADERS = ["codec/binary.hpp", "event/dispatch.hpp", "event/encode.hpp", "event/event.hpp"]


def catalogue(count):
    """Every event listed, encoded, and dispatched to a handler that takes it."""
    rows = ",\n".join(f'    sillok::event<"cost.event_{i}", e{i}>' for i in range(count))
    takes = "".join(f"    void on(const e{i}& e) {{ sum += e.amount; }}\n" for i in range(count))
    encodes = "".join(f'    sillok::encode_event<catalogue>(e{i}{{{i}, 1, "x"}}, out);\n' for i in range(count))
    return (f"struct catalogue : sillok::events<\n{rows}> {{}};\n"
            f"struct handler {{\n    using events = catalogue;\n    std::int64_t sum = 0;\n{takes}}};\n"
            f"void record(sillok::byte_buffer& out) {{\n{encodes}}}\n"
            "sillok::result<void> replay(sillok::dispatcher<handler>& to, handler& h, sillok::record_view record) {\n"
            "    return to.dispatch(h, record);\n}\n")


def includes(files):
    return "".join(f"#include <sillok/{file}>\n" for file in files)


class Costs:
    """All that is measured, the same rounds for everything, so that a busy minute hits all of it."""

    def __init__(self, compiler, headers):
        events = sorted(path.relative_to(headers).as_posix() for path in (headers / "event").glob("*.hpp"))
        self.baseline = Source(compiler, "baseline", BASELINE)
        self.store = Source(compiler, "store", includes([*events, "store/memory_store.hpp"]))
        self.umbrella = Source(compiler, "umbrella", includes(["sillok.hpp"]))
        # What a catalogue and the structs alone both include is taken out by including it in both.
        common = {count: includes(CATALOGUE_HEADERS) + used_alone(count) for count in (FEW, MANY)}
        self.structs = {count: Source(compiler, f"structs_{count}", text) for count, text in common.items()}
        self.catalogues = {count: Source(compiler, f"catalogue_{count}", text + catalogue(count))
                           for count, text in common.items()}

    def measure(self):
        for source in (self.baseline, self.store, self.umbrella, *self.structs.values(), *self.catalogues.values()):
            source.measure()

    def times_baseline(self, source):
        return source.seconds / self.baseline.seconds

    def seconds_per_type(self, count):
        return (self.catalogues[count].seconds - self.structs[count].seconds) / count

    def megabytes_per_type(self, count):
        return (self.catalogues[count].memory - self.structs[count].memory) / count

    def too_dear(self):
        type_max = EVENT_TYPE_MAX * self.baseline.seconds
        rows = [("event and memory_store", self.times_baseline(self.store), STORE_MAX),
                ("sillok.hpp", self.times_baseline(self.umbrella), UMBRELLA_MAX),
                (f"a type among {FEW}", self.seconds_per_type(FEW), type_max),
                (f"a type among {MANY}", self.seconds_per_type(MANY), type_max),
                ("the growth of time", self.seconds_per_type(MANY), GROWTH_MAX * self.seconds_per_type(FEW)),
                ("the growth of memory", self.megabytes_per_type(MANY), MEMORY_GROWTH_MAX * self.megabytes_per_type(FEW))]
        return [f"{name}: {found:.4g}, at most {limit:.4g}" for name, found, limit in rows if found > limit]

    def show(self):
        def row(name, source, rest=""):
            print(f"{name:30} {source.seconds:6.2f} s {source.memory:6.0f} MB{rest}")

        row("<string>, <variant>, <vector>", self.baseline)
        row("event and memory_store", self.store, f", {self.times_baseline(self.store):.1f} times that (at most {STORE_MAX})")
        row("sillok.hpp", self.umbrella, f", {self.times_baseline(self.umbrella):.1f} times that (at most {UMBRELLA_MAX})")
        for count, source in self.catalogues.items():
            alone = self.structs[count]
            row(f"a catalogue of {count}", source, f", of which the structs {alone.seconds:.2f} s and {alone.memory:.0f} MB: "
                f"{1000 * self.seconds_per_type(count):.1f} ms and {self.megabytes_per_type(count):.2f} MB per type "
                f"(at most {1000 * EVENT_TYPE_MAX * self.baseline.seconds:.0f} ms)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--include", action="append", default=[])
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        compiler = Compiler(arguments.compiler, arguments.include, pathlib.Path(temporary))
        costs = Costs(compiler, pathlib.Path(arguments.include[0]) / "sillok")
        rounds = 0
        while rounds < TRIES or (costs.too_dear() and rounds < TRIES + PATIENCE):
            costs.measure()
            rounds += 1
        costs.show()
        print(f"the least of {rounds} rounds")
        failed = costs.too_dear()
    for row in failed:
        print(f"too dear: {row}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
