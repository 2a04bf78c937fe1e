// Sequences of operations on a session, seen by a model of its client. What must hold: no identifier stands
// for two messages, at QoS 1 and 2 nothing is lost or doubled unless it is counted as dropped, the order per
// topic and QoS is kept, the window is respected, and time goes on.
#include "require.hpp"
#include "troupe/mqtt/session.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

using namespace troupe::mqtt;
using troupe::test::require;

namespace {

class input {
public:
  input(const std::uint8_t* data, std::size_t size) : at_(data), left_(size) {}
  bool empty() const { return left_ == 0; }
  std::uint8_t byte() {
    if (left_ == 0)
      return 0;
    --left_;
    return *at_++;
  }

private:
  const std::uint8_t* at_;
  std::size_t left_;
};

struct unacknowledged {
  std::uint16_t packet_id;
  std::uint32_t number; // of the message
  bool released;        // PUBREC sent
  qos level;
  bool held; // not sent again yet: beyond this connection's Receive Maximum
};

constexpr std::size_t most_operations = 2'000;
constexpr std::size_t most_churned = 100'000; // messages: identifiers go round

class model {
public:
  explicit model(input& in) : in_(in) {
    limits_.max_inflight = in.byte() % 8;
    limits_.max_awaiting_rel = in.byte() % 4;
    limits_.await_rel_timeout = 1'000 * (in.byte() % 4);
    limits_.retry_interval = 700 * (in.byte() % 3);
    limits_.queue.max_length = in.byte() % 8;
    limits_.queue.max_bytes = in.byte() % 4 * 400;
    const auto flags = in.byte();
    limits_.queue.store_qos0 = (flags & 1) != 0;
    limits_.queue.default_highest = (flags & 2) != 0;
    if ((flags & 4) != 0)
      limits_.queue.priorities = {{"a", 1}, {"b", 200}};
  }

  void run() {
    for (std::size_t i = 0; i < most_operations && !in_.empty(); ++i) {
      step();
      check_figures();
    }
    finish();
  }

private:
  void step() {
    switch (in_.byte() % 16) {
      case 0: attach(); break;
      case 1:
        session_.detach();
        attached_ = false;
        break;
      case 2: set_writable(in_.byte() % 2 == 0); break;
      case 3: now_ += in_.byte() * 10; break;
      case 4: tick(); break;
      case 5: publish2(); break;
      case 6: pubrel(); break;
      case 7: stray(); break;
      case 8: discard(); break;
      case 9: churn(); break;
      case 10:
      case 11:
      case 12: acknowledge(in_.byte(), in_.byte()); break;
      default: deliver(); break;
    }
  }

  auto find(std::uint16_t packet_id) {
    return std::find_if(unacked_.begin(), unacked_.end(),
                        [packet_id](const unacknowledged& u) { return u.packet_id == packet_id; });
  }

  // -- to the client ---------------------------------------------------------------------------------

  delivery make(std::uint8_t kind) {
    constexpr std::array<const char*, 3> topics{"a", "b", "c"};
    const auto number = std::to_string(handed_in_++);
    message_parts parts;
    parts.topic = topics[kind % topics.size()];
    parts.payload = number;
    parts.timestamp = now_;
    parts.expiry = (kind & 0x80) != 0 ? (kind >> 5) & 3 : no_expiry;
    delivery d;
    d.message = message::make(parts);
    d.level = static_cast<qos>(kind / 3 % 3);
    return d;
  }

  void deliver() {
    std::vector<delivery> batch;
    for (int n = 1 + in_.byte() % 6; n > 0; --n)
      batch.push_back(make(in_.byte()));
    session_.deliver(batch, now_);
    if (!attached_ || !writable_)
      require(batch.empty(), "nothing goes to a client that is away or full");
    receive(batch);
  }

