// Queries of the settings whose placeholders become bound parameters: what a client is called never becomes a
// part of the statement.
#pragma once

#include "sql_pieces.hpp"
#include "troupe/access/client_facts.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::access {

struct bound_query {
  std::string text; // the statement; empty: there is none
  std::vector<text_pattern> parameters;

  /// Their values for a client.
  std::vector<std::string> values(const client_facts& who, const topic_question* asked) const;
};

/// A placeholder outside of quotes, or a literal in single quotes with placeholders in it (`'%u'`,
/// `'dev-%c'`), becomes a parameter; two quotes in a literal are one. Nothing when a literal does not end,
/// the statement has a parameter already, or a placeholder stands where no parameter can, as in a quoted
/// name.
std::optional<bound_query> bind_query(std::string_view text, parameter_marks marks);

} // namespace troupe::access
