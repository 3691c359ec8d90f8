// SPDX-License-Identifier: MIT
#include "engine/default_files.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>

#include "core/error.h"
#include "engine/embedded_network.h"

namespace katago {

namespace fs = std::filesystem;

namespace {

bool is_file(const fs::path& path) {
    std::error_code ignored;  // what cannot be looked at is not there
    return fs::is_regular_file(path, ignored);
}

// The home folder of whom this process runs as, from the file of users, empty where it names none. getpwuid would ask
// services of the system through libraries, which an engine that is linked statically cannot open.
std::string home_in_user_file() {
    const std::unique_ptr<FILE, int (*)(FILE*)> users(std::fopen("/etc/passwd", "re"), std::fclose);
    if (!users) return {};
    while (const passwd* user = fgetpwent(users.get()))
        if (user->pw_uid == getuid()) return user->pw_dir;
    return {};
}

}  // namespace

fs::path executable_file() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::path("katago") : program;
}

fs::path executable_directory() {
    const fs::path program = executable_file();
    return program.has_parent_path() ? program.parent_path() : fs::path(".");
}

fs::path home_data_directory() {
    const char* variable = std::getenv("HOME");
    // Services are often started without a HOME.
    const std::string home = variable && *variable ? variable : home_in_user_file();
    return fs::path(home.empty() ? "." : home) / ".katago";
}

std::optional<fs::path> find_default_config() {
    for (const fs::path& folder : {executable_directory(), home_data_directory()})
        if (const fs::path file = folder / "default_gtp.cfg"; is_file(file)) return file;
    return std::nullopt;
}

fs::path find_default_model() {
    for (const fs::path& folder : {executable_directory(), home_data_directory()})
        for (const char* name : {"default_model.safetensors", "default_model.bin.gz", "default_model.txt.gz"})
            if (fs::path file = folder / name; is_file(file)) return file;
    if (!embedded_network_bytes().empty()) return kEmbeddedNetwork;
    throw UsageError(
        "-model MODELFILENAME.bin.gz was not specified to tell KataGo where to find the neural net model, and default "
        "was not found at " +
        (executable_directory() / "default_model.bin.gz").string() + " or " +
        (home_data_directory() / "default_model.bin.gz").string() +
        "; networks are at https://katagotraining.org/networks/");
}

}  // namespace katago
