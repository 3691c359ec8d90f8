# SPDX-License-Identifier: MIT
"""Tests of the scripts that compile and check shaders, on small folders of shaders with a fault."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from shaders.check import COMPILES, NOT_TRIED, SAME, check_shaders
from shaders.compiler import Compiler, LacksExtensionError, find_compiler, version_of
from shaders.make import make_shaders
from shaders.variants import ShaderError, Variant, read_variants, text_of

COPY = """// SPDX-License-Identifier: MIT
#version 450
#extension GL_GOOGLE_include_directive : require
#include "type.glsl"
layout(local_size_x = 64) in;
layout(binding = 0) buffer Data { T data[]; };
void main() { data[gl_GlobalInvocationID.x] = T(FACTOR); }
"""
MATRIX = "#version 450\n#extension GL_KHR_cooperative_matrix : require\nvoid main() {}\n"


class CompilerOfTests(Compiler):
    """Writes the macros and the source with what it includes; a version below 12.3 lacks cooperative matrices."""

    def __init__(self, version: str) -> None:
        super().__init__("none", version)

    def compile(self, variant: Variant, output: Path) -> None:
        text = "\n".join(text_of(variant.folder / name) for name in variant.files())
        if "cooperative_matrix" in text and self.version < "12.3":
            raise LacksExtensionError("GL_KHR_cooperative_matrix")
        output.write_text(f"{self.version} {variant.macros}\n{text}", encoding="utf-8")


OLD, NEW = CompilerOfTests("12.0.0"), CompilerOfTests("15.2.0")


class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.write("copy.comp", COPY)
        self.write("type.glsl", "#define T float\n")
        self.write("matrix.comp", MATRIX)
        self.write(
            "variants.txt", "# a table\ncopy_1 copy.comp FACTOR=1\ncopy_2 copy.comp FACTOR=2\nmatrix matrix.comp\n"
        )

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def make(self, compiler: Compiler) -> list[str]:
        return make_shaders(self.folder, read_variants(self.folder), compiler)

    def check(self, compiler: Compiler | None) -> tuple[list[str], str]:
        """Faults, and what was said. Files that these compilers make are no SPIR-V: spirv-val's words are left out."""
        faults, lines = check_shaders(self.folder, read_variants(self.folder), compiler)
        return [fault for fault in faults if "error: " not in fault], "\n".join(lines)


class TableTest(Case):
    def test_a_variant_has_a_name_a_source_and_macros(self) -> None:
        variants = read_variants(self.folder)
        self.assertEqual([variant.name for variant in variants], ["copy_1", "copy_2", "matrix"])
        self.assertEqual(variants[1].macros, ("FACTOR=2",))
        self.assertEqual(variants[0].files(), ["copy.comp", "type.glsl"])

    def test_a_bad_line_is_named(self) -> None:
        for line, fault in (
            ("copy", "variants.txt:1: 'copy' is not NAME SOURCE.comp"),
            ("Copy copy.comp", "'Copy copy.comp' is not NAME SOURCE.comp"),
            ("copy copy.comp FP16", "'FP16' is not MACRO=VALUE"),
            ("copy copy.comp\ncopy copy.comp", "variants.txt:2: there is a variant copy already"),
        ):
            self.write("variants.txt", line)
            with self.assertRaises(ShaderError) as raised:
                read_variants(self.folder)
            self.assertIn(fault, str(raised.exception))

    def test_a_missing_include_is_named(self) -> None:
        (self.folder / "type.glsl").unlink()
        with self.assertRaisesRegex(ShaderError, "type.glsl: there is no such file"):
            self.make(NEW)


