// Changes of the rules of emqx_auth_mnesia that come while others are under way: they wait, and are kept and
// brought into effect together, for that takes as long for one as for all. Nothing here knows of actors.
#pragma once

#include "acl_rows.hpp"
#include "troupe/actors/messages.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

class rule_changes {
public:
  using answerer = std::function<void(const outcome&)>;

  /// Changes beyond those that are under way; more are refused.
  static constexpr std::size_t most_waiting = 20'000;

  /// A rule more, or without `row` one less. `answer` is called once: at once when it is refused, else by
  /// `begin` or `end`.
  void add(const acl_subject& who, const std::string& topic, std::optional<acl_row> row, answerer answer);

  /// Carries out what waits, in its order, unless others are under way. What is to be kept of it; when there
  /// is anything, these are under way until `end`.
  store_write begin(acl_rows& rules);

  /// Those that are under way have not been kept.
  void undo(acl_rows& rules);

  /// They are over, with this outcome.
  void end(const outcome& result);

private:
  struct change {
    acl_subject who;
    std::string topic;
    std::optional<acl_row> row, before; // nothing: there is, or was, none
    answerer answer;
  };

  // Nothing: it is to be kept.
  static std::optional<outcome> carry_out(change& c, acl_rows& rules);

  std::vector<change> waiting_, under_way_;
};

} // namespace troupe
