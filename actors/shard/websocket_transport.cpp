#include "websocket_transport.hpp"

#include "shard.hpp"
#include "websocket_upgrade.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace troupe {

using mqtt::websocket_code;
using mqtt::websocket_event;

namespace {

/// Frames are decoded where the transport below has read them; what they carry goes up in one piece. What
/// goes down gets the head of a frame, in the same system call. Control frames wait for the end of a frame
/// that the socket has taken in part, at most one of a kind.
class websocket_transport final : public transport,
                                  private transport_owner,
                                  private timer,
                                  public std::enable_shared_from_this<websocket_transport> {
public:
  websocket_transport(shard& home, const websocket_settings& rules, milliseconds handshake_timeout,
                      std::shared_ptr<transport> below, std::shared_ptr<websocket_state> state)
      : home_(home),
        rules_(rules),
        below_(std::move(below)),
        state_(std::move(state)),
        handshake_timeout_(handshake_timeout.count()) {}

  ~websocket_transport() override { below_->close(); }

  // -- transport -------------------------------------------------------------------------------------------

  void start(transport_owner& owner) override {
    owner_ = &owner;
    below_->start(*this);
  }

  void pause() override {
    paused_ = true;
    below_->pause();
  }

  void resume() override {
    paused_ = false;
    below_->resume();
    if (state_ != nullptr && state_->end)
      end_later();
  }

  std::size_t send(const iovec* parts, std::size_t count) override;

  void shutdown_send() override {
    if (state_ == nullptr) {
      below_->shutdown_send();
      return;
    }
    state_->encoder.close(websocket_code::normal);
    shutting_down_ = true;
    flush();
  }

  void close() override {
    if (owner_ != nullptr && state_ != nullptr) {
      state_->encoder.close(websocket_code::normal);
      flush(); // what the socket does not take is lost
    }
    owner_ = nullptr;
    cancel();
    below_->close();
  }

  std::unique_ptr<connection> release() override {
    owner_ = nullptr;
    cancel();
    auto result = below_->release();
    if (result != nullptr)
      result->websocket = std::move(state_);
    return result;
  }

  bool lingers() const override {
    return !ended_ && (refused_ || (state_ != nullptr && (!state_->end || state_->failed)));
  }
  peer_address peer() const override {
    return state_ != nullptr && state_->client ? *state_->client : below_->peer();
  }
  std::unique_ptr<peer_certificate> certificate() const override { return below_->certificate(); }
  std::uint64_t reads() const override { return below_->reads(); }
  warm_up* next_input() noexcept override { return below_->next_input(); }

private:
  // -- owner of the transport below ------------------------------------------------------------------------

  void on_open() override {
    last_seen_ = home_.now();
    if (state_ == nullptr)
      home_.timers().arm(*this, last_seen_ + handshake_timeout_);
    else
      opened();
  }

  void on_bytes(std::string_view bytes) override {
    last_seen_ = home_.now();
    if (refused_ || ended_)
      return;
    if (state_ == nullptr)
      take_request(bytes);
    else
      take_frames(bytes);
  }

  void on_writable() override {
    blocked_ = false;
    // What it takes part in goes first: the transport below may have begun to send it.
    if (std::exchange(owner_waits_, false))
      owner_->on_writable();
    if (owner_ != nullptr && state_ != nullptr)
      flush();
  }

  void on_end(const char* why) override {
    ended_ = true;
    cancel();
    owner_->on_end(why);
  }

  void on_timer(mqtt::time_ms now) override {
    if (paused_)
      last_seen_ = now; // we are not listening
    const auto idle = rules_.idle_timeout.count();
    if (state_ != nullptr && now - last_seen_ < idle) {
      home_.timers().arm(*this, last_seen_ + idle);
      return;
    }
    owner_->on_end("idle_timeout");
  }

  // -- the upgrade -----------------------------------------------------------------------------------------

  void take_request(std::string_view bytes) {
    const std::size_t before = request_.size();
    request_.append(bytes.substr(0, max_upgrade_request - before));
    if (!may_begin_upgrade(*request_.data())) {
      refuse(refuse_upgrade(400, "no HTTP"));
      return;
    }
    const auto blank = request_.view().find("\r\n\r\n", before < 3 ? 0 : before - 3);
    if (blank != std::string_view::npos) {
      const std::size_t size = blank + 4;
      bytes.remove_prefix(size - before);
      request_.truncate(size);
      end_request(bytes);
    } else if (request_.size() == max_upgrade_request) {
      refuse(refuse_upgrade(431, "a request of more than 8192 bytes"));
    }
  }

  void end_request(std::string_view frames) {
    const auto answer = answer_upgrade(request_.view(), rules_);
    if (!answer.accepted) {
      refuse(answer);
      return;
    }
    request_.release();
    state_ = std::make_shared<websocket_state>(rules_.max_frame_size);
    state_->encoder.preface(answer.response);
    note_client(answer);
    opened();
    if (owner_ != nullptr && !frames.empty())
      take_frames(frames);
  }

  void note_client(const upgrade_answer& answer) {
    if (*answer.doubt != '\0')
      log_problem(home_, "[WebSocket]", below_->peer(), answer.doubt);
    if (!answer.client_host && !answer.client_port)
      return;
    auto who = below_->peer();
    who.host = answer.client_host.value_or(who.host);
    who.port = answer.client_port.value_or(who.port);
    state_->client = std::move(who);
  }

  void refuse(const upgrade_answer& answer) {
    log_problem(home_, "[WebSocket]", peer(), answer.detail);
    refused_ = true;
    request_.release();
    const iovec part{const_cast<char*>(answer.response.data()), answer.response.size()};
    below_->send(&part, 1); // a new connection takes that at once
    owner_->on_end("websocket_refused");
  }

  void opened() {
    flush();
    home_.timers().arm(*this, last_seen_ + rules_.idle_timeout.count());
    owner_->on_open();
    if (owner_ != nullptr && state_->end) // it came before the connection moved here
      end_later();
  }

  // -- frames ----------------------------------------------------------------------------------------------

  // The bytes belong to the transport below, which does not need them any more: they are decoded in place.
  void take_frames(std::string_view bytes) {
    std::span<char> input{const_cast<char*>(bytes.data()), bytes.size()};
    char* const first = input.data();
    std::size_t payload = 0;
    while (!input.empty() && !state_->end) {
      const auto r = state_->decoder.decode(input, first + payload);
      payload += r.payload;
      input = input.subspan(r.consumed);
      if (r.event == websocket_event::ping)
        state_->encoder.pong(r.control);
      else if (r.event == websocket_event::close || r.event == websocket_event::failure)
        note_end(r);
    }
    if (payload > 0)
      owner_->on_bytes({first, payload});
    if (owner_ == nullptr) // closed, or on its way to another shard
      return;
    if (state_->encoder.waiting())
      flush();
    if (state_->end && !paused_) // else the owner has still to handle what came before
      end();
  }

  void note_end(const mqtt::websocket_decoder::result& r) {
    state_->end = r.code;
    state_->failed = r.event == websocket_event::failure;
    if (state_->failed)
      log_problem(home_, "[WebSocket]", peer(), r.detail);
  }

  // The owner has called us and is in the middle of something.
  void end_later() {
    boost::asio::post(home_.io(), [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self != nullptr && self->owner_ != nullptr && !self->paused_)
        self->home_.guarded([&] { self->end(); });
    });
  }

