#include "web_hook_body.hpp"

#include "troupe/mqtt/base64.hpp"
#include "troupe/rules/value.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe {

using rules::event_kind;
using rules::event_record;

namespace {

// Writes the members of one object.
class json_members {
public:
  void text(const char* name, std::string_view value) {
    begin(name);
    rules::append_json_string(out_, value);
  }
  void text_or_null(const char* name, std::string_view value) {
    if (value.empty())
      raw(name, "null");
    else
      text(name, value);
  }
  template <class Number>
  void number(const char* name, Number n) {
    raw(name, std::to_string(n));
  }
  void flag(const char* name, bool yes) { raw(name, yes ? "true" : "false"); }
  void raw(const char* name, std::string_view json) {
    begin(name);
    out_ += json;
  }

  std::string finish() && { return std::move(out_ += '}'); }

private:
  void begin(const char* name) {
    out_ += out_.empty() ? '{' : ',';
    rules::append_json_string(out_, name);
    out_ += ':';
  }

  std::string out_;
};

void add_client(json_members& to, const mqtt::publisher_ptr& who, const char* id_name,
                const char* user_name) {
  to.text_or_null(id_name, who ? std::string_view{who->client_id} : std::string_view{});
  to.text_or_null(user_name, who ? std::string_view{who->username} : std::string_view{});
}

void add_connection(json_members& to, const event_record& e) {
  to.text_or_null("ipaddress", e.client ? std::string_view{e.client->peer_host} : std::string_view{});
  to.number("keepalive", e.connection ? e.connection->keepalive : 0);
  to.number("proto_ver", e.connection ? e.connection->proto_ver : 0);
}

void add_subscription(json_members& to, const event_record& e) {
  to.text("topic", e.topic);
  if (e.kind == event_kind::session_unsubscribed)
    return;
  json_members options;
  options.number("qos", static_cast<int>(e.options.level));
  options.number("nl", e.options.no_local ? 1 : 0);
  options.number("rap", e.options.retain_as_published ? 1 : 0);
  options.number("rh", static_cast<int>(e.options.retain_handling));
  to.raw("opts", std::move(options).finish());
}

void add_message(json_members& to, const mqtt::message& m, mqtt::qos level,
                 web_hook_settings::payload_form form) {
  using payload_form = web_hook_settings::payload_form;
  add_client(to, m.from(), "from_client_id", "from_username");
  to.text("topic", m.topic());
  to.number("qos", static_cast<int>(level));
  to.flag("retain", m.retain());
  to.text("payload", form == payload_form::base64   ? mqtt::to_base64(m.payload())
                     : form == payload_form::base62 ? to_base62(m.payload())
                                                    : std::string{m.payload()});
  to.number("ts", m.timestamp());
}

void add_event(json_members& to, const event_record& e, web_hook_settings::payload_form form) {
  if (e.kind != event_kind::message_acked)
    add_client(to, e.client, "clientid", "username");
  else
    to.text_or_null("clientid", e.client ? std::string_view{e.client->client_id} : std::string_view{});
  switch (e.kind) {
    case event_kind::client_connect: add_connection(to, e); break;
    case event_kind::client_connack:
      add_connection(to, e);
      to.text("conn_ack", e.reason);
      break;
    case event_kind::client_connected:
      add_connection(to, e);
      to.number("connected_at", e.connection ? e.connection->connected_at : e.at);
      break;
    case event_kind::client_disconnected:
    case event_kind::session_terminated: to.text_or_null("reason", e.reason); break;
    case event_kind::client_subscribe:
    case event_kind::client_unsubscribe:
    case event_kind::session_subscribed:
    case event_kind::session_unsubscribed: add_subscription(to, e); break;
    case event_kind::message_delivered:
    case event_kind::message_acked:
      if (e.message)
        add_message(to, *e.message, e.level, form);
      break;
    case event_kind::session_resumed:
    case event_kind::message_publish:
    case event_kind::message_dropped:
    case event_kind::delivery_dropped: break; // of these it is not told, or not by an event
  }
}

} // namespace

std::optional<std::string> web_hook_body(const rules::event_record* event, const mqtt::message_ptr& message,
                                         web_hook_settings::payload_form form) {
  const auto kind = event != nullptr ? event->kind : event_kind::message_publish;
  const auto known = std::find_if(std::begin(web_hook_events), std::end(web_hook_events),
                                  [&](const web_hook_event& e) { return e.kind == kind; });
  if (known == std::end(web_hook_events))
    return std::nullopt;
  json_members body;
  body.text("action", known->action);
  if (event != nullptr)
    add_event(body, *event, form);
  else
    add_message(body, *message, message->level(), form);
  return std::move(body).finish();
}

std::string to_base62(std::string_view bytes) {
  std::string out;
  const auto put = [&out](unsigned index) {
    if (index < 26)
      out += static_cast<char>('A' + index);
    else if (index < 52)
      out += static_cast<char>('a' + index - 26);
    else if (index < 61)
      out += static_cast<char>('0' + index - 52);
    else
      out.append({'9', static_cast<char>('A' + index - 61)});
  };
  unsigned waiting = 0;
  int bits = 0;
  for (const char c : bytes) {
    waiting = (waiting << 8 | static_cast<unsigned char>(c)) & 0xFFFFU;
    for (bits += 8; bits >= 6; bits -= 6)
      put(waiting >> (bits - 6) & 0x3FU);
  }
  if (bits > 0)
    put(waiting & ((1U << bits) - 1));
  return out;
}

} // namespace troupe