  // Many messages pass by those that wait, so that identifiers go round.
  void churn() {
    const std::size_t n = 256U * in_.byte();
    if (!attached_ || !writable_ || session_.queue_size() > 0 || unacked_.size() >= window() ||
        (churned_ += n) > most_churned)
      return;
    std::vector<delivery> batch;
    std::vector<delivery> out;
    message_parts parts;
    parts.topic = "churn"; // one message for all: what matters is the identifier
    const auto passing = message::make(parts);
    for (std::size_t i = 0; i < n; ++i) {
      batch.resize(1);
      batch[0] = {};
      batch[0].message = passing;
      batch[0].level = qos::at_least_once;
      session_.deliver(batch, now_);
      require(batch.size() == 1, "the window has room");
      require(find(batch[0].packet_id) == unacked_.end(), "no identifier stands for two messages");
      session_.on_puback(batch[0].packet_id, reason_code::success, now_, out);
    }
    require(out.empty(), "nothing waits");
    handed_in_ += n;
    sent_ += n;
    acked_ += n;
  }

  void attach() {
    const auto version = in_.byte() % 2 == 0 ? protocol_version::v311 : protocol_version::v5;
    receive_maximum_ = in_.byte() % 6;
    if (version != protocol_version::v5)
      receive_maximum_ = 0; // it has none
    attached_ = writable_ = true;
    told_maximum_ = version == protocol_version::v5;
    live_retry_ = version != protocol_version::v5 && limits_.retry_interval > 0;
    attached_at_ = now_;
    received_before_ = received_.size();
    std::vector<delivery> out;
    session_.attach(version, receive_maximum_, now_, out);
    const auto resent = hold_back();
    require(out.size() >= resent.size(), "all that was not acknowledged, and may be, is resent");
    for (std::size_t i = 0; i < resent.size(); ++i) { // [MQTT-4.4.0-1], [MQTT-4.6.0-1]
      require(out[i].packet_id == resent[i], "in the order of sending");
      require(out[i].type == packet_type::pubrel || out[i].dup, "and marked");
    }
    const auto first_new = out.begin() + static_cast<std::ptrdiff_t>(resent.size());
    require(std::none_of(first_new, out.end(), [](const delivery& d) { return d.dup; }), "once each");
    const auto waits = [](const delivery& d) { return d.level != qos::at_most_once; };
    require(resent.size() == unacked_.size() || std::none_of(first_new, out.end(), waits),
            "nothing overtakes what is held");
    receive(out);
  }

  // What a new connection gets again, by identifier; messages beyond its Receive Maximum wait [MQTT-3.3.4-9].
  std::vector<std::uint16_t> hold_back() {
    std::vector<std::uint16_t> resent;
    std::size_t messages = 0;
    for (auto& u : unacked_) {
      u.held = !u.released && messages >= quota();
      messages += !u.released && !u.held ? 1 : 0;
      if (!u.held)
        resent.push_back(u.packet_id);
    }
    return resent;
  }

