#!/usr/bin/env bash
# Installs what building and testing Sillok needs, and nothing that is there already.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: tools/setup.sh [--ci] [--bench] [--dry-run] [--help]

Looks for what building and testing Sillok needs, and installs what is missing with apt on Debian 12, Debian 13 and
Ubuntu 24.04 (and later releases of both). On other systems it names what to install.

  --ci        also what the full checks need: clang, clang-tidy, clang-format, valgrind, and what --bench brings
  --bench     also Google Benchmark, and the databases that the file store is measured against
  --dry-run   say what would be done, and do nothing
  --help      this text

It runs as root or through sudo. On Debian 12 Boost and Catch2 come from the backports suite of the mirror that the machine
uses already; where that suite is not enabled yet, one file is added to /etc/apt/sources.list.d.
TEXT
}

dry_run=false
want_bench=false
want_ci=false
for argument in "$@"; do
    case "$argument" in
        --dry-run) dry_run=true ;;
        --bench) want_bench=true ;;
        --ci) want_ci=true; want_bench=true ;;
        --help | -h) usage; exit 0 ;;
        *) printf 'setup: unknown argument: %s\n\n' "$argument" >&2; usage >&2; exit 2 ;;
    esac
done

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# --- what is there ----------------------------------------------------------------------------------------------------

# Is the first version at least the second? Plain numbers with dots.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

compiler=${CXX:-c++}

# What a header defines a macro as, or nothing.
macro() { printf '#include <%s>\n%s\n' "$1" "$2" | $compiler -std=c++20 -E -P -x c++ - 2>/dev/null | tail -n 1 | tr -d '" '; }

has_compiler() { printf '#include <concepts>\n#ifndef __cpp_lib_concepts\n#error\n#endif\n' | $compiler -std=c++20 -E -x c++ - >/dev/null 2>&1; }
has_cmake() { command -v cmake >/dev/null && at_least "$(cmake --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')" 3.25; }
has_ninja() { command -v ninja >/dev/null; }
has_python3() { command -v python3 >/dev/null && python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))'; }
has_boost() { local v; v=$(macro boost/version.hpp BOOST_VERSION) && [[ $v =~ ^[0-9]+$ ]] && [ "$v" -ge 108300 ] && [ "$(macro boost/pfr/core.hpp found)" = found ]; }
has_catch2() { local v; v=$(macro catch2/catch_version_macros.hpp CATCH_VERSION_MAJOR) && [[ $v =~ ^[0-9]+$ ]] && [ "$v" -ge 3 ]; }
has_rapidjson() { [ "$(macro rapidjson/rapidjson.h found)" = found ]; }
has_benchmark() { [ "$(macro benchmark/benchmark.h found)" = found ]; }
has_leveldb() { [ "$(macro leveldb/db.h found)" = found ]; }
has_rocksdb() { [ "$(macro rocksdb/version.h found)" = found ]; }
has_lmdb() { [ "$(macro lmdb.h found)" = found ]; }
has_sqlite() { local v; v=$(macro sqlite3.h SQLITE_VERSION_NUMBER) && [[ $v =~ ^[0-9]+$ ]] && [ "$v" -ge 3037000 ]; }
has_clang() { command -v clang++ >/dev/null; }
has_clang_tidy() { command -v clang-tidy >/dev/null; }
has_clang_format() { command -v clang-format >/dev/null; }
has_fuzzer() { printf 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n' | clang++ -fsanitize=fuzzer -x c++ - -o /dev/null 2>/dev/null; }
has_valgrind() { command -v valgrind >/dev/null; }

# one part a line: its check | what it is, with the smallest version | its package
parts="has_compiler|a C++20 compiler (g++ 12 or clang 14, or newer)|g++
has_cmake|CMake 3.25|cmake
has_ninja|Ninja|ninja-build
has_python3|Python 3.9 (for the tests)|python3
has_boost|Boost 1.83, headers only|libboost-dev
has_catch2|Catch2 3 (for the tests)|catch2
has_rapidjson|RapidJSON, headers only|rapidjson-dev
has_sqlite|SQLite 3.37 (for the adapter)|libsqlite3-dev"
$want_bench && parts="$parts
has_benchmark|Google Benchmark|libbenchmark-dev
has_leveldb|LevelDB (for the benchmarks)|libleveldb-dev
has_rocksdb|RocksDB (for the benchmarks)|librocksdb-dev
has_lmdb|LMDB (for the benchmarks)|liblmdb-dev"
$want_ci && parts="$parts
has_clang|clang++ 14|clang
has_fuzzer|libFuzzer (comes with clang)|libclang-rt
has_clang_tidy|clang-tidy 14|clang-tidy
has_clang_format|clang-format 14|clang-format
has_valgrind|valgrind|valgrind"

# Fills `packages` and `missing` with what is not there yet.
look() {
    packages=()
    missing=()
    local check name package
    while IFS='|' read -r check name package; do
        if ! "$check"; then
            packages+=("$package")
            missing+=("$name")
        fi
    done <<<"$parts"
}

look
if [ ${#missing[@]} -eq 0 ]; then
    say "everything is there already; nothing to do"
    exit 0
fi
say "missing:"
printf '         %s\n' "${missing[@]}"

# --- which system -----------------------------------------------------------------------------------------------------

name_by_hand() {
    printf 'setup: %s\nsetup: please install the missing parts above by hand, then build with\n' "$1" >&2
    printf '         cmake --workflow --preset test\n' >&2
    exit 1
}

os_id=unknown os_version=0 os_codename=""
if [ -r /etc/os-release ]; then
    # shellcheck disable=SC1091
    { read -r os_id; read -r os_version; read -r os_codename; } < <(. /etc/os-release; printf '%s\n' "${ID:-unknown}" "${VERSION_ID:-0}" "${VERSION_CODENAME:-}")
fi
backports=""
case "$os_id" in
    debian)
        if [ "$os_version" = 12 ]; then
            backports="$os_codename-backports"
        elif [ "$os_version" != 0 ] && ! at_least "$os_version" 13; then
            name_by_hand "this script does not know how to serve Debian $os_version"
        fi ;;
    ubuntu) at_least "$os_version" 24.04 || name_by_hand "this script does not know how to serve Ubuntu $os_version" ;;
    *) name_by_hand "this script does not know the system '$os_id'" ;;
