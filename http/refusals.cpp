#include "refusals.hpp"

#include "answer.hpp"

#include <utility>

namespace troupe {

http_response error_response(int status, int code, std::string message) {
  answer a = failure(code, std::move(message));
  a.status = status;
  return to_response(std::move(a));
}

http_response no_answer() {
  return error_response(500, body_code::unknown, "Internal error: no answer in time");
}

http_response library_error(int status) {
  switch (status) {
    case 413: return error_response(status, body_code::bad_parameter, "The body is too large");
    case 414: return error_response(status, body_code::bad_parameter, "The request line is too long");
    case 415:
      return error_response(status, body_code::bad_parameter, "Bodies in a content coding are not read");
    case 404: return to_response(no_such_path());
    case 500: return error_response(status, body_code::unknown, "Internal error");
    default: return error_response(status, body_code::bad_parameter, "Bad request");
  }
}

} // namespace troupe
