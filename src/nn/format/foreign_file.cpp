// SPDX-License-Identifier: MIT
#include "nn/format/foreign_file.h"

#include <algorithm>

#include "core/text.h"

namespace katago {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kTarMagicAt = 257;
constexpr size_t kQuotedBytes = 80;
constexpr size_t kMostTextBytes = 4096;  // a server's excuse is no longer, a network is

constexpr const char* kUnpackIt = ": unpack it, and give the network inside";
constexpr const char* kExportIt = ": only KataGo's networks can be read; exported ones are named .bin.gz or .txt.gz";

// How a kind of file begins.
struct Magic {
    size_t at;
    std::string_view bytes;
    const char* what;
    const char* advice;
};

constexpr Magic kMagics[] = {
    {0, "[InternetShortcut]"sv, "a link to a page", ": download what it leads to"},
    {0, "HTTP/1."sv, "a server's answer with its header", ": download the file itself"},
    {0, "\x89PNG\r\n"sv, "a picture", ": give the network's file with -model"},
    {0, "\xFF\xD8\xFF"sv, "a picture", ": give the network's file with -model"},
    {0, "GIF8"sv, "a picture", ": give the network's file with -model"},
    {0, "\xFF\xFE"sv, "text in UTF-16", ": fetch the file again"},
    {0, "version https://git-lfs.github.com/spec"sv, "a Git LFS pointer, which stands for the file",
     ": run 'git lfs pull' in its folder, or download the file itself"},
    {0, "PK\5\6"sv, "an empty zip archive", ": fetch the file again"},
    {0, "7z\xBC\xAF\x27\x1C"sv, "a 7z archive", kUnpackIt},
    {0, "Rar!\x1A\7"sv, "a RAR archive", kUnpackIt},
    {kTarMagicAt, "ustar"sv, "a tar archive", kUnpackIt},
    {0,
     "\xFD"
     "7zXZ\0"sv,
     "compressed by xz", ": unpack it with 'unxz'"},
    {0, "BZh"sv, "compressed by bzip2", ": unpack it with 'bunzip2'"},
    {0, "\x28\xB5\x2F\xFD"sv, "compressed by zstd", ": unpack it with 'unzstd'"},
    {0, "\x1F\x8B"sv, "compressed twice", ": unpack it once with 'gunzip'"},
    {0, "\x80\2\x8A\x0Al\xFC\x9C\x46"sv, "a checkpoint of PyTorch", kExportIt},
    {0, "\x0D\xC0\1\0\0"sv, "a network of Leela Chess Zero", kExportIt},
    {4, "TFL3"sv, "a network of TensorFlow Lite", kExportIt},
    {0, "\x89HDF\r\n"sv, "an HDF5 file, as Keras writes", kExportIt},
    {0, "GGUF"sv, "a GGUF file", kExportIt},
    {0,
     "\x7F"
     "ELF"sv,
     "a program", ": give the network's file with -model"},
    {0, "MZ\x90"sv, "a program", ": give the network's file with -model"},
    {0, "%PDF"sv, "a PDF document", ": give the network's file with -model"},
    {0, "(;"sv, "a game record (SGF)", ": give the network's file with -model"},
};

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::optional<std::string> describe_by_magic(std::string_view start) {
    for (const Magic& magic : kMagics)
        if (start.size() > magic.at && start.substr(magic.at).starts_with(magic.bytes))
            return "it is " + std::string(magic.what) + magic.advice;
    return std::nullopt;
}

std::optional<std::string> describe_zip(std::string_view start) {
    if (!start.starts_with("PK\3\4")) return std::nullopt;
    // PyTorch's files are zip archives in which a pickle comes first.
    const bool is_checkpoint = contains(start.substr(0, 200), "data.pkl");
    return is_checkpoint ? std::string("it is a checkpoint of PyTorch") + kExportIt
                         : std::string("it is a zip archive") + kUnpackIt;
}

// Protobuf: the version of the format, then the producer's name as a short text.
bool is_onnx(std::string_view start) {
    if (start.size() < 5 || start[0] != '\x08' || start[1] > '\x20' || start[2] != '\x12') return false;
    const auto length = static_cast<unsigned char>(start[3]);
    const std::string_view producer = start.substr(4, length);
    return producer.size() == length && length > 0 && length < 64 &&
           std::all_of(producer.begin(), producer.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// Leela Zero's networks are text: a line with the format's number, then lines of weights.
bool is_leela_zero(std::string_view start) {
    const size_t end = start.find('\n');
    if (end > 3) return false;  // or there is none
    const std::string_view number = trimmed(start.substr(0, end));
    if (number != "1" && number != "2" && number != "3") return false;
    const std::string_view weights = start.substr(end + 1);
    return parse_number(weights.substr(0, weights.find_first_of(" \n"))).has_value();
}

bool is_web_page(std::string_view text) {
    const std::string begin = lower_case(text.substr(0, 100));
    for (const char* tag : {"<!doctype html", "<html", "<head", "<body", "<!--", "<?xml", "<script", "<title"})
        if (begin.starts_with(tag)) return true;
    return false;
}

// The text's beginning on one line; a character that is no printable ASCII is shown as a question mark.
std::string quoted(std::string_view text) {
    std::string line(text.substr(0, kQuotedBytes));
    for (char& c : line)
        if (c < ' ' || c > '~') c = c == '\n' || c == '\t' ? ' ' : '?';
    return "'" + std::string(trimmed(line)) + (text.size() > kQuotedBytes ? "...'" : "'");
}

// A short answer of a server, "404: Not Found": its second word would be the network's version.
bool is_message(std::string_view text) {
    if (text.size() > kMostTextBytes || contains(text, "@BIN@")) return false;
    const bool is_text = std::none_of(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' && (c < '\t' || c > '\r'); });
    const size_t end = text.find_first_of(" \t\r\n");
    const std::string_view rest = end == std::string_view::npos ? "" : trimmed(text.substr(end));
    return is_text && !parse_int(rest.substr(0, rest.find_first_of(" \t\r\n")));
}

}  // namespace

std::optional<std::string> describe_foreign_file(std::string_view start) {
    if (start.empty()) return "the file is empty: the download failed; fetch it again";
    if (std::all_of(start.begin(), start.end(), [](char c) { return c == '\0'; }))
        return "it holds nothing but zero bytes: the download was not finished; fetch it again";
    if (auto found = describe_by_magic(start)) return found;
    if (auto found = describe_zip(start)) return found;
    if (is_onnx(start)) return std::string("it is an ONNX file") + kExportIt;
    if (is_leela_zero(start)) return std::string("it is a network of Leela Zero") + kExportIt;
    std::string_view text = start;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    text = trimmed(text);
    if (is_web_page(text))
        return "it is a web page (HTML): the link leads to a page about the network; download the file itself";
    if (text.starts_with('{') || text.starts_with('['))
        return "it is JSON text, " + quoted(text) + ": perhaps a server's answer; download the file itself";
    if (is_message(text))
        return "it is a short text, " + quoted(text) + ": perhaps a server's answer; download the file itself";
    return std::nullopt;
}

}  // namespace katago
