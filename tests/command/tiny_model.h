// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/file.h"
#include "nn/format/net_writer.h"

// A folder of its own with a network of two small blocks in it, for commands that read files; removed at the end.
class TinyModel {
  public:
    explicit TinyModel(const std::string& name)
        : folder_(std::filesystem::temp_directory_path() / ("katago-" + name + "-" + std::to_string(getpid()))) {
        std::filesystem::create_directories(folder_);
        katago::write_file(model(), test_nets::tiny_net(14).bytes);
    }
    ~TinyModel() { std::filesystem::remove_all(folder_); }
    TinyModel(const TinyModel&) = delete;
    TinyModel& operator=(const TinyModel&) = delete;

    std::string model() const { return (folder_ / "tiny.bin").string(); }
    std::string file(const std::string& name) const { return (folder_ / name).string(); }

  private:
    std::filesystem::path folder_;
};
