// Settings of emqx_web_hook (reference/config.md section 10).
#pragma once

#include "troupe/actors/back_end_settings.hpp"
#include "troupe/rules/event_enum.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// What the plugin can be told of.
struct web_hook_event {
  rules::event_kind kind;
  const char* name;   // "client.connect": in keys of the configuration
  const char* action; // "client_connect": in the body of a request
};

/// All of them.
inline constexpr web_hook_event web_hook_events[] = {
    {rules::event_kind::client_connect, "client.connect", "client_connect"},
    {rules::event_kind::client_connack, "client.connack", "client_connack"},
    {rules::event_kind::client_connected, "client.connected", "client_connected"},
    {rules::event_kind::client_disconnected, "client.disconnected", "client_disconnected"},
    {rules::event_kind::client_subscribe, "client.subscribe", "client_subscribe"},
    {rules::event_kind::client_unsubscribe, "client.unsubscribe", "client_unsubscribe"},
    {rules::event_kind::session_subscribed, "session.subscribed", "session_subscribed"},
    {rules::event_kind::session_unsubscribed, "session.unsubscribed", "session_unsubscribed"},
    {rules::event_kind::session_terminated, "session.terminated", "session_terminated"},
    {rules::event_kind::message_publish, "message.publish", "message_publish"},
    {rules::event_kind::message_delivered, "message.delivered", "message_delivered"},
    {rules::event_kind::message_acked, "message.acked", "message_acked"},
};

inline constexpr std::size_t web_hook_event_count = std::size(web_hook_events);

/// `web.hook.rule.<event>.<n>`.
struct web_hook_rule {
  rules::event_kind on = rules::event_kind::client_connect;
  std::string topic; // filter; empty: any, also of events without a topic
};

/// `web.hook.*`.
struct web_hook_settings {
  enum class payload_form : std::uint8_t { plain, base62, base64 };

  std::string url = "http://127.0.0.1:8080";
  std::vector<std::pair<std::string, std::string>> headers; // `web.hook.headers.<field>`
  payload_form payload = payload_form::plain;
  std::chrono::milliseconds connect_timeout{5'000}, request_timeout{5'000};
  std::size_t pool = 32; // requests at a time
  outgoing_tls tls;      // of https
  std::map<std::pair<std::string, std::uint32_t>, web_hook_rule>
      rules; // by event and number; empty: all events
};

} // namespace troupe
