// What the next input of a client will most likely take from memory.
#include "session.hpp"

namespace troupe {

namespace {

constexpr std::size_t control_block = CAF_CACHE_LINE_SIZE; // lies before its actor

static_assert(warm_up::covers(warm_up::client, control_block + sizeof(client)));
static_assert(warm_up::covers(warm_up::receiver, control_block + sizeof(client)));
static_assert(warm_up::covers(warm_up::session, control_block + sizeof(session)));
static_assert(warm_up::covers(warm_up::access, sizeof(access_view)));
static_assert(warm_up::covers(warm_up::decision, sizeof(access::acl_cache::entry)));
static_assert(warm_up::covers(warm_up::slot, sizeof(session_slot)));

} // namespace

// Of who only subscribes: its own session takes its acknowledgements.
void client::expect_acks() noexcept {
  warm_up* next = stream_->next_input();
  if (next == nullptr)
    return;
  next->expect(warm_up::client, ctrl());
  next->expect(warm_up::publisher, publisher_.get());
  next->expect(warm_up::session, caf::actor_cast<caf::actor_control_block*>(session_));
}

// Most clients publish to the same topic again, for the same receiver.
void client::expect_the_same() noexcept {
  warm_up* next = stream_->next_input();
  if (next == nullptr)
    return;
  next->expect(warm_up::access, acl_.get());
  if (acl_) {
    const auto decided = acl_->cache.latest();
    next->expect(warm_up::decision, decided.entry);
    next->expect(warm_up::decided_topic, decided.topic);
  }
  home().expect_the_same(*next);
}

void shard::expect_the_same(warm_up& next) const noexcept {
  const auto matched = reader_.latest();
  next.expect(warm_up::match_place, matched.place);
  next.expect(warm_up::match, matched.entry);
  next.expect(warm_up::matched_topic, matched.topic);
  if (last_receiver_ == nobody)
    return;
  const session_slot& s = sessions_.at(last_receiver_);
  next.expect(warm_up::slot, &s);
  next.expect(warm_up::session, caf::actor_cast<caf::actor_control_block*>(s.actor));
  const client* receiver = s.view == nullptr ? nullptr : s.view->connection();
  next.expect(warm_up::receiver, receiver == nullptr ? nullptr : receiver->ctrl());
  next.expect(warm_up::receiver_stream, receiver == nullptr ? nullptr : receiver->stream());
}

} // namespace troupe
