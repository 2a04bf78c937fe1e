// The client actor asks back ends whether its client may publish or subscribe, and what becomes of what it
// publishes. The packet that it is about stays at the front of the input, which waits, so nothing is lost or
// overtaken; when all that it needs is known it is handled as any other. Chains without back ends get nowhere
// near this.
#include "client.hpp"
#include "troupe/mqtt/mount_point.hpp"
#include "troupe/mqtt/topic.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace troupe {

using access::decision;
using access::operation;

// Whether all that the packet needs is known; otherwise access_checked continues the input.
bool client::knows_access(const mqtt::packet& packet) {
  if (channel_.current() != mqtt::channel::state::connected)
    return true;
  if (waits_for_access())
    return false;
  if (acl_ && acl_->asked && acl_->asked->chain != home().acl())
    acl_->asked->forget(); // others decide now
  const bool asks = checks_access() && home().acl()->asks();
  bool known = true;
  if (const auto* p = std::get_if<mqtt::publish>(&packet)) {
    const auto topic = channel_.topic_of(*p);
    known = (!asks || knows_publish(topic)) && knows_filtered(*p, topic);
  } else if (const auto* s = std::get_if<mqtt::subscribe>(&packet)) {
    known = !asks || knows_subscribe(*s);
  }
  holds_answers_ = known && acl_ && acl_->asked && acl_->asked->any();
  return known;
}

bool client::waits_for_access() const noexcept { return acl_ && acl_->asked && acl_->asked->waiting; }

bool client::knows_publish(std::string_view topic) {
  if (topic.empty())
    return true; // it will be refused
  const auto whole = known(operation::publish, topic);
  const auto later = behind_delayed_prefix(topic);
  if (!whole || later.empty() || *whole == decision::deny)
    return whole.has_value();
  return known(operation::publish, later).has_value();
}

// What follows the first filter that is asked for is noted, up to a bound, so that the packet need not be
// looked at again for each answer.
bool client::knows_subscribe(const mqtt::subscribe& p) {
  const bool has_id = p.properties.number(mqtt::property::subscription_identifier).has_value();
  for (const auto& e : p.entries) {
    const auto verdict = channel_.on_subscribe_entry(e, has_id);
    if (verdict.fatal)
      break; // the connection ends
    if (mqtt::is_error(verdict.reason))
      continue;
    const auto topic = e.filter.substr(mqtt::subscription_prefix(e.filter).size());
    if (!waits_for_access())
      known(operation::subscribe, topic);
    else if (acl_->asked->open.size() < asked_access::most_open)
      acl_->asked->open.push_back({operation::subscribe, std::string{topic}});
    else
      break;
  }
  return !waits_for_access();
}

// Whether the filters that were noted are known; otherwise access_checked continues.
bool client::knows_open() {
  auto& asked = *acl_->asked;
  while (asked.next_open < asked.open.size() && asked.chain == home().acl()) {
    const auto question = std::move(asked.open[asked.next_open++]);
    if (!known(question.what, question.topic))
      return false;
  }
  asked.forget_open(); // when others decide now the packet is looked at anew
  return true;
}

// Nothing: it is being asked.
std::optional<decision> client::known(operation what, std::string_view topic) {
  auto& mine = view();
  if (mine.remembers)
    if (const auto remembered = mine.cache.find(what, topic, home().now()))
      return remembered;
  if (mine.asked)
    if (const auto* a = mine.asked->find(what, topic))
      return a->result;
  return ask(what, topic);
}

asked_access& client::questions() {
  auto& mine = view();
  if (!mine.asked) {
    mine.asked = std::make_unique<asked_access>();
    auto who = facts();
    who.password = std::nullopt; // of a CONNECT whose will is looked at
    if (request_)
      who.mount_point = request_->mount_point;
    mine.asked->who = std::make_shared<const access::client_facts>(std::move(who));
  }
  mine.asked->chain = home().acl();
  return *mine.asked;
}

std::optional<decision> client::ask(operation what, std::string_view topic) {
  auto& asked = questions();
  asked.question = {what, std::string{topic}};
  asked.silent = false;
  return go_on_asking(0);
}

