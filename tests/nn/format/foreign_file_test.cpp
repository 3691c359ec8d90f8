// SPDX-License-Identifier: MIT
#include "nn/format/foreign_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/deflated.h"
#include "core/error.h"
#include "core/file.h"
#include "nn/format/model_file.h"
#include "nn/format/net_writer.h"
#include "nn/format/network_file.h"

using namespace katago;

namespace {

namespace fs = std::filesystem;

std::string zipped(const std::string& text) {
    return deflated(text, 15 + 16);
}

// A folder of files that were given as networks.
class Folder {
  public:
    Folder() : path_(fs::temp_directory_path() / ("katago-foreign-test-" + std::to_string(::getpid()))) {
        fs::create_directories(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    fs::path write(const std::string& name, const std::string& content) const {
        write_file(path_ / name, content);
        return path_ / name;
    }
    fs::path operator/(const std::string& name) const { return path_ / name; }

  private:
    fs::path path_;
};

}  // namespace

TEST_CASE("model file: the content tells what a file is, whatever its name says") {
    const Folder folder;
    const std::string binary = test_nets::tiny_net(8).bytes, text = test_nets::tiny_net(8, true).bytes;
    const Model model = read_model(folder.write("net.bin", binary));
    write_network(folder / "own.safetensors", model);
    const std::string own = read_file(folder / "own.safetensors");
    for (const std::string& content : {binary, text, own})
        for (const char* name : {"a.bin.gz", "a.txt.gz", "a.gz", "a.bin", "a.txt", "a.safetensors", "a", "a.BIN (1)"}) {
            CAPTURE(name);
            CHECK(read_model(folder.write(name, content)).info.name == "tiny");
            CHECK(read_model(folder.write(name, zipped(content))).info.name == "tiny");
        }
    CHECK(read_model(folder.write("a.gz", binary)).info.sha256 == model.info.sha256);
    std::string damaged = own;
    damaged[damaged.size() - 1] ^= 1;
    CHECK_THROWS_WITH_AS(read_model(folder.write("a.gz", zipped(damaged))), doctest::Contains("damaged"), ModelError);
}

TEST_CASE("model file: what is no network is named, with what to do") {
    const Folder folder;
    struct Row {
        std::string content;
        const char* words;
    };
    const std::string tar = std::string("katago.cfg").append(247, '\0') + "ustar\0" + std::string(250, '\0');
    for (const Row& row : {
             Row{"", "the file is empty"},
             Row{std::string(5000, '\0'), "nothing but zero bytes"},
             Row{"<!DOCTYPE html><html>", "a web page (HTML)"},
             Row{"\xEF\xBB\xBF\n <html lang=en>", "a web page (HTML)"},
             Row{"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", "a web page (HTML)"},
             Row{"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "git lfs pull"},
             Row{"PK\3\4 katago.bin", "a zip archive"},
             Row{std::string("PK\3\4\0\0archive/data.pkl", 22), "a checkpoint of PyTorch"},
             Row{"{\"message\":\"Not Found\"}", "JSON text, '{\"message\":\"Not Found\"}'"},
             Row{"404: Not Found", "a short text, '404: Not Found'"},
             Row{"Too many requests\n", "a short text, 'Too many requests'"},
             Row{tar, "a tar archive"},
             Row{std::string("\x08\x08\x12\x07pytorch", 11) + "\x1a", "an ONNX file"},
             Row{std::string("\x0D\xC0\1\0\0\x12\2", 7), "a network of Leela Chess Zero"},
             Row{"1\n0.01234 -0.5 0.25\n", "a network of Leela Zero"},
             Row{std::string("\xFD"
                             "7zXZ\0\0",
                             7),
                 "compressed by xz"},
             Row{"BZh91AY", "compressed by bzip2"},
             Row{zipped("x"), "compressed twice"},
             Row{"(;FF[4]SZ[19])", "a game record"},
             Row{"[InternetShortcut]\r\nURL=https://example.org/\r\n", "a link to a page"},
             Row{"HTTP/1.1 200 OK\r\nContent-Type: application/gzip\r\n\r\n", "a server's answer with its header"},
             Row{"\x89PNG\r\n\x1A\n", "a picture"},
             Row{"\xFF\xFEn\1", "text in UTF-16"},
         }) {
        CAPTURE(row.words);
        const bool is_gzip = row.content.starts_with("\x1f\x8b");
        if (!is_gzip)
            CHECK_THROWS_WITH_AS(read_model(folder.write("a.bin.gz", row.content)), doctest::Contains(row.words),
                                 ModelError);
        CHECK_THROWS_WITH_AS(read_model(folder.write("b.bin.gz", zipped(row.content))), doctest::Contains(row.words),
                             ModelError);
    }
}

TEST_CASE("model file: a download that was cut off is called that") {
    const Folder folder;
    const std::string binary = test_nets::tiny_net(8).bytes, text = test_nets::tiny_net(8, true).bytes;
    for (const std::string& whole : {binary, text, zipped(binary), zipped(text)})
        for (const size_t part : {size_t{2}, size_t{3}, size_t{10}}) {
            const fs::path file = folder.write("cut.bin.gz", whole.substr(0, whole.size() - whole.size() / part));
            CHECK_THROWS_WITH(read_model(file), doctest::Contains("cut off? Fetch it again"));
        }
    CHECK_THROWS_AS(read_model(folder / ""), IoError);  // a folder
}
