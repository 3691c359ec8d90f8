// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "protocol/gtp_text.h"

namespace katago::gtp {

// Names of files as commands give them: byte for byte, also bytes that GTP drops from a line. In quotes (" or ') or
// bare; a bare name may hold spaces, and a '#' begins a comment only behind a blank. A name is taken as it stands or
// refused, so that no other file is ever read or written.

// loadsgf FILE [NUMBER]. A bare text that names a file is that name, else its last word is the number if it is one.
struct FileToLoad {
    std::filesystem::path file;
    std::optional<std::string> number;
};
// Throws ProtocolError.
FileToLoad read_file_to_load(const GtpRequest& request);

// printsgf [FILE]; nothing: no name. A bare name with spaces must show that it is one name: by a '/' in it, or by
// ending in .sgf. Throws ProtocolError.
std::optional<std::filesystem::path> read_file_to_write(const GtpRequest& request);

}  // namespace katago::gtp
