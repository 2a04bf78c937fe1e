// The client actor asks whether its client may publish or subscribe (reference/plugins-modules.md section 3).
#include "client_acl.hpp"

#include "client.hpp"
#include "troupe/mqtt/delayed_topic.hpp"
#include "troupe/mqtt/topic.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace troupe {

using access::decision;
using access::operation;
using mqtt::metric;

namespace {

constexpr std::size_t few_answers = 16; // are looked through

} // namespace

// They are looked for in the order in which they came, for the filters of a large SUBSCRIBE.
const asked_access::answer* asked_access::find(operation what, std::string_view topic) noexcept {
  const bool in_turn = found < answers.size() && answers[found].question.what == what &&
                       answers[found].question.topic == topic;
  const auto at = in_turn ? found : place(what, topic);
  if (at == answers.size())
    return nullptr;
  found = at + 1;
  return &answers[at];
}

// Or the number of answers.
std::size_t asked_access::place(operation what, std::string_view topic) const noexcept {
  if (!places_.empty()) {
    const auto known = places_.find(topic);
    if (known == places_.end())
      return answers.size();
    if (answers[known->second].question.what == what)
      return known->second;
  }
  const auto fits = [&](const answer& a) { return a.question.what == what && a.question.topic == topic; };
  return static_cast<std::size_t>(std::find_if(answers.begin(), answers.end(), fits) - answers.begin());
}

void asked_access::add(answer a) {
  answers.push_back(std::move(a));
  if (answers.size() <= few_answers)
    return;
  for (auto i = places_.empty() ? 0 : answers.size() - 1; i < answers.size(); ++i)
    places_.try_emplace(answers[i].question.topic, i);
}

void asked_access::forget_open() noexcept {
  std::vector<access::topic_question>{}.swap(open); // gives the memory back
  next_open = 0;
}

std::size_t asked_access::footprint() const noexcept {
  constexpr std::size_t place_bytes = 4 * sizeof(void*) + sizeof(decltype(places_)::value_type);
  return sizeof *this + answers.capacity() * sizeof(answer) +
         open.capacity() * sizeof(access::topic_question) + places_.size() * place_bytes;
}

void asked_access::forget() noexcept {
  if (answers.size() > few_answers)
    std::vector<answer>{}.swap(answers);
  answers.clear();
  places_.clear();
  forget_open();
  message = nullptr;
  filtered = filtering::none;
}

access_view& client::view() {
  if (!acl_)
    acl_ = std::make_unique<access_view>(home().node().config->acl, mqtt::parse_ip(peer_.host));
  return *acl_;
}

// Topics are as the client wrote them: before rewriting, and without the mount point, as in EMQ X.
bool client::may(operation what, std::string_view topic) {
  auto& metrics = home().metrics();
  auto& mine = view();
  std::optional<decision> result;
  if (mine.remembers)
    result = mine.cache.find(what, topic, home().now());
  if (result) {
    metrics.add(metric::client_acl_cache_hit);
  } else {
    result = decide(what, topic);
    metrics.add(metric::client_check_acl);
    if (mine.remembers && !home().acl()->asks())
      mine.cache.put(what, topic, *result, home().now());
  }
  metrics.add(*result == decision::allow ? metric::client_acl_allow : metric::client_acl_deny);
  return *result == decision::allow;
}

access::subject client::subject() const noexcept {
  const auto* address = acl_->address ? &*acl_->address : nullptr;
  if (publisher_)
    return {publisher_->client_id, publisher_->username, address};
  const auto& name = request_->username; // its will is looked at
  return {request_->client_id, name ? std::string_view{*name} : std::string_view{}, address};
}

decision client::decide(operation what, std::string_view topic) const {
  if (holds_answers_)
    if (const auto* a = acl_->asked->find(what, topic))
      return a->result;
  if (home().acl()->asks())
    return decision::deny; // without an answer nothing is allowed
  const auto unmatched = zone().acl_nomatch_allows ? decision::allow : decision::deny;
  return home().acl()->decide(subject(), what, topic).value_or(unmatched);
}

// The packet has been handled. Not before: what is remembered makes others be forgotten, which the packet may
// need, too.
void client::settle_answers() {
  holds_answers_ = false;
  for (const auto& a : acl_->asked->answers)
    if (acl_->remembers && a.lasts)
      acl_->cache.put(a.question.what, a.question.topic, a.result, home().now());
  acl_->asked->forget();
}

// Empty: it is no delayed topic. A message may be put off more than once.
std::string_view client::behind_delayed_prefix(std::string_view topic) const noexcept {
  if ((home().active_hooks() & mqtt::hook_delayed) == 0)
    return {};
  const auto whole = topic.size();
  while (const auto prefix = mqtt::delayed_prefix_size(topic))
    topic.remove_prefix(prefix);
  return topic.size() == whole ? std::string_view{} : topic;
}

// A delayed message needs the right to publish to its topic, too; else `$delayed/` would be a way around.
bool client::may_publish(std::string_view topic) {
  if (!may(operation::publish, topic))
    return false;
  const auto later = behind_delayed_prefix(topic);
  return later.empty() || may(operation::publish, later);
}

bool client::may_subscribe(std::string_view subscription) {
  return may(operation::subscribe, subscription.substr(mqtt::subscription_prefix(subscription).size()));
}

std::vector<access::acl_cache::entry> client::remembered_access() const {
  auto list = acl_ ? acl_->cache.list(home().now()) : std::vector<access::acl_cache::entry>{};
  for (auto& e : list)
    e.decided_at += home().wall() - home().now(); // who asks has the system's clock
  return list;
}

void client::forget_access() noexcept {
  if (acl_)
    acl_->cache.clear();
}

} // namespace troupe
