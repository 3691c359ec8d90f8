// SPDX-License-Identifier: MIT
#include "core/system/system_identity.h"

#include <array>
#include <fstream>
#include <string_view>

#include "core/system/system_files.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

// PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
std::string pretty_name(const fs::path& file) {
    constexpr std::string_view kKey = "PRETTY_NAME=";
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with(kKey)) continue;
        std::string name = line.substr(kKey.size());
        if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
        return name;
    }
    return "";
}

// The machine that a program file is for, from its ELF header: the number is at byte 18, in the file's byte order,
// which is the lower byte first on all machines of this table.
std::string machine_of_program(const fs::path& file) {
    constexpr size_t kHeader = 20, kMachine = 18;
    std::array<char, kHeader> header{};
    std::ifstream in(file, std::ios::binary);
    if (!in.read(header.data(), header.size())) return "";
    if (std::string_view(header.data(), 4) !=
        "\x7f"
        "ELF")
        return "";
    const int low = static_cast<unsigned char>(header[kMachine]),
              high = static_cast<unsigned char>(header[kMachine + 1]);
    switch (high * 256 + low) {
        case 3:
            return "i686";
        case 40:
            return "armv7l";
        case 62:
            return "x86_64";
        case 183:
            return "aarch64";
        case 243:
            return "riscv64";
        default:
            return "";
    }
}

std::string container_of(const fs::path& root) {
    if (is_there(root / ".dockerenv")) return "Docker";
    if (is_there(root / "run/.containerenv")) return "Podman";
    return first_line(root / "run/systemd/container");
}

}  // namespace

SystemIdentity read_system_identity(const fs::path& root) {
    SystemIdentity identity;
    for (const char* file : {"etc/os-release", "usr/lib/os-release"})
        if (identity.name.empty()) identity.name = pretty_name(root / file);
    identity.kernel = first_line(root / "proc/sys/kernel/osrelease");
    identity.wsl = identity.kernel.find("icrosoft") != std::string::npos;
    // The kernel tells since 6.1, and an emulator leaves it as it is; else the shell is taken for what programs are
    // here.
    identity.machine = first_line(root / "proc/sys/kernel/arch");
    for (const char* shell : {"bin/sh", "usr/bin/sh", "system/bin/sh"})
        if (identity.machine.empty()) identity.machine = machine_of_program(root / shell);
    identity.container = container_of(root);
    return identity;
}

std::string program_machine() {
#if defined(__x86_64__)
    return "x86_64";
#elif defined(__i386__)
    return "i686";
#elif defined(__aarch64__)
    return "aarch64";
#elif defined(__arm__)
    return "armv7l";
#elif defined(__riscv) && __riscv_xlen == 64
    return "riscv64";
#else
    return "";
#endif
}

}  // namespace katago
