# SPDX-License-Identifier: Apache-2.0
"""An initramfs made of files of this machine, each at the path that it has here."""
import io
import os
import re
import stat
import subprocess
import tempfile
import zipfile

BUSYBOX = "/bin/busybox"
SHELL = "/bin/dash"  # busybox's own shell prefers busybox's ip and ping to the real ones
# Those of python3's own library that tests import; the rest is megabytes of memory in the guest.
LIBRARY_PACKAGES = (
    "collections",
    "concurrent",
    "ctypes",
    "email",
    "encodings",
    "http",
    "importlib",
    "json",
    "multiprocessing",
    "re",
    "unittest",
    "urllib",
)
FOLDERS = ("dev", "proc", "sys", "tmp", "run", "etc", "root", "bin", "sbin", "usr/bin", "usr/sbin")


# Links into /usr, as Debian has them: the loader's path and ldd's lead through them.
LIBRARIES = ("lib", "lib64")


class Initramfs:
    """Collects files; write() makes the cpio archive, in the kernel's format "newc"."""

    def __init__(self):
        self._files = {}  # path below / -> (mode, bytes)
        for folder in FOLDERS:
            self._add(folder, stat.S_IFDIR | 0o755, b"")
        for folder in LIBRARIES:
            self.add_link(folder, f"usr/{folder}")
        self.add_program(BUSYBOX)
        self.add_program(SHELL, "/bin/sh")
        self.add_text(
            "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\npostgres:x:100:100::/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n"
        )
        self.add_text("/etc/group", "root:x:0:\nnogroup:x:65534:\n")

    def add_link(self, path, target):
        """Adds a symbolic link that leads to `target`."""
        self._add(path, stat.S_IFLNK | 0o777, target.encode())

    def add_text(self, path, text, executable=False):
        self._add(path, stat.S_IFREG | (0o755 if executable else 0o644), text.encode())

    def add_file(self, path, target=None):
        """Adds one file with its mode, at `target` or at its own path."""
        with open(path, "rb") as file:
            self._add(
                target or path, stat.S_IFREG | stat.S_IMODE(os.stat(path).st_mode), file.read()
            )

    def add_folder(self, folder, suffix):
        """Adds the files right in `folder` that end in `suffix`."""
        for name in sorted(os.listdir(folder)):
            if name.endswith(suffix):
                self.add_file(os.path.join(folder, name))

    def add_tree(self, folder):
        """Adds all files below `folder`, at any depth."""
        for path, _, names in os.walk(folder):
            for name in sorted(names):
                self.add_file(os.path.join(path, name))

    def add_program(self, path, target=None):
        """Adds a program, at `target` or its own path and without its debug information, and the
        libraries that ldd names."""
        with tempfile.TemporaryDirectory() as work:
            stripped = os.path.join(work, "program")
            subprocess.run(["strip", "-o", stripped, path], check=True, timeout=60)
            self.add_file(stripped, target or path)
        done = subprocess.run(["ldd", path], capture_output=True, text=True, timeout=60)
        for library in re.findall(r"(?:^|=>)\s*(/\S+) \(0x", done.stdout, re.MULTILINE):
            self.add_file(library)
        if "not found" in done.stdout:
            raise FileNotFoundError(f"{path}: a library is missing: {done.stdout}")

    def add_python(self):
        """Adds Debian's python3 with its standard library, compiled and in one archive: an
        interpreter starts in a second under emulation."""
        interpreter = os.path.realpath("/usr/bin/python3")
        name = os.path.basename(interpreter)
        self.add_program(interpreter)
        self.add_link("/usr/bin/python3", name)
        library = f"/usr/lib/{name}"
        modules = os.path.join(library, "lib-dynload")
        for module in sorted(os.listdir(modules)):
            self.add_program(os.path.join(modules, module))
        self.add_file(os.path.join(library, "os.py"))  # by which it knows its home
        archive = io.BytesIO()
        with zipfile.PyZipFile(archive, "w") as packed:
            for entry in sorted(os.listdir(library)):
                path = os.path.join(library, entry)
                if entry.endswith(".py") or entry in LIBRARY_PACKAGES:
                    packed.writepy(path)
        self._add(f"/usr/lib/{name.replace('.', '')}.zip", stat.S_IFREG | 0o644, archive.getvalue())

    def write(self, path):
        with open(path, "wb") as out:
            for number, (name, (mode, content)) in enumerate(sorted(self._files.items()), 1):
                _write_entry(out, number, name, mode, content)
            _write_entry(out, 0, "TRAILER!!!", 0, b"")

    def _add(self, path, mode, content):
        path = path.lstrip("/")
        if path.split("/")[0] in LIBRARIES and "/" in path:
            path = f"usr/{path}"
        folder = os.path.dirname(path)
        if folder and folder not in self._files:
            self._add(folder, stat.S_IFDIR | 0o755, b"")
        self._files[path] = (mode, content)


def _write_entry(out, number, name, mode, content):
    encoded = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(encoded), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields) + encoded
    out.write(header + b"\0" * (-len(header) % 4))
    out.write(content + b"\0" * (-len(content) % 4))
