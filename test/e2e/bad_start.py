#!/usr/bin/env python3
"""What a user gets wrong at the start: each mistake ends the process with the right exit code and a text that names the mistake;
and an interrupt ends a good process quickly with 0."""

import os
import signal
import socket
import subprocess
import time

from components import aion_binary, filesystem_bucket, start_all, start_query, start_sidecar, start_store
from fleet import Fleet, main, run_checks

COMMANDS = ("sidecar", "store", "query", "all")
NEEDS_BUCKET = ("store", "all")


def start_flags(fleet, command):
    """Flags with which the command would start."""
    flags = ["--http-address=127.0.0.1:0", "--grpc-address=127.0.0.1:0", "--http-grace-period=0s", "--grpc-grace-period=0s"]
    if command in NEEDS_BUCKET:
        flags += [f"--data-dir={fleet.path('data', '')}", f"--objstore.config={filesystem_bucket(fleet.path('bucket', ''))}"]
    return flags


def run(fleet, command, *flags, seconds=10):
    """Exit code and output of a start that must end by itself."""
    argv = [aion_binary(), *([command] if command else []), *flags]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=seconds, cwd=fleet.directory, check=False)
    return done.returncode, done.stdout + done.stderr


def expect(result, code, *texts):
    assert result[0] == code, f"exit code {code} expected, {result[0]} given: {result[1][-1500:]}"
    for text in texts:
        assert text in result[1], f"{text!r} expected in: {result[1][-1500:]}"


def with_replaced(flags, *new):
    """The flags, with those of the same names replaced (a scalar flag given twice is an error of its own)."""
    names = {flag.split("=")[0] for flag in new}
    return [flag for flag in flags if flag.split("=")[0] not in names] + list(new)


def malformed_command_lines(fleet):
    head = "error parsing commandline arguments: ["
    expect(run(fleet, "query", "--no-such-flag"), 2, head, "unknown long flag '--no-such-flag'")
    expect(run(fleet, "query", "-x"), 2, head, "unknown short flag '-x'")
    expect(run(fleet, "serve"), 2, head, 'expected command but got "serve"')
    expect(run(fleet, None), 0, "Commands:")
    expect(run(fleet, "query", "--query.timeout"), 2, head, "expected argument for flag '--query.timeout'")
    expect(run(fleet, "query", "--query.timeout=soon"), 2, head, "soon")
    expect(run(fleet, "query", "--query.max-concurrent=many"), 2, head, "many")
    expect(run(fleet, "query", "--query.promql-engine=other"), 2, head, "enum value must be one of prometheus,thanos, got 'other'")
    expect(run(fleet, "query", "--query.timeout=1m", "--query.timeout=2m"), 2, head, "flag 'query.timeout' cannot be repeated")
    expect(run(fleet, "store", "--index-cache-size=large"), 2, head, "large")
    expect(run(fleet, "store", "--min-time=someday"), 2, head, "someday")
    expect(run(fleet, "sidecar", "--log.level=loud"), 2, head, "enum value must be one of error,warn,info,debug, got 'loud'")
    expect(run(fleet, "query", "stray"), 2, head, "unexpected stray")


def help_and_version(fleet):
    expect(run(fleet, "--version"), 0, "version")
    expect(run(fleet, "--help"), 0, *COMMANDS)
    for command in COMMANDS:
        expect(run(fleet, command, "--help"), 0, "--http-address", "--grpc-address")


def bad_bucket_configuration(fleet):
    for command in NEEDS_BUCKET:
        base = start_flags(fleet, command)
        expect(run(fleet, command, *with_replaced(base, "--objstore.config={type: FILESYSTEM, config")), 1, "YAML")
        expect(run(fleet, command, *with_replaced(base, "--objstore.config={type: TAPE, config: {}}")), 1, "TAPE")
        expect(run(fleet, command, *with_replaced(base, "--objstore.config={type: FILESYSTEM, config: {dir: x}}")), 1, "dir")
        expect(run(fleet, command, *base, f"--objstore.config-file={fleet.path('none.yml')}"), 1, "objstore.config")
        flags = [flag for flag in base if not flag.startswith("--objstore")]
        expect(run(fleet, command, *flags, f"--objstore.config-file={fleet.path('none.yml')}"), 1, "none.yml")
        expect(run(fleet, command, *flags), 1, "flag objstore.config-file or objstore.config is required")
        expect(run(fleet, command, *with_replaced(base, "--objstore.config={type: FILESYSTEM, config: {directory: $(AION_NOT_SET)}}")),
               1, "found reference to unset environment variable", "AION_NOT_SET")


