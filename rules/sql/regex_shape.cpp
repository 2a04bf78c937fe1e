#include "regex_shape.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::rules {

namespace {

constexpr int many = 16; // repetitions that are as good as any number

struct token {
  enum class kind : std::uint8_t { atom, open, close, bar, repeat };
  kind what = kind::atom;
  bool optional = false;  // of a repeat: it may be none
  bool unbounded = false; // of a repeat
};

using kind = token::kind;

class reader {
public:
  explicit reader(std::string_view expression) : rest_(expression) {}

  std::vector<token> all() {
    std::vector<token> out;
    while (!rest_.empty())
      out.push_back(next());
    return out;
  }

private:
  void skip(std::size_t n) { rest_.remove_prefix(std::min(n, rest_.size())); }

  token next() {
    const char c = rest_.front();
    switch (c) {
      case '\\': skip(2); return {};
      case '[': skip_class(); return {};
      case '(': skip_opening(); return {kind::open};
      case ')': skip(1); return {kind::close};
      case '|': skip(1); return {kind::bar};
      case '*': return repeat(1, true, true);
      case '+': return repeat(1, false, true);
      case '?': return repeat(1, true, false);
      case '{': return counted();
      default: skip(1); return {};
    }
  }

  token repeat(std::size_t size, bool optional, bool unbounded) {
    skip(size);
    if (rest_.starts_with('?')) // as few as possible
      skip(1);
    return {kind::repeat, optional, unbounded};
  }

  // {2}, {2,} or {2,5}; anything else is text.
  token counted() {
    int least = 0, most = 0;
    const auto* end = rest_.data() + rest_.size();
    auto [at, failed] = std::from_chars(rest_.data() + 1, end, least);
    const bool number = failed == std::errc{};
    most = least;
    if (number && at != end && *at == ',') {
      most = many + 1;
      at = std::from_chars(at + 1, end, most).ptr;
    }
    if (number && at != end && *at == '}')
      return repeat(static_cast<std::size_t>(at + 1 - rest_.data()), least == 0, most > many);
    skip(1);
    return {};
  }

  // A bracket is an ordinary character where it comes first.
  void skip_class() {
    skip(rest_.starts_with("[^") ? 2 : 1);
    skip(rest_.starts_with(']') ? 1 : 0);
    while (!rest_.empty() && rest_.front() != ']') {
      const auto named = rest_.starts_with("[:") ? rest_.find(":]") : std::string_view::npos;
      skip(named != std::string_view::npos ? named + 2 : rest_.front() == '\\' ? 2 : 1);
    }
    skip(1);
  }

  // (?:, (?P<name>, (?i: and (?i), whose end is a token of its own.
  void skip_opening() {
    skip(1);
    if (!rest_.starts_with('?'))
      return;
    if (rest_.starts_with("?P<") || rest_.starts_with("?<"))
      return skip(std::min(rest_.find('>'), rest_.size() - 1) + 1);
    const auto end = std::min(rest_.find_first_of(":)"), rest_.size());
    skip(end < rest_.size() && rest_[end] == ':' ? end + 1 : end);
  }

  std::string_view rest_;
};

// The place behind the group that the place is in; the end where it is in none.
std::size_t behind_group(const std::vector<token>& all, std::size_t at) {
  for (std::size_t depth = 0; at < all.size(); ++at) {
    if (all[at].what == kind::open)
      ++depth;
    else if (all[at].what == kind::close && depth-- == 0)
      return at;
  }
  return all.size();
}

bool may_be_none(const std::vector<token>& all, std::size_t at) {
  return at < all.size() && all[at].what == kind::repeat && all[at].optional;
}

// Whether more has to come behind that place before anything is found.
bool more_has_to_come(const std::vector<token>& all, std::size_t at) {
  while (at < all.size())
    switch (all[at].what) {
      case kind::close:
      case kind::repeat: ++at; break;
      case kind::bar: at = behind_group(all, at); break;
      case kind::open: return true;
      case kind::atom:
        if (!may_be_none(all, at + 1))
          return true;
        at += 2;
    }
  return false;
}

} // namespace

bool looks_far(std::string_view expression) {
  if (expression.find("\\Q") != std::string_view::npos) // what follows is plain text up to \E
    return true;
  const auto all = reader{expression}.all();
  bool alternatives = false;
  for (std::size_t i = 0; i < all.size(); ++i)
    alternatives = alternatives || all[i].what == kind::bar ||
                   (all[i].what == kind::repeat && i > 0 && all[i - 1].what == kind::close);
  for (std::size_t i = 0; alternatives && i < all.size(); ++i)
    if (all[i].what == kind::repeat && all[i].unbounded && more_has_to_come(all, i + 1))
      return true;
  return false;
}

} // namespace troupe::rules