std::optional<decision> client::go_on_asking(std::size_t from) {
  auto& asked = *acl_->asked;
  const auto so_far = asked.chain->decide_from(from, subject(), asked.question.what, asked.question.topic);
  if (so_far.back_end) {
    asked.next = so_far.next;
    asked.waiting = true;
    caf::anon_send(home().node().actors.access,
                   check_access{self(), *so_far.back_end, {asked.who, asked.question}, ++asked.number});
    return std::nullopt;
  }
  const auto unmatched = zone().acl_nomatch_allows ? decision::allow : decision::deny;
  const auto result = so_far.result.value_or(unmatched);
  asked.add({std::move(asked.question), result, !asked.silent});
  return result;
}

// What is refused anyway no filter sees.
bool client::knows_filtered(const mqtt::publish& p, std::string_view topic) {
  if (home().acl()->filters().empty() || topic.empty() || too_long_when_mounted(topic) || will_deny(topic))
    return true;
  auto& asked = questions();
  if (asked.filtered != asked_access::filtering::none)
    return true;
  asked.message = make_message(p, topic);
  asked.next_filter = 0;
  return go_on_filtering();
}

// As may_publish() will say, without counting it.
bool client::will_deny(std::string_view topic) {
  if (!checks_access())
    return false;
  const auto denies = [this](std::string_view name) {
    auto& mine = view();
    const auto remembered =
        mine.remembers ? mine.cache.find(operation::publish, name, home().now()) : std::nullopt;
    return remembered.value_or(decide(operation::publish, name)) == decision::deny;
  };
  holds_answers_ = acl_ && acl_->asked && acl_->asked->any(); // for decide()
  const auto later = behind_delayed_prefix(topic);
  return denies(topic) || (!later.empty() && denies(later));
}

// Whether the message has passed all filters; otherwise access_checked continues.
bool client::go_on_filtering() {
  auto& asked = *acl_->asked;
  const auto& filters = asked.chain->filters();
  if (asked.next_filter == filters.size()) {
    asked.filtered = asked_access::filtering::passed;
    return true;
  }
  asked.filtered = asked_access::filtering::under_way;
  asked.waiting = true;
  caf::anon_send(home().node().actors.access, check_access{self(),
                                                           filters[asked.next_filter++],
                                                           {asked.who, std::nullopt, asked.message},
                                                           ++asked.number});
  return false;
}

// One that does not answer lets the message pass, as a hook of EMQ X that crashes does.
bool client::take_filtered(access_checked& m) {
  auto& asked = *acl_->asked;
  if (m.result == decision::deny) {
    asked.filtered = asked_access::filtering::stopped;
    return true;
  }
  if (m.message)
    asked.message = std::move(m.message);
  return go_on_filtering();
}

void client::handle(access_checked& m) {
  if (lingering_ || finished() || !waits_for_access() || m.number != acl_->asked->number)
    return;
  auto& asked = *acl_->asked;
  asked.waiting = false;
  if (asked.filtered == asked_access::filtering::under_way) {
    if (!take_filtered(m))
      return;
  } else {
    asked.silent |= m.silent;
    if (m.result)
      asked.add({std::move(asked.question), *m.result, !asked.silent});
    else if (!go_on_asking(asked.next))
      return;
    if (!knows_open())
      return;
  }
  if (channel_.current() == mqtt::channel::state::connecting)
    go_on_connecting();
  else
    take_up_input();
}

// Of a client whose CONNECT is looked at, or that is connected.
access::client_facts client::facts() const {
  access::client_facts f;
  if (request_) {
    f.client_id = request_->client_id;
    f.username = request_->username;
    f.password = request_->password;
    f.mount_point =
        mqtt::expand_placeholders(listener_.mountpoint, f.client_id, f.username.value_or("")).value_or("");
  } else {
    f.client_id = publisher_->client_id;
    if (!publisher_->username.empty())
      f.username = std::string{publisher_->username};
    f.mount_point = mount_point_ ? *mount_point_ : "";
  }
  f.peer_host = peer_.host;
  f.port = listener_.port;
  if (const auto shown = stream_->certificate()) {
    f.cert_name = shown->common_name;
    f.cert_subject = shown->subject;
  }
  return f;
}

} // namespace troupe
