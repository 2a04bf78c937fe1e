// One client identifier's session and its connections, one at a time, made of the pure machines alone: what
// the client and session actors do with them, bytes in and bytes out.
#pragma once

#include "troupe/mqtt/channel.hpp"
#include "troupe/mqtt/codec.hpp"
#include "troupe/mqtt/session.hpp"
#include "troupe/mqtt/topic.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mqtt::fuzz {

class channel_broker {
public:
  channel_broker(const channel_limits& channel_of, const session_limits& session_of)
      : limits_(&channel_of), session_limits_(&session_of) {}

  /// What was sent to the client since the last call.
  std::string take_output() {
    std::string bytes{out_.view()};
    out_.clear();
    return bytes;
  }
  bool closed() const { return !channel_ || channel_->current() == channel::state::closed; }
  bool has_session() const { return session_ != nullptr; }

  void open() {
    close();
    channel_.emplace(*limits_);
    input_.clear();
  }

  /// The connection ends; without expiry the session does too.
  void close() {
    if (session_ && session_->attached())
      session_->detach();
    if (session_expiry_ == 0)
      session_.reset();
    if (channel_)
      channel_->close();
  }

  void receive(std::string_view bytes) {
    input_.append(bytes);
    std::string_view rest{input_};
    while (!rest.empty() && !closed()) {
      packet p;
      const auto r = decode(rest, {channel_->version(), limits_->max_packet_size, true}, p);
      if (r.status == decode_status::need_more)
        break;
      if (r.status == decode_status::malformed) {
        refuse(rest, r.reason);
        break;
      }
      on_packet(p);
      rest.remove_prefix(r.size);
    }
    input_.erase(0, input_.size() - rest.size());
    send_batch();
  }

  /// A message of another client.
  void publish(std::string_view topic, std::string_view payload, qos level, std::uint32_t expiry) {
    if (session_)
      route({topic, payload, {}, {}, now_, expiry, level});
    send_batch();
  }

  void pass(time_ms time) {
    now_ += time;
    if (session_)
      session_->tick(now_, batch_);
    send_batch();
  }

  void writable(bool yes) {
    if (session_ && session_->attached())
      session_->writable(yes, now_, batch_);
    send_batch();
  }

private:
  void on_packet(packet& p) {
    if (channel_->current() == channel::state::idle && !std::holds_alternative<connect>(p)) {
      end(reason_code::protocol_error);
      return;
    }
    std::visit([this](auto& one) { on(one); }, p);
  }

  void on(connect& c) {
    if (channel_->current() != channel::state::idle) {
      end(reason_code::protocol_error);
      return;
    }
    connect_request request;
    const auto verdict = channel_->on_connect(c, "fresh", request);
    if (verdict != reason_code::success) {
      turn_away(verdict);
      return;
    }
    if (channel_->current() == channel::state::authenticating) { // there is no method here
      turn_away(reason_code::bad_authentication_method);
      return;
    }
    const bool present = session_ && !request.clean_start;
    if (!present)
      session_ = std::make_unique<session>(*session_limits_, metrics_);
    session_expiry_ = request.session_expiry;
    property_writer properties;
    encode(channel_->accept(request, present, properties), channel_->version(), out_);
    session_->attach(request.version, request.receive_maximum, now_, batch_);
  }

  void on(mqtt::publish& p) {
    const auto v = channel_->on_publish(p);
    using action = channel::publish_verdict::action;
    if (v.what == action::close) {
      end(v.reason);
      return;
    }
    message_parts parts{v.topic, p.payload, {}, {}, now_, no_expiry, p.level, p.retain};
    std::string scratch;
    parts.properties = forwardable_properties(p.properties, scratch);
    parts.expiry = p.properties.number(property::message_expiry_interval).value_or(no_expiry);
    const auto answer = p.level == qos::exactly_once ? packet_type::pubrec : packet_type::puback;
    if (v.what == action::refuse) {
      if (p.level != qos::at_most_once)
        acknowledge(answer, p.packet_id, v.reason);
      return;
    }
    if (v.what == action::to_session) {
      const auto result = session_->on_publish2(p.packet_id, now_);
      if (result == session::receive_result::exceeded) {
        end(reason_code::receive_maximum_exceeded);
        return;
      }
      if (result == session::receive_result::fresh)
        route(parts);
      acknowledge(answer, p.packet_id, reason_code::success);
      return;
    }
    route(parts);
    if (p.level == qos::at_least_once)
      acknowledge(answer, p.packet_id, reason_code::success);
  }

  void on(ack& a) {
    switch (a.type) {
      case packet_type::puback: session_->on_puback(a.packet_id, a.reason, now_, batch_); break;
      case packet_type::pubrec: session_->on_pubrec(a.packet_id, a.reason, now_, batch_); break;
      case packet_type::pubcomp: session_->on_pubcomp(a.packet_id, a.reason, now_, batch_); break;
      default: acknowledge(packet_type::pubcomp, a.packet_id, session_->on_pubrel(a.packet_id)); break;
    }
  }

