// The settings of WebSocket listeners.
#include "schema.hpp"
#include "setters.hpp"
#include "troupe/access/outgoing_header.hpp"
#include "troupe/mqtt/words.hpp"

namespace troupe::config {

namespace {

using namespace std::chrono_literals;

const char* set_path(listener_settings& l, std::string_view v) {
  if (!v.starts_with('/') || v.find_first_of("?# ") != std::string_view::npos)
    return "a path that begins with a slash";
  l.websocket.mqtt_path = v;
  return nullptr;
}

const char* set_frame_size(listener_settings& l, std::string_view v) {
  if (v == "infinity") {
    l.websocket.max_frame_size = 0;
    return nullptr;
  }
  const auto n = parse_bytes(v);
  if (!n)
    return "a size, 0 or infinity";
  l.websocket.max_frame_size = *n;
  return nullptr;
}

// The name of an HTTP header, or nothing.
setter<listener_settings> header(std::string websocket_settings::*member) {
  return [member](listener_settings& l, std::string_view v) -> const char* {
    if (!v.empty() && !access::is_http_token(v))
      return "the name of an HTTP header";
    l.websocket.*member = v;
    return nullptr;
  };
}

setter<listener_settings> list(std::vector<std::string> websocket_settings::*member) {
  return [member](listener_settings& l, std::string_view v) -> const char* {
    auto& words = l.websocket.*member;
    words.clear();
    while (!v.empty())
      if (const auto word = mqtt::take_part(v); !word.empty())
        words.emplace_back(word);
    return words.empty() ? "a list with commas" : nullptr;
  };
}

} // namespace

std::span<const row<listener_settings>> websocket_rows() {
  using l = listener_settings;
  using w = websocket_settings;
  static const std::vector<row<listener_settings>> rows{
      {"mqtt_path", set_path, "/mqtt", "Path of the HTTP request; others are answered with 404"},
      {"verify_protocol_header", flag<l>(&l::websocket, &w::verify_protocol_header), "on",
       "Refuse clients that offer none of the supported subprotocols"},
      {"fail_if_no_subprotocol", flag<l>(&l::websocket, &w::fail_if_no_subprotocol), "off",
       "Refuse clients that offer no subprotocol at all, too"},
      {"supported_subprotocols", list(&w::supported_subprotocols),
       "mqtt, mqtt-v3, mqtt-v3.1.1, mqtt-v5, mqttv3.1", "Subprotocols; mqtt is chosen where it is offered"},
      {"check_origin_enable", flag<l>(&l::websocket, &w::check_origin_enable), "off",
       "Refuse web pages of other origins than check_origins"},
      {"allow_origin_absence", flag<l>(&l::websocket, &w::allow_origin_absence), "on",
       "But let clients in that are no web pages"},
      {"check_origins", list(&w::check_origins), "http://localhost:18083, http://127.0.0.1:18083",
       "Origins that are let in"},
      {"max_frame_size", set_frame_size, "0",
       "Bytes of a frame at most; 0 means unlimited (max_packet_size counts)"},
      {"idle_timeout", duration<l>(1s, &l::websocket, &w::idle_timeout), "7200s",
       "A client that sends nothing for so long is gone"},
      {"proxy_address_header", header(&w::proxy_address_header), "",
       "Header in which a proxy tells its client's address (X-Forwarded-For), the leftmost counts; only "
       "where clients cannot set it themselves"},
      {"proxy_port_header", header(&w::proxy_port_header), "",
       "Header in which it tells the port (X-Forwarded-Port); likewise"},
      {"compress", flag<l>(&l::websocket, &w::compress), "off", "Kept for EMQ X; compression is not offered"},
  };
  return rows;
}

} // namespace troupe::config
