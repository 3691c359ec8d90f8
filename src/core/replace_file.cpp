// SPDX-License-Identifier: MIT
#include "core/replace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "core/error.h"

namespace katago {

namespace {

std::filesystem::path folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

// The new name, too, is to survive a power cut. A file system that cannot do that keeps the file all the same.
void sync_folder(const std::filesystem::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    ::fsync(fd);
    ::close(fd);
}

}  // namespace

FileReplacement::FileReplacement(std::filesystem::path file) : file_(std::move(file)) {
    if (!file_.has_filename()) throw IoError(file_.string() + ": cannot write: this is no file's name");
    if (std::error_code ignored; std::filesystem::is_directory(file_, ignored))
        throw IoError(file_.string() + ": cannot write: this is a folder");
    temporary_ = folder_of(file_) / ("." + file_.filename().string() + "." + std::to_string(::getpid()) + ".part");
    fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd_ < 0) fail("cannot write");
}

FileReplacement::~FileReplacement() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(temporary_.c_str());
}

void FileReplacement::fail(const char* what) const {
    throw IoError(file_.string() + ": " + what + ": " + std::generic_category().message(errno));
}

void FileReplacement::write(const void* data, size_t size) {
    const char* next = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t count = ::write(fd_, next, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("cannot write");
        next += count;
        size -= static_cast<size_t>(count);
    }
}

void FileReplacement::commit() {
    if (::fsync(fd_) != 0) fail("cannot write");
    if (std::rename(temporary_.c_str(), file_.c_str()) != 0) fail("cannot give the finished file its name");
    ::close(fd_);
    fd_ = -1;
    sync_folder(folder_of(file_));
}

}  // namespace katago
