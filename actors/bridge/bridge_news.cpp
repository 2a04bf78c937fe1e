#include "bridge_news.hpp"

#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/bridge_settings.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/time_text.hpp"

#include <caf/send.hpp>

#include <utility>

namespace troupe {

bridge_news::bridge_news(const bridge_settings& settings, alarms_actor alarms)
    : settings_(settings), alarms_(std::move(alarms)) {}

void bridge_news::begins() {
  if (alarms_)
    caf::anon_send(alarms_, clear_alarm{alarm_kind::plugin, settings_.name});
}

void bridge_news::cannot_begin(const std::string& why) {
  log::error("[Bridge] {}: {}", settings_.name, log::printable(why));
  raise(why);
}

void bridge_news::crashed(const std::string& why) {
  log::error("[Bridge] {} has crashed: {}", settings_.name, log::printable(why));
  if (alarms_)
    caf::anon_send(alarms_, raise_alarm{alarm_kind::plugin, settings_.name, {}, {{"error", why}}});
}

void bridge_news::connected(std::size_t lane) {
  if (!std::exchange(told_up_, true))
    log::info("[Bridge] {} is connected", settings_.name);
  if (alarms_)
    caf::anon_send(alarms_, clear_alarm{alarm_kind::resource, settings_.name});
  told_down_ = false;
  if (told_lanes_.erase(lane) > 0)
    log::info("[Bridge] {}: connection {} is there again", settings_.name, lane + 1);
}

void bridge_news::lane_is_down(std::size_t lane, std::size_t lanes, const std::string& why) {
  if (!told_lanes_.insert(lane).second)
    return;
  if (const auto left_out = lane_lines_.next(now_ms()))
    log::warning("[Bridge] {}: connection {} of {} to {} is down: {}{}", settings_.name, lane + 1, lanes,
                 place(), log::printable(why), left_out_note(*left_out));
}

void bridge_news::is_down(const std::string& why) {
  told_lanes_.clear();
  if (std::exchange(told_down_, true) && why == why_)
    return;
  told_up_ = false;
  if (const auto left_out = down_lines_.next(now_ms()))
    log::warning("[Bridge] {} is not connected to {}: {}{}", settings_.name, place(), log::printable(why),
                 left_out_note(*left_out));
  raise(why);
}

void bridge_news::lost(const char* why, std::uint64_t so_far) {
  if (lost_lines_.next(now_ms()))
    log::warning("[Bridge] {} has lost a message: {}; {} so far", settings_.name, why, so_far);
}

void bridge_news::dropped(const mqtt::client_machine::dropped& m, std::uint64_t so_far) {
  if (const auto left_out = dropped_lines_.next(now_ms()))
    log::warning("[Bridge] {} drops a message of {} bytes of {}, to {}: {}; {} messages lost so far{}",
                 settings_.name, m.payload, place(), log::printable(m.topic), m.why, so_far,
                 left_out_note(*left_out));
}

void bridge_news::gave_up(const mqtt::message& m, const std::string& why, std::uint64_t so_far) {
  if (const auto left_out = given_up_lines_.next(now_ms()))
    log::warning("[Bridge] {} gives up a message of {} bytes to {}: {} connections in a row have ended with "
                 "it ({}); {} messages lost so far{}",
                 settings_.name, m.payload().size(), log::printable(m.topic()),
                 mqtt::client_machine::most_ends, log::printable(why), so_far, left_out_note(*left_out));
}

void bridge_news::ends_with(std::size_t messages) {
  log::warning("[Bridge] {} ends and gives up {} messages, which {} has not acknowledged", settings_.name,
               messages, place());
}

void bridge_news::ends() {
  if (alarms_)
    caf::anon_send(alarms_, clear_alarm{alarm_kind::resource, settings_.name});
  alarms_ = nullptr; // may hold its owner
}

void bridge_news::raise(const std::string& why) {
  why_ = why;
  if (alarms_)
    caf::anon_send(alarms_, raise_alarm{alarm_kind::resource,
                                        settings_.name,
                                        {},
                                        {{"id", settings_.name}, {"type", settings_.type}, {"reason", why}}});
}

std::string bridge_news::place() const {
  return settings_.peer.empty() ? settings_.host + ":" + std::to_string(settings_.port) : settings_.peer;
}

} // namespace troupe
