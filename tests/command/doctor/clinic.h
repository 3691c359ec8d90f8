// SPDX-License-Identifier: MIT
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "command/doctor/doctor.h"
#include "command/tiny_model.h"
#include "made_up_root.h"

// A made-up machine with a home, a network and a configuration, and the doctor who looks at it: a healthy Raspberry Pi
// 4, until a test makes a fault.
class Clinic {
  public:
    explicit Clinic(const std::string& name) : machine("doctor-" + name), files("doctor-" + name) {
        make_raspberry_pi_4(machine);
        model = files.model();
        home = files.file("home");
        configure("maxVisits = 100\n");
    }

    void configure(const std::string& text) { katago::write_file(config(), text); }
    std::string config() const { return files.file("gtp.cfg"); }
    void use_network(const std::string& name, const std::string& bytes) {
        model = files.file(name);
        katago::write_file(model, bytes);
    }

    std::vector<std::string> arguments() const {
        std::vector<std::string> all = {
            "-model", model, "-config", config(), "-override-config", "homeDataDir=" + home};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    // Keeps the exit status.
    std::string text(std::vector<std::string> words) {
        std::istringstream in;
        std::ostringstream out, err;
        status = katago::run_doctor_on(words, {in, out, err}, {.root = machine.root(), .devices = devices});
        CHECK(err.str().empty());
        return out.str();
    }
    nlohmann::json examine() {
        std::vector<std::string> words = arguments();
        words.push_back("-json");
        return nlohmann::json::parse(text(words));
    }

    MadeUpRoot machine;
    TinyModel files;
    std::vector<katago::BackendDevice> devices;
    std::string model, home;
    std::vector<std::string> more;  // arguments
    int status = -1;
};
