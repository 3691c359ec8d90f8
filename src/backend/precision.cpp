// SPDX-License-Identifier: MIT
#include "backend/backend.h"
#include "core/error.h"

namespace katago {

namespace {

constexpr struct {
    std::string_view name;
    Precision precision;
} kPrecisions[] = {
    {"auto", Precision::Auto}, {"fp32", Precision::Fp32}, {"fp16", Precision::Fp16}, {"int8", Precision::Int8}};

}  // namespace

std::string_view name_of(Precision precision) {
    for (const auto& row : kPrecisions)
        if (row.precision == precision) return row.name;
    return "";
}

Precision parse_precision(std::string_view text, std::string_view key) {
    std::string known;
    for (const auto& row : kPrecisions) {
        if (row.name == text) return row.precision;
        known += (known.empty() ? "" : ", ") + std::string(row.name);
    }
    throw ConfigError(std::string(key) + ": '" + std::string(text) + "', must be one of " + known);
}

}  // namespace katago