def bad_yaml_elsewhere(fleet):
    for command, flag in (("store", "selector.relabel-config"), ("store", "index-cache.config"), ("query", "endpoint.sd-config"),
                          ("query", "selector.relabel-config"), ("sidecar", "prometheus.http-client")):
        expect(run(fleet, command, *start_flags(fleet, command), f"--{flag}={{["), 1)
    expect(run(fleet, "store", *start_flags(fleet, "store"), "--selector.relabel-config=[{action: labelmap, regex: a}]"), 1,
           "unsupported relabel action: labelmap")


def bad_endpoints(fleet):
    expect(run(fleet, "query", *start_flags(fleet, "query"), "--endpoint-strict=dns+strict.example:1"), 1, "strict")
    code, output = run(fleet, "query", *start_flags(fleet, "query"), "--endpoint=nowhere")
    assert code in (1, 2) and "nowhere" in output, output


def flags_not_in_force(fleet):
    for command, flag in (("query", "--grpc-server-tls-cert=cert.pem"), ("store", "--http.config=web.yml"),
                          ("sidecar", "--request.logging-config={}"), ("query", "--query.mode=distributed"),
                          ("all", "--tracing.config={type: OTLP}")):
        expect(run(fleet, command, *start_flags(fleet, command), flag), 1, "not supported by this version of aion", flag.split("=")[0])


def address_in_use(fleet):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        for command in COMMANDS[1:]:
            for which in ("http", "grpc"):
                flags = with_replaced(start_flags(fleet, command), f"--{which}-address={address}")
                expect(run(fleet, command, *flags), 1, address.split(":")[1])


def bad_addresses(fleet):
    for address in ("nonsense", "127.0.0.1:99999", "192.0.2.1:1"):
        flags = with_replaced(start_flags(fleet, "query"), f"--http-address={address}")
        expect(run(fleet, "query", *flags), 1, address)


def unwritable_data_directory(fleet):
    blocked = fleet.write("a-file", "in the way")
    flags = with_replaced(start_flags(fleet, "store"), f"--data-dir={os.path.join(blocked, 'data')}")
    expect(run(fleet, "store", *flags), 1, "a-file")


def interrupts_end_cleanly(fleet):
    bucket = fleet.path("bucket", "")
    binary = aion_binary()
    started = [start_store(fleet, binary, bucket), start_query(fleet, binary, []), start_all(fleet, binary, bucket),
               start_sidecar(fleet, binary, "127.0.0.1:9", fleet.path("tsdb", ""), wait=False)]
    time.sleep(0.5)  # The sidecar is never ready here: it waits for its Prometheus.
    for component, kind in zip(started, (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGTERM)):
        component.process.child.send_signal(signal.SIGHUP)
        time.sleep(0.1)
        assert component.process.running(), f"{component.process.name} ended on SIGHUP"
        begun = time.monotonic()
        component.process.child.send_signal(kind)
        code = component.process.wait(15)
        assert code == 0, f"{component.process.name}: exit code {code}"
        assert time.monotonic() - begun < 5, f"{component.process.name} took {time.monotonic() - begun:.1f} s to end"
        assert "exiting" in component.process.output(), f"{component.process.name} said no goodbye"


def test():
    with Fleet("bad-start") as fleet:
        aion_binary()
        run_checks([malformed_command_lines, help_and_version, bad_bucket_configuration, bad_yaml_elsewhere, bad_endpoints,
                    flags_not_in_force, address_in_use, bad_addresses, unwritable_data_directory, interrupts_end_cleanly], fleet)


if __name__ == "__main__":
    main(test)
