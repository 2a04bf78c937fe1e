// A packet as one line of text, for comparisons in tests and in the fuzz target.
#pragma once

#include "troupe/mqtt/packet.hpp"

#include <string>
#include <string_view>

namespace troupe::mqtt::test {

class packet_text {
public:
  static std::string of(const packet& p) {
    packet_text t;
    std::visit([&t](const auto& body) { t.put(body); }, p);
    return t.line_;
  }

private:
  static unsigned number(auto e) { return static_cast<unsigned>(e); }

  static std::string hex(unsigned n) {
    constexpr char digits[] = "0123456789ABCDEF";
    return {digits[n >> 4 & 15], digits[n & 15]};
  }

  void word(std::string_view w) { line_.append(line_.empty() ? "" : " ").append(w); }
  void word_if(bool yes, std::string_view w) {
    if (yes)
      word(w);
  }
  void field(std::string_view name, std::string_view value) {
    word(std::string{name}.append("=").append(value));
  }
  void numbered(std::string_view name, unsigned n) { word(std::string{name}.append(std::to_string(n))); }
  void id(unsigned n) { numbered("#", n); }
  void level(qos q) { numbered("qos", number(q)); }
  void reason(reason_code c) { word(hex(number(c))); }

  void type(packet_type t) {
    constexpr std::string_view names[] = {
        "?",         "CONNECT", "CONNACK",     "PUBLISH",  "PUBACK",  "PUBREC",   "PUBREL",     "PUBCOMP",
        "SUBSCRIBE", "SUBACK",  "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"};
    word(names[number(t)]);
  }

  void properties(property_view p) {
    if (p.empty())
      return;
    std::string all;
    p.for_each([&all](const property_entry& e) {
      all.append(all.empty() ? "{" : " ").append(hex(number(e.id))).append(":");
      if (e.id == property::user_property)
        all.append(e.text).append("=").append(e.value);
      else if (e.text.data() != nullptr)
        all.append(e.text);
      else
        all.append(std::to_string(e.number));
    });
    word(all + "}");
  }

  void put(const connect& c) {
    type(packet_type::connect);
    numbered("v", number(c.version));
    word_if(c.bridge, "bridge");
    word_if(c.clean_start, "clean");
    field("keep", std::to_string(c.keep_alive));
    field("id", c.client_id);
    if (c.username)
      field("user", *c.username);
    if (c.password)
      field("password", *c.password);
    properties(c.properties);
    if (c.will) {
      word("will");
      level(c.will->level);
      word_if(c.will->retain, "retain");
      field("topic", c.will->topic);
      field("payload", c.will->payload);
      properties(c.will->properties);
    }
  }

  void put(const connack& c) {
    type(packet_type::connack);
    word_if(c.session_present, "present");
    reason(c.reason);
    properties(c.properties);
  }

  void put(const publish& p) {
    type(packet_type::publish);
    level(p.level);
    word_if(p.dup, "dup");
    word_if(p.retain, "retain");
    if (p.level != qos::at_most_once || p.packet_id != 0)
      id(p.packet_id);
    field("topic", p.topic);
    field("payload", p.payload);
    properties(p.properties);
  }

  void put(const ack& a) {
    type(a.type);
    id(a.packet_id);
    reason(a.reason);
    properties(a.properties);
  }

  void put(const subscribe& s) {
    type(packet_type::subscribe);
    id(s.packet_id);
    properties(s.properties);
    for (const auto& e : s.entries) {
      word(e.filter);
      level(e.options.level);
      word_if(e.options.no_local, "nl");
      word_if(e.options.retain_as_published, "rap");
      if (e.options.retain_handling != 0)
        numbered("rh", e.options.retain_handling);
    }
  }

  void put(const suback& s) {
    type(s.type);
    id(s.packet_id);
    properties(s.properties);
    for (const reason_code c : s.reasons)
      reason(c);
  }

  void put(const unsubscribe& u) {
    type(packet_type::unsubscribe);
    id(u.packet_id);
    properties(u.properties);
    for (const std::string_view f : u.filters)
      word(f);
  }

  void put(const ping& p) { type(p.type); }

  void put(const disconnect& d) {
    type(packet_type::disconnect);
    reason(d.reason);
    properties(d.properties);
  }

  void put(const auth& a) {
    type(packet_type::auth);
    reason(a.reason);
    properties(a.properties);
  }

  std::string line_;
};

} // namespace troupe::mqtt::test
