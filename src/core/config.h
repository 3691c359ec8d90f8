// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace katago {

// Keys that exclude each other across a file and its overrides: overriding `whole` drops all `parts` and the reverse.
struct ExclusiveKeys {
    std::string whole;
    std::vector<std::string> parts;
};

// Bounds of a number, both included.
template <class T>
struct Range {
    T min;
    T max;
};

// `key = value` settings as KataGo writes them: files with @include, further files, overrides. A value; copy it to try
// overrides. One thread at a time, also for reading: a getter notes that its key was used.
//
// Getters throw ConfigError naming the key, the value, and the file and line it came from. A getter with `otherwise`
// returns that where the key is missing; one without throws. Messages for overridden keys are KataGo's, word for word.
class Config {
  public:
    Config() = default;

    // Throws IoError if the file cannot be read, ConfigError if it is malformed.
    static Config from_file(const std::filesystem::path& file);
    // `name` is what errors call the text. Includes are looked for relative to the current directory.
    static Config from_text(std::string_view text, const std::string& name);

    // Reads another file; its keys replace earlier ones.
    void add_file(const std::filesystem::path& file);

    // Applies "key=value, key=value"; an empty value deletes the key. Returns the pairs, for the log.
    std::vector<std::pair<std::string, std::string>> apply_overrides(std::string_view text,
                                                                     std::span<const ExclusiveKeys> exclusive = {});
    // The same from ready pairs (values may hold commas).
    void apply_overrides(std::span<const std::pair<std::string, std::string>> pairs,
                         std::span<const ExclusiveKeys> exclusive = {});

    // What messages call this configuration: the first file's name, with a suffix where there were overrides.
    const std::string& name() const { return name_; }

    // Marks the key as used.
    bool contains(std::string_view key) const;

    std::string get_string(std::string_view key) const;
    std::string get_string(std::string_view key, std::string_view otherwise) const;
    // One of `choices`, separated by '|': "SIMPLE|POSITIONAL".
    std::string get_choice(std::string_view key, std::string_view choices) const;
    std::string get_choice(std::string_view key, std::string_view choices, std::string_view otherwise) const;
    bool get_bool(std::string_view key) const;
    bool get_bool(std::string_view key, bool otherwise) const;
    // Nothing means "auto".
    std::optional<bool> get_bool_or_auto(std::string_view key) const;
    std::optional<bool> get_bool_or_auto(std::string_view key, std::optional<bool> otherwise) const;
    int get_int(std::string_view key, Range<int> range) const;
    int get_int(std::string_view key, Range<int> range, int otherwise) const;
    int64_t get_int64(std::string_view key, Range<int64_t> range) const;
    int64_t get_int64(std::string_view key, Range<int64_t> range, int64_t otherwise) const;
    float get_float(std::string_view key, Range<float> range) const;
    float get_float(std::string_view key, Range<float> range, float otherwise) const;
    double get_double(std::string_view key, Range<double> range) const;
    double get_double(std::string_view key, Range<double> range, double otherwise) const;

    // Every key with its value, sorted.
    std::map<std::string, std::string> all() const;
    // Keys nobody asked for, sorted.
    std::vector<std::string> unused_keys() const;
    // The warning KataGo prints about them, line by line; empty for no keys.
    std::vector<std::string> unused_key_warning(std::span<const std::string> keys) const;

  private:
    struct Entry {
        std::string value;
        std::string file;  // empty: from an override
        int line = 0;
        mutable bool used = false;
    };
    using Entries = std::map<std::string, Entry, std::less<>>;

    void read_file_into(const std::filesystem::path& file, std::set<std::string>& seen, int depth);
    void read_text_into(std::string_view text, const std::filesystem::path& file, std::set<std::string>& seen,
                        int depth);
    const Entry* find(std::string_view key) const;
    const Entry& require(std::string_view key) const;
    std::string place(const Entry& entry) const;
    template <class T>
    T parse(std::string_view key, const Entry& entry, Range<T> range) const;

    std::string name_;
    Entries entries_;
};

}  // namespace katago
