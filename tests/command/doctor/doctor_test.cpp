// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "backend/registry.h"
#include "command/config_readers.h"
#include "command/doctor/clinic.h"
#include "command/tune/subcommand.h"
#include "core/error.h"
#include "engine/default_files.h"

using namespace katago;
using nlohmann::json;

namespace {

std::string all_texts(const json& findings, const std::string& topic) {
    std::string texts;
    for (const json& finding : findings)
        if (finding["topic"] == topic) texts += finding["text"].get<std::string>() + "\n";
    return texts;
}

bool has(const std::string& text, const std::string& piece) {
    return text.find(piece) != std::string::npos;
}

std::set<std::string> names_below(const std::filesystem::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) names.insert(entry.path().string());
    return names;
}

}  // namespace

TEST_CASE("doctor: a healthy machine has no problem, and each thing that was looked at has a line") {
    Clinic clinic("healthy");
    std::istringstream in;
    std::ostringstream out, err;
    REQUIRE(run_tune(clinic.arguments(), {in, out, err}) == 0);
    const json report = clinic.examine();
    INFO(report.dump(1));
    CHECK(clinic.status == 0);
    CHECK(report["problems"] == 0);
    CHECK(report["version"] == "KataGo v1.17.2");
    const json& findings = report["findings"];
    CHECK(has(all_texts(findings, "system"), "Debian GNU/Linux 12 (bookworm), kernel 6.6.31+rpt-rpi-v8"));
    CHECK(has(all_texts(findings, "board"), "Raspberry Pi 4 Model B"));
    CHECK(has(all_texts(findings, "memory"), "3793 MB, 3417 MB of it free"));
    CHECK(has(all_texts(findings, "processor"), "4 x Cortex-A72; features: asimd"));
    CHECK(has(all_texts(findings, "temperature"), "48 degrees (cpu-thermal)"));
    CHECK(has(all_texts(findings, "clock"), "600 MHz at the moment, at most 1800 MHz, governor ondemand"));
    CHECK(has(all_texts(findings, "throttling"), "none"));
    CHECK(has(all_texts(findings, "graphics"), "no device, and none is needed"));
    CHECK(has(all_texts(findings, "configuration"), "gtp.cfg"));
    CHECK(has(all_texts(findings, "home"), "can be written"));
    CHECK(has(all_texts(findings, "network"), clinic.model + ": tiny, "));
    CHECK(has(all_texts(findings, "checksum"), "SHA-256 "));
    CHECK(has(all_texts(findings, "kernels"), "backend cpu: "));
    CHECK(has(all_texts(findings, "tuning"), " are measured, in " + clinic.home));
    CHECK_FALSE(has(report.dump(), "10000000abcdef01"));  // the board's serial number
}

TEST_CASE("doctor: graphics devices are told with what they can do, and what lacks only where there are none") {
    Clinic clinic("devices");
    clinic.machine.write("dev/dri/renderD128", "");
    DeviceInfo software{.index = 1, .name = "llvmpipe", .details = "Mesa", .identity = "", .never_by_auto = true};
    clinic.devices = {{backends().front(), DeviceInfo{.index = 0, .name = "Orin", .details = "FP16", .identity = ""}},
                      {backends().front(), software}};
    const json findings = clinic.examine()["findings"];
    CHECK(has(all_texts(findings, "graphics"), "cpu, nnDevice = 0: Orin; FP16"));
    CHECK(has(all_texts(findings, "graphics"), "nnDevice = 1: llvmpipe; Mesa; nnBackend = auto never takes it"));
    CHECK_FALSE(has(all_texts(findings, "graphics"), "libvulkan"));

    clinic.devices.clear();
    clinic.machine.write("usr/lib/aarch64-linux-gnu/libvulkan.so.1", "");
    clinic.machine.write("usr/share/vulkan/icd.d/nvidia_icd.json", "");
    CHECK(has(all_texts(clinic.examine()["findings"], "graphics"), "nvidia_icd; this program can use no device"));
}

TEST_CASE("doctor: the text has a line for each finding, with the same words as the JSON") {
    Clinic clinic("text");
    clinic.configure("maxVisitz = 1\n");
    const json report = clinic.examine();
    std::istringstream text(clinic.text(clinic.arguments()));
    CHECK(clinic.status == 1);
    for (const json& finding : report["findings"]) {
        std::string line, health = finding["health"];
        std::getline(text, line);
        health.resize(9, ' ');
        std::string wanted = health + finding["topic"].get<std::string>() + ": " + finding["text"].get<std::string>();
        if (finding.contains("advice")) wanted += " -> " + finding["advice"].get<std::string>();
        CHECK(line == wanted);
    }
    std::string empty, summary;
    std::getline(text, empty);
    std::getline(text, summary);
    CHECK(summary.starts_with("1 problem, "));
}

