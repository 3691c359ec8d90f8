// SPDX-License-Identifier: MIT
#include "command/sample/sample_store.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <system_error>

#include "core/ensure.h"
#include "core/error.h"
#include "core/replace_file.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNextGame = "next_game";

int64_t number_in(const std::string& text, const fs::path& file) {
    int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size())
        throw IoError(file.string() + ": expected a number in its header, found " + text);
    return number;
}

// "9x9-00012.safetensors": the size's name and the number.
std::optional<std::pair<std::string, int64_t>> parse_shard_name(const fs::path& file) {
    const std::string stem = file.stem().string();
    const size_t dash = stem.find('-');
    if (file.extension() != ".safetensors" || dash == std::string::npos) return std::nullopt;
    return std::pair(stem.substr(0, dash), number_in(stem.substr(dash + 1), file));
}

}  // namespace

std::string SampleStore::size_name(BoardSize size) {
    return std::to_string(size.width) + "x" + std::to_string(size.height);
}

SampleStore::SampleStore(Options options) : options_(std::move(options)) {
    make_folder(options_.folder);
    std::error_code failure;
    for (fs::directory_iterator it(options_.folder, failure), end; !failure && it != end; it.increment(failure)) {
        const auto name = parse_shard_name(it->path());
        if (!name) continue;
        const ShardSummary summary = read_shard_summary(it->path());
        keys_.insert(summary.keys.begin(), summary.keys.end());
        rows_ += static_cast<int64_t>(summary.keys.size());
        rows_of_size_[name->first] += static_cast<int64_t>(summary.keys.size());
        next_shard_ = std::max(next_shard_.load(), name->second + 1);
        const auto game = summary.metadata.find(std::string(kNextGame));
        if (game != summary.metadata.end())
            next_game_ = std::max(next_game_.load(), number_in(game->second, it->path()));
    }
    if (failure) throw IoError("Could not read folder " + options_.folder.string() + ": " + failure.message());
}

BoardSize SampleStore::size_wanted(const std::vector<SizeShare>& shares) const {
    ENSURE(!shares.empty());
    const std::lock_guard lock(mutex_);
    const auto lack = [&](const SizeShare& share) {
        const auto found = rows_of_size_.find(size_name(share.size));
        return found == rows_of_size_.end() ? 0.0 : static_cast<double>(found->second) / share.share;
    };
    return std::min_element(shares.begin(), shares.end(),
                            [&](const SizeShare& a, const SizeShare& b) { return lack(a) < lack(b); })
        ->size;
}

bool SampleStore::claim(uint64_t key) {
    const std::lock_guard lock(mutex_);
    return keys_.insert(key).second;
}

void SampleStore::add(const SampleRows& rows) {
    if (rows.count() == 0) return;
    rows_ += static_cast<int64_t>(rows.count());
    std::optional<SampleRows> full;
    {
        const std::lock_guard lock(mutex_);
        const std::string name = size_name(rows.size());
        rows_of_size_[name] += static_cast<int64_t>(rows.count());
        SampleRows& pending = pending_.try_emplace(name, rows.size()).first->second;
        pending.append(rows);
        if (pending.count() >= options_.shard_rows) {
            full = std::move(pending);
            pending_.erase(name);
        }
    }
    if (full) write(*full, next_shard_++);
}

void SampleStore::flush() {
    std::map<std::string, SampleRows> left;
    {
        const std::lock_guard lock(mutex_);
        left.swap(pending_);
    }
    for (const auto& [name, rows] : left) write(rows, next_shard_++);
}

void SampleStore::tell(const std::string& line) {
    const std::lock_guard lock(telling_);
    if (options_.log) options_.log(line);
}

void SampleStore::write(const SampleRows& rows, int64_t shard) {
    std::map<std::string, std::string> metadata = options_.metadata;
    metadata[std::string(kNextGame)] = std::to_string(next_game_.load());
    char number[24];
    std::snprintf(number, sizeof(number), "-%05lld", static_cast<long long>(shard));
    const fs::path file = options_.folder / (size_name(rows.size()) + number + ".safetensors");
    rows.write(file, metadata);
    tell("Wrote " + file.string() + ", " + std::to_string(rows.count()) + " rows");
}

}  // namespace katago
