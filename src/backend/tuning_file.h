// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace katago {

// Measurements kept between runs, as lines of key and value. A file that is missing, damaged, or of another identity
// (another CPU, another version of what was measured) counts as empty: what it held is measured again. Several
// processes may write the same file at once: each replaces it whole, and a loss costs only a measurement.
// One thread at a time.
class TuningFile {
  public:
    // `file` is read now; its folder need not exist. `identity` is one line.
    TuningFile(std::filesystem::path file, std::string identity);

    // Why the file that was there counts as empty; empty: it does not, or it is missing.
    const std::string& fault() const { return content_.fault; }

    std::optional<std::string> find(const std::string& key) const;
    // Neither may contain tabs or line ends.
    void set(const std::string& key, const std::string& value) { content_.lines[key] = value; }
    // Replaces the file by what it holds now and what was set since. Throws IoError.
    void save() const;
    // The same; a folder that cannot be written costs no more than the time to measure again, so `log` (which may be
    // empty) is told that they are not kept, where `what` is "Measurements of kernels are".
    void save_or_tell(const std::string& what, const std::function<void(const std::string&)>& log) const;

  private:
    struct Content {
        std::map<std::string, std::string> lines;
        std::string fault;
    };
    Content read() const;

    std::filesystem::path file_;
    std::string identity_;
    Content content_;
};

// The CPU's name, as the system tells it; "unknown CPU" where it does not.
std::string cpu_name();

}  // namespace katago
