# SPDX-License-Identifier: MIT
"""Tests of scripts/release that build no engine. KATAGO_ENGINE: the program of this machine, for a trial of it."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from release import build, elf, parts, refusals, trial
from release.cli import NETWORK, ROOT
from release.targets import TARGETS, ReleaseError, Target, find_target
from release.tree import Tree, open_tree

ENGINE = Path(os.environ.get("KATAGO_ENGINE", ROOT / "katago"))
ARCH = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), "armhf")
SHELL = Path("/bin/sh").resolve()  # a program of this machine that asks for the C library alone
COPYRIGHT = (ROOT / "scripts/deploy/copyright").read_text(encoding="utf-8")
MAP = """Archive member included to satisfy reference by file (symbol)

libkatago_core.a(text.cpp.o)
                              main.o (katago::text())
/sys/usr/lib/x/libm-2.31.a(e_exp.o)
                              libkatago_core.a(text.cpp.o) (exp)
/sys/usr/lib/x/libz.a(inflate.o)
                              libkatago_core.a(gzip.cpp.o) (inflate)
/sys/usr/lib/gcc/x/12/libgcc_eh.a(unwind-dw2.o)
                              main.o (_Unwind_Resume)

Discarded input sections
 .text 0x0 /sys/usr/lib/x/libunused.a(unused.o)