  std::size_t quota() const { return receive_maximum_ == 0 ? 65'535 : receive_maximum_; }

  std::size_t sent_on_this_connection() const {
    return static_cast<std::size_t>(
        std::count_if(unacked_.begin(), unacked_.end(), [](const unacknowledged& u) { return !u.held; }));
  }

  void set_writable(bool yes) {
    if (!attached_)
      return;
    writable_ = yes;
    std::vector<delivery> out;
    session_.writable(yes, now_, out);
    require(yes || out.empty(), "nothing goes to a full socket");
    receive(out);
  }

  void tick() {
    std::vector<delivery> out;
    session_.tick(now_, out);
    if (!attached_ || !writable_ || !live_retry_)
      require(out.empty(), "nothing is resent there");
    require(std::all_of(out.begin(), out.end(),
                        [](const delivery& d) { return d.type == packet_type::pubrel || d.dup; }),
            "time sends nothing new");
    receive(out);
    const auto next = session_.next_tick();
    require(!next || *next > now_, "the next time is in the future");
    if (now_ >= attached_at_ + limits_.await_rel_timeout)
      forget_late();
  }

  void forget_late() {
    const auto late = [this](const auto& r) { return r.second + limits_.await_rel_timeout <= now_; };
    if (!attached_ || limits_.await_rel_timeout == 0)
      return;
    const auto late_ones = std::erase_if(received_, late);
    forgotten_ += late_ones;
    received_before_ -= std::min(received_before_, late_ones);
  }

  std::size_t window() const {
    const std::size_t ours = limits_.max_inflight == 0 ? 65'535 : limits_.max_inflight;
    return std::min<std::size_t>(ours, quota());
  }

  void receive(const std::vector<delivery>& batch) {
    for (const auto& d : batch)
      if (d.type == packet_type::publish)
        receive_publish(d);
      else
        receive_pubrel(d);
  }

  void receive_publish(const delivery& d) {
    const auto text = d.message->payload();
    std::uint32_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    if (d.dup) {
      const auto u = find(d.packet_id);
      require(u != unacked_.end() && u->number == number && !u->released, "what is resent was sent");
      require(!u->held || sent_on_this_connection() < quota(), "the Receive Maximum is respected");
      u->held = false;
      return;
    }
    require(!d.message->expired(now_), "expired messages are not sent");
    ++sent_;
    auto& last = last_[{std::string{d.message->topic()}, d.level}];
    require(number + 1 > last, "the order per topic and QoS is kept, and nothing is sent twice");
    last = number + 1;
    require((d.packet_id == 0) == (d.level == qos::at_most_once), "an identifier where there must be one");
    if (d.packet_id == 0)
      return;
    require(find(d.packet_id) == unacked_.end(), "no identifier stands for two messages");
    require(unacked_.size() < window(), "the window is respected");
    unacked_.push_back({d.packet_id, number, false, d.level, false});
  }

  void receive_pubrel(const delivery& d) {
    require(d.type == packet_type::pubrel, "nothing else comes from a session");
    const auto u = find(d.packet_id);
    if (is_error(d.reason))
      require(u == unacked_.end(), "only what is unknown is not found");
    else
      require(u != unacked_.end() && u->released, "PUBREL answers PUBREC");
  }

  // -- from the client -------------------------------------------------------------------------------

  void acknowledge(std::uint8_t which, std::uint8_t how) {
    if (attached_ && !unacked_.empty())
      acknowledge_at(which % unacked_.size(),
                     how % 8 == 0 ? reason_code::quota_exceeded : reason_code::success);
  }

  void acknowledge_at(std::size_t i, reason_code reason) {
    auto& u = unacked_[i];
    const auto id = u.packet_id;
    std::vector<delivery> out;
    if (u.level == qos::exactly_once && !u.released) {
      ++acked_;
      u.released = true;
      u.held = false; // an answer to the connection before
      if (is_error(reason))
        unacked_.erase(unacked_.begin() + static_cast<std::ptrdiff_t>(i));
      session_.on_pubrec(id, reason, now_, out);
    } else {
      const bool puback = u.level == qos::at_least_once;
      acked_ += puback ? 1 : 0;
      unacked_.erase(unacked_.begin() + static_cast<std::ptrdiff_t>(i));
      if (puback)
        session_.on_puback(id, reason, now_, out);
      else
        session_.on_pubcomp(id, reason, now_, out);
    }
    if (!writable_)
      require(std::all_of(out.begin(), out.end(),
                          [](const delivery& d) { return d.type == packet_type::pubrel; }),
              "a freed window does not empty the queue into a full socket");
    receive(out);
  }

  // Acknowledgements of any kind for any identifier: only those that fit may change anything.
  void stray() {
    if (!attached_)
      return;
    const auto kind = in_.byte() % 3;
    const auto id = static_cast<std::uint16_t>(in_.byte() % 16);
    const auto u = find(id);
    const bool known = u != unacked_.end();
    std::vector<delivery> out;
    if (kind == 0 && !(known && u->level == qos::at_least_once))
      session_.on_puback(id, reason_code::success, now_, out);
    else if (kind == 1 && !(known && u->level == qos::exactly_once && !u->released))
      session_.on_pubrec(id, reason_code::success, now_, out);
    else if (kind == 2 && !(known && u->released))
      session_.on_pubcomp(id, reason_code::success, now_, out);
    require(out.size() <= (kind == 1 ? 1U : 0U), "a stray acknowledgement frees nothing");
    receive(out);
  }

  void discard() {
    if (!attached_ || unacked_.empty())
      return;
    const auto i = unacked_.begin() + in_.byte() % static_cast<std::ptrdiff_t>(unacked_.size());
    const auto id = i->packet_id;
    unacked_.erase(i);
    std::vector<delivery> out;
    session_.discard(id, now_, out);
    receive(out);
  }

  // -- QoS 2 from the client -------------------------------------------------------------------------

  void publish2() {
    using result = session::receive_result;
    const auto id = static_cast<std::uint16_t>(1 + in_.byte() % 6);
    const auto got = session_.on_publish2(id, now_);
    const auto reaches_bound = [this](std::size_t ids) {
      return told_maximum_ && limits_.max_awaiting_rel != 0 && ids >= limits_.max_awaiting_rel;
    };
    const bool known = received_.count(id) != 0;
    if (!known && reaches_bound(received_.size()))
      forget_late();
    const auto wanted = known                                                ? result::duplicate
                        : reaches_bound(received_.size() - received_before_) ? result::exceeded
                                                                             : result::fresh;
    require(got == wanted, "each identifier is routed once until PUBREL");
    if (got == result::fresh)
      received_[id] = now_;
  }

  void pubrel() {
    const auto id = static_cast<std::uint16_t>(1 + in_.byte() % 6);
    const auto found = received_.find(id);
    const bool known = found != received_.end();
    if (known && found->second < attached_at_ && received_before_ > 0)
      --received_before_;
    if (known)
      received_.erase(found);
    received_before_ = std::min(received_before_, received_.size());
    require((session_.on_pubrel(id) == reason_code::success) == known, "PUBREL releases what was received");
  }

  // -- what must hold ----------------------------------------------------------------------------------

  void check_figures() {
    require(session_.attached() == attached_, "attached");
    require(session_.inflight_size() == unacked_.size(), "both sides know the same messages in flight");
    require(session_.awaiting_rel_size() == received_.size(), "both sides know the same identifiers");
    require(handed_in_ == sent_ + session_.queue_size() + metrics_[metric::delivery_dropped],
            "what is neither sent nor queued is counted");
    require(metrics_[metric::messages_delivered] == sent_, "messages.delivered");
    require(metrics_[metric::messages_acked] == acked_, "messages.acked");
    require(metrics_[metric::messages_dropped_expired] == forgotten_, "messages.dropped.expired");
    require(metrics_[metric::delivery_dropped] == metrics_[metric::delivery_dropped_expired] +
                                                      metrics_[metric::delivery_dropped_qos0_msg] +
                                                      metrics_[metric::delivery_dropped_queue_full],
            "every drop has its cause");
    if (limits_.queue.priorities.empty() && limits_.queue.max_length != 0)
      require(session_.queue_size() <= limits_.queue.max_length, "the queue is bounded");
  }

  // A client that acknowledges everything gets everything.
  void finish() {
    if (!attached_)
      attach();
    set_writable(true);
    while (!unacked_.empty())
      acknowledge_at(0, reason_code::success);
    check_figures();
    require(session_.queue_size() == 0 && session_.pending() == 0, "nothing is stuck");
  }

  input& in_;
  session_limits limits_;
  counters metrics_;
  session session_{limits_, metrics_};
  time_ms now_ = 1'000'000;
  std::uint32_t receive_maximum_ = 0;
  time_ms attached_at_ = 0;
  bool attached_ = false;
  bool writable_ = true;
  bool live_retry_ = false;
  bool told_maximum_ = true;            // of QoS 2 messages under way, by MQTT 5's Receive Maximum
  std::vector<unacknowledged> unacked_; // in the order of sending
  std::map<std::pair<std::string, qos>, std::uint32_t> last_; // message number + 1
  std::map<std::uint16_t, time_ms> received_;                 // awaiting PUBREL
  std::size_t received_before_ = 0;                           // of them, on the connections before
  std::uint64_t handed_in_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t acked_ = 0;
  std::uint64_t forgotten_ = 0;
  std::size_t churned_ = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input in{data, size};
  model{in}.run();
  return 0;
}
