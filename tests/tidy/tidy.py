#!/usr/bin/env python3
"""Holds the layers and the style of the house. Each rule is a test of its own; `--list` names them.

    tidy.py                  every rule on this checkout
    tidy.py --rule layers    one rule
    tidy.py --self-test      makes a small tree, breaks it once per rule and sees the rule go red
"""
import argparse
import os
import pathlib
import re
import sys
import tempfile

LAYERS = {"core": 0, "codec": 1, "event": 2, "store": 3, "command": 4, "projection": 4, "bus": 4, "pattern": 4, "security": 4,
          "delivery": 5, "observe": 5, "saga": 6, "adapters": 7, "testing": 7}
UNMIRRORED = {"version.hpp", "sillok.hpp", "core/exceptions.hpp"}
HEADER_LINES_MAX = 400
SKIPPED_FOLDERS = {".git", "build", ".cache", "__pycache__"}
TEXT_SUFFIXES = {".hpp", ".cpp", ".md", ".py", ".sh", ".cmake", ".txt", ".json", ".yml", ".in", ".csv"}
TEXT_NAMES = {"run", ".clang-format", ".clang-tidy", ".gitignore", ".editorconfig"}


class Tree:
    """The files of a checkout, by their path with forward slashes."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.paths = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS and not name.startswith("build-"))
            self.paths += [(pathlib.Path(folder) / name).relative_to(self.root).as_posix() for name in sorted(files)]
        self.known = set(self.paths)

    def read(self, path):
        return (self.root / path).read_text(encoding="utf-8", errors="replace")

    def headers(self):
        return [path for path in self.paths if path.startswith("include/sillok/") and path.endswith(".hpp")]

    def texts(self):
        return [path for path in self.paths
                if pathlib.PurePosixPath(path).suffix in TEXT_SUFFIXES or pathlib.PurePosixPath(path).name in TEXT_NAMES]

    def pages(self):
        return [path for path in self.paths if path.endswith(".md")]


COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def code_only(text):
    """The text without comments, its lines where they were. Strings stay, since includes are strings."""
    def blank(match):
        return match.group(0) if match.group(0).startswith('"') else re.sub(r"[^\n]", " ", match.group(0))
    return COMMENT.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def includes(tree, path):
    text = code_only(tree.read(path))
    return [(line_of(text, match.start()), match.group(1), match.group(2)) for match in INCLUDE.finditer(text)]


def folder_of(path):
    """core, store, ... of a header or of what an include names; empty for the headers at the top."""
    parts = path.split("sillok/", 1)[1].split("/")
    return parts[0] if len(parts) > 1 else ""


# --- the rules: each yields what it finds -----------------------------------------------------------------------------

def layers(tree):
    """A folder includes itself and lower layers, never a neighbour of its own layer; ours are named from the root."""
    for path in tree.headers():
        mine = folder_of(path)
        if mine and mine not in LAYERS:
            yield f"{path}: the folder `{mine}` has no layer"
            continue
        for line, quote, name in includes(tree, path):
            if not name.startswith("sillok/"):
                if quote == '"':
                    yield f"{path}:{line}: \"{name}\" is not named from the root"
                continue
            if "include/" + name not in tree.known:
                yield f"{path}:{line}: there is no {name}"
                continue
            other = folder_of(name)
            if name == "sillok/sillok.hpp":
                yield f"{path}:{line}: the umbrella is for users"
            elif mine and other and other != mine and LAYERS.get(other, 99) >= LAYERS[mine]:
                yield f"{path}:{line}: {mine} ({LAYERS[mine]}) includes {name} ({LAYERS.get(other, '?')})"
            elif path == "include/sillok/sillok.hpp" and other in ("adapters", "testing"):
                yield f"{path}:{line}: the umbrella leaves {other} out"


def pfr(tree):
    """Boost.PFR sits behind codec/reflect.hpp alone, and only its finer headers."""
    for path in tree.headers():
        for line, _, name in includes(tree, path):
            if name == "boost/pfr.hpp" or (name.startswith("boost/pfr/") and path != "include/sillok/codec/reflect.hpp"):
                yield f"{path}:{line}: <{name}>"


def heavy_includes(tree):
    """Layers 0 to 2 do without the heavy headers of the standard library."""
    heavy = {"iostream", "regex", "filesystem", "thread", "functional", "ranges", "chrono"}
    for path in tree.headers():
        if LAYERS.get(folder_of(path), 99) <= 2:
            for line, _, name in includes(tree, path):
                if name in heavy:
                    yield f"{path}:{line}: <{name}>"


def views(tree):
    """No std::views in a public header: they cost more to compile than what they save to write."""
    for path in tree.headers():
        text = code_only(tree.read(path))
        for match in re.finditer(r"\b(std::views|std::ranges::views|ranges::views|views)::", text):
            yield f"{path}:{line_of(text, match.start())}: {match.group(0)}"


def pragma_once(tree):
    """Every header says #pragma once, first of all that is not a comment."""
    for path in tree.headers():
        words = code_only(tree.read(path)).split()
        if words[:2] != ["#pragma", "once"]:
            yield f"{path}: does not begin with #pragma once"


