// What a bridge tells of itself: lines of the log, and alarms. On the thread of its owner.
#pragma once

#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/log_limiter.hpp"
#include "troupe/mqtt/client_machine.hpp"
#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

namespace troupe {

struct bridge_settings;

/// Lines that the other broker can cause are bounded per second; those left out are counted.
class bridge_news {
public:
  /// `settings` outlive it; `alarms` may be null: nobody is told.
  bridge_news(const bridge_settings& settings, alarms_actor alarms);

  /// After one of its name that may have crashed.
  void begins();

  void cannot_begin(const std::string& why);
  void crashed(const std::string& why);

  /// A connection is there, from 0 on.
  void connected(std::size_t lane);

  /// One of `lanes` connections is not, while others are: there is no alarm, but its topics wait. Once per
  /// outage.
  void lane_is_down(std::size_t lane, std::size_t lanes, const std::string& why);

  /// There is none: once for each reason.
  void is_down(const std::string& why);

  /// `so_far`: messages that were lost like that.
  void lost(const char* why, std::uint64_t so_far);
  void dropped(const mqtt::client_machine::dropped& m, std::uint64_t so_far);
  void gave_up(const mqtt::message& m, const std::string& why, std::uint64_t so_far);
  void ends_with(std::size_t messages);

  /// No alarm is its own from now on.
  void ends();

private:
  void raise(const std::string& why);
  std::string place() const;

  const bridge_settings& settings_;
  alarms_actor alarms_;
  log_limiter lost_lines_, down_lines_, lane_lines_, given_up_lines_, dropped_lines_;
  std::string why_;                  // it was down, the last time
  std::set<std::size_t> told_lanes_; // whose present outage was told
  bool told_up_ = false, told_down_ = false;
};

} // namespace troupe
