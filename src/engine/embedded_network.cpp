// SPDX-License-Identifier: MIT
#include "engine/embedded_network.h"

#include <span>

#include "core/error.h"
#include "nn/format/network_file.h"

namespace katago {

bool is_embedded_network(const std::filesystem::path& file) {
    return file == std::filesystem::path(kEmbeddedNetwork);
}

Model load_model(const std::filesystem::path& file, const ModelReadOptions& options) {
    if (!is_embedded_network(file)) return read_model(file, options);
    const std::string_view bytes = embedded_network_bytes();
    if (bytes.empty())
        throw UsageError("-model embedded: this program was built without a network (CMake option KATAGO_EMBED_NET)");
    // Nobody needs to own what lives as long as the program; the program's file was checked when it was loaded.
    return read_network({std::as_bytes(std::span(bytes)), nullptr, "embedded network"}, /*verify=*/false);
}

std::optional<std::string> model_name_of(const std::filesystem::path& file) {
    return is_embedded_network(file) ? load_model(file, {}).info.name : read_model_name(file);
}

uint64_t model_file_bytes(const std::filesystem::path& file) {
    return is_embedded_network(file) ? embedded_network_bytes().size() : std::filesystem::file_size(file);
}

}  // namespace katago
