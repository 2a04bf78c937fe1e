#include "peer_line.hpp"

#include "troupe/mqtt/peer_batch.hpp"

#include <boost/asio/post.hpp>
#include <caf/send.hpp>

#include <utility>

namespace troupe {

namespace {

// The credit of a line.
constexpr std::size_t most_batches = 32;
constexpr std::size_t most_bytes = 4 * 1024 * 1024;

} // namespace

peer_line::peer_line(const std::shared_ptr<io_loop>& loop, std::shared_ptr<const cluster_facts> facts,
                     const bridge_settings& settings, bridge_line_owner& owner)
    : loop_(*loop), settings_(settings), owner_(owner) {
  const auto guarded = [weak = self_](auto f) {
    return [weak, f](auto&&... arguments) {
      if (auto* self = *weak)
        f(*self, arguments...);
    };
  };
  peer_link_events tell{guarded([](peer_line& l) {
                          l.ready_ = true;
                          l.owner_.on_ready(l);
                        }),
                        guarded([](peer_line& l, const std::string& why) {
                          l.ready_ = false;
                          l.owner_.on_failed(l, why);
                        }),
                        guarded([](peer_line& l) { l.delivered(); })};
  link_ = spawn_peer_link(
      loop, std::move(facts),
      {settings.name, {settings.peer, settings.host, settings.port}, settings.reconnect_interval},
      std::move(tell));
}

peer_line::~peer_line() {
  *self_ = nullptr;
  caf::anon_send_exit(link_, caf::exit_reason::user_shutdown);
}

void peer_line::connect() { caf::anon_send(link_, connect_peer{}); }

bool peer_line::has_room() const noexcept {
  return ready_ && sent_.size() < most_batches && sent_bytes_ < most_bytes;
}

mqtt::client_machine::sending peer_line::send(const mqtt::message_ptr& m) {
  if (!mqtt::append_to_batch(next_.bytes, *m))
    return mqtt::client_machine::sending::too_large;
  next_.ids.push_back(m->id());
  if (next_.ids.size() >= settings_.batch_size || next_.bytes.size() >= mqtt::full_peer_batch) {
    flush();
  } else if (!std::exchange(flush_due_, true)) {
    boost::asio::post(loop_.io(), [weak = self_] {
      if (auto* self = *weak) {
        self->flush_due_ = false;
        self->flush();
      }
    });
  }
  return mqtt::client_machine::sending::under_way;
}

void peer_line::flush() {
  if (next_.ids.empty())
    return;
  next_.size = next_.bytes.size();
  sent_bytes_ += next_.size;
  caf::anon_send(link_, send_batch{std::move(next_.bytes)});
  sent_.push_back(std::exchange(next_, {}));
}

void peer_line::delivered() {
  const auto done = std::move(sent_.front());
  sent_.pop_front();
  sent_bytes_ -= done.size;
  owner_.on_done(*this, done.ids, 0);
  owner_.on_room(*this);
}

} // namespace troupe