TEST_CASE("doctor: nothing is left on the machine, nor measured") {
    Clinic clinic("nothing");
    std::filesystem::create_directories(clinic.home);
    const std::filesystem::path folder = std::filesystem::path(clinic.model).parent_path();
    const auto before = names_below(folder);
    const json report = clinic.examine();
    CHECK(names_below(folder) == before);
    CHECK(has(all_texts(report["findings"], "tuning"), "0 of "));
}

TEST_CASE("doctor: a container that shows nothing of the machine has no problem") {
    Clinic clinic("bare");
    for (const char* folder : {"proc", "sys", "etc"}) clinic.machine.remove(folder);
    const json report = clinic.examine();
    INFO(report.dump(1));
    CHECK(clinic.status == 0);
    CHECK(has(all_texts(report["findings"], "memory"), "does not tell"));
    CHECK(has(all_texts(report["findings"], "temperature"), "tells none"));
}

TEST_CASE("doctor: the machine at hand is looked at to the end") {
    Clinic clinic("at-hand");
    std::istringstream in;
    std::ostringstream out, err;
    run_doctor_on(clinic.arguments(), {in, out, err}, {});
    CHECK(has(out.str(), "\nok       OGS: "));
}

TEST_CASE("doctor: lines for programs have whole paths, and what holds a space in quotes") {
    Clinic clinic("lines");
    clinic.use_network("a net.bin", read_file(clinic.model));
    const std::string engine = executable_file().string();
    const json findings = clinic.examine()["findings"];
    const std::string line = engine + " gtp -model \"" + clinic.model + "\" -config " + clinic.config();
    CHECK(has(all_texts(findings, "LizzieYzy"), line));
    CHECK(has(all_texts(findings, "GoGui"), line));
    CHECK(has(all_texts(findings, "Lizzie"), json(line).dump()));
    CHECK(has(all_texts(findings, "Sabaki"), "path: " + engine + ", arguments: gtp -model \"" + clinic.model + "\""));
    CHECK(has(all_texts(findings, "OGS"),
              json({engine, "gtp", "-model", clinic.model, "-config", clinic.config()}).dump()));
    CHECK(has(all_texts(findings, "KaTrain"), "path of the engine: " + engine + ", model: " + clinic.model));

    // A configuration for the analysis engine is for those that speak to it.
    clinic.configure("maxVisits = 100\nnumAnalysisThreads = 2\n");
    const json other = clinic.examine()["findings"];
    CHECK_FALSE(has(all_texts(other, "GoGui"), "-config"));
    CHECK(has(all_texts(other, "KaTrain"), "config: " + clinic.config()));
    CHECK(has(all_texts(other, "analysis"), engine + " analysis -model"));
}

TEST_CASE("doctor: a configuration is read as the command reads it that it is for") {
    const auto command = [](const char* text) { return config_reader_for(Config::from_text(text, "t")).command; };
    CHECK(command("") == "gtp");
    CHECK(command("maxVisits = 5") == "gtp");
    CHECK(command("numAnalysisThreads = 2") == "analysis");
    CHECK(command("logAllRequests = true") == "analysis");
    const auto read = [](const char* text) {
        const Config config = Config::from_text(text, "t");
        config_reader_for(config).read(config, false);
    };
    CHECK_NOTHROW(read("numAnalysisThreads = 2\nmaxVisits = 5"));
    CHECK_THROWS_AS(read("numAnalysisThreads = 0"), ConfigError);
    CHECK_THROWS_AS(read("numAnalysisThreads = 1\nhumanSLChosenMoveProp = 1"), ConfigError);
    CHECK_THROWS_AS(read("allowResignation = true"), ConfigError);
}

TEST_CASE("doctor: where threads share batches, their number and the keys of batches are as they should be") {
    Clinic clinic("batches");
    const std::string keys = "maxVisits = 5\nnumSearchThreads = 4000\nnnMaxBatchSize = 8\n";
    clinic.configure(keys);
    const std::string alone = all_texts(clinic.examine()["findings"], "configuration");
    CHECK(has(alone, "nnMaxBatchSize has no effect"));
    CHECK(has(alone, "numSearchThreads = 4000"));
    clinic.configure(keys + "nnBatching = true\n");
    const std::string together = all_texts(clinic.examine()["findings"], "configuration");
    CHECK_FALSE(has(together, "nnMaxBatchSize"));
    CHECK_FALSE(has(together, "numSearchThreads"));
    clinic.configure(keys + "nnBatching = true\nnumNNServerThreadsPerModel = 0\n");
    CHECK(has(all_texts(clinic.examine()["findings"], "configuration"), "numNNServerThreadsPerModel"));
}