esac
command -v apt-get >/dev/null || name_by_hand "there is no apt-get here"

# libFuzzer's package has the version of the system's clang in its name.
case "$os_id $os_version" in
    "debian 12") clang_version=14 ;;
    "debian 13") clang_version=19 ;;
    "ubuntu 24.04") clang_version=18 ;;
    *) clang_version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1) ;;
esac
for i in "${!packages[@]}"; do
    [ "${packages[$i]}" != libclang-rt ] || packages[$i]=libclang-rt-$clang_version-dev
done

# Debian 12's own Boost and Catch2 are too old; the others have what is needed in their own suites.
from_backports=false
for i in "${!packages[@]}"; do
    if [ -n "$backports" ]; then
        case "${packages[$i]}" in
            libboost-dev) packages[$i]="libboost1.83-dev/$backports"; from_backports=true ;;
            catch2) packages[$i]="catch2/$backports"; from_backports=true ;;
        esac
    fi
done

# --- how to become root -----------------------------------------------------------------------------------------------

as_root=()
can_act=true
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null; then
        as_root=(sudo)
    else
        can_act=false
        say "neither root nor sudo is at hand, so nothing is changed; as root, run:"
    fi
fi

# Says what it does, and does it when it may.
act() {
    if $dry_run || ! $can_act; then
        printf '         %s\n' "$*"
    else
        say "$*"
        "${as_root[@]}" "$@"
    fi
}

# --- the backports suite ----------------------------------------------------------------------------------------------

# The entries of apt's sources that meet the filters, best first: never a medium, a list of mirrors only if nothing else is there.
apt_entries() {
    local rows
    rows=$(apt-get indextargets --format '$(REPO_URI) $(SOURCESENTRY)' 'Created-By: Packages' 'Component: main' "$@" 2>/dev/null | grep -v '^cdrom:' || true)
    printf '%s\n' "$rows" | grep -v '^mirror' | grep . || true
    printf '%s\n' "$rows" | grep '^mirror' || true
}

