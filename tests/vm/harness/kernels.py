# SPDX-License-Identifier: Apache-2.0
"""Fetches Debian's kernels from the mirror that this machine's apt uses; installs nothing."""
import fcntl
import lzma
import os
import re
import shutil
import subprocess
import tarfile
import tempfile

SUITES = {"5.10": "bullseye", "6.1": "bookworm", "6.12": "trixie", "7.3": "trixie-backports"}
# What Debian builds as modules and the tests use: qdiscs and the filter of tc, pairs of interfaces,
# bridges with what they stand on; disks with what they stand on, and a scheduler for them. File
# systems are parts of the kernel.
MODULES = (
    *("sch_ingress", "sch_netem", "cls_bpf", "veth", "llc", "stp", "bridge"),
    *("loop", "virtio", "virtio_ring", "virtio_pci", "virtio_pci_modern_dev"),
    *("virtio_pci_legacy_dev", "virtio_blk", "mq-deadline"),
)
META_PACKAGE = "linux-image-cloud-amd64"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class KernelError(Exception):
    """The kernel could not be had; the text says which step failed and why."""


def fetch(kernel, cache):
    """Path of the vmlinuz of Debian's newest `kernel`, a key of SUITES; downloaded once, into
    `cache`/`kernel`. The folder `modules` beside it has those of MODULES that are no part of the
    kernel itself, as NAME.ko."""
    folder = os.path.join(cache, kernel)
    os.makedirs(folder, exist_ok=True)
    image = os.path.join(folder, "vmlinuz")
    listed = os.path.join(folder, "modules.list")  # which MODULES were fetched
    with open(os.path.join(folder, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = "\n".join(MODULES)
        modules = os.path.join(folder, "modules")
        has_modules = os.path.isdir(modules) and os.listdir(modules)
        if not os.path.exists(image) or not has_modules or _text_of(listed) != wanted:
            with tempfile.TemporaryDirectory(dir=folder) as work:
                _download(SUITES[kernel], work, image)
            with open(listed, "w", encoding="utf-8") as file:
                file.write(wanted)
    return image


def _text_of(path):
    """What the file has in it; empty if there is none."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def _download(suite, work, image):
    apt = PrivateApt(suite, work)
    package, modules = META_PACKAGE, None
    for _ in range(
        4
    ):  # meta package, image package and, in newer suites, one with the binary, one with modules
        following = apt.depends(package, "image|binary")
        if not following:
            break
        modules = apt.depends(package, "modules") or modules  # of the last that depends on some
        package = following
    for wanted in filter(None, (package, modules)):
        print(f"==> downloading {wanted}", flush=True)
        _extract(apt.download(wanted), image)
    if not os.path.exists(image):
        raise KernelError(f"{package}: no vmlinuz in it")


class PrivateApt:
    """apt with lists, cache and sources of its own below `folder`: of packages, or with the kind "deb-src" of sources."""

    def __init__(self, suite, folder, kind="deb"):
        self.folder = folder
        for name in ("lists/partial", "cache/archives/partial", "parts"):
            os.makedirs(os.path.join(folder, name))
        open(os.path.join(folder, "status"), "w", encoding="utf-8").close()
        with open(os.path.join(folder, "sources.list"), "w", encoding="utf-8") as file:
            file.writelines(_sources(suite, kind))
        settings = {
            "Dir::Etc::SourceList": "sources.list",
            "Dir::Etc::SourceParts": "parts",
            "Dir::Etc::PreferencesParts": "parts",
            "Dir::State::Lists": "lists",
            "Dir::State::status": "status",
            "Dir::Cache": "cache",
        }
        self.options = [f"-o{name}={os.path.join(folder, path)}" for name, path in settings.items()]
        self.options += [
            "-oAPT::Architecture=amd64",
            "-oAPT::Architectures=amd64",
            "-oAPT::Sandbox::User=",
            "-oAcquire::Languages=none",
        ]
        self._run("apt-get", "update", "-qq", "-oAPT::Update::Error-Mode=any")

    def depends(self, package, kinds):
        """The kernel package of one of `kinds` that `package` depends on, or None."""
        text = self._run("apt-cache", "depends", package)
        found = re.search(rf"^ *\|?Depends: (linux-(?:{kinds})-\S+)", text, re.MULTILINE)
        return found and found.group(1)

    def download(self, package):
        self._run("apt-get", "download", package)
        return next(
            os.path.join(self.folder, name)
            for name in os.listdir(self.folder)
            if name.startswith(f"{package}_") and name.endswith(".deb")
        )

    def download_source(self, package):
        """The archive of the source as its authors published it, without Debian's changes, which a mirror need not have
        beside it. Its size and digest are those of the suite's signed index."""
        listed = self._run("apt-get", "source", "--print-uris", "-qq", package)
        for address, name, digest in re.findall(r"^'([^']+)' (\S+\.orig\.tar\.\w+) \d+ (\S+)$", listed, re.MULTILINE):
            path = os.path.join(self.folder, name)
            self._run("/usr/lib/apt/apt-helper", "download-file", address, path, digest)
            return path
        raise KernelError(f"{package}: its index names no archive: {listed.strip()}")

    def _run(self, program, *arguments):
        try:
            done = subprocess.run(
                [program, *self.options, *arguments],
                cwd=self.folder,
                text=True,
                timeout=300,
                stdin=subprocess.DEVNULL,
                capture_output=True,
            )
        except subprocess.TimeoutExpired as late:
            raise KernelError(
                f"{program} {' '.join(arguments)}: no answer in {late.timeout:.0f} s"
            ) from late
        if done.returncode != 0:
            raise KernelError(f"{program} {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout


def _sources(suite, kind):
    """Lines of a sources.list for `suite`, of that kind, at the addresses where this machine's apt has Debian."""
    try:
        done = subprocess.run(
            [
                "apt-get",
                "indextargets",
                "--format",
                "$(REPO_URI) $(CODENAME) $(COMPONENT)",
                "Created-By: Packages",
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise KernelError(f"this machine's apt does not name its sources: {error}") from error
    targets = [line.split() for line in done.stdout.splitlines()]
    names = [
        (uri, codename)
        for uri, codename, component in (t for t in targets if len(t) == 3)
        if component == "main"
    ]
    security = next((uri for uri, codename in names if codename.endswith("-security")), None)
    main = next(
        (uri for uri, codename in names if "/" not in codename and "-" not in codename), None
    )
    if main is None:
        raise KernelError(
            "this machine's apt sources name no Debian suite; its mirror is needed for the kernel"
        )
    signed = f"[signed-by={KEYRING}] " if os.path.exists(KEYRING) else ""
    yield f"{kind} {signed}{main} {suite} main\n"
    if security and "-" not in suite:
        yield f"{kind} {signed}{security} {suite}-security main\n"


def _extract(package, image):
    """Puts the vmlinuz and the modules that the package has where fetch() says."""
    modules = os.path.join(os.path.dirname(image), "modules")
    os.makedirs(modules, exist_ok=True)
    tar = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
    with tar, tarfile.open(fileobj=tar.stdout, mode="r|") as archive:
        for member in archive:
            if member.isfile() and os.path.basename(member.name).startswith("vmlinuz"):
                with open(image + ".part", "wb") as file:
                    shutil.copyfileobj(archive.extractfile(member), file)
                os.rename(image + ".part", image)
            name, _, ending = os.path.basename(member.name).partition(".")
            if member.isfile() and name in MODULES and ending in ("ko", "ko.xz"):
                content = archive.extractfile(member).read()
                with open(os.path.join(modules, name + ".ko"), "wb") as file:
                    file.write(lzma.decompress(content) if ending == "ko.xz" else content)
        tar.stdout.read()
