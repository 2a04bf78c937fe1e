// The answers to SUBSCRIBE and UNSUBSCRIBE, which wait until the route table has applied their changes. It
// applies them in order, and tells first which exclusive subscriptions others hold.
#include "session.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace troupe {

using mqtt::reason_code;

session::undecided& session::make_undecided() {
  if (!undecided_)
    undecided_ = std::make_unique<undecided>();
  return *undecided_;
}

// The last change of an answer speaks for all.
void session::answer_when_applied(pending_answer&& answer, std::size_t changes_before) {
  answer.made_at = changes_;
  if (changes_ == changes_before) {
    give_answer(answer);
    return;
  }
  answer.token = next_token_;
  if (++next_token_ == 0)
    next_token_ = 1;
  home().last_change().token = answer.token;
  answers_.push_back(std::move(answer));
}

void session::handle(routes_applied& m) {
  for (const auto& receipt : m.receipts) {
    if (!receipt.refused.empty()) {
      refused(receipt.refused);
      continue;
    }
    auto i = std::find_if(answers_.begin(), answers_.end(),
                          [&](const pending_answer& a) { return a.token == receipt.token; });
    if (i == answers_.end())
      continue;
    settle_exclusive(*i);
    pending_answer answer = std::move(*i);
    answers_.erase(i);
    give_answer(answer);
    if (answers_.empty())
      undecided_ = nullptr;
  }
}

void session::give_answer(pending_answer& answer) {
  if (answer.connection == 0)
    answer.promise.deliver(std::move(answer.result));
  else if (answer.connection == connection_ && attached())
    caf::anon_send(client_, std::move(answer.answer));
  if (!home().node().actors.loaded->loaded(plugin_kind::retainer))
    answer.retained_for.clear();
  const bool any = home().node().any_retained.load(std::memory_order_relaxed);
  for (auto& filter : answer.retained_for) {
    if (!any && !filter.starts_with('$')) // in `$SYS` the broker itself retains
      continue;
    if (!replays(filter, answer))
      continue;
    if (!retained_)
      retained_ = std::make_unique<retained_replay>();
    ++retained_->waiting[std::move(filter)];
  }
  ask_retained();
}

// -- exclusive subscriptions
// -------------------------------------------------------------------------------------

void session::note_exclusive(const std::string& filter, pending_answer& answer) {
  const auto i = make_undecided().exclusive.try_emplace(filter).first;
  ++i->second.entries;
  ++i->second.asked;
  answer.exclusive.push_back({.filter = i, .reason = answer.answer.reasons.size()});
}

// If the subscription that it is to end turns out to be another session's, there was none.
void session::note_left(const std::string& filter, pending_answer& answer) {
  if (!undecided_)
    return;
  const auto i = undecided_->exclusive.find(filter);
  if (i == undecided_->exclusive.end() || i->second.asked == 0)
    return;
  ++i->second.entries;
  answer.exclusive.push_back({.filter = i, .reason = answer.answer.reasons.size(), .leaves = true});
}

// Somebody else holds this exclusive subscription. It is of the answer that is due next; what stands before
// it there has been accepted.
void session::refused(const std::string& filter) {
  if (answers_.empty())
    return;
  auto& answer = answers_.front();
  auto& entries = answer.exclusive;
  const auto entry =
      std::find_if(entries.begin() + static_cast<std::ptrdiff_t>(answer.decided), entries.end(),
                   [&](const exclusive_entry& e) { return !e.leaves && e.filter->first == filter; });
  if (entry == entries.end())
    return;
  answer.decided = static_cast<std::size_t>(entry - entries.begin()) + 1;
  entry->refused = true;
  if (entry->reason < answer.answer.reasons.size())
    answer.answer.reasons[entry->reason] = reason_code::quota_exceeded;
  answer.result = {102, "quota_exceeded"};
  auto& wait = entry->filter->second;
  wait.refused = true;
  leave_out_replays(filter, answer.made_at + 1);
  if (--wait.asked > 0)
    return; // asked for again meanwhile: the last answer decides
  machine_.unsubscribe(filter);
  stop_replay(filter);
}

// What this answer asked for is decided, what it left is gone.
void session::settle_exclusive(pending_answer& answer) {
  for (const auto& entry : answer.exclusive) {
    auto& wait = entry.filter->second;
    if (entry.leaves) {
      if (wait.refused && entry.reason < answer.answer.reasons.size())
        answer.answer.reasons[entry.reason] = reason_code::no_subscription_existed;
      wait.refused = false;
    } else if (!entry.refused) {
      wait.refused = false;
      --wait.asked;
    }
    if (--wait.entries == 0)
      undecided_->exclusive.erase(entry.filter);
  }
  answer.exclusive.clear();
}

// -- retained messages
// -------------------------------------------------------------------------------------------

// Those of the filter do not follow answers that were made before that many changes.
void session::leave_out_replays(const std::string& filter, std::size_t made_before) {
  if (answers_.empty())
    return;
  auto& w = make_undecided();
  auto& before = w.replays[filter];
  before = std::max(before, made_before);
  if (w.replays.size() < w.check_replays_at)
    return;
  const auto oldest = answers_.front().made_at;
  std::erase_if(w.replays, [oldest](const auto& r) { return r.second <= oldest; });
  w.check_replays_at = std::max<std::size_t>(w.check_replays_at, 2 * w.replays.size());
}

bool session::replays(const std::string& filter, const pending_answer& answer) const {
  if (!undecided_)
    return true;
  const auto i = undecided_->replays.find(filter);
  return i == undecided_->replays.end() || i->second <= answer.made_at;
}

} // namespace troupe
