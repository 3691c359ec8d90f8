// SPDX-License-Identifier: MIT
#include "core/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include "core/error.h"

namespace katago {

namespace {

[[noreturn]] void fail(const std::filesystem::path& file, int code) {
    throw IoError(file.string() + ": cannot read: " + std::generic_category().message(code));
}

struct Descriptor {
    int fd;
    ~Descriptor() { ::close(fd); }
};

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail(file, errno);
    const Descriptor descriptor{fd};
    struct stat status {};
    if (::fstat(fd, &status) != 0) fail(file, errno);
    if (!S_ISREG(status.st_mode)) throw IoError(file.string() + ": is not a file");
    if (std::cmp_greater(status.st_size, SIZE_MAX / 2))
        throw IoError(file.string() + ": has " + std::to_string(status.st_size) +
                      " bytes, more than a program of this kind can address");
    const auto size = static_cast<size_t>(status.st_size);
    if (size == 0) return std::shared_ptr<const MappedFile>(new MappedFile({}));
    void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (memory == MAP_FAILED) fail(file, errno);
    return std::shared_ptr<const MappedFile>(new MappedFile({static_cast<const std::byte*>(memory), size}));
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace katago
