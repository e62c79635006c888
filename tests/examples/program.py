"""What the tests of bank and fines share: programs of commands with a store each, seen from outside. No test by itself."""
import argparse
import lzma
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

# Where it is quick to sync, if there is such a place: what a disk does is for the store's own tests.
FOLDER = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def built(folder, name):
    """The program of that name."""
    program = (folder / name).resolve()
    if not program.exists():
        sys.exit(f"{name} has not been built")
    return program


def arguments_of(parser):
    """What a test is called with besides its own arguments. The seed is said, so that it can be given back."""
    parser.add_argument("--bin", required=True, type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, help="where the real data lies; files that are made up are used otherwise")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    arguments, rest = parser.parse_known_args()
    print(f"seed {arguments.seed}: --seed {arguments.seed} repeats it")
    return arguments, rest


# --- on files that are made up ----------------------------------------------------------------------------------------

class Program(unittest.TestCase):
    """A test with a store and a file of its own."""
    program = None
    seed = None

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(dir=FOLDER)
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.store = self.folder / "store"
        self.file = self.folder / "in.csv"

    def call(self, *arguments, code=0, **options):
        """Runs the program, which must end with that code. Returns its output, and what it said on standard error."""
        if "stdout" not in options:
            options.update(capture_output=True)
        done = subprocess.run([self.program, *map(str, arguments)], check=False, **options)
        said = (done.stdout or b"").decode(), (done.stderr or b"").decode()
        self.assertEqual(code, done.returncode, said)
        return said

    def take(self, content, *arguments, code=0, store=None):
        """Imports a file of that content. Returns the counts, and what was said on standard error."""
        self.file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out, err = self.call("import", self.file, "--store", store or self.store, *arguments, code=code)
        return dict(line.split(" ")[:2] for line in out.splitlines()), err.replace(str(self.file), "in.csv")

    def take_killed(self, content):
        """Imports a file of that content, is killed five times inside, and goes on. Returns the counts of the last import, and the
        store of one that nobody killed."""
        whole = self.folder / "whole"
        began = time.monotonic()
        self.take(content, store=whole)
        took = time.monotonic() - began
        chance, killed_inside = random.Random(self.seed), 0
        for _ in range(100):
            with subprocess.Popen([self.program, "import", self.file, "--store", self.store], stdout=subprocess.DEVNULL) as running:
                time.sleep(chance.uniform(0, took))
                running.kill()
            inside = running.returncode == -signal.SIGKILL and self.store.exists()
            killed_inside += inside
            if killed_inside == 5:
                break
            if not inside and self.store.exists():
                shutil.rmtree(self.store)
        self.assertEqual(5, killed_inside, "not a test: it was not killed while it imported")
        return self.take(content)[0], whole


def main(name):
    """Runs the tests of the module that calls it."""
    arguments, rest = arguments_of(argparse.ArgumentParser())
    Program.program, Program.seed = built(arguments.bin, name), arguments.seed
    unittest.main(argv=[sys.argv[0], *rest])


# --- on real data -----------------------------------------------------------------------------------------------------

SKIPPED = 77


def real_data(parser, name, file):
    """What the test was called with, where the program is, and where its data; ends the test where there is no such data."""
    arguments, unknown = arguments_of(parser)
    if unknown:
        parser.error(f"it does not know {' '.join(unknown)}")
    packed = arguments.data / file if arguments.data else pathlib.Path(file)
    if not packed.exists():
        print(f"skipped: there is no {packed.name} in the data directory; -DSILLOK_DATA_DIR=... says where it is")
        sys.exit(SKIPPED)
    return arguments, built(arguments.bin, name), packed


def unpack(packed, file):
    with lzma.open(packed) as content:
        file.write_bytes(content.read())


def run(program, *arguments):
    """The output of the program, which must end well."""
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{program.name} {' '.join(map(str, arguments))}: exit code {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def same(what, wanted, found):
    if wanted != found:
        if isinstance(wanted, list):
            wrong = [pair for pair in zip(wanted, found) if pair[0] != pair[1]][:5]
            sys.exit(f"differs: {what}: {len(wanted)} expected, {len(found)} found; first differences (expected, found): {wrong}")
        sys.exit(f"differs: {what}\nexpected: {str(wanted)[:2000]}\nfound:    {str(found)[:2000]}")
    print(f"agrees: {what}")


def import_killed(program, file, store, kills, chance, seconds):
    """Imports, and kills the import at random within one of these times, until it was killed so often or is through; how often it was."""
    for killed in range(kills):
        durability = chance.choice(["durable", "lose_recent", "lose_unsynced"])
        with subprocess.Popen([program, "import", file, "--store", store, "--durability", durability], stdout=subprocess.DEVNULL) as running:
            time.sleep(chance.uniform(0, chance.choice(seconds)))
            running.kill()
        if running.returncode != -signal.SIGKILL:
            return killed
    return kills
