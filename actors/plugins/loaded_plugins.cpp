#include "loaded_plugins.hpp"

#include <algorithm>

namespace troupe {

namespace {

constexpr std::size_t most_terms = 10'000;

bool is_name_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@';
}

class reader {
public:
  explicit reader(std::string_view text) : rest_(text) {}

  bool at_end() {
    skip();
    return rest_.empty();
  }

  bool take(char c) {
    skip();
    if (rest_.empty() || rest_.front() != c)
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  // An atom without quotes; empty: something else stands there.
  std::string_view take_atom() {
    skip();
    if (rest_.empty() || rest_.front() < 'a' || rest_.front() > 'z')
      return {};
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_name_char);
    const auto atom = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(atom.size());
    return atom;
  }

  std::size_t line() const noexcept { return line_; }

private:
  void skip() {
    bool comment = false;
    while (!rest_.empty()) {
      const char c = rest_.front();
      comment = c == '%' || (comment && c != '\n');
      if (!comment && c != ' ' && c != '\t' && c != '\r' && c != '\n')
        return;
      line_ += c == '\n' ? 1 : 0;
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

// What is wrong, or null.
const char* read_term(reader& from, loaded_plugin& to) {
  const bool pair = from.take('{');
  to.name = from.take_atom();
  if (to.name.empty())
    return "expected the name of a plugin, or {name, true}";
  if (pair) {
    const bool comma = from.take(',');
    const auto state = comma ? from.take_atom() : std::string_view{};
    if ((state != "true" && state != "false") || !from.take('}'))
      return "expected {name, true} or {name, false}";
    to.loaded = state == "true";
  }
  return from.take('.') ? nullptr : "expected a dot behind the term";
}

} // namespace

loaded_plugins parse_loaded_plugins(std::string_view text) {
  loaded_plugins out;
  reader from{text};
  while (!from.at_end()) {
    loaded_plugin term;
    const char* wrong = out.plugins.size() == most_terms ? "too many plugins" : read_term(from, term);
    if (wrong != nullptr) {
      out.error = "line " + std::to_string(from.line()) + ": " + wrong;
      return out;
    }
    const auto known = std::find_if(out.plugins.begin(), out.plugins.end(),
                                    [&](const loaded_plugin& p) { return p.name == term.name; });
    if (known != out.plugins.end())
      known->loaded = term.loaded;
    else
      out.plugins.push_back(std::move(term));
  }
  return out;
}

std::string format_loaded_plugins(const std::vector<loaded_plugin>& plugins) {
  std::string out;
  for (const auto& p : plugins)
    out += "{" + p.name + ", " + (p.loaded ? "true" : "false") + "}.\n";
  return out;
}

} // namespace troupe