"""
PACKAGES = {
    "libc6-dev": "2.31-13",
    "zlib1g-dev": "1:1.2.13",
    "libgcc-10-dev": "10.2",
    "libgcc-12-dev": "12.2",
    "nlohmann-json3-dev": "3.11",
    "libeigen3-dev": "3.4",
    "libvulkan-dev": "1.3",
}


class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def target(self, kind: str = "") -> Target:
        """The one for this machine."""
        return find_target(f"linux-{ARCH}{kind}")

    def assert_refused(self, binary: elf.Binary, target: str, fault: str) -> None:
        faults = elf.faults_of(binary, find_target(target))
        self.assertTrue(any(fault in found for found in faults), faults)


class Recorder(Tree):
    """A tree that keeps the commands instead of running them."""

    def run(self, *command: str | Path, environment: dict[str, str] | None = None) -> None:
        (self.root / "commands").write_text(" ".join([*map(str, command), (environment or {}).get("CXXFLAGS", "")]))


class TargetTest(Case):
    def test_files_bear_the_revision_and_the_system(self) -> None:
        target = find_target("linux-arm64-gpu")
        self.assertEqual(build.file_name(target, "v1.2"), "katago-v1.2-linux-arm64-gpu")
        self.assertEqual(build.file_name(target, "release/1-3-gabc"), "katago-release-1-3-gabc-linux-arm64-gpu")

    def test_an_unknown_target_is_told_with_those_there_are(self) -> None:
        with self.assertRaisesRegex(
            ReleaseError, "unknown target 'windows', must be one of linux-amd64, linux-arm64, "
        ):
            find_target("windows")

    def test_a_target_is_configured_afresh(self) -> None:
        cache = self.folder / "build/CMakeCache.txt"
        cache.parent.mkdir()
        cache.write_text("CMAKE_CXX_FLAGS:STRING=-O0\n")
        options = build.BuildOptions(output=self.folder, sysroots=self.folder, xnnpack=self.folder / "sources/xnnpack")
        target = find_target("linux-armhf")
        build.configure(Recorder(self.folder, "v9.9", 0), target, options, self.folder / "sysroot", cache.parent)
        self.assertFalse(cache.exists())
        command = (self.folder / "commands").read_text()
        for word in ("--toolchain toolchains/armhf.cmake", "-DKATAGO_STATIC=ON", "-DKATAGO_REVISION=v9.9", "=../sources="):
            self.assertIn(word, command)

    def test_each_has_its_toolchain(self) -> None:
        for target in TARGETS:
            self.assertTrue((ROOT / f"toolchains/{target.toolchain}.cmake").is_file(), target.name)

    def test_without_git_the_revision_is_unknown(self) -> None:
        self.assertEqual(open_tree(self.folder).revision, "unknown")
        with self.assertRaisesRegex(ReleaseError, "SOURCE_DATE_EPOCH is 'today', must be seconds since 1970"):
            os.environ["SOURCE_DATE_EPOCH"] = "today"
            self.addCleanup(os.environ.pop, "SOURCE_DATE_EPOCH")
            open_tree(self.folder)


@unittest.skipUnless(shutil.which("c++"), "needs a compiler")
class PathsTest(Case):
    def compile(self, place: Path | str) -> str:
        """What the compiler makes of a file that names itself and a header, where both are called by this path."""
        folder = self.folder / "build/release-some"
        options = build.path_maps(self.folder, folder, self.folder / "sources/xnnpack")
        command = ["c++", "-S", "-o", "-", *options, "-I", f"{place}/src", f"{place}/src/main.cpp"]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout

    def test_what_is_built_names_no_path_of_this_machine_however_it_was_called(self) -> None:
        for name in ("src", "build/release-some"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "src/header.h").write_text("inline const char* header() { return __FILE__; }\n")
        main = '#include "header.h"\nconst char* of() { return *header() ? __FILE__ : nullptr; }\n'
        (self.folder / "src/main.cpp").write_text(main)
        absolute, relative = self.compile(self.folder), self.compile("../..")
        for text in ('"./src/main.cpp"', '"./src/header.h"'):
            self.assertIn(text, absolute)
            self.assertIn(text, relative)


class ElfTest(Case):
    LOADER = "/lib64/ld-linux-x86-64.so.2"
    GOOD = elf.Binary(
        "Advanced Micro Devices X86-64", LOADER, ("libc.so.6", "libpthread.so.0"), (("read", "GLIBC_2.2.5"),)
    )

    def test_what_all_systems_have_may_be_asked_for(self) -> None:
        self.assertEqual(elf.faults_of(self.GOOD, find_target("linux-amd64-gpu")), [])
        static = dataclasses.replace(self.GOOD, interpreter="", needed=(), symbols=())
        self.assertEqual(elf.faults_of(static, find_target("linux-amd64")), [])

    def test_a_binary_that_asks_for_more_is_refused(self) -> None:
        newer = dataclasses.replace(
            self.GOOD, symbols=(("arc4random", "GLIBC_2.36"), ("stat", "GLIBC_2.33"), ("old", "GLIBC_2.9"))
        )
        self.assert_refused(
            newer,
            "linux-amd64-gpu",
            "asks for arc4random@GLIBC_2.36, stat@GLIBC_2.33, wanted: none newer than GLIBC_2.31",
        )
        library = dataclasses.replace(self.GOOD, needed=("libc.so.6", "libstdc++.so.6"))
        self.assert_refused(library, "linux-amd64-gpu", "asks for libstdc++.so.6, wanted: the C library alone")
        private = dataclasses.replace(self.GOOD, symbols=(("_dl_x", "GLIBC_PRIVATE"),))
        self.assert_refused(private, "linux-amd64-gpu", "asks for _dl_x@GLIBC_PRIVATE")
        self.assert_refused(
            self.GOOD, "linux-amd64", f"asks for {self.LOADER}, libc.so.6, libpthread.so.0, wanted: nothing"
        )
        self.assert_refused(
            self.GOOD, "linux-arm64-gpu", "for the machine 'Advanced Micro Devices X86-64', wanted: AArch64"
        )

    @unittest.skipUnless(shutil.which("readelf"), "needs readelf")
    def test_a_binary_of_this_machine_is_read(self) -> None:
        with self.assertRaisesRegex(ReleaseError, "asks for .*libc.so.6, wanted: nothing, since it is to be static"):
            build.check_binary(SHELL, self.target())
        text = self.folder / "text"
        text.write_text("no program")
        with self.assertRaisesRegex(ReleaseError, f"{text}: readelf cannot read it"):
            elf.read_binary(text)


class PartsTest(Case):
    def test_parts_have_their_versions_and_licences(self) -> None:
        found = parts.parts_of(MAP, PACKAGES, COPYRIGHT, has_vulkan=False)
        self.assertIn(parts.Part("zlib", "1:1.2.13", "Zlib"), found)
        self.assertEqual([part.version for part in found if part.name == "libgcc"], ["10.2", "12.2"])
        self.assertEqual({part.name for part in found}, {"zlib", "libgcc", "glibc", "eigen", "nlohmann-json"})
        with_vulkan = parts.parts_of(MAP, PACKAGES, COPYRIGHT, has_vulkan=True)
        self.assertIn(parts.Part("vulkan-headers", "1.3", "Apache-2.0"), with_vulkan)

    def test_what_nothing_is_known_of_is_refused(self) -> None:
        with self.assertRaisesRegex(ReleaseError, "libnew.a is linked in"):
            parts.parts_of(MAP.replace("libz.a", "libnew.a"), PACKAGES, COPYRIGHT, has_vulkan=False)
        with self.assertRaisesRegex(ReleaseError, "scripts/deploy/copyright says nothing of zlib"):
            parts.parts_of(MAP, PACKAGES, COPYRIGHT.replace("part/zlib", "part/other"), has_vulkan=False)
        without = {name: version for name, version in PACKAGES.items() if name != "zlib1g-dev"}
        with self.assertRaisesRegex(ReleaseError, "no zlib1g-dev, which zlib is from"):
            parts.parts_of(MAP, without, COPYRIGHT, has_vulkan=False)

    def test_the_copyright_file_names_every_part(self) -> None:
        named = parts.licences(COPYRIGHT)
        for part in (
            "glibc",
            "libstdc++",
            "libgcc",
            "zlib",
            "xnnpack",
            "pthreadpool",
            "cpuinfo",
            "fxdiv",
            "vulkan-headers",
        ):
            self.assertIn(part, named)


@unittest.skipUnless(shutil.which("dpkg-deb") and shutil.which("readelf"), "needs dpkg-deb and readelf")
class PackTest(Case):
    def pack(self, place: str) -> Path:
        """Packs this machine's shell as if it were the engine."""
        folder = self.folder / place
        binary = folder / "work/release/katago"
        binary.parent.mkdir(parents=True)
        shutil.copy(SHELL, binary)
        (folder / "work/katago.map").write_text(MAP)
        target = self.target("" if ARCH == "armhf" else "-gpu")
        sysroot = folder / "sysroots" / target.sysroot_name
        sysroot.mkdir(parents=True)
        (sysroot / "packages").write_text("".join(f"{name} {version}\n" for name, version in PACKAGES.items()))
        options = build.BuildOptions(output=folder / "out", sysroots=folder / "sysroots")
        return build.pack(Tree(ROOT, "v9.9", 1_700_000_000), target, binary, options)

    def test_the_archive_has_what_it_needs_and_is_the_same_anywhere(self) -> None:
        first, second = self.pack("one"), self.pack("another/place")
        for file in sorted(first.parent.iterdir()):
            self.assertEqual(file.read_bytes(), (second.parent / file.name).read_bytes(), file.name)
        self.assertRegex(first.name, r"^katago-v9\.9-linux-\w+(-gpu)?\.tar\.gz$")
        listed = subprocess.run(["tar", "-tzf", first], capture_output=True, text=True, check=True).stdout
        top = first.name.removesuffix(".tar.gz")
        for name in ("katago", "configs/rpi4.cfg", "README.md", "LICENSE", "LICENSES-of-parts", "parts.cdx.json"):
            self.assertIn(f"{top}/{name}\n", listed)
        listing = json.loads((first.parent / f"{top}.cdx.json").read_text())
        self.assertEqual((listing["bomFormat"], listing["metadata"]["component"]["version"]), ("CycloneDX", "v9.9"))
        self.assertIn("zlib", [part["name"] for part in listing["components"]])
        self.assertTrue((first.parent / f"{top}.deb").is_file())

    def test_sums_are_those_of_the_release_and_verify(self) -> None:
        archive = self.pack("one")
        (archive.parent / "katago-v9.8-linux-amd64.tar.gz").write_text("an earlier one")
        sums = build.write_sums(archive.parent, "v9.9")
        check = ["sha256sum", "--check", "--strict", sums.name]
        done = subprocess.run(check, cwd=archive.parent, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout.count(": OK\n")), (0, 3), done.stdout + done.stderr)
        self.assertNotIn("v9.8", sums.read_text())
        archive.write_bytes(b"another")
        self.assertNotEqual(subprocess.run(check, cwd=archive.parent, capture_output=True, check=False).returncode, 0)


