// What a bridge sends by, whatever is spoken there: MQTT (bridge_link.hpp), or the link to another node
// (peer_line.hpp). On the thread of an io_loop.
#pragma once

#include "troupe/mqtt/client_machine.hpp"
#include "troupe/mqtt/message.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe {

/// Connects, and connects again, as long as the bridge lives.
class bridge_line {
public:
  bridge_line() = default;
  bridge_line(const bridge_line&) = delete;
  bridge_line& operator=(const bridge_line&) = delete;
  virtual ~bridge_line() = default;

  /// Connects, if it does not already.
  virtual void connect() = 0;

  virtual bool ready() const noexcept = 0;

  /// Whether `send` may be called.
  virtual bool has_room() const noexcept = 0;

  /// Sends at QoS 1, with what else is sent before the thread's next turn.
  virtual mqtt::client_machine::sending send(const mqtt::message_ptr& m) = 0;

  /// What arrived has been passed on: the server may forget it, and more may come. If the connection that it
  /// came by is gone nothing happens.
  virtual void taken(std::uint64_t ticket) = 0;
};

/// Who has lines. They call it from their thread, and not from within its own calls.
class bridge_line_owner {
public:
  /// The server is there: messages may be sent.
  virtual void on_ready(bridge_line& from) = 0;

  /// These have arrived; no others come until `bridge_line::taken` with this ticket.
  virtual void on_arrived(bridge_line& from, std::vector<mqtt::message_ptr> messages,
                          std::uint64_t ticket) = 0;

  /// This has come and is acknowledged, but cannot be passed on.
  virtual void on_dropped(bridge_line& from, const mqtt::client_machine::dropped& m) = 0;

  /// The server has these (message ids), and did not want `refused` of them.
  virtual void on_done(bridge_line& from, const std::vector<std::uint64_t>& ids, std::uint64_t refused) = 0;

  /// It does not go again: the server has ended one connection after the other, or so it seems, because of
  /// it.
  virtual void on_given_up(bridge_line& from, const mqtt::message& m, const std::string& why) = 0;

  /// There may be room to send again.
  virtual void on_room(bridge_line& from) = 0;

  /// The connection, or the try to make one, has failed. It goes on by itself.
  virtual void on_failed(bridge_line& from, const std::string& why) = 0;

protected:
  ~bridge_line_owner() = default;
};

} // namespace troupe
