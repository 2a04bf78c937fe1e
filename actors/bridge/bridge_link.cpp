#include "bridge_link.hpp"

#include "troupe/actors/log.hpp"
#include "troupe/actors/time_text.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace troupe {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds first_pause{1'000};
constexpr std::chrono::seconds tick_interval{1};

mqtt::moment this_moment() { return {steady_ms(), now_ms()}; }

} // namespace

bridge_link::bridge_link(asio::io_context& io, const bridge_settings& settings, mqtt::client_settings client,
                         std::shared_ptr<asio::ssl::context> tls, bridge_line_owner& owner)
    : io_(io),
      settings_(settings),
      tls_(std::move(tls)),
      owner_(owner),
      machine_(std::move(client)),
      timer_(io),
      pause_(std::min(first_pause, settings.reconnect_interval)) {}

bridge_link::~bridge_link() {
  *self_ = nullptr;
  if (!stream_)
    return;
  mqtt::buffer goodbye;
  if (open_)
    machine_.disconnect(goodbye);
  stream_->close(std::string{goodbye.view()});
}

// -- connecting
// ---------------------------------------------------------------------------------------------------------

void bridge_link::connect() {
  if (!stream_)
    open();
}

void bridge_link::open() {
  timer_.cancel();
  const auto guarded = [weak = self_](auto f) {
    return [weak, f](auto&&... arguments) {
      if (auto* self = *weak)
        f(*self, arguments...);
    };
  };
  stream_ = std::make_shared<bridge_stream>(
      io_, tls_,
      bridge_stream::callbacks{guarded([](bridge_link& l) { l.begin(); }),
                               guarded([](bridge_link& l, std::string_view bytes) { l.on_bytes(bytes); }),
                               guarded([](bridge_link& l) {
                                 l.flush();
                                 l.owner_.on_room(l);
                               }),
                               guarded([](bridge_link& l, const std::string& why) { l.fail(why, true); })});
  stream_->open(settings_.host, settings_.port, settings_.connect_timeout);
}

void bridge_link::begin() {
  open_ = true;
  opened_at_ = steady_ms();
  ++connection_;
  machine_.connect(this_moment(), out_);
  flush();
  stream_->read();
  tick();
}

void bridge_link::fail(const std::string& why, bool by_server) {
  stream_->close();
  stream_ = nullptr;
  const bool good = was_good();
  open_ = waits_for_taken_ = false;
  mqtt::message_ptr given_up;
  if (by_server)
    given_up = machine_.closed_by_server();
  else
    machine_.closed();
  unread_ = {};
  out_.release();
  happened_.clear();
  if (good || given_up)
    pause_ = std::min(first_pause, settings_.reconnect_interval);
  later();
  if (given_up)
    owner_.on_given_up(*this, *given_up, why);
  owner_.on_failed(*this, why);
}

// It was of use, or there for a while: its end is not like the one before.
bool bridge_link::was_good() const {
  return open_ && (machine_.acknowledged() ||
                   (ready() && steady_ms() - opened_at_ >= settings_.reconnect_interval.count()));
}

void bridge_link::later() {
  timer_.expires_after(pause_);
  timer_.async_wait([weak = self_](const boost::system::error_code& cancelled) {
    if (auto* self = *weak; self != nullptr && !cancelled)
      self->connect();
  });
  pause_ = std::min(pause_ * 2, settings_.reconnect_interval);
}

// -- bytes
// --------------------------------------------------------------------------------------------------------------

void bridge_link::on_bytes(std::string_view bytes) {
  if (unread_.empty()) {
    const auto used = machine_.receive(bytes, this_moment(), out_, happened_);
    unread_.assign(bytes.substr(used));
  } else {
    unread_.append(bytes);
    unread_.erase(0, machine_.receive(unread_, this_moment(), out_, happened_));
    if (unread_.empty())
      unread_ = {};
  }
  handle();
  if (open_ && !waits_for_taken_)
    stream_->read();
}

// What the machine says, after bytes came or time went by.
void bridge_link::handle() {
  auto happened = std::exchange(happened_, {});
  if (!happened.done.empty())
    owner_.on_done(*this, happened.done, happened.refused);
  for (const auto& filter : happened.refused_filters)
    log::warning("[Bridge] {}: the server does not let it subscribe {}", settings_.name,
                 log::printable(filter));
  for (const auto& m : happened.lost)
    owner_.on_dropped(*this, m);
  if (!happened.arrived.empty()) { // also those that came before an error
    waits_for_taken_ = true;
    owner_.on_arrived(*this, std::move(happened.arrived), connection_);
  }
  if (!happened.error.empty()) {
    fail(happened.error, happened.ended_by_server);
    return;
  }
  flush();
  if (happened.became_ready) {
    owner_.on_ready(*this);
  } else if (!happened.done.empty()) {
    owner_.on_room(*this);
  }
}

void bridge_link::taken(std::uint64_t ticket) {
  if (ticket != connection_ || !open_ || !std::exchange(waits_for_taken_, false))
    return;
  machine_.taken(this_moment(), out_);
  flush();
  stream_->read();
}

mqtt::client_machine::sending bridge_link::send(const mqtt::message_ptr& m) {
  const auto how = machine_.send(m, mqtt::qos::at_least_once, this_moment(), out_);
  if (!std::exchange(flush_due_, true))
    asio::post(io_, [weak = self_] {
      if (auto* self = *weak) {
        self->flush_due_ = false;
        self->flush();
      }
    });
  return how;
}

void bridge_link::flush() {
  if (open_ && !out_.empty() && !stream_->writing())
    stream_->write(out_);
}

void bridge_link::tick() {
  timer_.expires_after(tick_interval);
  timer_.async_wait([weak = self_](const boost::system::error_code& cancelled) {
    auto* self = *weak;
    if (self == nullptr || cancelled || !self->open_)
      return;
    self->machine_.tick(this_moment(), self->out_, self->happened_);
    self->tick();
    self->handle();
  });
}

} // namespace troupe
