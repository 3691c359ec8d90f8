# SPDX-License-Identifier: MIT
# Short names for what one does with this tree; the building itself is CMake's (see CMakeLists.txt).
#   make                  the engine, as ./katago
#   make test             build and run all tests          make golden    the same, every row of the big networks
#   make check            layers, sizes, layout, static analysis
#   make sanitize         tests under ASan + UBSan, threaded tests under TSan
#   make fuzz             every parser against random input, FUZZ_SECONDS=600 each; needs clang
#   make test-vulkan-validation   the tests of the Vulkan backend under Vulkan's validation layer
#   make test-vulkan-new  the same on the Mesa of Debian unstable, whose software device has cooperative matrices, fetched
#                         into MESA_NEW=build/mesa-new
#   make soak             thousands of random commands and queries; SOAK_COMMANDS=2000, SOAK_QUERIES=10000, SOAK_SEED=1,
#                         MODEL=network file
#   make shaders          SPIR-V from the shaders, for git, by glslang; GLSLANG=program names another than the PATH's
#   make format           lay out the sources              make clean     remove what was built
#   make install PREFIX=/usr/local
#   make package          a .deb and a .tar.gz for this machine, in build/packages; package-static: in need of nothing
#   make arm64            build/arm64/katago and its packages, for any 64-bit Arm board; needs g++-aarch64-linux-gnu
#   make armhf            the same for 32-bit systems, in build/armhf; needs g++-arm-linux-gnueabihf
#   make rpi3|rpi4|rpi5|jetson-xavier|jetson-orin|jetson   build/BOARD/katago and its packages, for that board and newer
#   make release          everything that is given away, in build/release; RELEASE="linux-arm64 --skip-foreign" passes targets
#                         and options on (python3 scripts/release -h), XNNPACK_SOURCE_DIR=FOLDER builds XNNPACK in
#   make test-arm64       the core of the tests, a game and a query for Arm under qemu, as each board's core; needs qemu-user
#   make test-armhf       the same for 32-bit systems, as a Cortex-A7 and as a core of 64 bits that runs 32-bit programs
# CMAKE_ARGS passes options on, for example: make CMAKE_ARGS=-DKATAGO_STATIC_RUNTIME=ON

BUILD ?= build
PREFIX ?= /usr/local
CMAKE ?= cmake
STRIP ?= strip
CMAKE_ARGS ?=

# One compiler a core, but no more than fit in memory: about 700 MB each (a Raspberry Pi 3 has 1 GB and four cores).
JOBS ?= $(shell sh scripts/jobs.sh)

# The generator is fixed when a build directory is made; CMake refuses to change it later.
generator = $(if $(wildcard $(1)/CMakeCache.txt),,$(if $(shell command -v ninja),-G Ninja))
configure = $(CMAKE) -S . -B $(1) $(call generator,$(1)) $(2) $(CMAKE_ARGS)
compile = $(CMAKE) --build $(1) --parallel $(JOBS) --target $(2)
# -j: one test process a folder of tests/.
run_tests = ctest --test-dir $(1) --output-on-failure -j $(JOBS)

.PHONY: engine test golden check sanitize sanitize-address sanitize-thread fuzz format clean install

engine:
	$(call configure,$(BUILD))
	$(call compile,$(BUILD),katago)
	@# Replaced in one step, so that an engine that is running keeps its file.
	$(STRIP) -o katago.new $(BUILD)/katago && mv -f katago.new katago

test: tests-built
	$(call run_tests,$(BUILD))

golden: tests-built
	KATAGO_GOLDEN_FULL=1 $(call run_tests,$(BUILD))

.PHONY: tests-built
tests-built:
	$(call configure,$(BUILD),-DKATAGO_TESTS=ON)
	$(call compile,$(BUILD),katago katago_tests)

check:
	sh scripts/check/check.sh $(JOBS)

sanitize: sanitize-address sanitize-thread

# Lightly optimised, with assertions.
sanitizer_flags = -DKATAGO_TESTS=ON -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1" -DKATAGO_SANITIZE=$(1)

sanitize-address:
	$(call configure,$(BUILD)/asan,$(call sanitizer_flags,address,undefined))
	$(call compile,$(BUILD)/asan,katago_tests)
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 $(call run_tests,$(BUILD)/asan)

# Folders whose code runs in several threads. The reference data are left out: long, and read by one thread.
THREADED = ^(core|eval|quant|search|engine|play|command)$$

sanitize-thread:
	$(call configure,$(BUILD)/tsan,$(call sanitizer_flags,thread))
	$(call compile,$(BUILD)/tsan,katago_tests)
	TSAN_OPTIONS=halt_on_error=1 KATAGO_TEST_DATA=none $(call run_tests,$(BUILD)/tsan) -R '$(THREADED)'

FUZZ_SECONDS ?= 60
fuzz_flags = -DKATAGO_FUZZ=ON -DKATAGO_TESTS=OFF -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=Debug \
	"-DCMAKE_CXX_FLAGS_DEBUG=-O1 -g1" -DKATAGO_SANITIZE=fuzzer-no-link,address,undefined

fuzz:
	$(call configure,$(BUILD)/fuzz,$(fuzz_flags))
	$(call compile,$(BUILD)/fuzz,fuzzers)
	sh tests/fuzz/run.sh $(BUILD)/fuzz $(FUZZ_SECONDS) $(JOBS)

