// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "core/machine.h"
#include "core/system/power.h"
#include "core/system/process_limits.h"
#include "core/system/processors.h"
#include "core/system/system_identity.h"
#include "made_up_root.h"

using namespace katago;

namespace {

// The start of a program file for a machine, by ELF's number.
std::string elf_header(char machine) {
    std::string header =
        "\x7f"
        "ELF";
    header.resize(64, '\0');
    header[18] = machine;
    return header;
}

}  // namespace

TEST_CASE("system: what a Raspberry Pi 4 says of itself, but for its serial number") {
    MadeUpRoot pi("pi4-system");
    make_raspberry_pi_4(pi);
    const SystemIdentity identity = read_system_identity(pi.root());
    CHECK(identity.name == "Debian GNU/Linux 12 (bookworm)");
    CHECK(identity.kernel == "6.6.31+rpt-rpi-v8");
    CHECK(identity.machine.empty());
    CHECK(identity.container.empty());
    CHECK(!identity.wsl);
    const Processors processors = read_processors(pi.root());
    CHECK(processors.count == 4);
    CHECK(processors.names == "4 x Cortex-A72");
    CHECK(processors.features == std::vector<std::string>{"asimd"});
    CHECK(load_average(pi.root()) == doctest::Approx(0.05));
    CHECK(read_machine_memory(pi.root()).swap_bytes == int64_t{102396} * 1024);
    CHECK(!process_limit("Max address space", pi.root()));
    CHECK(process_limit("Max processes", pi.root()) == 29000);
}

TEST_CASE("system: processors of two kinds, unknown ones, and x86") {
    MadeUpRoot board("cores");
    board.write("proc/cpuinfo",
                "processor : 0\nCPU implementer : 0x41\nCPU part : 0xd05\nFeatures : asimd asimddp\n"
                "processor : 1\nCPU implementer : 0x41\nCPU part : 0xd0b\nFeatures : asimd asimddp\n"
                "processor : 2\nCPU implementer : 0x41\nCPU part : 0xd0b\n"
                "processor : 3\nCPU implementer : 0x99\nCPU part : 0x123\n");
    CHECK(read_processors(board.root()).names == "1 x Cortex-A55, 2 x Cortex-A76, 1 x Arm core 0x99/0x123");
    board.write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Intel(R) N100\nflags\t\t: fpu sse2 avx2 avx_vnni fma\n");
    CHECK(read_processors(board.root()).names == "1 x Intel(R) N100");
    CHECK(read_processors(board.root()).features == std::vector<std::string>{"sse2", "fma", "avx2", "avx_vnni"});
}

TEST_CASE("system: containers, Windows and programs of other machines are told apart") {
    MadeUpRoot system("identity");
    CHECK(read_system_identity(system.root()).name.empty());
    system.write("usr/lib/os-release", "PRETTY_NAME=Alpine\n");
    system.write("bin/sh", elf_header('\xb7'));
    system.write("run/.containerenv", "");
    CHECK(read_system_identity(system.root()).name == "Alpine");
    CHECK(read_system_identity(system.root()).machine == "aarch64");
    CHECK(read_system_identity(system.root()).container == "Podman");
    system.write("bin/sh", "#!/bin/busybox\n");
    CHECK(read_system_identity(system.root()).machine.empty());
    system.write("proc/sys/kernel/arch", "x86_64\n");
    system.write("proc/sys/kernel/osrelease", "5.15.153.1-microsoft-standard-WSL2\n");
    CHECK(read_system_identity(system.root()).machine == "x86_64");
    CHECK(read_system_identity(system.root()).wsl);
    // Under an emulator the two differ.
    CHECK(!read_system_identity().machine.empty());
    CHECK(!program_machine().empty());
}

TEST_CASE("system: power modes of Jetson boards, batteries and profiles") {
    MadeUpRoot system("power");
    CHECK(!read_jetson_mode(system.root()));
    CHECK(!runs_on_battery(system.root()));
    CHECK(platform_profile(system.root()).empty());
    make_jetson(system);
    CHECK(read_jetson_mode(system.root())->name == "15W");
    CHECK(read_jetson_mode(system.root())->others == std::vector<std::string>{"1 (7W)", "2 (MAXN_SUPER)"});
    CHECK(!read_jetson_mode(system.root())->unlimited);
    system.write("var/lib/nvpmodel/status", "pmode:0002 fmode:quiet\n");
    CHECK(read_jetson_mode(system.root())->name == "MAXN_SUPER");
    CHECK(read_jetson_mode(system.root())->unlimited);
    system.write("var/lib/nvpmodel/status", "pmode:0000\n");
    CHECK(read_jetson_mode(system.root())->id == "0");

    system.write("sys/class/power_supply/mouse/type", "Battery\n");
    system.write("sys/class/power_supply/mouse/scope", "Device\n");
    system.write("sys/class/power_supply/mouse/status", "Discharging\n");
    CHECK(!runs_on_battery(system.root()));
    system.write("sys/class/power_supply/BAT0/type", "Battery\n");
    system.write("sys/class/power_supply/BAT0/status", "Discharging\n");
    CHECK(runs_on_battery(system.root()));
}

TEST_CASE("system: a container without /proc knows nothing") {
    const MadeUpRoot container("no-proc");
    CHECK(read_processors(container.root()).count == 0);
    CHECK(load_average(container.root()) < 0);
    CHECK(!process_limit("Max address space", container.root()));
    CHECK(read_machine_memory(container.root()).machine_bytes == 0);
}
