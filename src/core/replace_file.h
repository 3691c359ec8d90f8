// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace katago {

// A file that takes its name only once it is whole and on the disk: written beside it under a name of its own, and
// deleted unless commit() is reached. So whatever goes wrong, an older file of that name stays as it was. The new file
// has the older one's permissions. A symbolic link stays: what it leads to is replaced, or made. What is no regular
// file (a folder, a device, a FIFO, a socket) is refused. One thread at a time.
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
    void open_temporary();
    void keep_permissions();
    [[noreturn]] void fail(const std::string& what) const;

    std::filesystem::path file_, target_, temporary_;
    int fd_ = -1;
};

// Throws the IoError that writing the file would throw now: before long work, not after it. Changes nothing.
void check_can_write(const std::filesystem::path& file);

// Makes the folder and those above it, where they are missing. Throws IoError.
void make_folder(const std::filesystem::path& folder);

// Throws IoError where there is something of that name that is no regular file, or a symbolic link to such a thing.
void refuse_unless_regular(const std::filesystem::path& file);

}  // namespace katago
