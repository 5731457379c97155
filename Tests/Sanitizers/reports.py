#!/usr/bin/env python3
"""Prints each report of a sanitizer once: reports.py DIRECTORY

DIRECTORY: report.PID has the reports of one process; processes.txt a line `PID TEST` for each
program that a test started. Reports are the same when they are of one kind and their stacks go
through the same lines of the project. Exit 1 when there is a report.
"""

import collections
import functools
import pathlib
import re
import subprocess
import sys

ROOT = str(pathlib.Path(__file__).resolve().parent.parent.parent) + "/"

# How a report begins: of Thread and Address Sanitizer, one leak, of Undefined Behavior Sanitizer.
HEAD = re.compile(
    r"^(?:WARNING: ThreadSanitizer: |FATAL: ThreadSanitizer|==\d+==ERROR: (?!LeakSanitizer)"
    r"|(?:Direct|Indirect) leak of |\S+:\d+:\d+: runtime error: )"
)
SUPPRESSED = re.compile(r"^ *(\d+) +(?:\d+ +)?(\S+)$|^(\d+) ([a-z_]+:\S.*)$")
# What is no report: rules between reports, and totals.
SILENT = re.compile(
    r"^(?:=+|-+|SUMMARY: .*|==\d+==(?:ABORTING|ERROR: LeakSanitizer: .*|HINT.*)"
    r"|Suppressions used:|  count +bytes template"
    r"|ThreadSanitizer: (?:Matched|reported) \d+ .*|)$"
)
FRAME = re.compile(r"^ +#\d+ (?:0x[0-9a-f]+ in )?(.*?) (\S+?)(?::(\d+)(?::\d+)?)?(?: \(.*)?$")

# Stacks of what led to it: where the memory is from, and the threads.
BEFORE = re.compile(r"^ +(?:As if synchronized|Location is|Thread T|Mutex M)|^Thread T")

# A frame without a name: the runtime could not ask its symbolizer, as at the limit of descriptors.
NAMELESS = re.compile(r"^( +#\d+ 0x[0-9a-f]+) +\((\S+)\+(0x[0-9a-f]+)\).*$")


@functools.cache
def name(module, offset):
    """The function and the line at an offset of a program or library."""
    found = subprocess.run(
        ["llvm-symbolizer", "--no-inlines", f"--obj={module}", offset],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()
    return " ".join(found[:2])


def with_names(report):
    """The report, with the names that it lacks."""
    for line in report:
        frame = NAMELESS.match(line)
        yield f"{frame[1]} in {name(frame[2], frame[3])}" if frame else line


@functools.cache
def known_leaks():
    """What the suppressions of leaks name."""
    lines = (pathlib.Path(__file__).parent / "address.supp").read_text().splitlines()
    return [line.removeprefix("leak:") for line in lines if line.startswith("leak:")]


def unknown(reports):
    """The reports of one process, without known leaks that its runtime had no names for.

    With a known leak also goes what only it points to, which is an indirect leak: as in the
    runtime, such leaks stay only beside a direct one.
    """
    reports = [list(with_names(report)) for report in reports]
    direct = [report for report in reports if report[0].startswith("Direct leak of ")]
    new = [r for r in direct if not any(rule in line for rule in known_leaks() for line in r)]
    return [
        report for report in reports
        if " leak of " not in report[0] or report in new
        or new and report[0].startswith("Indirect leak of ")
    ]


def title(line):
    """A report's first line without what differs from process to process."""
    line = re.sub(r" \(pid=\d+\)|==\d+==ERROR: ", "", line)
    line = line.replace("Swift access race", "data race")
    return re.sub(r"0x[0-9a-f]+.*| of \d+ byte.*", "", line).strip()


def frames(report):
    """The innermost lines of the project in each stack of what happened, not of what was before."""
    count = 0
    for line in report[1:]:
        match = FRAME.match(line)
        if match is None:
            if BEFORE.match(line):
                return
            count = 0
        elif match[2].startswith(ROOT) and "/.build" not in match[2] and count < 3:
            count += 1
            if match[3]:
                yield match[2].removeprefix(ROOT) + ":" + match[3]


def split(text):
    """The reports of one file, and how often each suppression was used."""
    reports, suppressed, report = [], collections.Counter(), None
    text = re.sub(r"^==\d+==WARNING: .*symbolizer.*\n", "", text, flags=re.M)
    # What Address Sanitizer shows of the memory, behind its report, is the same for all.
    text = re.sub(r"^Shadow bytes around.*?^==", "==", text + "\n==", flags=re.M | re.S)
    for line in text.splitlines():
        used = SUPPRESSED.match(line)
        if used:
            suppressed[used[2] or used[4]] += int(used[1] or used[3])
        elif HEAD.match(line):
            report = [line]
            reports.append(report)
        elif line and SILENT.match(line):
            report = None
        elif not line and (report is None or " leak of " in report[0]):
            # A blank line ends a leak; in other reports it is between stacks.
            report = None
        elif report is None:
            # Unknown, and not to be overlooked.
            report = [line]
            reports.append(report)
        else:
            report.append(line)
    return reports, suppressed


def demangled(text):
    """With the names of Swift as they are written."""
    return subprocess.run(
        ["swift-demangle", "-simplified"], input=text, capture_output=True, text=True, check=True
    ).stdout


def main():
    directory = pathlib.Path(sys.argv[1])
    tests = {}
    processes = directory / "processes.txt"
    if processes.exists():
        for line in processes.read_text().splitlines():
            number, _, test = line.partition(" ")
            tests.setdefault(number, test)

    found, count, suppressed = {}, collections.Counter(), collections.Counter()
    for file in sorted(directory.glob("report.*")):
        number = file.name.removeprefix("report.")
        reports, used = split(file.read_text(errors="replace"))
        suppressed += used
        for report in unknown(reports):
            key = (title(report[0]), frozenset(frames(report)) or tuple(report[1:]))
            count[key] += 1
            found.setdefault(key, (number, report))

    for key, (number, report) in found.items():
        print(f"\n== {count[key]} × in {tests.get(number, 'the tests or a program of theirs')}")
        print(demangled("\n".join(report).rstrip().replace(ROOT, "")))
    for rule, times in suppressed.most_common():
        print(f"known false report: {times} × {rule}")
    print(f"{len(found)} different reports, {sum(count.values())} in all")
    sys.exit(1 if found else 0)


main()
