# SPDX-License-Identifier: MIT
"""Tests of the checks of the tree: each finds its fault in a small tree, and nothing in a good one."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from check.encodings import ALLOWED, WANTED, encoding_faults
from check.functions import MAX_LINES as MAX_FUNCTION_LINES
from check.functions import function_faults
from check.kernels import kernel_name_faults
from check.layers import LAYERS, SUBLAYERS, layer_faults
from check.sizes import MAX_FILES, MAX_LINES, size_faults
from check.symbols import archive_faults
from check.tree import Tree

SPDX = "SPDX-License-Identifier: MIT"


class Case(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, name: str, *lines: str) -> None:
        """A source with its first line."""
        mark = "#" if name.endswith((".py", ".sh")) else "//"
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([f"{mark} {SPDX}", *lines]) + "\n", encoding="utf-8")

    @property
    def tree(self) -> Tree:
        return Tree(self.root)


class LayerTest(Case):
    def faults_of(self, name: str, *lines: str) -> list[str]:
        self.write(name, *lines)
        return layer_faults(self.tree)

    def test_includes_of_lower_layers_are_well(self) -> None:
        self.assertEqual(
            self.faults_of("src/search/search.cpp", '#include "eval/x.h"', '#include "search/tree/x.h"'), []
        )

    def test_an_include_of_a_higher_layer_is_found(self) -> None:
        expected = ["src/core/file.cpp:3: core/ may not include game/"]
        self.assertEqual(self.faults_of("src/core/file.cpp", "#include <vector>", '#include "game/board.h"'), expected)

    def test_neighbours_of_one_layer_do_not_know_each_other(self) -> None:
        self.assertEqual(LAYERS["nn"], LAYERS["game"])
        self.assertEqual(
            self.faults_of("src/nn/x.h", '#include "game/x.h"'), ["src/nn/x.h:2: nn/ may not include game/"]
        )

    def test_kernel_headers_and_tests_are_held_to_the_layers(self) -> None:
        self.write("src/backend/cpu/ops/x.h", '#include "search/x.h"')
        self.write("tests/nn/x.cpp", '#include "eval/x.h"')
        self.assertEqual(len(layer_faults(self.tree)), 2)

    def test_an_unknown_folder_is_found(self) -> None:
        faults = self.faults_of("src/luck/x.cpp", '#include "fate/x.h"')
        self.assertEqual(faults[0], "src/luck/: has no place in LAYERS")
        self.assertIn('includes "fate/x.h", which is in no folder of src/', faults[1])

    def test_sublayers_are_ordered(self) -> None:
        for outer, layers in SUBLAYERS.items():
            low, high = sorted(layers, key=lambda name: layers[name])[:2]
            self.write(f"src/{outer}/{high}/x.cpp", f'#include "{outer}/{low}/x.h"')
            self.write(f"src/{outer}/x.cpp", f'#include "{outer}/{low}/x.h"', f'#include "{outer}/{high}/x.h"')
            self.assertEqual(layer_faults(self.tree), [])
            self.write(f"src/{outer}/{low}/x.cpp", f'#include "{outer}/{high}/x.h"')
            expected = [f"src/{outer}/{low}/x.cpp:2: {outer}/{low}/ may not include {outer}/{high}/"]
            self.assertEqual(layer_faults(self.tree), expected)
            (self.root / f"src/{outer}/{low}/x.cpp").unlink()

    def test_programs_do_not_know_each_other(self) -> None:
        shared, own = '#include "command/options.h"', '#include "command/gtp/x.h"'
        self.assertEqual(self.faults_of("src/command/gtp/x.cpp", shared, own), [])
        self.assertEqual(self.faults_of("src/command/table.cpp", own), [])
        self.assertEqual(self.faults_of("tests/command/match/x.cpp", own), [])
        expected = ["src/command/match/x.cpp:3: command/match/ may not include command/gtp/"]
        self.assertEqual(self.faults_of("src/command/match/x.cpp", shared, own), expected)

    def test_a_folder_without_a_sublayer_is_found(self) -> None:
        faults = self.faults_of("src/search/luck/x.cpp")
        self.assertEqual(faults, ["src/search/luck/: has no place in SUBLAYERS"])

    def test_libraries_stay_where_they_belong(self) -> None:
        self.assertEqual(self.faults_of("src/quant/x.cpp", "#include <Eigen/Dense>"), [])
        faults = self.faults_of("src/eval/x.cpp", "#include <Eigen/Dense>", "#include <doctest/doctest.h>")
        self.assertEqual(len(faults), 2)

    def test_output_and_exit_are_found_in_code_alone(self) -> None:
        self.assertEqual(self.faults_of("src/eval/x.cpp", "// printf() would go to stdout"), [])
        faults = self.faults_of("src/eval/x.cpp", "std::cout << 1;", "exit(1);")
        self.assertEqual(
            [fault.rpartition(": ")[2] for fault in faults], ["only command/ writes to stdout", "only main exits"]
        )
        self.write("src/eval/x.cpp")
        self.assertEqual(self.faults_of("src/command/x.cpp", "std::cout << 1;"), [])


class SizeTest(Case):
    def test_a_good_tree_has_no_faults(self) -> None:
        self.write("src/core/x.h", "#pragma once", *["int x;"] * (MAX_LINES - 2))
        self.write("scripts/x.sh")
        (self.root / "scripts/y.py").write_text(f"#!/usr/bin/env python3\n# {SPDX}\n", encoding="utf-8")
        (self.root / "scripts/z.comp").write_text(f"#version 450\n// {SPDX}\n", encoding="utf-8")
        for number in range(MAX_FILES):
            (self.root / "src" / f"{number}.sgf").write_text("", encoding="utf-8")
            (self.root / "src" / f"{number}.spv").write_text("", encoding="utf-8")
        self.assertEqual(size_faults(self.tree), [])

    def test_a_missing_first_line_is_found(self) -> None:
        (self.root / "scripts").mkdir()
        for name in ("x.py", "x.sh", "x.mjs", "x.cpp", "x.comp"):
            (self.root / "scripts" / name).write_text("1\n", encoding="utf-8")
        self.assertEqual(len(size_faults(self.tree)), 5)

    def test_a_header_without_pragma_once_is_found(self) -> None:
        self.write("src/core/x.h")
        self.assertEqual(size_faults(self.tree), ["src/core/x.h: no #pragma once"])

    def test_a_long_file_is_found_in_every_language(self) -> None:
        for name in ("src/core/x.cpp", "tests/x.mjs", "scripts/x.py", "scripts/x.sh"):
            self.write(name, *[""] * MAX_LINES)
        faults = size_faults(self.tree)
        self.assertEqual(len(faults), 4)
        self.assertIn(f"{MAX_LINES + 1} lines", faults[0])

    def test_a_wide_folder_is_found_whatever_its_files_are(self) -> None:
        folder = self.root / "configs"
        (folder / "__pycache__").mkdir(parents=True)
        for number in range(MAX_FILES + 1):
            (folder / f"{number}.cfg").write_text("", encoding="utf-8")
            (folder / "__pycache__" / f"{number}.pyc").write_text("", encoding="utf-8")
        expected = [f"configs/: {MAX_FILES + 1} files; group them, {MAX_FILES} is the limit"]
        self.assertEqual(size_faults(self.tree), expected)


@unittest.skipUnless(importlib.util.find_spec("lizard"), "lizard is missing")
class FunctionTest(Case):
    def test_a_long_function_is_found(self) -> None:
        for name, head, tail in (("src/core/x.cpp", "int f() {", ["}"]), ("scripts/x.py", "def f():", [])):
            for extra, count in ((0, 0), (1, 1)):
                body = ["    x = 1;"] * (MAX_FUNCTION_LINES - 1 - len(tail) + extra)
                self.write(name, head, *body, *tail)
                with self.subTest(f"{name}, {extra} too many"):
                    self.assertEqual(len(function_faults(self.tree)), count)
            (self.root / name).unlink()

    def test_an_aligned_struct_is_no_function(self) -> None:
        self.write("src/core/x.h", "struct alignas(64) X {", *["    int f();"] * 100, "};")
        self.assertEqual(function_faults(self.tree), [])


class KernelNameTest(Case):
    def test_names_of_descriptors_and_of_files_are_well(self) -> None:
        self.write("src/backend/cpu/ops/gemm.cpp", 'constexpr Gemm kGemm = {.name = "gemm_s16"};')
        self.write("src/backend/cpu/ops/wide.h", 'constexpr Gemm kWide{.name="broad_f32"};')
        self.write("src/backend/cpu/ops/winograd_tiles.h")
        self.write(
            "src/backend/cpu/tune/x.cpp", 'f("gemm_s16", "gemm_bf16", "broad_f32", "winograd_f16");  // "old_f32"'
        )
        self.assertEqual(kernel_name_faults(self.tree), [])

    def test_names_of_descriptors_that_a_function_makes_are_well(self) -> None:
        self.write(
            "src/backend/cpu/ops/lib/lib_f32.h",
            'constexpr LinearKernel kLibGemmF32 = lib_kernel("lib_gemm_f32", Layer::Gemm);',
            "constexpr LinearKernel kLibConv =",
            '    lib_kernel("lib_conv_qd8_qc8w", Layer::Conv);',
            'constexpr const char* kTitle = title("lib_pool_f32");',
        )
        self.write("src/backend/cpu/tune/x.cpp", 'f("lib_gemm_f32", "lib_conv_qd8_qc8w", "lib_dense_f32");')
        faults = kernel_name_faults(self.tree)
        unknown = [fault.partition(" names")[0].partition(": ")[2] for fault in faults]
        self.assertEqual(unknown, ['"lib_pool_f32"', '"lib_dense_f32"'])

    def test_an_unknown_name_is_found(self) -> None:
        self.write("src/backend/cpu/ops/gemm.cpp")
        self.write("src/backend/cpu/tune/x.cpp", 'return "direct_int8";', 'return "gem_f32";', 'return "no kernel";')
        faults = kernel_name_faults(self.tree)
        self.assertEqual(len(faults), 2)
        self.assertTrue(faults[0].startswith('src/backend/cpu/tune/x.cpp:2: "direct_int8" names neither'))

    def test_a_missing_folder_is_found(self) -> None:
        self.write("src/backend/cpu/plan.cpp", 'return "gemm_f32";')
        self.assertEqual(len(kernel_name_faults(self.tree)), 1)


class SymbolTest(unittest.TestCase):
    LISTING = """