  void on(subscribe& s) {
    suback answer{packet_type::suback, s.packet_id, {}, {}};
    const auto id = s.properties.number(property::subscription_identifier);
    for (const auto& e : s.entries) {
      const auto verdict = channel_->on_subscribe_entry(e, id.has_value());
      if (verdict.fatal) {
        end(verdict.reason);
        return;
      }
      auto options = e.options;
      options.level = std::min(options.level, limits_->max_qos);
      auto reason = verdict.reason;
      if (reason == reason_code::success)
        reason = session_->subscribe(e.filter, {options, id.value_or(0)}) ==
                         session::subscribe_result::quota_exceeded
                     ? reason_code::quota_exceeded
                     : static_cast<reason_code>(options.level);
      answer.reasons.push_back(reason);
    }
    send_batch();
    encode(answer, channel_->version(), out_);
  }

  void on(unsubscribe& u) {
    suback answer{packet_type::unsuback, u.packet_id, {}, {}};
    for (const auto filter : u.filters)
      answer.reasons.push_back(session_->unsubscribe(filter) ? reason_code::success
                                                             : reason_code::no_subscription_existed);
    send_batch();
    encode(answer, channel_->version(), out_);
  }

  void on(disconnect& d) {
    const auto verdict = channel_->on_disconnect(d);
    if (verdict.error != reason_code::success) {
      end(verdict.error);
      return;
    }
    if (verdict.session_expiry)
      session_expiry_ = *verdict.session_expiry;
    close();
  }

  void on(ping&) {
    send_batch();
    encode(ping{packet_type::pingresp}, channel_->version(), out_);
  }

  void on(auth&) { end(reason_code::protocol_error); }
  void on(connack&) { end(reason_code::protocol_error); }
  void on(suback&) { end(reason_code::protocol_error); }

  /// What cannot be decoded: a first packet of 5.0, or of an unknown version, has an answer.
  void refuse(std::string_view bytes, reason_code reason) {
    if (channel_->current() != channel::state::idle) {
      end(channel_->on_malformed(bytes, reason));
      return;
    }
    const auto version = connect_version(bytes);
    if (version)
      channel_->assume_version(*version);
    if (version == protocol_version::v5 || reason == reason_code::unsupported_protocol_version)
      turn_away(reason);
    else
      channel_->close();
  }

  void turn_away(reason_code reason) {
    encode(connack{false, reason, {}}, channel_->version(), out_);
    channel_->close();
  }

  void end(reason_code reason) {
    send_batch();
    if (channel_->current() == channel::state::connected && channel_->version() == protocol_version::v5)
      encode(disconnect{reason, {}}, protocol_version::v5, out_);
    close();
  }

  void acknowledge(packet_type type, std::uint16_t id, reason_code reason) {
    delivery d;
    d.type = type;
    d.packet_id = id;
    d.reason = reason;
    batch_.push_back(std::move(d));
  }

  /// One copy for all subscriptions that match, as the router makes it.
  void route(const message_parts& parts) {
    delivery d;
    bool found = false;
    for (const auto& [filter, s] : session_->subscriptions()) {
      const auto target = parse_subscription(filter);
      if (!matches(target->filter, parts.topic))
        continue;
      const auto level = effective_qos(parts.level, s.options.level, session_limits_->upgrade_qos);
      d.level = found ? std::max(d.level, level) : level;
      d.retain = d.retain || (s.options.retain_as_published && parts.retain);
      d.subscription_id = s.id != 0 ? s.id : d.subscription_id;
      found = true;
    }
    if (!found)
      return;
    d.message = message::make(parts);
    std::vector<delivery> one{std::move(d)};
    session_->deliver(one, now_);
    for (auto& sent : one)
      batch_.push_back(std::move(sent));
  }

  void send_batch() {
    while (!batch_.empty()) {
      std::vector<delivery> batch;
      batch.swap(batch_);
      for (const auto& d : batch)
        if (channel_ && channel_->current() == channel::state::connected)
          send(d);
    }
  }

  void send(const delivery& d) {
    if (d.type != packet_type::publish) {
      encode_ack(d.type, d.packet_id, d.reason, channel_->version(), out_);
      return;
    }
    const auto alias = channel_->alias_for(d.message->topic());
    if (encode_publish(d, channel_->outgoing(), now_, alias.alias, alias.is_new, out_))
      return;
    if (alias.is_new)
      channel_->forget_alias(d.message->topic());
    if (d.level != qos::at_most_once)
      session_->discard(d.packet_id, now_, batch_);
  }

  const channel_limits* limits_;
  const session_limits* session_limits_;
  counters metrics_;
  std::optional<channel> channel_;
  std::unique_ptr<session> session_;
  std::uint32_t session_expiry_ = 0;
  std::string input_; // not decoded yet
  std::vector<delivery> batch_;
  buffer out_;
  time_ms now_ = 1'700'000'000'000;
};

} // namespace troupe::mqtt::fuzz
