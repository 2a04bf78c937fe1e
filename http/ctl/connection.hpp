// The way to the broker's HTTP API.
#pragma once

#include "request.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <optional>
#include <string>

namespace httplib {
class Client;
}

namespace troupe::ctl {

struct access {
  std::string url; // http://127.0.0.1:8081
  std::string id, secret;
};

/// Calls the API; a call gives up when the broker is silent for 30 s.
class connection {
public:
  explicit connection(const access& where);
  ~connection();

  /// The body of an answer with code 0. Nothing, and `problem`, otherwise.
  std::optional<boost::json::object> call(const request& r, std::string& problem);

private:
  std::string url_;
  std::unique_ptr<httplib::Client> http_;
};

} // namespace troupe::ctl