# The entry of the system's own suite, with the suite replaced: same address, same key, same options.
backports_entry() {
    local entry file line
    entry=$(apt_entries "Codename: $os_codename" "Origin: Debian" | head -n 1)
    [ -n "$entry" ] || entry=$(apt_entries "Release: $os_codename" | head -n 1)
    [ -n "$entry" ] || return 1
    entry=${entry#* }
    file=${entry%:*}
    line=${entry##*:}
    case "$file" in
        *.sources)
            awk -v RS= -v suite="$os_codename" -v wanted="$backports" '
                {
                    fields = ""; fits = 0; keep = 0
                    count = split($0, lines, "\n")
                    for (i = 1; i <= count; i++) {
                        if (lines[i] ~ /^#/) continue
                        if (lines[i] !~ /^[ \t]/) {
                            name = tolower(substr(lines[i], 1, index(lines[i], ":") - 1))
                            value = substr(lines[i], index(lines[i], ":") + 1)
                            keep = (name != "types" && name != "suites" && name != "components" && name != "enabled")
                        } else value = lines[i]
                        if (name == "enabled" && value ~ /no/) { fits = 0; break }
                        if (name == "suites" && (" " value " ") ~ ("[ \t](" suite "|stable|oldstable|oldoldstable)[ \t]")) fits = 1
                        if (keep) fields = fields lines[i] "\n"
                    }
                    if (fits) { printf "Types: deb\n%sSuites: %s\nComponents: main\n", fields, wanted; exit }
                }' "$file" ;;
        *)
            # deb [options] address suite components...
            sed -n "${line}s/^[[:space:]]*deb[[:space:]]\{1,\}\(\[[^]]*\][[:space:]]*\)\{0,1\}\([^[:space:]]\{1,\}\).*/deb \1\2 $backports main/p" "$file" ;;
    esac
}

updated=false
update() { act apt-get update || say "apt-get update had errors; going on with the lists that are there"; updated=true; }

if $from_backports && [ -n "$(apt_entries "Release: $backports")$(apt_entries "Codename: $backports")" ]; then
    say "$backports is enabled already"
elif $from_backports; then
    update  # apt tells Debian's own entries from others only once it has their lists
    entry=$(backports_entry) && [ -n "$entry" ] || name_by_hand "none of apt's sources is $os_codename main, so $backports cannot be derived from it"
    case "$entry" in
        Types:*) added=/etc/apt/sources.list.d/$backports.sources ;;
        *) added=/etc/apt/sources.list.d/$backports.list ;;
    esac
    # The suite may be there under a name that apt does not use now; never write over a file that we did not make.
    [ ! -e "$added" ] || added=${added%/*}/sillok-${added##*/}
    if $dry_run || ! $can_act; then
        printf "         cat > %s <<'END'\n%s\nEND\n" "$added" "$entry"
    else
        say "writing $added:"
        printf '%s\n' "$entry" | sed 's/^/         /'
        printf '%s\n' "$entry" | "${as_root[@]}" tee "$added" >/dev/null
        "${as_root[@]}" chmod 644 "$added"
    fi
    updated=false
fi
$updated || update

# --- installing -------------------------------------------------------------------------------------------------------

install=(env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${packages[@]}")
if $dry_run || ! $can_act; then
    act "${install[@]}"
    $dry_run && exit 0
    exit 1
fi

# Another version of Boost's headers may be in the way. Taking it out is its owner's decision.
removed=$(apt-get install --simulate --no-install-recommends "${packages[@]}" 2>/dev/null | awk '$1 == "Remv" {print $2}' | tr '\n' ' ' || true)
if [ -n "$removed" ]; then
    fail "installing ${packages[*]} would remove: $removed
       If that is all right, run: ${as_root[*]:+${as_root[*]} }apt-get install --no-install-recommends ${packages[*]}"
fi
if ! act "${install[@]}"; then
    [ "$os_id" != ubuntu ] || say "on Ubuntu, Catch2 and RapidJSON are in 'universe': is that component enabled?"
    fail "apt-get could not install ${packages[*]}"
fi

look
[ ${#missing[@]} -eq 0 ] || fail "still missing after installing: ${missing[*]}"
say "done"
