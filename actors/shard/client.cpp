#include "client.hpp"

#include "rule_events.hpp"

#include <caf/send.hpp>

#include <algorithm>

namespace troupe {

using mqtt::decode_status;
using mqtt::reason_code;

namespace {

// How long a connection that we ended may stay open for the peer to read why.
constexpr mqtt::time_ms linger_time = 2'000;
constexpr std::size_t partial_keep = 1024; // capacity that an idle client may keep
// Filters on their way to the route table beyond which SUBSCRIBE and UNSUBSCRIBE wait too.
constexpr std::uint32_t most_filters_pending = 1024;

// Says which of the filters is the first to be refused.
void explain_refusals(const std::vector<reason_code>& reasons, mqtt::property_writer& properties) {
  const auto first = std::find_if(reasons.begin(), reasons.end(), [](auto r) { return is_error(r); });
  if (first == reasons.end())
    return;
  properties.text(mqtt::property::reason_string,
                  "filter " + std::to_string(first - reasons.begin() + 1) + ": " + describe(*first));
}

} // namespace

client::client(caf::actor_config& config, shard& home, listener_context& listener,
               std::shared_ptr<transport> stream)
    : slim_actor(config, home),
      listener_(listener),
      stream_(std::move(stream)),
      channel_(listener.zone->channel) {}

client::~client() = default;

void client::start(std::string_view received, std::uint64_t reads, bool turn_away) {
  turn_away_ = turn_away;
  figures_.recv_cnt = reads;
  started_ = true;
  if (listener_.rates.any())
    throttle_ = std::make_unique<throttle>(*this);
  home().add_client(*this);
  // The socket keeps the actor alive; on_finish gives the reference back.
  intrusive_ptr_add_ref(ctrl());
  stream_->start(*this);
  if (!received.empty())
    on_bytes(received);
}

void client::on_open() {
  if (lingering_ || finished())
    return;
  peer_ = stream_->peer();
  last_seen_ = home().now();
  home().timers().arm(*this, last_seen_ + zone().idle_timeout);
}

// -- input ------------------------------------------------------------------------------------------

void client::on_bytes(std::string_view bytes) {
  if (lingering_ || finished())
    return;
  last_seen_ = home().now();
  figures_.recv_oct += bytes.size();
  home().metrics().add(mqtt::metric::bytes_received, bytes.size());
  if (throttle_)
    throttle_->limiter.on_bytes(bytes.size(), home().now());
  const auto published = figures_.recv_msg;
  home().forget_receiver();
  take_input(bytes);
  flush_to_session();
  if (figures_.recv_msg != published && !lingering_ && !finished())
    expect_the_same();
  if (over_rate() && !input_stopped_ && !lingering_ && !finished())
    stop_input();
}

// Whether more was read than the rate allows so far. What has been read is handled nevertheless.
bool client::over_rate() const noexcept {
  return throttle_ != nullptr && throttle_->limiter.wait_to_read(home().now()) > 0;
}

void client::limit(const limit_client& m) {
  if (lingering_ || finished())
    return;
  if (!throttle_)
    throttle_ = std::make_unique<throttle>(*this);
  auto& limiter = throttle_->limiter;
  const auto now = home().now();
  if (m.messages)
    limiter.limit_messages(*m.messages, now);
  if (m.routed)
    limiter.limit_routed(*m.routed, now);
  if (m.bytes)
    limiter.limit_bytes(*m.bytes, now);
  if (input_stopped_ && channel_.current() != mqtt::channel::state::connecting)
    wake_input(); // it may wait for a rate that holds no longer
}

void client::take_input(std::string_view bytes) {
  // First complete the packet that began earlier, copying no more than it lacks, then go on in place.
  while (!partial_.empty() && !bytes.empty() && !input_stopped_ && !lingering_ && !finished() &&
         migrating_to_ < 0) {
    const std::size_t lacks = needed_ > partial_.size() ? needed_ - partial_.size() : 1;
    const std::size_t n = std::min(lacks, bytes.size());
    partial_.append(bytes.substr(0, n));
    bytes.remove_prefix(n);
    partial_.consume(parse(partial_.view()));
  }
  if (partial_.empty() && !input_stopped_ && migrating_to_ < 0 && !bytes.empty())
    bytes.remove_prefix(parse(bytes));
  if (lingering_ || finished())
    return;
  if (migrating_to_ >= 0) {
    migrate(bytes);
    return;
  }
  partial_.append(bytes);
  if (partial_.empty() && partial_.capacity() > partial_keep)
    partial_.release();
}

// Handles the packets at the front of `bytes` and returns how many bytes that were.
std::size_t client::parse(std::string_view bytes) {
  const std::size_t before = bytes.size();
  mqtt::packet& packet = home().scratch_packet();
  while (!bytes.empty() && !lingering_ && !finished() && migrating_to_ < 0) {
    if (channel_.current() == mqtt::channel::state::connecting) { // CONNACK comes before any answer to this
      stop_input();
      break;
    }
    const auto result = mqtt::decode(bytes,
                                     {.version = channel_.version(),
                                      .max_packet_size = zone().channel.max_packet_size,
                                      .from_client = true},
                                     packet);
    if (result.status == decode_status::need_more) {
      needed_ = result.size;
      break;
    }
    if (result.status == decode_status::malformed) {
      if (channel_.current() == mqtt::channel::state::idle) {
        refuse_first_packet(result, bytes);
        return before;
      }
      count_refused(result.reason, bytes.front());
      protocol_error(channel_.on_malformed(bytes, result.reason), result.detail);
      return before;
    }
    if (must_wait(packet) || home().exhausted() || (home().asks_back_ends() && !knows_access(packet))) {
      stop_input();
      break;
    }
    on_packet(packet);
    if (holds_answers_) [[unlikely]]
      settle_answers();
    if (migrating_to_ >= 0)
      break; // the packet goes along
    bytes.remove_prefix(result.size);
  }
  return before - bytes.size();
}

// Packets are handled in order, as if each were done before the next: until a subscription is in the route
// table a message behind it would miss it.
bool client::must_wait(const mqtt::packet& p) const {
  if (out_.size() - out_sent_ > zone().max_write_buffer)
    return true; // the peer does not read its acknowledgements
  if (throttle_ != nullptr && std::holds_alternative<mqtt::publish>(p) &&
      throttle_->limiter.wait_to_publish(home().now()) > 0)
    return true;
  return filters_pending_ > most_filters_pending || (qos2_pending_ > 0 && overtakes(p)) ||
         (filters_pending_ > 0 &&
          (std::holds_alternative<mqtt::publish>(p) || std::holds_alternative<mqtt::ping>(p)));
}

// QoS 2 takes the way by the session, which lower levels do not: those wait for it, so that the messages of a
// topic come in their order, and the last one stays retained.
bool client::overtakes(const mqtt::packet& p) const noexcept {
  const auto* publish = std::get_if<mqtt::publish>(&p);
  return publish != nullptr && publish->level != mqtt::qos::exactly_once;
}

void client::stop_input() {
  input_stopped_ = true;
  stream_->pause();
  const bool nothing_will_wake_us = channel_.current() != mqtt::channel::state::connecting &&
                                    filters_pending_ == 0 && qos2_pending_ == 0 && !blocked_ &&
                                    !waits_for_access();
  if (!nothing_will_wake_us)
    return;
  if (throttle_ != nullptr) {
    auto& limiter = throttle_->limiter;
    const auto now = home().now();
    if (const auto wait = std::max(limiter.wait_to_read(now), limiter.wait_to_publish(now)); wait > 0) {
      home().timers().arm(*throttle_, now + wait);
      return;
    }
  }
  wake_input();
}

void client::wake_input() {
  if (std::exchange(continue_wanted_, true))
    return;
  home().continue_later(*this);
}

void client::continue_input() {
  continue_wanted_ = false;
  take_up_input();
}

void client::take_up_input() {
  if (!input_stopped_ || lingering_ || finished())
    return;
  input_stopped_ = false;
  needed_ = 0;
  partial_.consume(parse(partial_.view()));
  if (lingering_ || finished())
    return;
  if (migrating_to_ >= 0) {
    migrate({});
    return;
  }
  flush_to_session();
  if (!input_stopped_)
    resume_input();
}

void client::resume_input() {
  if (over_rate())
    stop_input();
  else
    stream_->resume();
}

void client::flush_to_session() {
  if (to_session_.empty() || !session_)
    return;
  caf::anon_send(session_, from_client{std::move(to_session_), connection_});
  to_session_ = {};
}

// The client id lives on another shard: the connection goes there with all that it has sent.
void client::migrate(std::string_view rest_of_input) {
  adopt_socket m;
  m.received.assign(partial_.view());
  m.received.append(rest_of_input);
  m.listener = listener_.index;
  m.reads = stream_->reads();
  // It counts there again.
  home().metrics().add(mqtt::metric::bytes_received, -static_cast<std::uint64_t>(m.received.size()));
  m.stream = stream_->release();
  const auto target = static_cast<std::size_t>(migrating_to_);
  if (m.stream != nullptr) {
    migrated_ = true;
    caf::anon_send(home().node().actors.routers[target], std::move(m));
  }
  finish();
}

void client::on_end(const char* why) {
  if (lingering_)
    finish();
  else
    close(reason_code::unspecified_error, why, goodbye::silent);
}

void client::on_timer(mqtt::time_ms now) {
  if (lingering_) {
    finish();
    return;
  }
  if (const auto end = stuck_at(); end > 0 && now >= end) {
    close(reason_code::unspecified_error, "send_timeout", goodbye::silent);
    return;
  }
  if (const auto reason = held_refusal_; reason != reason_code::success) {
    drop_refusal();
    answer_refused(reason);
    return;
  }
  if (channel_.current() == mqtt::channel::state::connecting && request_ != nullptr) {
    deny(reason_code::server_unavailable); // a plugin of authentication, or what it asks, does not answer
    return;
  }
  if (channel_.current() != mqtt::channel::state::connected) {
    close(reason_code::unspecified_error, "idle_timeout", goodbye::silent);
    return;
  }
  if (input_stopped_ && !blocked_)
    last_seen_ = now; // it is we who do not listen
  const auto limit = channel_.silence_limit();
  if (limit > 0 && now - last_seen_ >= limit)
    close(reason_code::keep_alive_timeout, "keepalive_timeout", goodbye::disconnect);
  else
    arm_timer();
}

// When a peer that goes on taking nothing is given up; 0: never.
mqtt::time_ms client::stuck_at() const noexcept {
  return blocked_ && listener_.send_timeout > 0 ? taken_at_ + listener_.send_timeout : 0;
}

// For what comes first, when there is something to wait for.
void client::arm_timer() {
  const auto limit = channel_.silence_limit();
  auto due = stuck_at();
  if (limit > 0)
    due = due > 0 ? std::min(due, last_seen_ + limit) : last_seen_ + limit;
  if (due > 0)
    home().timers().arm(*this, due);
}

// -- messages ------------------------------------------------------------------------------------------

void client::handle(session_attached& m) {
  if (lingering_ || finished()) { // gone meanwhile: the session must learn it
    request_ = nullptr;
    caf::anon_send(m.session, detach_session{self(), true, {}, "tcp_closed"});
    return;
  }
  session_ = m.session;
  connection_ = m.connection;
  publisher_ = std::move(m.publisher);
  expect_acks();
  mqtt::property_writer properties;
  const auto answer = channel_.accept(*request_, m.session_present, properties);
  const bool fits = send_packet(answer);
  if (fits && home().wants(rules::event_kind::client_connack))
    tell_connack(home(), *request_, peer_, listener_, answer.reason, answer.properties);
  request_ = nullptr;
  if (!fits) { // not even the barest one [MQTT-3.1.2-24], and nothing may go before a CONNACK
    close(reason_code::packet_too_large, "frame_too_large", goodbye::silent);
    return;
  }
  filters_pending_ += m.subscribing ? 1 : 0; // a publish behind the CONNECT reaches them too
  counted_ = true;
  home().node().gauges->connections.add();
  home().metrics().add(mqtt::metric::client_connack);
  log_connected();
  cancel(); // idle_timeout
  arm_timer();
  take_up_input();
}

void client::handle(subscribe_answer& m) {
  if (lingering_ || finished())
    return;
  filters_pending_ -= static_cast<std::uint32_t>(m.reasons.size());
  count_refusals(m);
  mqtt::property_writer properties;
  if (channel_.problem_information())
    explain_refusals(m.reasons, properties);
  if (m.packet_id != 0 &&
      !send_packet(mqtt::suback{m.type, m.packet_id, properties.view(), std::move(m.reasons)})) {
    close(reason_code::packet_too_large, "frame_too_large", goodbye::disconnect, true,
          "the acknowledgement is larger than the client accepts");
    return;
  }
  if (filters_pending_ == 0 && input_stopped_)
    take_up_input();
}

void client::handle(close_client& m) {
  close(m.reason, m.why, goodbye::disconnect); // a session that closes us listens to us no longer
}

// -- the end -----------------------------------------------------------------------------------------------

void client::protocol_error(reason_code reason, const char* detail) {
  log_problem(to_string(reason), detail);
  if (channel_.current() == mqtt::channel::state::authenticating) {
    refuse_connect(reason, detail); // a CONNACK comes before any DISCONNECT
    return;
  }
  const char* why = reason == reason_code::packet_too_large   ? "frame_too_large"
                    : reason == reason_code::malformed_packet ? "malformed_packet"
                                                              : to_string(reason).data();
  close(reason, why, goodbye::disconnect, true, detail);
}

// Before CONNECT is accepted only 5.0, and a CONNECT of a level that we do not know, get an answer.
void client::refuse_first_packet(const mqtt::decode_result& result, std::string_view bytes) {
  const auto version = mqtt::connect_version(bytes);
  const bool answered = version == mqtt::protocol_version::v5;
  if (version)
    channel_.assume_version(*version);
  log_problem(to_string(result.reason), result.detail);
  if (answered || result.reason == reason_code::unsupported_protocol_version) {
    ++figures_.recv_pkt;
    home().metrics().add(mqtt::metric::packets_received);
    home().metrics().add(mqtt::metric::packets_connect_received);
    home().metrics().add(mqtt::metric::client_connect);
    refuse_connect(result.reason, result.detail);
  } else {
    close(result.reason,
          result.reason == reason_code::malformed_packet ? "malformed_packet" : "protocol_error",
          goodbye::silent);
  }
}

void client::close(reason_code reason, shutdown_reason why, goodbye how, bool publish_will,
                   std::string_view detail) {
  if (lingering_ || finished())
    return;
  flush_to_session(); // acknowledgements that came before count
  const bool was_connected = channel_.current() == mqtt::channel::state::connected;
  if (how == goodbye::disconnect && was_connected && channel_.version() == mqtt::protocol_version::v5)
    send_farewell(reason, detail);
  if (channel_.current() == mqtt::channel::state::authenticating)
    request_ = nullptr; // no session is being opened
  channel_.close();
  if (was_connected) {
    log_disconnected(why);
    if (zone().detect_flapping)
      home().watch_disconnect(publisher_->client_id);
  }
  clear_congestion();
  uncount();
  if (session_) {
    caf::anon_send(session_, detach_session{self(), publish_will, {}, why});
    session_ = nullptr;
  }
  caf::anon_send(home().node().actors.listeners[listener_.index], connection_ended{why});
  if (how == goodbye::silent && !stream_->lingers()) {
    finish();
    return;
  }
  flush();
  lingering_ = true;
  stream_->resume();
  if (!blocked_)
    stream_->shutdown_send(); // else when the rest has gone
  home().timers().arm(*this, home().now() + linger_time);
}

void client::uncount() {
  if (std::exchange(counted_, false))
    home().node().gauges->connections.subtract();
}

void client::on_finish() {
  drop_refusal();
  clear_congestion();
  uncount();
  if (!migrated_)
    listener_.release(turn_away_);
  home().cancel_flush(*this);
  home().cancel_continue(*this);
  throttle_ = nullptr;
  if (session_) { // died of an exception: its session lives on
    caf::anon_send(session_, detach_session{self(), true, {}, "internal_error"});
    session_ = nullptr;
  } else if (request_) { // gone before it knew its session, which may have been attached meanwhile
    if (const auto* s = home().sessions().find(request_->client_id))
      caf::anon_send(s->actor, detach_session{self(), true, {}, "tcp_closed"});
  }
  stream_->close();
  if (started_) {
    started_ = false;
    home().remove_client(*this);
    home().release_later(ctrl());
  }
}

connection_figures client::figures() const {
  connection_figures f = figures_;
  f.recv_cnt += stream_->reads();
  return f;
}

std::size_t client::footprint() const noexcept {
  return sizeof *this + (throttle_ ? sizeof *throttle_ : 0) +
         (acl_ ? sizeof *acl_ + acl_->cache.footprint() + (acl_->asked ? acl_->asked->footprint() : 0) : 0) +
         partial_.capacity() + out_.capacity() + pending_.capacity() * sizeof(mqtt::delivery) +
         to_session_.capacity() * sizeof(client_packet);
}

} // namespace troupe
