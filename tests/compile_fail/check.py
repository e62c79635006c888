#!/usr/bin/env python3
"""Checks one mistake: it is refused, with exactly one error line, which carries its code; mended, it compiles.

No other line of the output may carry a code either, not even one that quotes the source: in the library the text of a
static_assert stands on a line below its condition.

A file EXXXX_name.cpp holds the mistake under `#ifndef FIXED`. The comment at its top has one or more lines `// expect: TEXT`; each
TEXT must stand in what the compiler says, white space aside: in its sentences, not in the names of files or in the source that it
quotes. `// expect-gcc:` and `// expect-clang:` speak to one compiler only. `// only: g++ 12` says that another compiler, or another
version, makes no mistake of it: there the file must compile.
"""
import argparse
import os
import re
import subprocess
import sys

ERROR = re.compile(r"\b(?:fatal )?error: ")


PLACE = re.compile(r"^[^\s:][^:]*:(?:\d+:\d+:|(?= (?:In|At) ))")


def squeeze(text):
    return " ".join(text.split())


def said(output):
    """The compiler's sentences, without the places before them and without the source that it quotes."""
    return squeeze(" ".join(PLACE.sub("", line) for line in output.splitlines() if PLACE.match(line)))


def compile_file(arguments, defines):
    command = [arguments.compiler, "-std=c++20", "-fsyntax-only", "-fdiagnostics-color=never"]
    command += [f"-I{directory}" for directory in arguments.include] + defines
    if arguments.precompiled:
        command += ["-include-pch", arguments.precompiled]
    command.append(arguments.file)
    # Messages are compared as text, so they may not be translated.
    done = subprocess.run(command, capture_output=True, text=True, errors="replace",
                          env={**os.environ, "LC_ALL": "C"}, check=False)
    return done.returncode, done.stdout + done.stderr


def expectations(path, is_clang):
    mine = "expect-clang" if is_clang else "expect-gcc"
    found = []
    with open(path, encoding="utf-8") as source:
        for line in source:
            if not line.startswith("//"):
                break
            match = re.match(r"// (expect(?:-gcc|-clang)?): (.*\S)\s*$", line)
            if match and match.group(1) in ("expect", mine):
                found.append(match.group(2))
    return found


def only(path):
    """The compiler and version that alone refuse the file, such as "g++ 12"; None where all of them do."""
    with open(path, encoding="utf-8") as source:
        match = re.search(r"^// only: (.*\S)\s*$", source.read(), re.M)
    return match.group(1) if match else None


def judge(code, status, output, expected, fixed_status, fixed_output):
    """What is wrong, as sentences; empty where all is well."""
    wrong = []
    if status == 0:
        wrong.append("the mistake compiles")
    errors = [line for line in output.splitlines() if ERROR.search(line)]
    coded = [line for line in errors if f"sillok[{code}]" in line]
    if len(errors) != 1:
        wrong.append(f"{len(errors)} error lines instead of one")
    if len(coded) != 1:
        wrong.append(f"{len(coded)} error lines carry sillok[{code}] instead of one")
    quoted = [line for line in output.splitlines() if "sillok[E" in line and line not in coded]
    if quoted:
        wrong.append("other lines carry a code too: " + " | ".join(quoted))
    if any(f"docs/errors.md#{code}" not in line or "Fix: " not in line for line in coded):
        wrong.append(f"the line does not say how to fix it and where to read on (docs/errors.md#{code})")
    if not expected:
        wrong.append("the file has no `// expect:` line at its top")
    for text in expected:
        if squeeze(text) not in said(output):
            wrong.append(f"the compiler does not say: {text}")
    if fixed_status != 0:
        wrong.append("it does not compile with -DFIXED either:\n" + fixed_output)
    return wrong


def self_test():
    good = "a.cpp:1:2: error: static assertion failed: sillok[E0102]: rule. Fix: write it. See docs/errors.md#E0102\na.cpp:3:4: note: in account"
    assert judge("E0102", 1, good, ["in account"], 0, "") == []
    assert judge("E0102", 0, "", ["in account"], 0, "")
    assert judge("E0102", 1, good + "\nb.cpp:1:1: error: more", ["in account"], 0, "")
    assert judge("E0102", 1, good + "\n" + good, ["in account"], 0, "")
    assert judge("E0102", 1, "x.cpp:1:1: fatal error: no such file\n" + good, ["in account"], 0, "")
    assert judge("E0102", 1, good + '\n  7 | static_assert(false, "sillok[E0102]")', ["in account"], 0, "")
    assert judge("E0103", 1, good, ["in account"], 0, "")
    assert judge("E0102", 1, good.replace("Fix: ", ""), ["in account"], 0, "")
    assert judge("E0102", 1, good, ["in wallet"], 0, "")
    assert judge("E0102", 1, good, ["a.cpp"], 0, "")
    assert judge("E0102", 1, good + "\nstruct wallet : base::wallet {", ["wallet"], 0, "")
    assert judge("E0102", 1, good + "\n  5 | struct wallet {", ["wallet"], 0, "")
    assert judge("E0102", 1, good, [], 0, "")
    assert judge("E0102", 1, good, ["in account"], 1, "broken")
    print("self-test: every way to be wrong is seen")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("--precompiled", help="what clang has read before, so that it need not read the library for each mistake")
    parser.add_argument("file", nargs="?")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()

    code = re.match(r"E\d{4}", os.path.basename(arguments.file))
    if not code:
        print(f"{arguments.file}: the name must begin with the error code")
        return 1
    version = subprocess.run([arguments.compiler, "--version"], capture_output=True, text=True, check=True).stdout
    is_clang = "clang" in version
    expected = expectations(arguments.file, is_clang)
    status, output = compile_file(arguments, [])
    concerned = only(arguments.file)
    if concerned:
        number = subprocess.run([arguments.compiler, "-dumpversion"], capture_output=True, text=True, check=True).stdout
        if concerned != f"{'clang' if is_clang else 'g++'} {number.split('.')[0].strip()}":
            print(output, end="")
            return status
    fixed_status, fixed_output = compile_file(arguments, ["-DFIXED"])
    wrong = judge(code.group(0), status, output, expected, fixed_status, fixed_output)
    for sentence in wrong:
        print(f"{arguments.file}: {sentence}")
    if wrong:
        print("--- the compiler's output ---")
        print(output)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