.PHONY: test-vulkan-validation test-vulkan-new
MESA_NEW ?= build/mesa-new

test-vulkan-validation: tests-built
	sh tests/test_vulkan.sh $(BUILD)/katago_tests

test-vulkan-new: tests-built $(MESA_NEW)/run
	sh tests/test_vulkan.sh $(BUILD)/katago_tests $(MESA_NEW)

$(MESA_NEW)/run:
	sh scripts/mesa-new.sh $(MESA_NEW)

.PHONY: soak
SOAK_COMMANDS ?= 2000
SOAK_QUERIES ?= 10000
SOAK_SEED ?= 1
MODEL ?= ../shared/data/models/random-v8-b3c24.bin.gz

soak:
	$(call configure,$(BUILD))
	$(call compile,$(BUILD),katago)
	python3 tests/clients/soak_gtp.py $(BUILD)/katago $(MODEL) --commands $(SOAK_COMMANDS) --seed $(SOAK_SEED) --threads 4
	python3 tests/clients/soak_analysis.py $(BUILD)/katago $(MODEL) --queries $(SOAK_QUERIES) --seed $(SOAK_SEED)

.PHONY: shaders
shaders:
	python3 scripts/shaders make

format:
	sh scripts/check/layout.sh --fix

# Cross builds: toolchains/NAME.cmake, its sysroot made where there is none. Binaries hold the C++ library.
BOARDS = rpi3 rpi4 rpi5 jetson-xavier jetson-orin
sysroot_of = $(if $(filter jetson-%,$(1)),jammy,$(if $(filter armhf,$(1)),bookworm-armhf,bookworm))
toolchain_of = toolchains/$(if $(filter arm64,$(1)),aarch64,$(1)).cmake
# What is for a Jetson has its graphics unit in it, so a sysroot without Vulkan's headers is an error there.
vulkan_of = $(if $(filter jetson-%,$(1)),-DKATAGO_VULKAN=ON)
configure_arm = $(call configure,$(BUILD)/$(1),--toolchain $(call toolchain_of,$(1)) -DKATAGO_STATIC_RUNTIME=ON \
  $(call vulkan_of,$(1)) $(2))

build/sysroot/%:
	sh scripts/sysroot.sh --release $(patsubst %-armhf,%,$*) $(if $(filter %-armhf,$*),--arch armhf)

.PHONY: arm64 armhf test-arm64 test-armhf $(BOARDS)
.SECONDEXPANSION:
arm64 armhf $(BOARDS): $$(if $$(KATAGO_SYSROOT),,build/sysroot/$$(call sysroot_of,$$@))
	$(call configure_arm,$@)
	$(call compile,$(BUILD)/$@,katago)
	$(strip_of) $(BUILD)/$@/katago
	STRIP=$(strip_of) $(package) --arch $(if $(filter armhf,$@),armhf,arm64) --static --binary $(BUILD)/$@/katago \
	  $(if $(filter arm64 armhf,$@),,--name $@)

.PHONY: jetson
jetson: jetson-orin

# The first links to this machine's libraries and depends on their packages, the second holds them.
package = sh scripts/deploy/package.sh --output $(BUILD)/packages
.PHONY: package package-static
package: engine
	$(package) --arch $$(dpkg --print-architecture) --binary $(BUILD)/katago

package-static:
	$(call configure,$(BUILD)/static,-DKATAGO_STATIC_RUNTIME=ON)
	$(call compile,$(BUILD)/static,katago)
	$(package) --arch $$(dpkg --print-architecture) --static --binary $(BUILD)/static/katago

.PHONY: release
release:
	python3 scripts/release --jobs $(JOBS) $(if $(XNNPACK_SOURCE_DIR),--xnnpack $(XNNPACK_SOURCE_DIR)) $(RELEASE)

STRIP_ARM ?= aarch64-linux-gnu-strip
STRIP_ARMHF ?= arm-linux-gnueabihf-strip
strip_of = $(if $(filter armhf,$@),$(STRIP_ARMHF),$(STRIP_ARM))
ARM_CORES ?= cortex-a53 cortex-a72 cortex-a76
ARMHF_CORES ?= cortex-a7 max

test-arm64 test-armhf: test-%: $$(if $$(KATAGO_SYSROOT),,build/sysroot/$$(call sysroot_of,$$*))
	$(call configure_arm,$*,-DKATAGO_TESTS=ON)
	$(call compile,$(BUILD)/$*,katago tests_core tests_nn tests_backend tests_eval)
	@# The cores side by side, what each says in one piece.
	printf '%s\n' $(if $(filter armhf,$*),$(ARMHF_CORES),$(ARM_CORES)) | xargs -P $(JOBS) -I CORE sh -c 'log=$(BUILD)/$*/test-CORE.log; \
	  sh tests/test_arm.sh $(BUILD)/$* $(or $(KATAGO_SYSROOT),build/sysroot/$(call sysroot_of,$*)) CORE >$$log 2>&1; \
	  status=$$?; cat $$log; exit $$status'

install: engine
	$(CMAKE) --install $(BUILD) --prefix $(PREFIX) --strip

clean:
	rm -rf $(BUILD) katago katago.new
