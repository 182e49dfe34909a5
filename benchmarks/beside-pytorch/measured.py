"""A process, with its processor time, its memory, and when it came how far."""
import bisect
import ctypes
import dataclasses
import pathlib
import subprocess
import sys
import threading
import time


@dataclasses.dataclass
class Measured:
    lines: list  # (when, line) of its output; moments are time.time() here and below.
    ready_seconds: float  # From the start of the process until it was ready.
    steps: list  # When each step was over.
    peak_bytes: int  # On a GPU, what the whole device held more than before; else the process's resident memory.
    kept_bytes: int  # The same when its last step was over, or at last.
    processor: list  # (when, seconds of processor time), many times a second on a CPU.

    def processor_seconds(self, begin, end):
        """Processor time of all its threads between two moments, to a few hundredths of a second."""
        return self._processor_until(end) - self._processor_until(begin)

    def _processor_until(self, moment):
        place = bisect.bisect(self.processor, (moment,))
        (before, spent), (after, more) = self.processor[max(place - 1, 0)], self.processor[min(place, len(self.processor) - 1)]
        return spent if after == before else spent + (more - spent) * (moment - before) / (after - before)


def run(command, device, ready=None, steps=lambda: 0, enough=None):
    """Runs a process to its end, which has to be a good one, or until it has taken enough steps.

    ready: a file whose appearance shows that the process is ready, or a line that it prints then; None: it always is.
    steps: how many steps the process has taken.
    enough: after so many it is ended as it stands; None: it ends by itself.
    """
    command = [str(part) for part in command]
    before = _gpu_bytes(device)
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    watch = _Watch(process, device, before, ready, steps, enough)
    watch.start()
    lines = []
    for line in process.stdout:
        lines.append((time.time(), line))
        if line.strip() == ready:
            watch.tell_ready()
    code = process.wait()
    watch.join()
    if code != 0 and not watch.killed or watch.ready_seconds is None:
        sys.stderr.writelines(line for _, line in lines)
        raise SystemExit(f"{' '.join(command)} {'was never ready' if code == 0 else f'ended with {code}'}")
    return Measured(lines, watch.ready_seconds, watch.stepped, watch.peak, watch.kept, watch.processor)


class _Watch(threading.Thread):
    """Looks many times a second on a CPU; peaks of resident memory are kept by the system itself."""

    def __init__(self, process, device, before, ready, steps, enough):
        super().__init__(daemon=True)
        self.process, self.device, self.before, self.began = process, device, before, time.time()
        self.file = ready if isinstance(ready, pathlib.Path) else None
        self.steps, self.enough, self.clock = steps, enough, _processor_clock(process.pid)
        self.ready_seconds = 0 if ready is None else None
        self.stepped, self.processor = [], [(self.began, 0.0)]
        self.peak, self.kept, self.killed = 0, 0, False

    def tell_ready(self):
        if self.ready_seconds is None:
            self.ready_seconds = time.time() - self.began

    def run(self):
        while self.process.poll() is None:
            if self.file is not None and self.file.exists():
                self.tell_ready()
            try:
                self.processor.append((time.time(), time.clock_gettime(self.clock)))
            except OSError:  # It has just ended.
                continue
            self.stepped += [time.time()] * (self.steps() - len(self.stepped))
            held, peak = _resident(self.process.pid) if self.device == "cpu" else [_gpu_bytes(self.device) - self.before] * 2
            self.kept, self.peak = held or self.kept, max(self.peak, peak)
            if self.enough is not None and len(self.stepped) >= self.enough:
                self.killed = True
                self.process.kill()
                return
            time.sleep(0.02 if self.device == "cpu" else 0.2)


def _processor_clock(process):
    """The clock of all processor time of another process."""
    clock = ctypes.c_int()
    if ctypes.CDLL(None).clock_getcpuclockid(process, ctypes.byref(clock)) != 0:
        raise SystemExit("the system does not tell the processor time of other processes, which Linux does")
    return clock.value


def _resident(process):
    """Resident memory now, and the most so far; zeros where it has just ended."""
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0, 0
    found = {name: int(value.split()[0]) * 1024
             for name, _, value in (line.partition(":") for line in status.splitlines()) if name in ("VmRSS", "VmHWM")}
    return found.get("VmRSS", 0), found.get("VmHWM", 0)


def _gpu_bytes(device):
    if device == "cpu":
        return 0
    number = device.partition(":")[2] or "0"
    used = subprocess.check_output(
        ["nvidia-smi", f"--id={number}", "--query-gpu=memory.used", "--format=csv,noheader,nounits"], text=True)
    return int(used.strip()) * 2**20
