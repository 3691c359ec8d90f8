// SPDX-License-Identifier: MIT
#include "backend/tuning_file.h"

#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "core/digest.h"
#include "core/error.h"
#include "core/file.h"
#include "core/replace_file.h"

namespace katago {

namespace {

constexpr uint64_t kMostBytes = 1 << 20;

std::string checksum_line(const std::string& body) {
    return "sha256 " + to_hex(sha256(body)) + "\n";
}

}  // namespace

TuningFile::TuningFile(std::filesystem::path file, std::string identity)
    : file_(std::move(file)), identity_(std::move(identity)), content_(read()) {}

std::optional<std::string> TuningFile::find(const std::string& key) const {
    const auto line = content_.lines.find(key);
    return line == content_.lines.end() ? std::nullopt : std::optional(line->second);
}

TuningFile::Content TuningFile::read() const {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file_, error)) return {};
    const std::string text = read_file(file_, kMostBytes);
    const size_t last = text.rfind("sha256 ");
    if (last == std::string::npos || text.substr(last) != checksum_line(text.substr(0, last)))
        return {{}, "it is damaged"};
    std::istringstream body(text.substr(0, last));
    std::string line;
    std::getline(body, line);
    if (line != identity_) return {{}, "it is of '" + line + "', and this is '" + identity_ + "'"};
    Content content;
    while (std::getline(body, line)) {
        const size_t tab = line.find('\t');
        if (tab != std::string::npos) content.lines[line.substr(0, tab)] = line.substr(tab + 1);
    }
    return content;
}

void TuningFile::save() const {
    std::map<std::string, std::string> all = read().lines;
    for (const auto& [key, value] : content_.lines) all[key] = value;
    std::string body = identity_ + "\n";
    for (const auto& [key, value] : all) body += key + "\t" + value + "\n";

    make_folder(file_.parent_path());
    write_file(file_, body + checksum_line(body));
}

void TuningFile::save_or_tell(const std::string& what, const std::function<void(const std::string&)>& log) const {
    try {
        save();
    } catch (const IoError& error) {
        if (log) log(what + " not kept: " + error.what());
    }
}

std::string cpu_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        // x86 has a name; Arm the number of the core's design.
        if (!line.starts_with("model name") && !line.starts_with("CPU part")) continue;
        const size_t colon = line.find(": ");
        if (colon != std::string::npos) return line.substr(colon + 2);
    }
    return "unknown CPU";
}

}  // namespace katago
