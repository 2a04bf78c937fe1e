// The answers that the HTTP listener gives without asking the API.
#pragma once

#include "troupe/actors/messages.hpp"

#include <string>

namespace troupe {

http_response error_response(int status, int code, std::string message);

/// An actor did not answer in time.
http_response no_answer();

/// What the library, or this server in its place, refuses with that status: broken HTTP, bodies and lines
/// that are too long, bodies in a content coding.
http_response library_error(int status);

} // namespace troupe
