// What a command asks the HTTP API for.
#pragma once

#include "command.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troupe::ctl {

struct request {
  std::string method;
  std::string path; // encoded, below /api/v4
  std::string body; // empty: none
};

/// Fills the command's parameters with the arguments in order. Nothing, and `problem`, when one is missing,
/// none is left for an argument, or a number is none.
std::optional<request> make_request(const command& c, std::span<const std::string_view> arguments,
                                    std::string& problem);

} // namespace troupe::ctl
