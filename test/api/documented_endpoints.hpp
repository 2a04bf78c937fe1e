// Every endpoint of the API document and of EMQ X 4 beside it (reference/http-api.md), served or not yet.
#pragma once

#include <string>
#include <vector>

namespace troupe::test {

struct documented_endpoint {
  const char* method;
  const char* path;       // as `GET /api/v4` spells it, but without a slash at the end
  const char* later = ""; // what has to come first, when it is not served

  /// "GET /clients/:clientid"
  std::string name() const {
    std::string out = std::string(method) + ' ' + path;
    while (out.size() > 5 && out.back() == '/')
      out.pop_back();
    return out;
  }
};

std::vector<documented_endpoint> documented_endpoints();

} // namespace troupe::test
