#include "sql_query.hpp"

#include <algorithm>
#include <utility>

namespace troupe::access {

namespace {

// Takes the literal behind its opening quote; nothing when it does not end.
std::optional<std::string> take_literal(std::string_view& rest) {
  std::string out;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\'') {
      out.push_back(c);
      continue;
    }
    if (!rest.starts_with('\''))
      return out;
    out.push_back(c);
    rest.remove_prefix(1);
  }
  return {};
}

bool has_placeholder(const text_pattern& p) {
  return std::any_of(p.pieces().begin(), p.pieces().end(),
                     [](const text_pattern::piece& each) { return each.placeholder != 0; });
}

class binder {
public:
  explicit binder(parameter_marks marks) : marks_(marks) {}

  std::optional<bound_query> bind(std::string_view rest) {
    while (!rest.empty()) {
      const char c = rest.front();
      if (c == '\'') {
        rest.remove_prefix(1);
        auto literal = take_literal(rest);
        if (!literal)
          return {};
        add_literal(*literal);
      } else if (const text_pattern alone{rest.substr(0, 2)}; c == '%' && has_placeholder(alone)) {
        add_parameter(alone);
        rest.remove_prefix(2);
      } else if (is_mark(rest)) {
        return {};
      } else {
        out_.text.push_back(c);
        rest.remove_prefix(1);
      }
    }
    return std::move(out_);
  }

private:
  bool is_mark(std::string_view rest) const noexcept {
    if (marks_ == parameter_marks::question)
      return rest.front() == '?';
    return rest.size() > 1 && rest[0] == '$' && rest[1] >= '0' && rest[1] <= '9';
  }

  void add_literal(const std::string& literal) {
    text_pattern pattern{literal};
    if (has_placeholder(pattern)) {
      add_parameter(std::move(pattern));
      return;
    }
    out_.text.push_back('\'');
    for (const char c : literal)
      out_.text.append(c == '\'' ? 2 : 1, c);
    out_.text.push_back('\'');
  }

  void add_parameter(text_pattern pattern) {
    out_.parameters.push_back(std::move(pattern));
    out_.text += marks_ == parameter_marks::question ? "?" : "$" + std::to_string(out_.parameters.size());
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
  return binder{marks}.bind(text);
}

} // namespace troupe::access
