// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "core/config.h"

namespace katago {

// One row of a settings table: binds a config key to a member of the settings struct S, with its range and a help
// line. The default is the member's initialiser and stands nowhere else. Immutable; tables are constexpr arrays:
//   constexpr ParamRow<SearchParams> kRows[] = {
//       {"maxVisits", &SearchParams::max_visits, 1, 1LL << 50, "Stop once the root has this many visits."},
//       {"useLcbForSelection", &SearchParams::use_lcb, "Choose the move by its lower confidence bound."},
//   };
template <class S>
struct ParamRow {
    using Member = std::variant<bool S::*, std::optional<bool> S::*, int S::*, int64_t S::*, float S::*, double S::*,
                                std::optional<double> S::*, std::string S::*>;

    std::string_view key;
    Member member;
    double min = 0;  // exact for integers up to 2^53
    double max = 0;
    std::string_view choices;  // of a text: alternatives separated by '|'; empty: any
    std::string_view help;

    // bool; std::optional<bool> (nothing: "auto"); text of any kind.
    template <class T>
    constexpr ParamRow(std::string_view key_, T S::*member_, std::string_view help_)
        : key(key_), member(member_), help(help_) {
        static_assert(!std::is_arithmetic_v<T> || std::is_same_v<T, bool>, "a number needs a range");
    }
    // Text, one of `choices`.
    constexpr ParamRow(std::string_view key_, std::string S::*member_, std::string_view choices_,
                       std::string_view help_)
        : key(key_), member(member_), choices(choices_), help(help_) {}
    // A number, both bounds included; std::optional<double>: nothing where the key is missing.
    template <class T>
    constexpr ParamRow(std::string_view key_, T S::*member_, double min_, double max_, std::string_view help_)
        : key(key_), member(member_), min(min_), max(max_), help(help_) {
        static_assert((std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) || std::is_same_v<T, std::optional<double>>,
                      "only numbers have a range");
    }
};

// Sets the row's member from the config, if that has the key. Throws ConfigError.
template <class S>
void apply_param(const ParamRow<S>& row, const Config& config, S& settings) {
    if (!config.contains(row.key)) return;
    auto set = [&](auto member) {
        auto& target = settings.*member;
        using T = std::remove_reference_t<decltype(target)>;
        if constexpr (std::is_same_v<T, bool>) target = config.get_bool(row.key);
        if constexpr (std::is_same_v<T, std::optional<bool>>) target = config.get_bool_or_auto(row.key);
        if constexpr (std::is_same_v<T, int>) {
            target = config.get_int(row.key, {static_cast<int>(row.min), static_cast<int>(row.max)});
        }
        if constexpr (std::is_same_v<T, int64_t>) {
            target = config.get_int64(row.key, {static_cast<int64_t>(row.min), static_cast<int64_t>(row.max)});
        }
        if constexpr (std::is_same_v<T, float>) {
            target = config.get_float(row.key, {static_cast<float>(row.min), static_cast<float>(row.max)});
        }
        if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::optional<double>>) {
            target = config.get_double(row.key, {row.min, row.max});
        }
        if constexpr (std::is_same_v<T, std::string>) {
            target = row.choices.empty() ? config.get_string(row.key) : config.get_choice(row.key, row.choices);
        }
    };
    std::visit(set, row.member);
}

// Sets every member whose key the config has. Throws ConfigError at the first bad value.
template <class S>
void apply_params(std::span<const ParamRow<S>> table, const Config& config, S& settings) {
    for (const ParamRow<S>& row : table) apply_param(row, config, settings);
}

// The row of a key, or null.
template <class S>
const ParamRow<S>* find_param(std::span<const ParamRow<S>> table, std::string_view key) {
    for (const ParamRow<S>& row : table) {
        if (row.key == key) return &row;
    }
    return nullptr;
}

}  // namespace katago
