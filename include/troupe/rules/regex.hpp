// Regular expressions of rules: RE2's, whose time is linear in the text whatever the expression is. PCRE's
// back references and look-around do not exist.
#pragma once

#include "troupe/rules/work_budget.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::rules {

class pattern {
public:
  explicit pattern(std::string_view expression);
  ~pattern();
  pattern(const pattern&) = delete;
  pattern& operator=(const pattern&) = delete;

  bool valid() const noexcept;
  std::size_t size() const noexcept; // instructions; 0: it is not valid
  bool found_in(std::string_view text, work_budget& work) const;

  /// In `replacement`, `&` is what was found, `\1` to `\9` are groups, and a backslash takes the meaning from
  /// what follows, as with Erlang. Nothing when the result would have more than `most` bytes.
  std::optional<std::string> replace_all(std::string_view text, std::string_view replacement,
                                         std::size_t most, work_budget& work) const;

private:
  struct compiled;
  std::unique_ptr<compiled> compiled_;
};

/// The expressions that a thread's rules use, compiled once. Holds `most` of them: when one more comes, all
/// are forgotten, and `forgotten` counts that.
class pattern_cache {
public:
  static constexpr std::size_t most = 256;

  /// Null for an expression that is not valid.
  const pattern* find(std::string_view expression, work_budget& work);

  std::size_t size() const noexcept { return patterns_.size(); }
  std::size_t forgotten() const noexcept { return forgotten_; }

private:
  std::map<std::string, std::unique_ptr<const pattern>, std::less<>> patterns_;
  std::size_t forgotten_ = 0;
};

} // namespace troupe::rules
