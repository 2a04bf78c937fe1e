// The line of a bridge that speaks MQTT.
#pragma once

#include "bridge_line.hpp"
#include "bridge_stream.hpp"
#include "troupe/actors/bridge.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

class bridge_link final : public bridge_line {
public:
  /// `settings` and `owner` outlive it; `tls` is null for plain TCP.
  bridge_link(boost::asio::io_context& io, const bridge_settings& settings, mqtt::client_settings client,
              std::shared_ptr<boost::asio::ssl::context> tls, bridge_line_owner& owner);
  ~bridge_link() override;

  void connect() override;
  bool ready() const noexcept override { return machine_.phase() == mqtt::client_machine::state::ready; }
  bool has_room() const noexcept override { return machine_.can_send() && out_.size() < most_unsent; }
  mqtt::client_machine::sending send(const mqtt::message_ptr& m) override;
  void taken(std::uint64_t ticket) override;

private:
  static constexpr std::size_t most_unsent = 1024 * 1024; // bytes

  void open();
  void begin();
  void on_bytes(std::string_view bytes);
  void handle();
  void flush();
  void tick();
  void fail(const std::string& why, bool by_server);
  bool was_good() const;
  void later();

  boost::asio::io_context& io_;
  const bridge_settings& settings_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  bridge_line_owner& owner_;
  mqtt::client_machine machine_;
  mqtt::client_machine::events happened_;
  std::shared_ptr<bridge_stream> stream_; // null: there is no connection, and none is being made
  boost::asio::steady_timer timer_;       // the next tick, or the next try
  std::chrono::milliseconds pause_;       // before the next try
  mqtt::time_ms opened_at_ = 0;           // of the steady clock
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
