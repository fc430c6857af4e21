#!/usr/bin/env python3
"""Runs targets for so many minutes of CPU time each, all at the same time, and prints a table.

    campaign.py BINARIES CORPUS MINUTES [HH:MM] TARGET...

Called by `run --campaign`, which builds the binaries. CPU time is user and system time of the process as the kernel counts it,
so the figures mean the same on a busy machine. libFuzzer stops by wall time only, hence the slices. The
time of day is when to end at the latest. Totals are kept beside the corpus: another call goes on from them.
"""

import datetime
import json
import os
import re
import subprocess
import sys
import threading

SLICE_SECONDS = 300
HERE = os.path.dirname(os.path.abspath(__file__))


def slice_of(target, binaries, corpus, seconds):
    """One run; CPU seconds used, libFuzzer's statistics, and its exit status."""
    log_path = os.path.join(corpus, target + '.log')
    findings = os.path.join(os.path.dirname(corpus), 'findings')
    os.makedirs(findings, exist_ok=True)
    command = [
        os.path.join(binaries, target), os.path.join(corpus, target), os.path.join(HERE, 'seeds', target),
        '-dict=' + os.path.join(HERE, 'dictionaries', target), f'-max_total_time={seconds}', '-print_final_stats=1',
        # Wall time again: a starved process is not a hang.
        '-timeout=60', '-malloc_limit_mb=64', '-rss_limit_mb=1024', f'-artifact_prefix={findings}/{target}-',
    ]
    with open(log_path, 'w', encoding='utf-8', errors='replace') as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
    text = open(log_path, encoding='utf-8', errors='replace').read()
    runs = re.search(r'number_of_executed_units:\s+(\d+)', text)
    last = re.findall(r'cov: (\d+) ft: (\d+) corp: (\d+)', text)
    return {
        'cpu': usage.ru_utime + usage.ru_stime,
        'runs': int(runs[1]) if runs else 0,
        'coverage': tuple(map(int, last[-1])) if last else (0, 0, 0),
        'status': os.waitstatus_to_exitcode(status),
    }


def campaign(target, binaries, corpus, minutes, until, results):
    os.makedirs(os.path.join(corpus, target), exist_ok=True)
    record = os.path.join(corpus, target + '.json')
    total = {'cpu': 0.0, 'runs': 0, 'coverage': (0, 0, 0), 'findings': 0}
    if os.path.exists(record):
        with open(record, encoding='utf-8') as file:
            total = json.load(file)
    results[target] = total
    while total['cpu'] < minutes * 60:
        seconds = SLICE_SECONDS
        if until:
            seconds = min(seconds, int((until - datetime.datetime.now()).total_seconds()))
        if seconds < 10:
            break
        done = slice_of(target, binaries, corpus, seconds)
        total['cpu'] += done['cpu']
        total['runs'] += done['runs']
        total['coverage'] = done['coverage']
        with open(record, 'w', encoding='utf-8') as file:
            json.dump(total, file)
        if done['status'] != 0:
            total['findings'] += 1
            break


def main():
    binaries, corpus, minutes, *rest = sys.argv[1:]
    until = None
    if rest and re.fullmatch(r'\d\d:\d\d', rest[0]):
        hour, minute = map(int, rest.pop(0).split(':'))
        until = datetime.datetime.now().replace(hour=hour, minute=minute, second=0)
    results = {}
    threads = [
        threading.Thread(target=campaign, args=(target, binaries, corpus, float(minutes), until, results))
        for target in rest
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print('| Target | CPU minutes | Runs | Runs per CPU second | Edges | Features | Corpus | Findings |')
    print('|---|---|---|---|---|---|---|---|')
    for target in rest:
        total = results[target]
        rate = total['runs'] / max(total['cpu'], 1)
        edges, features, size = total['coverage']
        print(f'| `{target}` | {total["cpu"] / 60:.1f} | {total["runs"]:,} | {rate:,.0f} | {edges} | {features} | {size} '
              f'| {total["findings"]} |')
    return any(total['findings'] for total in results.values())


if __name__ == '__main__':
    sys.exit(main())
