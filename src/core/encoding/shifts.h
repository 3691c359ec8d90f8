// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "core/encoding.h"

namespace katago {

// ISO-2022-JP and HZ: marks in the text switch between ASCII and characters of two bytes. Part of decode().

bool has_shifts(Encoding encoding);

// The same characters in EUC-JP (of ISO-2022-JP) or GB18030 (of HZ), where the eighth bit takes the marks' place.
std::string without_shifts(std::string_view text, Encoding encoding);

}  // namespace katago
