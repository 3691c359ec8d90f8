// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

namespace katago {

// What kind of system the process runs in, read below `root`, which tests make up. Texts are empty where it does not
// say.
struct SystemIdentity {
    std::string name;       // "Debian GNU/Linux 12 (bookworm)"
    std::string kernel;     // "6.1.0-13-arm64"
    std::string machine;    // what it runs programs for, as uname calls it: "aarch64"
    std::string container;  // what the process is shut in: "Docker"
    bool wsl = false;       // Windows runs it
};
SystemIdentity read_system_identity(const std::filesystem::path& root = "/");

// What this program was built for, in the same words; empty: none that is known here.
std::string program_machine();

}  // namespace katago
