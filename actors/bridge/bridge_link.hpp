// One connection of a bridge, as long as the bridge lives: connects, speaks MQTT, and connects again. On the
// thread of an io_loop.
#pragma once

#include "bridge_stream.hpp"
#include "troupe/actors/bridge.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

class bridge_link;

/// Who has links. They call it from their thread, and not from within its own calls.
class bridge_link_owner {
public:
  /// The server is there: messages may be sent.
  virtual void on_ready(bridge_link& from) = 0;

  /// These have arrived; no others come until `bridge_link::taken` with this ticket.
  virtual void on_arrived(bridge_link& from, std::vector<mqtt::message_ptr> messages,
                          std::uint64_t ticket) = 0;

  /// The server has these (message ids), and did not want `refused` of them.
  virtual void on_done(bridge_link& from, const std::vector<std::uint64_t>& ids, std::uint64_t refused) = 0;

  /// There may be room to send again.
  virtual void on_room(bridge_link& from) = 0;

  /// The connection, or the try to make one, has failed. It goes on by itself.
  virtual void on_failed(bridge_link& from, const std::string& why) = 0;

protected:
  ~bridge_link_owner() = default;
};

class bridge_link {
public:
  /// `settings` and `owner` outlive it; `tls` is null for plain TCP.
  bridge_link(boost::asio::io_context& io, const bridge_settings& settings, mqtt::client_settings client,
              std::shared_ptr<boost::asio::ssl::context> tls, bridge_link_owner& owner);
  ~bridge_link();
  bridge_link(const bridge_link&) = delete;
  bridge_link& operator=(const bridge_link&) = delete;

  /// Connects, if it does not already.
  void connect();

  bool ready() const noexcept { return machine_.phase() == mqtt::client_machine::state::ready; }

  /// Whether `send` may be called.
  bool has_room() const noexcept { return machine_.can_send() && out_.size() < most_unsent; }

  /// Sends at QoS 1, with what else is sent before the thread's next turn.
  mqtt::client_machine::sending send(const mqtt::message_ptr& m);

  /// What arrived has been passed on: the server may forget it, and more may come. If the connection that it
  /// came by is gone nothing happens.
  void taken(std::uint64_t ticket);

private:
  static constexpr std::size_t most_unsent = 1024 * 1024; // bytes

  void open();
  void begin();
  void on_bytes(std::string_view bytes);
  void handle();
  void flush();
  void tick();
  void fail(const std::string& why);
  void later();

  boost::asio::io_context& io_;
  const bridge_settings& settings_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  bridge_link_owner& owner_;
  mqtt::client_machine machine_;
  mqtt::client_machine::events happened_;
  std::shared_ptr<bridge_stream> stream_; // null: there is no connection, and none is being made
  boost::asio::steady_timer timer_;       // the next tick, or the next try
  std::chrono::milliseconds pause_;       // before the next try
  std::string unread_;                    // the beginning of a packet
  mqtt::buffer out_;                      // to be written
  std::uint64_t connection_ = 0;          // the number of this one
  bool open_ = false;                     // the stream is
  bool waits_for_taken_ = false;          // messages have arrived
  bool flush_due_ = false;
  // Handlers that are to come may find that the link is gone.
  std::shared_ptr<bridge_link*> self_ = std::make_shared<bridge_link*>(this);
};

} // namespace troupe
