// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

#include "core/error.h"

namespace katago {

// Sets `member` from an object's field. Throws ModelError("<name>: ...") where it is missing or of another type; a
// number must fit.
template <class T>
void read_field(const nlohmann::json& object, const std::string& name, const char* key, T& member) {
    const auto found = object.find(key);
    const auto fail = [&](const char* wanted) {
        throw ModelError(name + ": " + key + " is " + (found == object.end() ? "missing" : found->type_name()) +
                         ", must be " + wanted);
    };
    if (found == object.end()) fail("there");
    if constexpr (std::is_same_v<T, bool>) {
        if (!found->is_boolean()) fail("true or false");
        member = found->template get<bool>();
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!found->is_string()) fail("a text");
        member = found->template get<std::string>();
    } else if constexpr (std::is_same_v<T, int>) {
        const bool fits =
            found->is_number_unsigned() && found->template get<uint64_t>() <= uint64_t{std::numeric_limits<int>::max()};
        if (!fits) fail("a number from 0 to 2147483647");
        member = found->template get<int>();
    } else {
        static_assert(std::is_floating_point_v<T>);
        if (!found->is_number()) fail("a number");
        const double value = found->template get<double>();
        if (!(std::abs(value) <= static_cast<double>(std::numeric_limits<T>::max()))) fail("finite");
        member = static_cast<T>(value);
    }
}

// Throws ModelError("<what>: ...") where the text is no JSON object.
nlohmann::json parse_json_object(const char* what, const std::string& text);

// Why a text is no JSON, and where, without the text itself, which may be long and anything.
std::string reason_of(const nlohmann::json::exception& error);

}  // namespace katago
