#include "statement_template.hpp"

namespace troupe::rules {

using access::sql_piece;

std::variant<statement_template, std::string> statement_template::make(std::string_view text,
                                                                       access::parameter_marks marks) {
  const auto pieces = access::split_sql(text, marks);
  if (!pieces)
    return "a literal, a quoted name or a comment does not end";
  statement_template out{marks};
  for (const auto& p : *pieces) {
    std::string error;
    if (p.what == sql_piece::kind::code)
      error = out.add_code(p.text);
    else if (p.what == sql_piece::kind::literal)
      error = out.add_literal(p.text);
    else if (text_template{std::string{p.text}}.has_placeholders())
      error = "no parameter can stand in " + std::string{p.text};
    else
      out.statement_.append(p.text);
    if (!error.empty())
      return error;
  }
  if (out.statement_.find_first_not_of(" \t\r\n") == std::string::npos)
    return "the statement is empty";
  if (!access::has_only_parameters(out.statement_, out.parameters_.size(), marks))
    return "a placeholder has to be a word of its own";
  return out;
}

std::string statement_template::add_code(std::string_view code) {
  for (const auto& piece : text_template{std::string{code}}.pieces()) {
    if (access::has_parameter(piece.literal, marks_))
      return "the statement has parameters of its own";
    if (piece.literal.find("${") != std::string::npos)
      return "this is no placeholder: " + piece.literal.substr(piece.literal.find("${"));
    statement_.append(piece.literal);
    if (!piece.placeholder.empty())
      add_parameter(text_template{piece.placeholder});
  }
  return {};
}

std::string statement_template::add_literal(std::string_view literal) {
  text_template t{access::text_of_literal(literal)};
  if (t.has_placeholders())
    add_parameter(std::move(t));
  else
    statement_.append(literal);
  return {};
}

void statement_template::add_parameter(text_template t) {
  parameters_.push_back(std::move(t));
  access::append_mark(statement_, parameters_.size(), marks_);
}

std::vector<std::optional<std::string>> statement_template::values(const row& data, arena& memory) const {
  std::vector<std::optional<std::string>> out;
  out.reserve(parameters_.size());
  for (const auto& p : parameters_) {
    auto& to = out.emplace_back(std::string{});
    if (const auto alone = p.alone(data, memory)) {
      if (alone->is(value::kind::undefined) || alone->is(value::kind::null)) {
        to.reset();
        continue;
      }
      if (alone->is(value::kind::boolean) && marks_ == access::parameter_marks::question) {
        to->assign(1, alone->boolean() ? '1' : '0');
        continue;
      }
    }
    p.fill(*to, data, memory);
  }
  return out;
}

} // namespace troupe::rules
