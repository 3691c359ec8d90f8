// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

namespace katago {

// The errors that cross module edges. The text names the thing, the place, what was found and what was wanted.
// Caught where a request is answered, at a thread's entry, in main, or to add context; nowhere else.
class Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// The command line.
class UsageError : public Error {
  public:
    using Error::Error;
};

// A configuration file or override.
class ConfigError : public Error {
  public:
    using Error::Error;
};

// A network file, or a graph that does not fit together.
class ModelError : public Error {
  public:
    using Error::Error;
};

// A bad GTP, JSON or SGF text: somebody else's request or record.
class ProtocolError : public Error {
  public:
    using Error::Error;
};

// Reading or writing a file or stream.
class IoError : public Error {
  public:
    using Error::Error;
};

// Valid, but not available here.
class UnsupportedError : public Error {
  public:
    using Error::Error;
};

// A kernel library or a plan failed.
class BackendError : public Error {
  public:
    using Error::Error;
};

}  // namespace katago
