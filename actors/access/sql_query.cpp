#include "sql_query.hpp"

#include <algorithm>
#include <utility>

namespace troupe::access {

namespace {

bool has_client_placeholder(const text_pattern& p) {
  return std::any_of(p.pieces().begin(), p.pieces().end(),
                     [](const text_pattern::piece& each) { return each.placeholder != 0; });
}

class query_binder {
public:
  explicit query_binder(parameter_marks marks) : marks_(marks) {}

  std::optional<bound_query> bind(std::string_view text) {
    const auto pieces = split_sql(text, marks_);
    if (!pieces)
      return {};
    for (const auto& p : *pieces) {
      const bool bound = p.what == sql_piece::kind::code      ? add_code(p.text)
                         : p.what == sql_piece::kind::literal ? add_literal(p.text)
                                                              : add_other(p.text);
      if (!bound)
        return {};
    }
    if (!has_only_parameters(out_.text, out_.parameters.size(), marks_))
      return {};
    return std::move(out_);
  }

private:
  bool add_code(std::string_view rest) {
    if (has_parameter(rest, marks_))
      return false;
    while (!rest.empty()) {
      const text_pattern alone{rest.substr(0, 2)};
      const bool found = rest.front() == '%' && has_client_placeholder(alone);
      if (found)
        add_parameter(alone);
      else
        out_.text.push_back(rest.front());
      rest.remove_prefix(found ? 2 : 1);
    }
    return true;
  }

  bool add_literal(std::string_view literal) {
    text_pattern pattern{text_of_literal(literal)};
    if (has_client_placeholder(pattern))
      add_parameter(std::move(pattern));
    else
      out_.text.append(literal);
    return true;
  }

  bool add_other(std::string_view other) {
    out_.text.append(other);
    return !has_client_placeholder(text_pattern{other});
  }

  void add_parameter(text_pattern pattern) {
    out_.parameters.push_back(std::move(pattern));
    append_mark(out_.text, out_.parameters.size(), marks_);
  }

  parameter_marks marks_;
  bound_query out_;
};

} // namespace

std::vector<std::string> bound_query::values(const client_facts& who, const topic_question* asked) const {
  std::vector<std::string> out;
  out.reserve(parameters.size());
  for (const auto& p : parameters)
    out.push_back(p.fill(who, asked));
  return out;
}

std::optional<bound_query> bind_query(std::string_view text, parameter_marks marks) {
  return query_binder{marks}.bind(text);
}

} // namespace troupe::access
