// SPDX-License-Identifier: MIT
#include "core/replace_file.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>

#include "core/error.h"
#include "core/file.h"

using namespace katago;

namespace {

namespace fs = std::filesystem;

class Folder {
  public:
    Folder() : path_(fs::temp_directory_path() / ("katago-replace-test-" + std::to_string(::getpid()))) {
        fs::create_directories(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    fs::path operator/(const std::string& name) const { return path_ / name; }
    size_t entries() const { return static_cast<size_t>(std::distance(fs::directory_iterator(path_), {})); }

  private:
    fs::path path_;
};

mode_t mode_of(const fs::path& file) {
    struct stat status {};
    REQUIRE(::lstat(file.c_str(), &status) == 0);
    return status.st_mode;
}

void make_socket(const fs::path& file) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, file.c_str(), sizeof(address.sun_path) - 1);
    REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    ::close(fd);
}

}  // namespace

TEST_CASE("replace file: a new file and a replaced one hold what was written, and nothing else is left") {
    const Folder folder;
    write_file(folder / "new", "first");
    CHECK(read_file(folder / "new") == "first");
    write_file(folder / "new", "second");
    CHECK(read_file(folder / "new") == "second");
    const std::string long_name(250, 'n');  // with room for no temporary ending
    write_file(folder / long_name, "long");
    CHECK(read_file(folder / long_name) == "long");
    CHECK(folder.entries() == 2);
}

TEST_CASE("replace file: without commit the older file stays") {
    const Folder folder;
    write_file(folder / "kept", "old");
    {
        FileReplacement replacement(folder / "kept");
        replacement.write("half", 4);
    }
    check_can_write(folder / "kept");
    check_can_write(folder / "other");
    CHECK(read_file(folder / "kept") == "old");
    CHECK(folder.entries() == 1);
}

TEST_CASE("replace file: the permissions of a replaced file stay") {
    const Folder folder;
    for (const mode_t mode : {0600, 0640, 0755, 0666}) {
        write_file(folder / "file", "old");
        REQUIRE(::chmod((folder / "file").c_str(), mode) == 0);
        write_file(folder / "file", "new");
        CHECK((mode_of(folder / "file") & 07777) == mode);
    }
    if (::geteuid() == 0) return;  // whom no permissions hold back
    REQUIRE(::chmod((folder / "file").c_str(), 0444) == 0);
    CHECK_THROWS_WITH_AS(write_file(folder / "file", "other"), doctest::Contains("cannot write"), IoError);
    CHECK(read_file(folder / "file") == "new");
}

TEST_CASE("replace file: a symbolic link stays, and what it leads to is replaced or made") {
    const Folder folder;
    fs::create_directories(folder / "sub");
    write_file(folder / "sub/target", "old");
    fs::create_symlink("sub/target", folder / "link");
    fs::create_symlink("link", folder / "link to link");
    fs::create_symlink(folder / "sub/missing", folder / "dangling");
    write_file(folder / "link", "one");
    CHECK(read_file(folder / "sub/target") == "one");
    write_file(folder / "link to link", "two");
    CHECK(read_file(folder / "sub/target") == "two");
    write_file(folder / "dangling", "three");
    CHECK(read_file(folder / "sub/missing") == "three");
    for (const char* link : {"link", "link to link", "dangling"}) CHECK(S_ISLNK(mode_of(folder / link)));

    fs::create_symlink("b", folder / "a");
    fs::create_symlink("a", folder / "b");
    CHECK_THROWS_AS(write_file(folder / "a", "x"), IoError);
}

TEST_CASE("replace file: what is no regular file is refused by its kind, and stays") {
    const Folder folder;
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    make_socket(folder / "socket");
    fs::create_symlink("/dev/null", folder / "link to device");
    struct Row {
        fs::path file;
        const char* kind;
    };
    for (const Row& row : {Row{folder / "fifo", "this is a FIFO"}, Row{folder / "socket", "this is a socket"},
                           Row{folder / "link to device", "this is a device"}, Row{"/dev/full", "this is a device"},
                           Row{folder / ".", "this is a folder"}}) {
        CAPTURE(row.file);
        const mode_t before = mode_of(row.file);
        CHECK_THROWS_WITH_AS(write_file(row.file, "x"), doctest::Contains(row.kind), IoError);
        CHECK_THROWS_AS(check_can_write(row.file), IoError);
        CHECK(mode_of(row.file) == before);
    }
    CHECK_THROWS_WITH_AS(write_file(folder / "none/file", "x"), doctest::Contains((folder / "none").c_str()), IoError);
    CHECK(folder.entries() == 3);
}
