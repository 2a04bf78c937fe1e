// As much HTTP as a protocol test needs: one request per connection.
#pragma once

#include "support/wait.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::test {

struct http_reply {
  int status = 0;
  std::string head; // status line and headers
  std::string body;
};

/// Sends a request with the default application's credentials and a JSON body, if any. Throws `unexpected`
/// when no complete reply comes in time.
http_reply http_request(std::uint16_t port, std::string_view method, std::string_view path,
                        std::string_view body = {});

inline http_reply http_get(std::uint16_t port, std::string_view path) {
  return http_request(port, "GET", path);
}

/// The number behind `"name":` in a JSON text; throws `unexpected` when there is none.
std::int64_t number_in(std::string_view json, std::string_view name);

/// A counter of GET /api/v4/metrics, such as `delivery.dropped`.
std::int64_t metric(std::uint16_t http_port, std::string_view name);

} // namespace troupe::test
