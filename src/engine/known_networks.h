// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

namespace katago {

// A published network whose file's sum is known: the rows of scripts/get-network.sh, as they were when the engine was
// built.
struct KnownNetwork {
    std::string_view name;    // "b18c384nbt", as get-network.sh calls it
    std::string_view sha256;  // of the compressed file, lower-case hex
    std::string_view file;    // "kata1-b18c384nbt-s9996604416-d4316597426.bin.gz"
};
std::span<const KnownNetwork> known_networks();

// Null: none with that sum.
const KnownNetwork* known_network(std::string_view sha256);

}  // namespace katago
