// Texts with `${…}` placeholders, which actions fill from what a rule selected (reference/rule-engine.md
// section 8).
#pragma once

#include "troupe/rules/query.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::rules {

class text_template {
public:
  /// What is no placeholder stays as it is: `$a`, `${ a}`, `${a-b}`, `${}`.
  explicit text_template(std::string text);

  bool empty() const noexcept { return text_.empty(); }
  const std::string& text() const noexcept { return text_; }

  /// A text, and the placeholder behind it (`${a.b}`; empty: the text is the last one).
  struct piece {
    std::string literal, placeholder;
  };
  std::vector<piece> pieces() const;
  bool has_placeholders() const noexcept { return !parts_.empty(); }

  /// The value of a template that is one placeholder and nothing else; nothing when it is more, or none.
  std::optional<value> alone(const row& data, arena& memory) const;

  /// Appends the text with its placeholders filled, values as `str()` shows them; "undefined" where nothing
  /// is. JSON in texts is decoded in `memory` where a path goes through it.
  void fill(std::string& out, const row& data, arena& memory) const;

private:
  struct part {
    std::size_t literal_end;       // the text up to here, from the last part's end on
    std::size_t end;               // of the placeholder
    std::vector<std::string> path; // empty: there is none
  };

  static value look_up(const part& p, const row& data, arena& memory);

  std::string text_;
  std::vector<part> parts_;
};

} // namespace troupe::rules
