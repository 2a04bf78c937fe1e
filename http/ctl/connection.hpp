// The way to the broker's HTTP API.
#pragma once

#include "access.hpp"
#include "request.hpp"

#include <boost/json/object.hpp>

#include <memory>
#include <optional>
#include <string>

namespace httplib {
class Client;
}

namespace troupe::ctl {

class server_identity;

/// Calls the API; a call gives up when the broker is silent for 30 s, and tells a server that is not the one
/// of `access` nothing.
class connection {
public:
  explicit connection(const access& where);
  ~connection();

  /// The body of an answer with code 0. Nothing, and `problem`, otherwise.
  std::optional<boost::json::object> call(const request& r, std::string& problem);

private:
  std::string url_;
  std::string unusable_; // why nothing can be asked
  std::unique_ptr<server_identity> identity_;
  std::unique_ptr<httplib::Client> http_;
};

} // namespace troupe::ctl