  void end() {
    if (std::exchange(end_told_, true))
      return;
    state_->encoder.close(*state_->end);
    flush();
    owner_->on_end(!state_->failed                           ? "tcp_closed"
                   : *state_->end == websocket_code::too_big ? "frame_too_large"
                                                             : "protocol_error");
  }

  // Control frames, as far as the socket takes them and no frame is unfinished.
  void flush() {
    while (!blocked_) {
      const auto step = state_->encoder.next(0);
      if (step.prefix.empty())
        break;
      send_step(step.prefix, {});
    }
    if (shutting_down_ && !blocked_)
      below_->shutdown_send();
  }

  // Sends the step's prefix and this part of its payload, and returns how many bytes of the payload have
  // gone.
  std::size_t send_step(std::string_view prefix, std::span<const iovec> payload) {
    std::array<iovec, max_parts + 1> parts;
    std::size_t count = 0;
    std::size_t size = 0;
    const auto add = [&](const iovec& part) {
      parts[count++] = part;
      size += part.iov_len;
    };
    if (!prefix.empty())
      add({const_cast<char*>(prefix.data()), prefix.size()});
    std::for_each(payload.begin(), payload.end(), add);
    const std::size_t taken = below_->send(parts.data(), count);
    blocked_ = taken < size;
    state_->encoder.sent(taken);
    return taken > prefix.size() ? taken - prefix.size() : 0;
  }

  static constexpr std::size_t max_parts = 4; // of the owner, in one call

  shard& home_;
  const websocket_settings& rules_;
  transport_owner* owner_ = nullptr; // null: closed
  std::shared_ptr<transport> below_;
  std::shared_ptr<websocket_state> state_; // null: not upgraded yet
  mqtt::buffer request_;
  mqtt::time_ms last_seen_ = 0;
  mqtt::time_ms handshake_timeout_;
  bool paused_ = false;
  bool refused_ = false;
  bool ended_ = false;         // the transport below has
  bool end_told_ = false;      // the end of the frames, to the owner
  bool blocked_ = false;       // the transport below takes nothing now
  bool owner_waits_ = false;   // for on_writable
  bool shutting_down_ = false; // once all has gone
};

// The slice [from, from + size) of all parts.
std::size_t slice(const iovec* parts, std::size_t count, std::size_t from, std::size_t size,
                  std::span<iovec> out) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < count && size > 0 && n < out.size(); ++i) {
    if (from >= parts[i].iov_len) {
      from -= parts[i].iov_len;
      continue;
    }
    const std::size_t here = std::min(parts[i].iov_len - from, size);
    out[n++] = {static_cast<char*>(parts[i].iov_base) + from, here};
    from = 0;
    size -= here;
  }
  return n;
}

std::size_t websocket_transport::send(const iovec* parts, std::size_t count) {
  std::size_t total = 0;
  for (std::size_t i = 0; i < count; ++i)
    total += parts[i].iov_len;
  if (ended_ || state_ == nullptr)
    return total;
  std::size_t gone = 0;
  while (gone < total && !blocked_) {
    std::array<iovec, max_parts> payload;
    const auto step = state_->encoder.next(total - gone);
    if (step.prefix.empty() && step.payload == 0)
      return total; // a close has been sent, nothing can follow
    const auto n = slice(parts, count, gone, step.payload, payload);
    gone += send_step(step.prefix, {payload.data(), n});
  }
  owner_waits_ = gone < total;
  return gone;
}

} // namespace

std::shared_ptr<transport> make_websocket_transport(shard& home, const websocket_settings& rules,
                                                    milliseconds handshake_timeout,
                                                    std::shared_ptr<transport> below,
                                                    std::shared_ptr<websocket_state> state) {
  return std::make_shared<websocket_transport>(home, rules, handshake_timeout, std::move(below),
                                               std::move(state));
}

} // namespace troupe
