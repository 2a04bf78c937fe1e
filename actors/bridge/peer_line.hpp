// The line of a bridge to another Troupe node: batches by the link between the nodes
// (troupe/actors/cluster.hpp). On the thread of an io_loop.
#pragma once

#include "bridge_line.hpp"
#include "io_loop.hpp"
#include "troupe/actors/bridge_settings.hpp"
#include "troupe/actors/cluster.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace troupe {

class peer_line final : public bridge_line {
public:
  /// `settings` and `owner` outlive it.
  peer_line(const std::shared_ptr<io_loop>& loop, std::shared_ptr<const cluster_facts> facts,
            const bridge_settings& settings, bridge_line_owner& owner);
  ~peer_line() override;

  void connect() override;
  bool ready() const noexcept override { return ready_; }
  bool has_room() const noexcept override;
  mqtt::client_machine::sending send(const mqtt::message_ptr& m) override;
  void taken(std::uint64_t) override {} // nothing arrives

private:
  struct batch {
    std::vector<std::uint64_t> ids; // of the messages
    std::string bytes;              // gone when it is sent
    std::size_t size = 0;           // bytes
  };

  void flush();
  void delivered();

  io_loop& loop_;
  const bridge_settings& settings_;
  bridge_line_owner& owner_;
  peer_link_actor link_;
  batch next_;
  std::deque<batch> sent_; // not acknowledged, the oldest first
  std::size_t sent_bytes_ = 0;
  bool ready_ = false, flush_due_ = false;
  // Handlers that are to come may find that the line is gone.
  std::shared_ptr<peer_line*> self_ = std::make_shared<peer_line*>(this);
};

} // namespace troupe
