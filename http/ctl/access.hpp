// Where the broker's HTTP API is, who may use it, and how it shows that it is the broker.
#pragma once

#include "troupe/actors/config.hpp"

#include <optional>
#include <string>

namespace troupe::ctl {

struct access {
  std::string url; // http://127.0.0.1:8081
  std::string id, secret;
  std::string cacertfile = {}; // of https: whom to trust; empty: whom the system trusts
  std::string certificate =
      {}; // of https: file of the very certificate that it has to show, in place of trust
};

/// Fills what `asked` leaves open with what the broker is configured to do. The secret goes nowhere else: it
/// is for the plain listener only where that is on, and for the one with TLS only where that shows its own
/// certificate (`certfile`, or the one that it makes for itself), or one that `asked.cacertfile` vouches for.
/// Nothing, and `problem`, where there is no such place.
std::optional<access> complete_access(access asked, const settings& config, std::string& problem);

} // namespace troupe::ctl