def include_order(tree):
    """Includes: the standard library, third parties, ours. What stands under an #if is in order for itself."""
    def rank(name):
        if name.startswith("sillok/"):
            return 2
        return 1 if "/" in name and not re.match(r"(sys|linux|arpa|netinet)/", name) else 0

    for path in tree.headers():
        reached = [0]
        for number, line in enumerate(code_only(tree.read(path)).splitlines(), 1):
            if re.match(r"\s*#\s*if", line):
                reached.append(0)
            elif re.match(r"\s*#\s*endif", line) and len(reached) > 1:
                reached.pop()
            match = INCLUDE.match(line)
            if match:
                if rank(match.group(2)) < reached[-1]:
                    yield f"{path}:{number}: {match.group(2)} comes too late"
                reached[-1] = max(reached[-1], rank(match.group(2)))


def own_header_first(tree):
    """From the stores up a test includes its own header before anything else, which is how that is known to compile alone."""
    for path in tree.headers():
        if LAYERS.get(folder_of(path), 0) >= 3:
            test = f"tests/{path[len('include/sillok/'):-len('.hpp')]}.cpp"
            first = next((name for _, _, name in includes(tree, test)), None) if test in tree.known else None
            if test in tree.known and "include/" + (first or "nothing") != path:
                yield f"{test}: includes {first or 'nothing'} before its own header"


def header_length(tree):
    """A header over 400 lines is two headers, or a subsystem with a name."""
    for path in tree.headers():
        count = len(tree.read(path).splitlines())
        if count > HEADER_LINES_MAX:
            yield f"{path}: {count} lines"


def file_names(tree):
    """Names that say nothing are no names; names are snake_case."""
    banned = {"detail", "details", "util", "utils", "common", "helper", "helpers", "impl", "misc"}
    for path in tree.paths:
        if not path.startswith(("include/", "tests/", "examples/", "benchmarks/", "docs/")):
            continue
        parts = [part.split(".")[0] for part in path.split("/")]
        for part in parts:
            if part.lower() in banned or re.search(r"_(impl|utils?|helpers?)$", part):
                yield f"{path}: `{part}`"
        if path.endswith(".hpp") and not re.fullmatch(r"[a-z0-9_/]+\.hpp", path):
            yield f"{path}: not snake_case"


