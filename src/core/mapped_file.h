// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace katago {

// A file's bytes in memory without reading them: pages come when touched and are shared between processes. Immutable;
// share it as shared_ptr. The file may be renamed or deleted meanwhile, but whoever shortens it ends this process.
class MappedFile {
  public:
    // Throws IoError, naming the file and the reason.
    static std::shared_ptr<const MappedFile> open(const std::filesystem::path& file);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return bytes_; }

  private:
    explicit MappedFile(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::span<const std::byte> bytes_;
};

}  // namespace katago
