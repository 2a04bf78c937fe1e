// Changes of a table that the store keeps, too. Those that come while others are under way wait, and go there
// together: that takes as long for one as for all, and nothing is built on what may have to be undone.
// Nothing here knows of actors.
#pragma once

#include "troupe/actors/messages.hpp"
#include "troupe/actors/store_messages.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace troupe {

class kept_changes {
public:
  using answerer = std::function<void(const outcome&)>;

  /// What a change has come to.
  struct trial {
    outcome result;                       // its answer, also once it has been kept
    std::optional<store_change> row = {}; // nothing: it has changed nothing
    std::function<void()> undo = {};      // of what was to be kept
  };

  /// Carries it out in the table.
  using change = std::function<trial()>;

  /// Changes beyond those that are under way; more are refused (102 `too_many_changes`).
  static constexpr std::size_t most_waiting = 20'000;

  /// `answer` is called once: at once when it is refused, else by `begin` or `end`.
  void add(change what, answerer answer);

  /// Carries out what waits, in its order, unless others are under way. What is to be kept of it; when there
  /// is anything, these are under way until `end`, also those that found nothing to change: what they found
  /// may not be kept.
  store_write begin();

  /// Those that are under way have not been kept.
  void undo();

  /// They are over, with this outcome; a change has its own when that is a success.
  void end(const outcome& result);

private:
  struct entry {
    change what;
    answerer answer;
    trial came_to = {};
  };

  std::vector<entry> waiting_, under_way_;
};

} // namespace troupe
