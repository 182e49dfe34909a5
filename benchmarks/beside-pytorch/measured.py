"""A process, with its peak memory and the time until it was ready."""
import dataclasses
import pathlib
import subprocess
import threading
import time


@dataclasses.dataclass
class Measured:
    output: str
    ready_seconds: float  # From the start of the process until it was ready.
    peak_bytes: int  # On a GPU, what the whole device held more than before; else the process's resident memory.


def run(command, device, ready, done=lambda: False):
    """Runs a process to its end, which has to be a good one, or until what is wanted of it is there.

    ready: a file whose appearance shows that the process is ready, or a line that it prints then.
    done: whether the process has done all that is wanted; it is then killed.
    """
    command = [str(part) for part in command]
    before = _gpu_bytes(device)
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    watch = _Watch(process, device, before, ready if isinstance(ready, pathlib.Path) else None, done, start)
    watch.start()
    lines = []
    for line in process.stdout:
        lines.append(line)
        if watch.ready_seconds is None and line.strip() == ready:
            watch.ready_seconds = time.perf_counter() - start
    code = process.wait()
    watch.join()
    if code != 0 and not watch.killed:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    if watch.ready_seconds is None:
        raise SystemExit(f"{' '.join(command)} was never ready")
    return Measured("".join(lines), watch.ready_seconds, watch.peak)


class _Watch(threading.Thread):
    """Looks a few times a second; peaks of resident memory are kept by the system itself."""

    def __init__(self, process, device, before, file, done, start):
        super().__init__(daemon=True)
        self.process, self.device, self.before = process, device, before
        self.file, self.done, self.began = file, done, start
        self.ready_seconds, self.peak, self.killed = None, 0, False

    def run(self):
        while self.process.poll() is None:
            if self.file is not None and self.ready_seconds is None and self.file.exists():
                self.ready_seconds = time.perf_counter() - self.began
            now = _resident_peak(self.process.pid) if self.device == "cpu" else _gpu_bytes(self.device) - self.before
            self.peak = max(self.peak, now)
            if self.done():
                self.killed = True
                self.process.kill()
                return
            time.sleep(0.02 if self.device == "cpu" else 0.2)


def _resident_peak(process):
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
    except OSError:  # It has just ended.
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def _gpu_bytes(device):
    if device == "cpu":
        return 0
    number = device.partition(":")[2] or "0"
    used = subprocess.check_output(
        ["nvidia-smi", f"--id={number}", "--query-gpu=memory.used", "--format=csv,noheader,nounits"], text=True)
    return int(used.strip()) * 2**20
