// Drives decoder, channel and session together as a connection does, by the bytes of the input and by the
// client's likely next packets, over several connections of one session; channel_model.hpp checks the
// answers.
#include "channel_broker.hpp"
#include "channel_model.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

using namespace troupe::mqtt;
using namespace troupe::mqtt::fuzz;

namespace {

/// Takes from the front of the input; zeros once it is spent.
struct input {
  std::string_view rest;

  std::uint8_t byte() {
    if (rest.empty())
      return 0;
    const auto b = static_cast<std::uint8_t>(rest[0]);
    rest.remove_prefix(1);
    return b;
  }
  std::string_view bytes(std::size_t n) {
    const auto taken = rest.substr(0, n);
    rest.remove_prefix(taken.size());
    return taken;
  }
};

class conversation {
public:
  conversation(const channel_limits& limits, const session_limits& session_of)
      : limits_(limits), broker_(limits, session_of), model_(limits) {}

  void open() {
    broker_.open();
    model_.open();
    pending_.clear();
  }

  /// The client sends bytes, as they come: one packet at a time reaches the model and the broker.
  void send(std::string_view bytes) {
    pending_.append(bytes);
    while (!pending_.empty() && !broker_.closed()) {
      packet p;
      const auto r = decode(pending_, {model_.version(), limits_.max_packet_size, true}, p);
      if (r.status == decode_status::need_more)
        return;
      const bool whole = r.status == decode_status::complete;
      const std::size_t size = whole ? r.size : pending_.size();
      const std::string_view one = std::string_view{pending_}.substr(0, size);
      const auto half = one.substr(0, size / 2);
      broker_.receive(half);
      check(nullptr, whole ? std::nullopt : connect_version(half));
      broker_.receive(one.substr(size / 2));
      check(whole ? &p : nullptr, whole ? std::nullopt : connect_version(one));
      pending_.erase(0, size);
    }
  }

  void send(const packet& p) {
    if (!pending_.empty())
      return; // it would land in the middle of another
    buffer out;
    encode(p, model_.version(), out);
    send(out.view());
  }

  /// The `n`th message in flight is acknowledged as it waits for it, or wrongly.
  void acknowledge(std::uint8_t n, bool wrongly) {
    if (model_.in_flight.empty())
      return;
    const auto i = std::next(model_.in_flight.begin(), n % static_cast<int>(model_.in_flight.size()));
    const auto right = i->second;
    send(ack{!wrongly                       ? right
             : right == packet_type::puback ? packet_type::pubrec
                                            : packet_type::puback,
             i->first,
             reason_code::success,
             {}});
  }

  void publish(std::uint8_t choice) {
    const auto number = "#" + std::to_string(++published_);
    broker_.publish(choice & 4 ? "a/bb" : "a", number + std::string(choice & 8 ? 200 : 0, ' '),
                    static_cast<qos>(choice % 3), choice & 16 ? 5 : no_expiry);
    check(nullptr);
  }

  void pass(time_ms time) {
    broker_.pass(time);
    check(nullptr);
  }
  void writable(bool yes) {
    broker_.writable(yes);
    check(nullptr);
  }

private:
  void check(const packet* p, std::optional<protocol_version> answer_version = {}) {
    const auto bytes = broker_.take_output();
    model_.step(p, answer_version, bytes, broker_.closed());
  }

  const channel_limits& limits_;
  channel_broker broker_;
  channel_model model_;
  std::string pending_;
  std::uint32_t published_ = 0;
};

void configure(std::uint8_t bits, channel_limits& limits, session_limits& session_of) {
  limits.max_packet_size = 2048;
  limits.max_topic_alias = bits & 1 ? 3 : 0;
  limits.max_qos = bits & 2 ? qos::at_least_once : qos::exactly_once;
  limits.retain_available = (bits & 4) == 0;
  limits.shared_subscription = limits.wildcard_subscription = (bits & 8) == 0;
  limits.max_topic_levels = bits & 16 ? 3 : 0;
  limits.strict_mode = limits.exclusive_subscription = (bits & 16) != 0;
  session_of.max_inflight = bits & 32 ? 2 : 8;
  session_of.upgrade_qos = (bits & 64) != 0;
  session_of.max_subscriptions = bits & 128 ? 2 : 0;
  session_of.max_awaiting_rel = 4;
  session_of.retry_interval = 1'000;
  session_of.await_rel_timeout = 5'000;
  session_of.queue.max_length = 10;
}

void likely(conversation& c, std::uint8_t choice, std::uint8_t more) {
  const std::uint16_t id = static_cast<std::uint16_t>(more % 6 + 1);
  const std::string_view topics[] = {"a", "a/bb", "b", "#", "a/+", "$share/g/a"};
  switch (choice % 8) {
    case 0:
      c.send(subscribe{
          id,
          {},
          {{topics[more % 6], {static_cast<qos>(more / 6 % 3)}}, {"a", {static_cast<qos>(more % 3)}}}});
      break;
    case 1: c.send(unsubscribe{id, {}, {topics[more % 6]}}); break;
    case 2: {
      publish p;
      p.topic = topics[more % 3];
      p.payload = "own";
      p.level = static_cast<qos>(more / 3 % 3);
      p.packet_id = p.level == qos::at_most_once ? std::uint16_t{0} : id;
      p.dup = p.level != qos::at_most_once && more >= 128;
      c.send(p);
      break;
    }
    case 3: c.send(ack{packet_type::pubrel, id, reason_code::success, {}}); break;
    case 4: c.send(ack{packet_type::pubrec, id, reason_code::success, {}}); break;
    case 5: c.send(ping{packet_type::pingreq}); break;
    case 6: c.acknowledge(more, false); break;
    default: c.acknowledge(more, true); break;
  }
}

void join(conversation& c, std::uint8_t choice) {
  connect p;
  p.version = static_cast<protocol_version>(3 + choice % 3);
  p.clean_start = (choice & 4) != 0;
  p.client_id = choice & 8 ? "" : "c";
  property_writer w;
  if (choice & 16)
    w.number(property::session_expiry_interval, 100);
  if (choice & 32)
    w.number(property::receive_maximum, 2);
  if (choice & 64)
    w.number(property::maximum_packet_size, 100);
  if (choice & 128)
    w.number(property::topic_alias_maximum, 2);
  if (p.version == protocol_version::v5)
    p.properties = w.view();
  c.open();
  c.send(p);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input in{{reinterpret_cast<const char*>(data), size}};
  channel_limits limits;
  session_limits session_of;
  configure(in.byte(), limits, session_of);
  conversation c{limits, session_of};
  c.open();
  while (!in.rest.empty()) {
    const auto what = in.byte();
    switch (what % 8) {
      case 0: c.send(in.bytes(in.byte())); break;
      case 1: c.open(); break;
      case 2: join(c, in.byte()); break;
      case 3: c.publish(in.byte()); break;
      case 4: c.pass(in.byte() * 20); break;
      case 5: c.writable(in.byte() % 2 == 0); break;
      default: likely(c, what / 8, in.byte()); break;
    }
  }
  return 0;
}
