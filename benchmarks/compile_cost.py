#!/usr/bin/env python3
"""What a catalogue costs to compile: events with codec and dispatch, above the same structs only made, copied and destroyed.

    compile_cost.py --events 100,500 --versions 1 --compiler g++ --compiler clang++
    compile_cost.py --events 500 --split encode,dispatch       what each part adds
    compile_cost.py --events 300 --emit                        prints the program instead of measuring it

Each program is compiled at -O0 to an object file; the figures are user + system CPU time, the median of --runs, and peak
memory. Prints a table, and with --json the same as JSON. Needs Python 3 alone.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PARTS = ("catalogue", "encode", "dispatch")
FIELDS = ("std::string {};", "std::int64_t {};", "std::int32_t {};")


def struct(name, number, version, previous):
    """An event of two to five fields, of which the first is a string: about what the events of a business have."""
    count = 2 + (number + version) % 4
    fields = " ".join(FIELDS[i % 3].format(f"field{i}") for i in range(count))
    lift = f" static {name} upcast(const {previous}& e) {{ {name} n{{}}; n.field0 = e.field0; return n; }}" if previous else ""
    return f"struct {name} {{ {fields}{lift} }};"


def program(events, versions, parts):
    """The source. With no parts it is the baseline: the same structs, made, copied and destroyed."""
    names = [[f"e{i}" if v == versions else f"e{i}_v{v}" for v in range(1, versions + 1)] for i in range(events)]
    lines = ["#include <cstdint>", "#include <string>"]
    lines += ['#include "sillok/event/dispatch.hpp"', '#include "sillok/event/encode.hpp"']
    for i, of_event in enumerate(names):
        for v, name in enumerate(of_event):
            lines.append(struct(name, i, v, of_event[v - 1] if v else None))
    # The baseline's work, which every program does: one function per struct, so nothing is folded away.
    for of_event in names:
        lines += [f"void touch(const {name}& e) {{ {name} made{{}}; {name} copy(e); copy.field0 = made.field0; }}" for name in of_event]
    if parts:
        listed = ",\n    ".join(f'sillok::event<"domain.event_number_{i}", {", ".join(of_event)}>' for i, of_event in enumerate(names))
        lines += [f"struct all_events : sillok::events<\n    {listed}> {{}};"]
    current = [of_event[-1] for of_event in names]
    if "catalogue" in parts:
        lines += ["std::size_t find(sillok::record_view record) { return sillok::find_entry<all_events>(record); }"]
    if "encode" in parts:
        lines += [f"void write(const {name}& e, sillok::byte_buffer& out) {{ sillok::encode_event<all_events>(e, out); }}" for name in current]
    lines += ["struct handler {", "    using events = all_events;" if parts else "", "    long sum = 0;"]
    lines += [f"    void apply(const {name}& e) {{ sum += e.field1; }}" for name in current]
    lines += ["};"]
    if "dispatch" in parts:
        lines += ["bool run(handler& h, sillok::dispatcher<handler>& d, sillok::record_view r) { return d.dispatch(h, r).has_value(); }",
                  "sillok::dispatcher<handler> make() { return sillok::dispatcher<handler>(); }"]
    else:
        lines += [f"void run(handler& h, const {name}& e) {{ h.apply(e); }}" for name in current]
    return "\n".join(lines) + "\n"


def compile_once(compiler, source, folder, optimise):
    command = [compiler, "-std=c++20", optimise, "-c", f"-I{ROOT / 'include'}", str(source), "-o", str(folder / "out.o")]
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"compile_cost: {' '.join(command)} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, (folder / "out.o").stat().st_size


def measure(compiler, text, runs, optimise):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = folder / "catalogue.cpp"
        source.write_text(text, encoding="utf-8")
        seen = [compile_once(compiler, source, folder, optimise) for _ in range(runs)]
    return tuple(statistics.median(column) for column in zip(*seen))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", default="100,250,500", help="numbers of current types, with commas")
    parser.add_argument("--versions", default="1", help="versions of each event, with commas")
    parser.add_argument("--compiler", action="append", help="default: g++ and clang++")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--optimise", default="-O0")
    parser.add_argument("--split", default=",".join(PARTS), help="which parts are in the program")
    parser.add_argument("--emit", action="store_true", help="print the program")
    parser.add_argument("--json", action="store_true", help="print JSON behind the table")
    arguments = parser.parse_args()
    parts = [part for part in arguments.split.split(",") if part]
    counts = [(int(e), int(v)) for v in arguments.versions.split(",") for e in arguments.events.split(",")]
    if arguments.emit:
        print(program(*counts[0], parts), end="")
        return 0

    rows = []
    print(f"{'compiler':10} {'events':>6} {'versions':>8} {'base s':>8} {'with s':>8} {'base MB':>8} {'with MB':>8} {'ms/type':>8} {'MB/type':>8} {'object KB':>10}")
    for compiler in arguments.compiler or ["g++", "clang++"]:
        for events, versions in counts:
            # Header weight is common to both programs, since the baseline includes them too.
            base = measure(compiler, program(events, versions, []), arguments.runs, arguments.optimise)
            full = measure(compiler, program(events, versions, parts), arguments.runs, arguments.optimise)
            row = {"compiler": compiler, "events": events, "versions": versions, "base_s": round(base[0], 3), "with_s": round(full[0], 3),
                   "base_mb": round(base[1], 1), "with_mb": round(full[1], 1), "ms_per_type": round((full[0] - base[0]) * 1000 / events, 3),
                   "mb_per_type": round((full[1] - base[1]) / events, 4), "object_kb": round((full[2] - base[2]) / 1024)}
            rows.append(row)
            print(f"{compiler:10} {events:6} {versions:8} {row['base_s']:8.2f} {row['with_s']:8.2f} {row['base_mb']:8.0f} {row['with_mb']:8.0f} "
                  f"{row['ms_per_type']:8.2f} {row['mb_per_type']:8.3f} {row['object_kb']:10}", flush=True)
    if arguments.json:
        print(json.dumps(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
