// Reads acl.conf, EMQ X 4's file of Erlang terms (reference/config.md section 11).
#pragma once

#include "troupe/access/acl_rule.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

/// What is wrong with a term, and the line where it shows.
struct acl_error {
  std::size_t line = 0; // from 1
  std::string text;     // "expected subscribe, publish or pubsub, not subscrbe"
};

/// Rules in the order of the file. With errors they must not be used.
struct acl_file {
  std::vector<acl_rule> rules;
  std::vector<acl_error> errors; // of the first max_acl_errors bad terms
};

inline constexpr std::size_t max_acl_file = 16 * 1024 * 1024; // bytes
inline constexpr std::size_t max_acl_rules = 100'000;
inline constexpr std::size_t max_acl_depth = 16; // of 'and' and 'or' within each other
inline constexpr std::size_t max_acl_errors = 20;

/// Reads a whole file. Behind a bad term it goes on with the next one, so that one reading names many errors.
/// What EMQ X accepts and could only be a mistake is an error here: an empty list of conditions, an empty
/// name, a topic that is no valid filter. A list without topics is accepted and matches none, as there.
acl_file parse_acl_file(std::string_view text);

} // namespace troupe::access
