// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string_view>

namespace katago {

// Why a KataGo configuration key is accepted but does nothing in this engine; nullopt: not such a key.
std::optional<std::string_view> reason_to_ignore(std::string_view key);

}  // namespace katago