class MakeTest(Case):
    def test_what_was_made_is_as_the_check_wants_it(self) -> None:
        self.assertEqual(self.make(NEW)[-1], "shaders: 3 of 3 variants compiled by glslang 15.2.0")
        faults, said = self.check(NEW)
        self.assertEqual(faults, [])
        self.assertIn(f"3 {SAME}", said)

    def test_an_older_compiler_leaves_what_a_newer_one_made_of_the_same_sources(self) -> None:
        self.make(NEW)
        self.assertEqual(self.make(OLD)[-1], "shaders: 0 of 3 variants compiled by glslang 12.0.0")
        faults, said = self.check(OLD)
        self.assertEqual(faults, [])
        self.assertIn(f"2 {COMPILES}", said)
        self.assertIn(f"1 {NOT_TRIED}", said)

    def test_an_older_compiler_compiles_what_was_edited_and_says_what_it_cannot(self) -> None:
        self.make(NEW)
        self.write("copy.comp", COPY + "// edited\n")
        self.write("matrix.comp", MATRIX + "// edited\n")
        lines = self.make(OLD)
        self.assertIn("matrix: left as it is: glslang 12.0.0 does not know GL_KHR_cooperative_matrix", lines)
        self.assertEqual(lines[-1], "shaders: 2 of 3 variants compiled by glslang 12.0.0")
        faults, _ = self.check(OLD)
        self.assertEqual(faults, ["matrix: matrix.comp has changed since it was compiled; run `make shaders`"])

    def test_a_file_without_a_variant_is_removed(self) -> None:
        self.make(NEW)
        self.write("variants.txt", "copy_1 copy.comp FACTOR=1\nmatrix matrix.comp\n")
        self.assertIn("copy_2.spv: removed, because variants.txt does not name it", self.make(NEW))
        self.assertEqual(self.check(NEW)[0], [])


class CheckTest(Case):
    def setUp(self) -> None:
        super().setUp()
        self.make(NEW)

    def test_an_edited_include_is_found_without_any_compiler(self) -> None:
        self.write("type.glsl", "#define T double\n")
        faults, said = self.check(None)
        self.assertEqual(len(faults), 2)
        self.assertIn("copy_1: copy.comp has changed since it was compiled", faults[0])
        self.assertIn("SKIPPED", said)

    def test_a_line_without_its_file_is_found(self) -> None:
        (self.folder / "spirv/copy_1.spv").unlink()
        self.assertEqual(self.check(NEW)[0], ["copy_1: is not compiled; run `make shaders`"])

    def test_a_file_without_its_line_is_found(self) -> None:
        self.write("spirv/other.spv", "")
        self.write("other.comp", COPY)
        faults = self.check(NEW)[0]
        self.assertEqual(len(faults), 2)
        self.assertIn("other.spv: variants.txt has no such variant", faults[0])
        self.assertIn("other.comp: no variant uses it", faults[1])

    def test_other_bytes_are_found(self) -> None:
        self.write("spirv/matrix.spv", "")
        faults = self.check(NEW)[0]
        self.assertEqual(len(faults), 1)
        self.assertIn("matrix.spv: glslang 15.2.0 makes other bytes of it", faults[0])


class CompilerTest(Case):
    def test_the_version_is_read(self) -> None:
        self.assertEqual(version_of("Glslang Version: 11:12.0.0\nESSL Version: OpenGL"), "12.0.0")
        with self.assertRaises(ShaderError):
            version_of("what?")

    def test_glslang_compiles_includes_and_macros_and_names_a_fault(self) -> None:
        compiler = find_compiler()
        if not compiler:
            self.skipTest("needs glslang (glslang-tools)")
        variant = read_variants(self.folder)[0]
        compiler.compile(variant, self.folder / "copy.spv")
        self.assertEqual((self.folder / "copy.spv").read_bytes()[:8], bytes.fromhex("0302230700030100"))
        self.write("type.glsl", "#define T nothing\n")
        with self.assertRaisesRegex(ShaderError, "variant copy_1 does not compile:(?s:.)*copy.comp:6"):
            compiler.compile(variant, self.folder / "copy.spv")


if __name__ == "__main__":
    unittest.main()
