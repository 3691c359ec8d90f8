// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "nn/format/model_file.h"

namespace katago {

// The network that the linker puts into the program, for those who name none: KATAGO_EMBED_NET in CMakeLists.txt.

// Stands for it where a file's name is expected, -model and nnModelFile included.
inline constexpr std::string_view kEmbeddedNetwork = "embedded";

// The bytes of its .safetensors file, aligned as they are written; empty in programs built without.
std::string_view embedded_network_bytes();

bool is_embedded_network(const std::filesystem::path& file);

// read_model() of the file, or of the embedded network. Throws like read_model(), and UsageError where the program has
// none.
Model load_model(const std::filesystem::path& file, const ModelReadOptions& options);
// read_model_name() of either.
std::optional<std::string> model_name_of(const std::filesystem::path& file);
// Bytes of the file, or of the embedded network.
uint64_t model_file_bytes(const std::filesystem::path& file);

}  // namespace katago
