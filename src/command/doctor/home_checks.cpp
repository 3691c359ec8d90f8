// SPDX-License-Identifier: MIT
// The folder in which the engine keeps what it has measured and made of networks.
#include <cstdlib>
#include <string>
#include <system_error>

#include "command/doctor/checks.h"
#include "core/error.h"
#include "core/replace_file.h"
#include "core/system/system_files.h"
#include "engine/network_settings.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

// The folder itself, or what is there already of the path to it.
fs::path nearest_existing(fs::path folder) {
    while (!is_there(folder) && folder.has_relative_path()) folder = folder.parent_path();
    return folder.empty() ? fs::path(".") : folder;
}

// Writes a file that goes away again. Throws IoError.
void try_to_write(const fs::path& folder) {
    constexpr size_t kBytes = 4096;
    FileReplacement never_committed(folder / "katago-doctor");
    const std::string bytes(kBytes, '\0');
    never_committed.write(bytes.data(), bytes.size());
}

void check_folder(const fs::path& folder, Diagnosis& diagnosis) {
    constexpr uintmax_t kLittleSpace = uintmax_t{16} << 20;
    const fs::path nearest = nearest_existing(folder);
    const std::string name = folder.string();
    const std::string advice =
        "make it a folder of the user who runs the engine (chown, chmod u+rwx), or set homeDataDir to another";
    std::error_code failure;
    if (!fs::is_directory(nearest, failure))
        return diagnosis.problem("home", name + " cannot be made: " + nearest.string() + " is no folder", advice);
    try {
        try_to_write(nearest);
    } catch (const IoError& error) {
        return diagnosis.problem(
            "home", name + " cannot be written, so that every start measures again: " + error.what(), advice);
    }
    const fs::space_info space = fs::space(nearest, failure);
    if (!failure && space.available < kLittleSpace)
        return diagnosis.problem("home", name + " has " + std::to_string(space.available >> 20) + " MB of space left",
                                 "free some space on that disk");
    diagnosis.ok("home", name + (nearest == folder ? " can be written" : " will be made, and can be written"));
}

}  // namespace

void check_home(Patient& patient, Diagnosis& diagnosis) {
    const char* home = std::getenv("HOME");
    if ((home == nullptr || *home == '\0') && !patient.config.contains("homeDataDir"))
        diagnosis.note("home", "the environment has no HOME", "set HOME, or homeDataDir in the configuration");
    // Also where the home itself can be written, the folder inside may be somebody else's: after a start with sudo,
    // say.
    check_folder(tuning_folder(patient.config), diagnosis);
}

}  // namespace katago
