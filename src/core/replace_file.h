// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace katago {

// A file that takes its name only once it is whole and on the disk: written beside it under a name of its own, and
// deleted unless commit() is reached. So whatever goes wrong, an older file of that name stays as it was. One thread at
// a time.
class FileReplacement {
  public:
    // Throws IoError.
    explicit FileReplacement(std::filesystem::path file);
    ~FileReplacement();
    FileReplacement(const FileReplacement&) = delete;
    FileReplacement& operator=(const FileReplacement&) = delete;

    // Both throw IoError, naming the file and the reason: no space left, say.
    void write(const void* data, size_t size);
    void commit();

  private:
    [[noreturn]] void fail(const char* what) const;

    std::filesystem::path file_, temporary_;
    int fd_ = -1;
};

}  // namespace katago
