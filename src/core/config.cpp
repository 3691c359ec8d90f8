// SPDX-License-Identifier: MIT
#include "core/config.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>
#include <type_traits>

#include "core/config_text.h"
#include "core/error.h"
#include "core/text.h"

namespace katago {
namespace {

constexpr std::string_view kOverrideSuffix = " and/or command-line and query overrides";

std::string in_quotes(std::string_view text) {
    return "'" + std::string(text) + "'";
}

template <class T>
constexpr const char* type_name() {
    if constexpr (std::is_same_v<T, int>) return "int";
    if constexpr (std::is_same_v<T, int64_t>) return "int64_t";
    if constexpr (std::is_same_v<T, float>) return "float";
    return "double";
}

// The whole text as a number, or nothing. Infinities and NaN are no numbers.
template <class T>
std::optional<T> to_number(std::string_view text) {
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    T value{};
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if constexpr (std::is_floating_point_v<T>) {
        if (!std::isfinite(value)) return std::nullopt;
    }
    return value;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> Config::apply_overrides(std::string_view text,
                                                                         std::span<const ExclusiveKeys> exclusive) {
    // Shells take no typographic quotes away.
    const auto bare = [](std::string_view part) {
        const std::string_view inner = without_outer_blanks(part);
        const auto quote = typographic_quote(inner);
        return quote && quote->behind.empty() ? without_outer_blanks(quote->inside) : inner;
    };
    text = bare(text);
    std::vector<std::pair<std::string, std::string>> pairs;
    for (size_t begin = 0; begin <= text.size();) {
        const size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view piece = bare(text.substr(begin, end - begin));
        begin = end + 1;
        if (piece.empty()) continue;
        const size_t equals = piece.find('=');
        if (equals == std::string_view::npos) {
            throw ConfigError("Could not parse kv pair, could not find '=' in:" + std::string(piece));
        }
        pairs.emplace_back(bare(piece.substr(0, equals)), bare(piece.substr(equals + 1)));
    }
    apply_overrides(pairs, exclusive);
    return pairs;
}

void Config::apply_overrides(std::span<const std::pair<std::string, std::string>> pairs,
                             std::span<const ExclusiveKeys> exclusive) {
    // First the exclusions, then the values: an override that names both sides keeps both, and whoever reads them
    // reports the contradiction.
    for (const auto& [key, value] : pairs) {
        for (const ExclusiveKeys& group : exclusive) {
            if (key == group.whole) {
                for (const std::string& part : group.parts) entries_.erase(part);
            }
            if (std::find(group.parts.begin(), group.parts.end(), key) != group.parts.end()) {
                entries_.erase(group.whole);
            }
        }
    }
    for (const auto& [key, value] : pairs) {
        if (value.empty()) {
            entries_.erase(key);
        } else {
            entries_.insert_or_assign(key, Entry{value, "", 0});
        }
    }
    name_ += kOverrideSuffix;
}

const Config::Entry* Config::find(std::string_view key) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    found->second.used = true;
    return &found->second;
}

const Config::Entry& Config::require(std::string_view key) const {
    const Entry* entry = find(key);
    if (!entry) throw ConfigError("Could not find key " + in_quotes(key) + " in config file " + name_);
    return *entry;
}

std::string Config::place(const Entry& entry) const {
    if (entry.file.empty()) return " in config file " + name_;
    return " in config file " + entry.file + ", line " + std::to_string(entry.line);
}

bool Config::contains(std::string_view key) const {
    return find(key) != nullptr;
}

std::string Config::get_string(std::string_view key) const {
    return require(key).value;
}

std::string Config::get_string(std::string_view key, std::string_view otherwise) const {
    const Entry* entry = find(key);
    return entry ? entry->value : std::string(otherwise);
}

std::string Config::get_choice(std::string_view key, std::string_view choices) const {
    const Entry& entry = require(key);
    std::set<std::string> words;
    for (size_t begin = 0; begin <= choices.size();) {
        const size_t end = std::min(choices.find('|', begin), choices.size());
        words.emplace(choices.substr(begin, end - begin));
        begin = end + 1;
    }
    if (words.count(entry.value)) return entry.value;
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : "|") + word;
    std::string message = "Key " + in_quotes(key) + " must be one of (" + list + ")" + place(entry);
    if (!entry.file.empty()) message += ", but is " + in_quotes(entry.value);
    throw ConfigError(message);
}

std::string Config::get_choice(std::string_view key, std::string_view choices, std::string_view otherwise) const {
    return find(key) ? get_choice(key, choices) : std::string(otherwise);
}

bool Config::get_bool(std::string_view key) const {
    const Entry& entry = require(key);
    const std::optional<bool> value = parse_bool(entry.value);
    if (value) return *value;
    throw ConfigError("Could not parse " + in_quotes(entry.value) + " as bool for key " + in_quotes(key) +
                      place(entry));
}

bool Config::get_bool(std::string_view key, bool otherwise) const {
    return find(key) ? get_bool(key) : otherwise;
}

std::optional<bool> Config::get_bool_or_auto(std::string_view key) const {
    const Entry& entry = require(key);
    const std::string word = lower_case(entry.value);
    for (const char* yes : {"1", "t", "true", "enabled", "y", "yes"}) {
        if (word == yes) return true;
    }
    for (const char* no : {"0", "f", "false", "disabled", "n", "no"}) {
        if (word == no) return false;
    }
    if (word == "auto") return std::nullopt;
    throw ConfigError("Could not parse " + in_quotes(entry.value) + " as bool or auto for key " + in_quotes(key) +
                      place(entry));
}

std::optional<bool> Config::get_bool_or_auto(std::string_view key, std::optional<bool> otherwise) const {
    return find(key) ? get_bool_or_auto(key) : otherwise;
}

template <class T>
T Config::parse(std::string_view key, const Entry& entry, Range<T> range) const {
    const std::optional<T> value = to_number<T>(entry.value);
    if (!value) {
        throw ConfigError("Could not parse " + in_quotes(entry.value) + " as " + type_name<T>() + " for key " +
                          in_quotes(key) + place(entry));
    }
    if (*value >= range.min && *value <= range.max) return *value;
    std::ostringstream message;
    message << "Key " << in_quotes(key) << " must be in the range " << range.min << " to " << range.max << place(entry);
    if (!entry.file.empty()) message << ", but is " << entry.value;
    throw ConfigError(message.str());
}

int Config::get_int(std::string_view key, Range<int> range) const {
    return parse(key, require(key), range);
}
int Config::get_int(std::string_view key, Range<int> range, int otherwise) const {
    const Entry* entry = find(key);
    return entry ? parse(key, *entry, range) : otherwise;
}
int64_t Config::get_int64(std::string_view key, Range<int64_t> range) const {
    return parse(key, require(key), range);
}
int64_t Config::get_int64(std::string_view key, Range<int64_t> range, int64_t otherwise) const {
    const Entry* entry = find(key);
    return entry ? parse(key, *entry, range) : otherwise;
}
float Config::get_float(std::string_view key, Range<float> range) const {
    return parse(key, require(key), range);
}
float Config::get_float(std::string_view key, Range<float> range, float otherwise) const {
    const Entry* entry = find(key);
    return entry ? parse(key, *entry, range) : otherwise;
}
double Config::get_double(std::string_view key, Range<double> range) const {
    return parse(key, require(key), range);
}
double Config::get_double(std::string_view key, Range<double> range, double otherwise) const {
    const Entry* entry = find(key);
    return entry ? parse(key, *entry, range) : otherwise;
}

std::map<std::string, std::string> Config::all() const {
    std::map<std::string, std::string> values;
    for (const auto& [key, entry] : entries_) values.emplace(key, entry.value);
    return values;
}

std::vector<std::string> Config::unused_keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, entry] : entries_) {
        if (!entry.used) keys.push_back(key);
    }
    return keys;
}

std::vector<std::string> Config::unused_key_warning(std::span<const std::string> keys) const {
    if (keys.empty()) return {};
    const std::string rule = "--------------";
    std::vector<std::string> lines = {
        rule,
        "WARNING: Config had unused keys! You may have a typo, an option you specified is being unused from " + name_};
    for (const std::string& key : keys) lines.push_back("WARNING: Unused key " + in_quotes(key) + " in " + name_);
    lines.push_back(rule);
    return lines;
}

}  // namespace katago