def macros(tree):
    """Macros only for SILLOK_ASSERT, SILLOK_VERSION_* and SILLOK_HAS_*."""
    for path in tree.headers():
        text = code_only(tree.read(path))
        for match in re.finditer(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", text, re.M):
            if not re.fullmatch(r"SILLOK_ASSERT(_\w+)?|SILLOK_VERSION_\w+|SILLOK_HAS_\w+", match.group(1)):
                yield f"{path}:{line_of(text, match.start())}: {match.group(1)}"


def mirror(tree):
    """Every header has its tests and its reference page at the same path; no page outlives its header."""
    wanted = set()
    for path in tree.headers():
        inner = path[len("include/sillok/"):-len(".hpp")]
        wanted.add(inner)
        if inner + ".hpp" in UNMIRRORED:
            continue
        for mirrored in (f"tests/{inner}.cpp", f"docs/reference/{inner}.md"):
            if mirrored not in tree.known:
                yield f"{path}: there is no {mirrored}"
    for path in tree.pages():
        inner = path[len("docs/reference/"):-len(".md")]
        if path.startswith("docs/reference/") and inner not in wanted and pathlib.PurePosixPath(path).stem not in ("README", "index"):
            yield f"{path}: there is no include/sillok/{inner}.hpp"


def error_codes(tree):
    """Every error code has a section in docs/errors.md and a compile-fail test, and every such section and test a code."""
    code = re.compile(r"sillok\[(E\d{4})\]")
    said = {found for path in tree.headers() for found in code.findall(tree.read(path))}
    page = tree.read("docs/errors.md") if "docs/errors.md" in tree.known else ""
    explained = set(re.findall(r"^#+ .*?\b(E\d{4})\b", page, re.M))
    tested = {match.group(1) for path in tree.paths for match in [re.match(r"tests/compile_fail/(E\d{4})_\w+\.cpp$", path)] if match}
    for which in sorted(said | explained | tested):
        for there, where in ((said, "no header says it"), (explained, "docs/errors.md has no section"),
                             (tested, "tests/compile_fail has no test")):
            if which not in there:
                yield f"{which}: {where}"


FENCE = re.compile(r"^[ \t]*(```+)[ \t]*([\w+-]*)[^\n]*$")


def fences(text):
    """(line number, language, the line before, the block's lines) of every fenced block."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        opening = FENCE.match(lines[at])
        if not opening:
            at += 1
            continue
        end = at + 1
        while end < len(lines) and lines[end].strip() != opening.group(1):
            end += 1
        before = next((line for line in reversed(lines[:at]) if line.strip()), "")
        yield at + 1, opening.group(2).lower(), before.strip(), lines[at + 1:end]
        at = end + 1


def dedented(lines):
    lines = [line.rstrip() for line in lines]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    margin = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
    return [line[margin:] for line in lines]


def region(text, tag):
    """The lines between `// [tag]` and `// [/tag]`, without the marks of other regions; None where there is no such region."""
    inside, found = [], False
    taking = False
    for line in text.splitlines():
        mark = re.fullmatch(r"\s*//\s*\[(/?)([\w.-]+)\]\s*", line)
        if mark:
            if mark.group(2) == tag:
                taking = not mark.group(1)
                found = True
        elif taking:
            inside.append(line)
    return dedented(inside) if found and not taking else None


def doc_blocks(tree):
    """Every C++ block in the documents names its source in the line before, and equals it."""
    for path in tree.pages():
        for line, language, before, block in fences(tree.read(path)):
            if language not in ("cpp", "c++", "cxx", "hpp"):
                continue
            source = re.fullmatch(r"<!--\s*source:\s*([^\s#]+)#([\w.-]+)\s*-->", before)
            synopsis = re.fullmatch(r"<!--\s*synopsis:\s*(\S+)\s*-->", before)
            named = (source or synopsis).group(1) if source or synopsis else None
            if not named:
                yield f"{path}:{line}: the line before names no source"
            elif named not in tree.known:
                yield f"{path}:{line}: there is no {named}"
            elif source:
                wanted = region(tree.read(named), source.group(2))
                if wanted is None:
                    yield f"{path}:{line}: {named} has no region [{source.group(2)}]"
                elif wanted != dedented(block):
                    pairs = zip(wanted + ["(end)"], dedented(block) + ["(end)"])
                    there, here = next(pair for pair in pairs if pair[0] != pair[1])
                    yield f"{path}:{line}: differs from {named}#{source.group(2)}: `{here}` here, `{there}` there"
            else:
                squeezed = re.sub(r"\s+", "", code_only(tree.read(named)))
                for text in block:
                    for part in re.sub(r"//.*", "", text).split("…"):
                        part = re.sub(r"\s+", "", part)
                        if part not in ("", "...") and part not in squeezed:
                            yield f"{path}:{line}: {named} does not say `{text.strip()}`"


def prose(text):
    """A page without its fenced blocks and code spans, its lines where they were."""
    kept, closing = [], None
    for line in text.splitlines():
        fence = FENCE.match(line)
        if closing:
            if line.strip() == closing:
                closing = None
            kept.append("")
        elif fence:
            closing = fence.group(1)
            kept.append("")
        else:
            kept.append(re.sub(r"`[^`]*`", "", line))
    return kept


def anchors(text):
    found = set(re.findall(r"<a\s+(?:id|name)=\"([^\"]+)\"", text))
    counts = {}
    closing = None
    for line in text.splitlines():
        fence = FENCE.match(line)
        if closing:
            closing = None if line.strip() == closing else closing
        elif fence:
            closing = fence.group(1)
        elif re.match(r"#{1,6} ", line):
            slug = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower()).replace(" ", "-")
            number = counts.get(slug, 0)
            counts[slug] = number + 1
            found.add(slug if number == 0 else f"{slug}-{number}")
    return {anchor.lower() for anchor in found}


def links(tree):
    """A link to a local file or section leads somewhere."""
    folders = {parent.as_posix() for path in tree.paths for parent in pathlib.PurePosixPath(path).parents}
    for path in tree.pages():
        for number, line in enumerate(prose(tree.read(path)), 1):
            for target in re.findall(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)", line):
                if re.match(r"[a-z][a-z0-9+.-]*:", target):
                    continue
                file, _, section = target.partition("#")
                place = os.path.normpath(os.path.join(os.path.dirname(path), file)).replace(os.sep, "/") if file else path
                if place not in tree.known and place not in folders:
                    yield f"{path}:{number}: {target}"
                elif section and place.endswith(".md") and section.lower() not in anchors(tree.read(place)):
                    yield f"{path}:{number}: {target} (no such section)"


def whitespace(tree):
    """No tabs, no white space at the end of a line, a newline at the end of a file."""
    for path in tree.texts():
        text = tree.read(path)
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line or line != line.rstrip():
                yield f"{path}:{number}: a tab, or white space at the end"
        if text and not text.endswith("\n"):
            yield f"{path}: no newline at the end"


def words(tree):
    """Nothing is left open in the tree: what is not done is an issue."""
    banned = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
    for path in tree.texts():
        for number, line in enumerate(tree.read(path).splitlines(), 1):
            if banned.search(line):
                yield f"{path}:{number}: {line.strip()}"


def machines(tree):
    """No package host and no path of a machine is written down."""
    banned = re.compile(r"//(deb|archive|security|registry|mirrors?|packages|ports)\.[a-z]|\bregistry\.[a-z]+\.(org|com|io)"
                        r"|\bpypi\.org|(?<![\w.])/(work|farm|root|home/\w+|Users/\w+)/[\w.]")
    for path in tree.texts():
        for number, line in enumerate(tree.read(path).splitlines(), 1):
            if banned.search(line):
                yield f"{path}:{number}: {line.strip()}"


RULES = [layers, pfr, heavy_includes, views, pragma_once, include_order, own_header_first, header_length, file_names, macros, mirror, error_codes,
         doc_blocks, links, whitespace, words, machines]


# --- the test of the rules --------------------------------------------------------------------------------------------

GOOD = {
    "include/sillok/version.hpp": "#pragma once\n#define SILLOK_VERSION_MAJOR 0\n",
    "include/sillok/sillok.hpp": '#pragma once\n// All of it.\n#include "sillok/core/name.hpp"\n',
    "include/sillok/core/name.hpp": "#pragma once\n// A name; see std::views::all for what it is not.\n#include <string>\n"
                                    "struct name { std::string text; };\n",
    "include/sillok/codec/reflect.hpp": '#pragma once\n#include <tuple>\n\n#include <boost/pfr/core.hpp>\n\n#include "sillok/core/name.hpp"\n'
                                        'static_assert(true,\n "sillok[E0101]: rule. Fix: it. See docs/errors.md#E0101");\n',
    "tests/core/name.cpp": "int main() {}\n",
    "tests/codec/reflect.cpp": "int main() {}\n",
    "tests/compile_fail/E0101_rule.cpp": "// expect: rule\n",
    "include/sillok/store/log.hpp": "#pragma once\n// A log.\n#include <string>\n",
    "tests/store/log.cpp": '#include "sillok/store/log.hpp"\n\n#include <string>\n',
    "docs/reference/store/log.md": "# log\n",
    "docs/reference/core/name.md": "# name\n\n<!-- synopsis: include/sillok/core/name.hpp -->\n```cpp\nstruct name { … };  // a name\n```\n",
    "docs/reference/codec/reflect.md": "# reflect\n",
    "docs/errors.md": "# Errors\n\n## E0101\n\nBack to [the start](../README.md#the-start).\n",
    "examples/bank/bank.cpp": "int main() {\n    // [tell]\n    int told = 1;\n    // [/tell]\n    return told;\n}\n",
    "README.md": "# The start\n\n<!-- source: examples/bank/bank.cpp#tell -->\n```cpp\nint told = 1;\n```\n\nSee [errors](docs/errors.md#e0101).\n",
}

# What breaks each rule: (rule, path, the text to put there or a function of the good text).
BREAKS = [
    ("layers", "include/sillok/core/name.hpp", '#pragma once\n#include "sillok/codec/reflect.hpp"\n'),
    ("layers", "include/sillok/core/name.hpp", '#pragma once\n#include "sillok/core/nobody.hpp"\n'),
    ("layers", "include/sillok/core/name.hpp", '#pragma once\n#include "other.hpp"\n'),
    ("layers", "include/sillok/core/name.hpp", '#pragma once\n#include "sillok/sillok.hpp"\n'),
    ("layers", "include/sillok/stuff/name.hpp", "#pragma once\n"),
    ("pfr", "include/sillok/core/name.hpp", "#pragma once\n#include <boost/pfr/core.hpp>\n"),
    ("pfr", "include/sillok/codec/reflect.hpp", "#pragma once\n#include <boost/pfr.hpp>\n"),
    ("heavy_includes", "include/sillok/core/name.hpp", "#pragma once\n#include <chrono>\n"),
    ("views", "include/sillok/core/name.hpp", "#pragma once\nauto all = std::views::all;\n"),
    ("pragma_once", "include/sillok/core/name.hpp", "// A name.\nstruct name {};\n"),
    ("include_order", "include/sillok/codec/reflect.hpp", '#pragma once\n#include "sillok/core/name.hpp"\n#include <tuple>\n'),
    ("include_order", "include/sillok/codec/reflect.hpp", "#pragma once\n#include <boost/pfr/core.hpp>\n#include <tuple>\n"),
    ("own_header_first", "tests/store/log.cpp", '#include <string>\n\n#include "sillok/store/log.hpp"\n'),
    ("header_length", "include/sillok/core/name.hpp", "#pragma once\n" + "\n" * HEADER_LINES_MAX),
    ("file_names", "tests/core/utils.cpp", "int main() {}\n"),
    ("file_names", "include/sillok/core/detail/name.hpp", "#pragma once\n"),
    ("macros", "include/sillok/core/name.hpp", "#pragma once\n#define SILLOK_EVENT(x) x\n"),
    ("mirror", "tests/core/name.cpp", None),
    ("mirror", "docs/reference/core/name.md", None),
    ("mirror", "docs/reference/core/gone.md", "# Gone\n"),
    ("error_codes", "docs/errors.md", "# Errors\n"),
    ("error_codes", "tests/compile_fail/E0101_rule.cpp", None),
    ("error_codes", "tests/compile_fail/E0999_nobody.cpp", "// expect: x\n"),
    ("doc_blocks", "README.md", "# The start\n\n```cpp\nint told = 1;\n```\n"),
    ("doc_blocks", "README.md", lambda good: good.replace("told = 1", "told = 2")),
    ("doc_blocks", "README.md", lambda good: good.replace("#tell", "#sing")),
    ("doc_blocks", "README.md", lambda good: good.replace("bank.cpp", "bench.cpp")),
    ("doc_blocks", "examples/bank/bank.cpp", lambda good: good.replace("told = 1;", "told = 1;\n    ++told;")),
    ("doc_blocks", "docs/reference/core/name.md", lambda good: good.replace("struct name", "class name")),
    ("links", "docs/errors.md", lambda good: good.replace("../README.md", "../LIESMICH.md")),
    ("links", "docs/errors.md", lambda good: good.replace("#the-start", "#the-end")),
    ("whitespace", "README.md", lambda good: good + "end \n"),
    ("whitespace", "README.md", lambda good: good + "\tend\n"),
    ("whitespace", "README.md", lambda good: good + "end"),
    ("words", "README.md", lambda good: good + "TO" + "DO: more\n"),
    ("machines", "README.md", lambda good: good + "from http://" + "deb.example.org/\n"),
    ("machines", "README.md", lambda good: good + "in /" + "home/ada/sillok\n"),
]


def findings(rule, root):
    return list(rule(Tree(root)))


def self_test():
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)

        def put(path, text):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")

        for path, text in GOOD.items():
            put(path, text)
        failed = 0
        for rule in RULES:
            for finding in findings(rule, root):
                print(f"{rule.__name__} is red on the good tree: {finding}")
                failed += 1
        by_name = {rule.__name__: rule for rule in RULES}
        for name, path, text in BREAKS:
            if text is None:
                (root / path).unlink()
            else:
                put(path, text(GOOD[path]) if callable(text) else text)
            if not findings(by_name[name], root):
                print(f"{name} stays green with {path} broken: {text if isinstance(text, str) else '(edited)'}")
                failed += 1
            if path in GOOD:
                put(path, GOOD[path])
            else:
                (root / path).unlink()
        for rule in RULES:
            if rule.__name__ not in {name for name, _, _ in BREAKS}:
                print(f"{rule.__name__} is never seen red")
                failed += 1
    print(f"self-test: {len(RULES)} rules, {len(BREAKS)} ways to break them, {failed} failures")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--rule", choices=[rule.__name__ for rule in RULES], action="append")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(rule.__name__ for rule in RULES))
        return 0
    if arguments.self_test:
        return self_test()
    failed = 0
    for rule in RULES:
        if arguments.rule and rule.__name__ not in arguments.rule:
            continue
        found = findings(rule, arguments.root)
        failed += bool(found)
        if found:
            print(f"{rule.__name__}: {rule.__doc__}")
            print("".join(f"    {finding}\n" for finding in found), end="")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
