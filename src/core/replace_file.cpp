// SPDX-License-Identifier: MIT
#include "core/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "core/error.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;            // as many as the system follows
constexpr size_t kMostNameBytes = 200;    // of the file's name in the temporary one's, which has room for 255
constexpr int kMostTemporaryNames = 100;  // a process that was ended leaves one behind
constexpr mode_t kPermissions = 0777;

fs::path folder_of(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// The new name, too, is to survive a power cut. A file system that cannot do that keeps the file all the same.
void sync_folder(const fs::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    ::fsync(fd);
    ::close(fd);
}

const char* kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "a folder";
    if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
    if (S_ISFIFO(mode)) return "a FIFO";
    return S_ISSOCK(mode) ? "a socket" : "no regular file";
}

// Where writing to the name leads: behind symbolic links, also behind one to a file that does not exist yet.
fs::path behind_links(const fs::path& file) {
    fs::path target = file;
    for (int links = 0; links <= kMostLinks; ++links) {
        std::error_code failure;
        if (!fs::is_symlink(fs::symlink_status(target, failure))) return target;
        const fs::path next = fs::read_symlink(target, failure);
        if (failure) throw IoError(file.string() + ": cannot write: " + failure.message());
        target = folder_of(target) / next;
    }
    throw IoError(file.string() + ": cannot write: its symbolic links lead in a circle");
}

}  // namespace

void refuse_unless_regular(const fs::path& file) {
    struct stat status {};
    // What is missing may be made; what cannot be looked at shows when it is opened.
    if (::stat(file.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
    throw IoError(file.string() + ": cannot write: this is " + kind_of(status.st_mode));
}

FileReplacement::FileReplacement(fs::path file) : file_(std::move(file)) {
    if (!file_.has_filename()) throw IoError(file_.string() + ": cannot write: this is no file's name");
    refuse_unless_regular(file_);
    target_ = behind_links(file_);
    open_temporary();
    try {
        keep_permissions();
    } catch (const IoError&) {
        ::close(fd_);
        ::unlink(temporary_.c_str());
        throw;
    }
}

FileReplacement::~FileReplacement() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(temporary_.c_str());
}

void FileReplacement::fail(const std::string& what) const {
    const int code = errno;
    throw IoError(file_.string() + ": " + what + ": " + std::generic_category().message(code));
}

void FileReplacement::open_temporary() {
    const std::string name = target_.filename().string().substr(0, kMostNameBytes);
    const std::string start = "." + name + "." + std::to_string(::getpid()) + ".";
    for (int number = 0; number < kMostTemporaryNames; ++number) {
        temporary_ = folder_of(target_) / (start + std::to_string(number) + ".part");
        fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd_ >= 0) return;
        if (errno != EEXIST) break;
    }
    fail("cannot write: no new file can be made in the folder " + folder_of(target_).string());
}

void FileReplacement::keep_permissions() {
    struct stat old {
    }, made{};
    if (::stat(target_.c_str(), &old) != 0) return;  // a new file has those of the user
    if (::faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0) fail("cannot write");
    if (::fstat(fd_, &made) != 0) fail("cannot write");
    // Only the administrator may give files away; others keep them.
    const bool same_owner = old.st_uid == made.st_uid && old.st_gid == made.st_gid;
    if (!same_owner && ::fchown(fd_, old.st_uid, old.st_gid) != 0 && errno != EPERM) fail("cannot keep its owner");
    if (::fchmod(fd_, old.st_mode & kPermissions) != 0 && errno != EPERM) fail("cannot keep its permissions");
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
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail("cannot give the finished file its name");
    ::close(fd_);
    fd_ = -1;
    sync_folder(folder_of(target_));
}

void check_can_write(const fs::path& file) {
    const FileReplacement never_committed(file);
}

void make_folder(const fs::path& folder) {
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (failure) throw IoError("Could not make folder " + folder.string() + ": " + failure.message());
}

}  // namespace katago
