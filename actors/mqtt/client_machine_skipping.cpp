// Messages that are larger than what a client takes, from servers of 3.x, which cannot know: a connection
// that ends because of such a message gets it again when the next one begins.
#include "publish_head.hpp"
#include "troupe/mqtt/client_machine.hpp"

#include <algorithm>
#include <utility>

namespace troupe::mqtt {

// One of 5.0 was told how much it may send [MQTT-3.1.2-24].
bool client_machine::may_be_skipped(std::uint8_t first) const noexcept {
  return settings_.version != protocol_version::v5 && state_ != state::connecting &&
         static_cast<packet_type>(first >> 4) == packet_type::publish;
}

// How many bytes stand before the payload; 0: not all are there, or the connection cannot go on.
std::size_t client_machine::begin_skipping(std::string_view bytes, moment now, events& e) {
  auto head = decode_publish_head(bytes, settings_.version);
  if (head.result.status == decode_status::malformed)
    e.error = head.result.detail;
  if (head.result.status != decode_status::complete)
    return 0;
  skipped_ = {{std::move(head.topic), head.payload, "it is larger than the bridge takes"},
              head.level,
              head.packet_id,
              head.payload};
  if (head.payload == 0)
    end_skipping(now, e);
  return head.result.size;
}

// How many bytes of the payload are there, of which nothing is kept. An answer of the server stands behind
// them: they are as good a sign of life.
std::size_t client_machine::skip(std::size_t available, moment now, events& e) {
  const auto n = std::min(available, skipped_->rest);
  if (n == 0)
    return 0;
  asked_at_ = now.steady;
  awaits_pingresp_ = false;
  skipped_->rest -= n;
  if (skipped_->rest == 0)
    end_skipping(now, e);
  return n;
}

void client_machine::end_skipping(moment now, events& e) {
  if (note(skipped_->level, skipped_->packet_id, now))
    e.lost.push_back(std::move(skipped_->what));
  skipped_.reset();
}

} // namespace troupe::mqtt
