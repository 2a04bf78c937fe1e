// The tokens of Erlang terms, as far as acl.conf needs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::access {

struct acl_token {
  enum class kind : std::uint8_t {
    atom,   // `text` without its quotes
    string, // `text` decoded; a binary (<<"...">>) too
    symbol, // `text` is one of { } [ ] , .
    end,    // of the file
    bad,    // `text` says why
  };
  kind what = kind::end;
  std::string text;
  std::size_t line = 0; // from 1
};

/// Splits a text. White space and comments (`%` up to the end of the line) separate. A string ends on the
/// line where it begins, so that a forgotten quote spoils no other line.
class acl_lexer {
public:
  explicit acl_lexer(std::string_view text) noexcept : rest_(text) {}

  acl_token next();

private:
  void skip_blanks() noexcept;
  acl_token word();
  acl_token quoted(char quote, acl_token::kind what);
  acl_token binary();
  const char* escape(std::string& out);
  acl_token make(acl_token::kind what, std::string text) const { return {what, std::move(text), line_}; }

  std::string_view rest_;
  std::size_t line_ = 1;
};

} // namespace troupe::access