portable.cpp.o:
0000000000000000 T _ZN6katago3cpu16portable_kernelsEv
0000000000000000 V DW.ref.__gxx_personality_v0
0000000000000010 t _ZN6katago3cpu12_GLOBAL__N_13runEv
                 U _ZSt17__throw_bad_allocv

eigen_portable.cpp.o:
0000000000000000 T _ZN6katago3cpu14Eigen_portable8multiplyERKNS0_12EigenProductE
0000000000000000 W _ZN14Eigen_portable8internal3addEv

avx2.cpp.o:
0000000000000000 T _ZN6katago3cpu12avx2_kernelsEv
                 w __gmon_start__
"""

    def test_an_entry_and_an_eigen_of_its_own_are_well(self) -> None:
        self.assertEqual(archive_faults(self.LISTING, ["portable", "eigen_portable", "avx2"]), [])

    def test_what_another_file_could_be_given_is_found(self) -> None:
        for symbol in (
            "W _ZSt3maxIfERKT_S2_S2_",
            "W _ZN14Eigen_portable8internal3addEv",
            "V _ZTVN6katago5ErrorE",
            "u _ZZN5Eigen8internal5cacheEvE1m",
            "T _ZN6katago3cpu5helpEv",
            "t _GLOBAL__sub_I_avx2.cpp",
        ):
            faults = archive_faults(f"{self.LISTING}0000000000000000 {symbol}\n", ["portable", "avx2"])
            self.assertEqual(len(faults), 1, symbol)
            self.assertTrue(faults[0].startswith("avx2: "), faults)

    def test_a_missing_unit_is_found(self) -> None:
        self.assertEqual(len(archive_faults(self.LISTING, ["avx512"])), 1)


class EncodingTest(unittest.TestCase):
    FORMS = {"": "66 0f f5 c1", "VEX": "c4 e2 7d 52 c1", "EVEX": "62 f2 7d 28 52 c1"}

    def listing(self, unit: str = "", form: str = "", name: str = "added") -> list[str]:
        """Of all units with what they must have, and one instruction more in one of them."""
        lines = []
        for of_archive, allowed in ALLOWED.items():
            own = self.FORMS["VEX" if allowed else ""]
            lines += [f"{of_archive}.cpp.o:     file format elf64-x86-64", ""]
            lines += [f"   0:\t{own} \t{wanted} %xmm1,%xmm0" for wanted in WANTED.get(of_archive, ())]
            if of_archive == unit:
                lines.append(f"  1c:\t{self.FORMS[form]} \t{{vex}} {name} %ymm1,%ymm0,%ymm0")
        return lines

    def test_what_a_processor_has_is_well(self) -> None:
        self.assertEqual(encoding_faults(self.listing()), [])
        for unit, form in (("avx2", "VEX"), ("avxvnni", "VEX"), ("avx512", "EVEX"), ("sse41", "")):
            self.assertEqual(encoding_faults(self.listing(unit, form)), [], unit)

    def test_a_later_form_is_found(self) -> None:
        for unit, form in (("portable", "VEX"), ("sse41", "VEX"), ("avx2", "EVEX"), ("avxvnni", "EVEX")):
            faults = encoding_faults(self.listing(unit, form))
            self.assertEqual(len(faults), 1, unit)
            self.assertIn(f"{unit}: added ({self.FORMS[form]}) is in {form} encoding", faults[0])

    def test_a_later_form_in_the_eigen_of_a_set_is_found(self) -> None:
        eigen = ["eigen_avx2.cpp.o:     file format elf64-x86-64", f"   0:\t{self.FORMS['EVEX']} \tadded %ymm1,%ymm0"]
        self.assertEqual(len(encoding_faults(self.listing() + eigen)), 1)

    def test_a_form_behind_a_prefix_of_a_segment_is_found(self) -> None:
        lines = [line.replace("\t62 ", "\t64 62 ") for line in self.listing("avxvnni", "EVEX")]
        self.assertEqual(len(encoding_faults(lines)), 1)

    def test_a_unit_that_is_missing_or_lacks_its_instruction_is_found(self) -> None:
        faults = encoding_faults([line for line in self.listing() if not line.startswith("avx2.cpp.o")])
        self.assertIn("avx2: the archive has no such member", faults)
        faults = encoding_faults([line for line in self.listing() if "vpdpbusd" not in line])
        self.assertEqual(faults, ["avxvnni: has no vpdpbusd"])


class CommandTest(Case):
    def test_the_command_prints_the_faults_and_fails(self) -> None:
        self.write("src/core/x.cpp", '#include "game/x.h"')
        command = [sys.executable, str(Path(__file__).parent), str(self.root)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("src/core/x.cpp:2: core/ may not include game/\n", done.stdout)
        self.write("src/core/x.cpp")
        self.assertEqual(subprocess.run(command, capture_output=True, check=False).returncode, 0)


if __name__ == "__main__":
    unittest.main()
