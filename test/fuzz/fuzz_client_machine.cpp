// A client of another broker, which says anything at any time. Each step is a byte that says what happens,
// and for what the server says a byte of length and so many bytes. What the client sends must be packets of a
// client; a message is done once; no more is under way than it allows, and what comes is kept up to a bound.
#include "require.hpp"
#include "troupe/mqtt/client_machine.hpp"

#include <algorithm>
#include <set>
#include <string_view>

using namespace troupe::mqtt;
using troupe::test::require;

namespace {

class remote_server {
public:
  explicit remote_server(std::uint8_t kind) : machine_(settings_of(kind)) { connect(); }

  void step(std::string_view& rest) {
    const auto what = static_cast<std::uint8_t>(rest.front());
    rest.remove_prefix(1);
    switch (what % 6) {
      case 0: say(rest); break;
      case 1: send(static_cast<qos>(what / 6 % 3)); break;
      case 2: machine_.taken(now_, out_); break;
      case 3:
        now_ += what * 100;
        machine_.tick(now_, out_, happened_);
        break;
      case 4: reconnect(what / 6 % 2 == 0); break;
      default: machine_.disconnect(out_); break;
    }
    check();
  }

private:
  static client_settings settings_of(std::uint8_t kind) {
    client_settings s;
    s.version = static_cast<protocol_version>(3 + kind % 3);
    s.clean_start = (kind & 8) != 0;
    s.client_id = "c";
    s.max_inflight = 4;
    s.max_packet_size = 200;
    s.mount_point.assign((kind & 32) != 0 ? 65'530 : 0, 'm'); // most topics are too long behind it
    if ((kind & 16) != 0)
      s.subscriptions = {{"a/#", {qos::exactly_once, false, false, 0}}, {"b", {}}};
    return s;
  }

  void connect() { machine_.connect(now_, out_); }

  void reconnect(bool by_server) {
    if (!by_server)
      machine_.closed();
    else if (const auto given_up = machine_.closed_by_server())
      require(waiting_.erase(given_up->id()) == 1, "one that waits is given up");
    unread_.clear();
    connect();
  }

  void say(std::string_view& rest) {
    if (rest.empty())
      return;
    const auto size = std::min<std::size_t>(static_cast<std::uint8_t>(rest.front()), rest.size() - 1);
    unread_.append(rest.substr(1, size));
    rest.remove_prefix(1 + size);
    const auto used = machine_.receive(unread_, now_, out_, happened_);
    require(used <= unread_.size(), "no more is used than was given");
    unread_.erase(0, used);
    require(!happened_.error.empty() || unread_.size() < most_unread, "what is not used has a bound");
  }

  void send(qos level) {
    if (!machine_.can_send())
      return;
    message_parts parts;
    parts.topic = "t";
    parts.payload = "payload";
    const auto m = message::make(parts);
    if (machine_.send(m, level, now_, out_) == client_machine::sending::under_way)
      waiting_.insert(m->id());
  }

  void check() {
    packet p;
    for (auto rest = out_.view(); !rest.empty();) {
      const auto r = decode(rest, {machine_.settings().version, max_varint, true}, p);
      require(r.status == decode_status::complete, "what is sent is a packet of a client");
      rest.remove_prefix(r.size);
    }
    out_.clear();
    for (const auto id : happened_.done)
      require(waiting_.erase(id) == 1, "a message is done once");
    for (const auto& d : happened_.lost)
      require(!d.topic.empty() && *d.why != '\0', "who is dropped has a topic, and a reason");
    require(machine_.inflight() <= 4, "the window is kept");
    const bool broken = !happened_.error.empty(), by_server = happened_.ended_by_server;
    happened_.clear();
    if (broken)
      reconnect(by_server);
  }

  // What stands before the payload of a message; a packet of max_packet_size bytes is less.
  static constexpr std::size_t most_unread = 65'544;

  client_machine machine_;
  buffer out_;
  client_machine::events happened_;
  std::string unread_;
  std::set<std::uint64_t> waiting_;
  time_ms now_ = 1'000'000;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  if (rest.empty())
    return 0;
  remote_server server{*data};
  rest.remove_prefix(1);
  while (!rest.empty())
    server.step(rest);
  return 0;
}
