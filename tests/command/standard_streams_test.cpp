// SPDX-License-Identifier: MIT
#include "command/standard_streams.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "core/error.h"

using namespace katago;

namespace {

// The two ends of a pipe, or of a socket.
class Ends {
  public:
    enum class Kind { Pipe, Socket };

    explicit Ends(Kind kind = Kind::Pipe) {
        // As main does.
        std::signal(SIGPIPE, SIG_IGN);
        REQUIRE((kind == Kind::Pipe ? pipe(ends_.data()) : socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data())) == 0);
    }
    ~Ends() {
        close_reading();
        close_writing();
    }
    Ends(const Ends&) = delete;
    Ends& operator=(const Ends&) = delete;

    int reading() const { return ends_[0]; }
    int writing() const { return ends_[1]; }
    void close_reading() { close_one(0); }
    void close_writing() { close_one(1); }

  private:
    void close_one(size_t index) {
        if (ends_[index] >= 0) close(ends_[index]);
        ends_[index] = -1;
    }

    std::array<int, 2> ends_ = {-1, -1};
};

bool leaves_soon(const OutputReader& reader) {
    for (int i = 0; i < 10'000 && !reader.gone(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return reader.gone();
}

std::string reason_of(const OutputReader& reader) {
    try {
        reader.expect();
    } catch (const IoError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("standard_streams: lines go through, and the end of input is no fault") {
    Ends input, output;
    StandardStreams streams(input.reading(), output.writing());
    REQUIRE(write(input.writing(), "one\ntwo", 7) == 7);
    input.close_writing();
    std::string line;
    CHECK(std::getline(streams.in(), line));
    CHECK(line == "one");
    CHECK(std::getline(streams.in(), line));
    CHECK(line == "two");
    CHECK(!std::getline(streams.in(), line));
    streams.out() << "answer" << std::endl;
    std::array<char, 16> answer{};
    CHECK(read(output.reading(), answer.data(), answer.size()) == 7);
    streams.finish();
    CHECK(!streams.reader()->gone());
}

TEST_CASE("standard_streams: a reader that goes is noticed without a write, and ends the waiting for input") {
    for (const Ends::Kind kind : {Ends::Kind::Pipe, Ends::Kind::Socket}) {
        Ends input, output(kind);
        StandardStreams streams(input.reading(), output.writing());
        std::thread leaving([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            output.close_reading();
        });
        std::string line;
        CHECK(!std::getline(streams.in(), line));  // the input is still open
        leaving.join();
        CHECK(reason_of(*streams.reader()) == "standard output was closed");
    }
}

TEST_CASE("standard_streams: a peer that has only said all that it wants to say still reads") {
    Ends connection(Ends::Kind::Socket);
    StandardStreams streams(connection.writing(), connection.writing());
    REQUIRE(shutdown(connection.reading(), SHUT_WR) == 0);
    std::string line;
    CHECK(!std::getline(streams.in(), line));
    streams.out() << "answer" << std::endl;
    CHECK(!streams.reader()->gone());
    connection.close_reading();
    CHECK(leaves_soon(*streams.reader()));
}

TEST_CASE("standard_streams: a failed write says why, and what follows it fails too") {
    const int full = open("/dev/full", O_WRONLY);
    if (full < 0) return;
    {
        Ends input;
        StandardStreams streams(input.reading(), full);
        CHECK(!(streams.out() << "answer" << std::flush));
        CHECK(reason_of(*streams.reader()) == "could not write to standard output: No space left on device");
        CHECK(streams.in().get() == std::istream::traits_type::eof());
        CHECK_THROWS_AS(streams.finish(), IoError);
    }
    close(full);
    // A descriptor for reading; more than a buffer holds; what is left in the buffer at the end.
    Ends input, other;
    StandardStreams wrong(input.reading(), other.reading());
    wrong.out() << std::string(1'000'000, 'x');
    CHECK(reason_of(*wrong.reader()) == "could not write to standard output: Bad file descriptor");
    StandardStreams late(input.reading(), other.reading());
    late.out() << "x";
    CHECK_THROWS_AS(late.finish(), IoError);
}

TEST_CASE("standard_streams: an output that does not wait takes all the same everything") {
    Ends input, output;
    REQUIRE(fcntl(output.writing(), F_SETFL, O_NONBLOCK) == 0);
    constexpr size_t kBytes = 3'000'000;
    size_t bytes = 0;
    std::thread reading([&] {
        std::array<char, 1000> piece{};
        for (ssize_t got = 0; (got = read(output.reading(), piece.data(), piece.size())) > 0;)
            bytes += static_cast<size_t>(got);
    });
    {
        StandardStreams streams(input.reading(), output.writing());
        streams.out() << std::string(kBytes, 'x');
        streams.finish();
    }
    output.close_writing();
    reading.join();
    CHECK(bytes == kBytes);
}

TEST_CASE("output_reader: who asked is told once, also late, and no longer when it has gone itself") {
    OutputReader reader;
    int first = 0, second = 0, forgotten = 0;
    const OutputReader::Notice told(reader, [&] { ++first; });
    {
        const OutputReader::Notice gone(reader, [&] { ++forgotten; });
    }
    CHECK_NOTHROW(reader.expect());
    reader.leave("a reason");
    reader.leave("another");
    const OutputReader::Notice late(reader, [&] { ++second; });
    CHECK(first == 1);
    CHECK(second == 1);
    CHECK(forgotten == 0);
    CHECK(reason_of(reader) == "a reason");
}