class TrialTest(Case):
    @unittest.skipUnless(ARCH in ("amd64", "arm64"), "the numbers of system calls are known for amd64 and arm64 alone")
    def test_what_android_refuses_ends_a_program_and_what_is_newer_than_linux_4_4_fails(self) -> None:
        android, old = refusals.filters(ARCH).values()
        done = subprocess.run(["/bin/sh", "-c", "exit 0"], preexec_fn=android, check=False)  # noqa: PLW1509
        self.assertEqual(done.returncode, -31)  # SIGSYS
        late = [sys.executable, "-c", "import os; os.getpid(); os.pidfd_open(os.getpid())"]  # of Linux 5.3
        done = subprocess.run(late, preexec_fn=old, capture_output=True, text=True, check=False)  # noqa: PLW1509
        self.assertIn("Function not implemented", done.stderr)
        self.assertEqual(refusals.filters("armhf"), {})

    @unittest.skipUnless(ENGINE.is_file(), f"no engine at {ENGINE} (make, or set KATAGO_ENGINE)")
    @unittest.skipUnless(
        shutil.which("readelf") and ARCH != "armhf", "needs readelf, and a machine that has a gpu target"
    )
    def test_this_machines_engine_plays_in_a_bare_folder(self) -> None:
        if os.geteuid() != 0 and subprocess.run(["unshare", "--map-root-user", "true"], check=False).returncode != 0:
            self.skipTest("needs root, or namespaces for users")
        said = subprocess.run([ENGINE, "version"], capture_output=True, text=True, check=True).stdout
        revision = re.findall("^Git revision: (.*)$", said, re.MULTILINE)[0]
        target = self.target("-gpu")
        seen = trial.try_binary(ENGINE, target, Path("/"), ROOT / NETWORK, revision)
        self.assertRegex("\n".join(seen), r"^in a bare folder:\nversion: .*\ngame: (\S+ ){5}\S+\nquery: 8 visits$")
        with self.assertRaisesRegex(ReleaseError, "wanted: Git revision: v0.0"):
            trial.try_binary(ENGINE, target, Path("/"), ROOT / NETWORK, "v0.0")


if __name__ == "__main__":
    unittest.main()
