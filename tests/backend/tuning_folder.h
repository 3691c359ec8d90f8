// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

// A folder of its own that goes away with the test.
class TuningFolder {
  public:
    TuningFolder()
        : path_(std::filesystem::temp_directory_path() / ("katago-tuning-test-" + std::to_string(getpid()))) {
        std::filesystem::remove_all(path_);
    }
    ~TuningFolder() { std::filesystem::remove_all(path_); }
    const std::filesystem::path& path() const { return path_; }
    size_t files() const {
        size_t count = 0;
        for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path_)) ++count;
        return count;
    }

  private:
    std::filesystem::path path_;
};
