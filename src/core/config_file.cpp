// SPDX-License-Identifier: MIT
// Reading of configuration files: lines, quotes, @include.
#include <algorithm>
#include <optional>

#include "core/config.h"
#include "core/config_text.h"
#include "core/error.h"
#include "core/file.h"

namespace katago {
namespace {

constexpr uint64_t kMaxConfigBytes = 1 << 24;
constexpr int kMaxIncludeDepth = 100;

bool is_key_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// What is right of `=`, without quotes, escapes and comment; nothing if it is empty or malformed.
std::optional<std::string> parse_value(std::string_view text) {
    text = without_outer_blanks(text);
    std::string value;
    if (const auto quote = typographic_quote(text)) {
        const std::string_view rest = without_outer_blanks(quote->behind);
        if (!rest.empty() && rest.front() != '#') return std::nullopt;
        value = quote->inside;
    } else if (text.empty() || text.front() != '"') {
        value = without_outer_blanks(text.substr(0, text.find('#')));
    } else {
        size_t at = 1;
        for (; at < text.size() && text[at] != '"'; ++at) {
            if (text[at] == '\\' && ++at == text.size()) return std::nullopt;
            value += text[at];
        }
        if (at == text.size()) return std::nullopt;
        const std::string_view rest = without_outer_blanks(text.substr(at + 1));
        if (!rest.empty() && rest.front() != '#') return std::nullopt;
    }
    if (value.empty()) return std::nullopt;
    return value;
}

// The file name of `@include NAME`, `@include = NAME`, `@include "NAME"`; nothing for another or malformed directive.
std::optional<std::string> parse_include(std::string_view line) {
    constexpr std::string_view kDirective = "@include";
    if (!line.starts_with(kDirective)) return std::nullopt;
    const std::string_view behind = line.substr(kDirective.size());
    std::string_view rest = without_outer_blanks(behind);
    // A blank or '=' follows; the line has no blanks at its end.
    if (behind.size() == rest.size() && !rest.starts_with('=')) return std::nullopt;
    if (!rest.empty() && rest.front() == '=') rest = without_outer_blanks(rest.substr(1));
    if (!rest.empty() && rest.front() == '"') return parse_value(rest);
    if (!rest.empty() && rest.front() == '\'') {
        const size_t end = rest.find('\'', 1);
        if (end == std::string_view::npos || end == 1) return std::nullopt;
        return std::string(rest.substr(1, end - 1));
    }
    return parse_value(rest);
}

struct KeyValue {
    std::string key;
    std::string value;
};

std::optional<KeyValue> parse_key_value(std::string_view line) {
    size_t key_end = 0;
    while (key_end < line.size() && is_key_char(line[key_end])) ++key_end;
    const std::string_view rest = without_outer_blanks(line.substr(key_end));
    if (key_end == 0 || rest.empty() || rest.front() != '=') return std::nullopt;
    const std::optional<std::string> value = parse_value(rest.substr(1));
    if (!value) return std::nullopt;
    return KeyValue{std::string(line.substr(0, key_end)), *value};
}

std::string where(int line, const std::filesystem::path& file) {
    return ", line " + std::to_string(line) + " in '" + file.string() + "'";
}

// One spelling for one file, so that including it by two ways is noticed.
std::string identity(const std::filesystem::path& file) {
    std::error_code ignored;
    const std::filesystem::path absolute = std::filesystem::absolute(file, ignored);
    return absolute.lexically_normal().string();
}

}  // namespace

Config Config::from_file(const std::filesystem::path& file) {
    Config config;
    config.add_file(file);
    return config;
}

Config Config::from_text(std::string_view text, const std::string& name) {
    Config config;
    config.name_ = name;
    std::set<std::string> seen{identity(name)};
    config.read_text_into(text, name, seen, 0);
    return config;
}

void Config::add_file(const std::filesystem::path& file) {
    if (name_.empty()) name_ = file.string();
    std::set<std::string> seen{identity(file)};
    read_file_into(file, seen, 0);
}

void Config::read_file_into(const std::filesystem::path& file, std::set<std::string>& seen, int depth) {
    const std::string text = read_file(file, kMaxConfigBytes);
    read_text_into(text, file, seen, depth);
}

void Config::read_text_into(std::string_view text, const std::filesystem::path& file, std::set<std::string>& seen,
                            int depth) {
    text = config_text(text, file.string());
    std::set<std::string> own_keys;
    int number = 0;
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
        const std::string_view line = without_outer_blanks(text.substr(begin, end - begin));
        begin = end + (text.substr(end).starts_with("\r\n") ? 2 : 1);
        ++number;
        if (line.empty() || line.front() == '#') continue;

        if (line.front() == '@') {
            const std::optional<std::string> name = parse_include(line);
            if (!name) throw ConfigError("Unsupported @ directive " + std::string(line) + where(number, file));
            const std::filesystem::path included(*name);
            if (included.is_absolute()) {
                throw ConfigError("Absolute paths in the included files are not supported yet" + where(number, file));
            }
            const std::filesystem::path path = file.parent_path() / included;
            if (depth >= kMaxIncludeDepth || !seen.insert(identity(path)).second) {
                throw ConfigError("Circular or multiple inclusion of the same file: '" + *name + "'" +
                                  where(number, file));
            }
            read_file_into(path, seen, depth + 1);
            continue;
        }

        const std::optional<KeyValue> pair = parse_key_value(line);
        if (!pair) throw ConfigError("Could not parse key value pair" + where(number, file));
        if (!own_keys.insert(pair->key).second) {
            // The odd quote and plus are KataGo's.
            throw ConfigError("Key '" + pair->key + "' + was specified multiple times in " + file.string() +
                              ", you probably didn't mean to do this, please delete one of them");
        }
        entries_.insert_or_assign(pair->key, Entry{pair->value, file.string(), number});
    }
}

}  // namespace katago
