// Statements that actions send to databases, made of templates with `${…}` placeholders: each becomes a bound
// parameter, so that nothing that a message says becomes a part of the statement.
#pragma once

#include "../../actors/access/sql_pieces.hpp"
#include "troupe/rules/template.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::rules {

class statement_template {
public:
  /// A placeholder in the code of the statement, or a literal with placeholders in it (`'${a}'`,
  /// `'dev-${a}'`), becomes a parameter. An error in words when one stands where no parameter can (a quoted
  /// name, a comment, a literal with escapes), when the statement has parameters of its own, when `${` begins
  /// no placeholder, or when something does not end.
  static std::variant<statement_template, std::string> make(std::string_view text,
                                                            access::parameter_marks marks);

  /// With `$1` or `?` in the place of the placeholders.
  const std::string& statement() const noexcept { return statement_; }

  /// Nothing, which is NULL, for a placeholder alone that is undefined or null; for booleans `1` or `0` where
  /// marks are `?`: MySQL has no other ones.
  std::vector<std::optional<std::string>> values(const row& data, arena& memory) const;

private:
  explicit statement_template(access::parameter_marks marks) : marks_(marks) {}

  std::string add_code(std::string_view code);
  std::string add_literal(std::string_view literal);
  void add_parameter(text_template t);

  access::parameter_marks marks_;
  std::string statement_;
  std::vector<text_template> parameters_;
};

} // namespace troupe::rules
