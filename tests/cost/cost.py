#!/usr/bin/env python3
"""What the headers cost to compile at -O0, measured against a translation unit of <string>, <variant> and <vector>.

The limits are ratios and generous, so that a slow or busy machine does not turn them red; the numbers are printed for those who
want to know. docs/performance.md has the budgets. `--full` goes up to a catalogue of 500 events.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

TRIES = 3
BASELINE = "#include <string>\n#include <variant>\n#include <vector>\n"

# Limits, as multiples of the baseline: about three times the budgets, which are 0.45 s, 1.0 s and 8 ms where the baseline is 0.21 s.
STORE_MAX = 6.5
UMBRELLA_MAX = 14.5
EVENT_TYPE_MAX = 0.115
GROWTH_MAX = 1.6  # how much more the later types of a catalogue may cost than its first


class Compiler:
    def __init__(self, command, includes, folder):
        self.command = [command, "-std=c++20", "-O0", *[f"-I{directory}" for directory in includes]]
        self.folder = folder

    def cost(self, name, text):
        """The least user time in seconds, and the most memory in MB, of compiling `text`."""
        source = self.folder / f"{name}.cpp"
        source.write_text(text, encoding="utf-8")
        seconds, memory = [], []
        for _ in range(TRIES):
            with (self.folder / f"{name}.log").open("w+", encoding="utf-8", errors="replace") as log:
                child = subprocess.Popen([*self.command, "-c", source, "-o", self.folder / f"{name}.o"], stdout=log, stderr=log)
                _, status, used = os.wait4(child.pid, 0)  # the only wait that tells this child's usage from the others'
                child.returncode = os.waitstatus_to_exitcode(status)
                if child.returncode != 0:
                    log.seek(0)
                    sys.exit(f"{name} does not compile:\n{log.read(4000)}")
            seconds.append(used.ru_utime)
            memory.append(used.ru_maxrss / 1024)
        return min(seconds), max(memory)


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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("--full", action="store_true")
    arguments = parser.parse_args()
    failed = []

    with tempfile.TemporaryDirectory() as temporary:
        compiler = Compiler(arguments.compiler, arguments.include, pathlib.Path(temporary))
        headers = pathlib.Path(arguments.include[0]) / "sillok"
        base, memory = compiler.cost("baseline", BASELINE)
        print(f"{'<string>, <variant>, <vector>':44} {base:6.2f} s {memory:6.0f} MB")

        def header_cost(name, files, limit):
            if not all((headers / file).exists() for file in files):
                return
            seconds, used = compiler.cost(name.replace(" ", "_"), "".join(f"#include <sillok/{file}>\n" for file in files))
            print(f"{name:44} {seconds:6.2f} s {used:6.0f} MB, {seconds / base:5.1f} times that (at most {limit})")
            if seconds / base > limit:
                failed.append(name)

        events = sorted(path.relative_to(headers).as_posix() for path in (headers / "event").glob("*.hpp"))
        header_cost("event and memory_store", [*events, "store/memory_store.hpp"], STORE_MAX)
        header_cost("sillok.hpp", ["sillok.hpp"], UMBRELLA_MAX)

        per_type = []
        for count in (100, 200, 500) if arguments.full else (100, 200):
            if not all((headers / file).exists() for file in CATALOGUE_HEADERS):
                break
            # What both include is taken out by including it in both.
            common = "".join(f"#include <sillok/{file}>\n" for file in CATALOGUE_HEADERS) + used_alone(count)
            alone, memory_alone = compiler.cost(f"structs_{count}", common)
            seconds, memory = compiler.cost(f"catalogue_{count}", common + catalogue(count))
            per_type.append((seconds - alone) / count)
            print(f"{f'a catalogue of {count}':44} {seconds:6.2f} s {memory:6.0f} MB, of which the structs {alone:.2f} s and "
                  f"{memory_alone:.0f} MB: {1000 * per_type[-1]:.1f} ms and {(memory - memory_alone) / count:.2f} MB per type "
                  f"(at most {1000 * EVENT_TYPE_MAX * base:.0f} ms)")
            if per_type[-1] > EVENT_TYPE_MAX * base:
                failed.append(f"a catalogue of {count}")
            if per_type[-1] > GROWTH_MAX * per_type[0]:
                failed.append(f"the growth up to {count} types")
    for name in failed:
        print(f"too dear: {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
