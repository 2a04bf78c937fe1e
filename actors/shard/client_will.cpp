// The client actor looks at a will while its client connects (zone.*.enable_will_acl): when it is due nobody
// may be there any more who could ask.
#include "client.hpp"
#include "troupe/actors/log.hpp"

#include <utility>

namespace troupe {

// Whether the will has been looked at, or need not be; otherwise access_checked goes on.
bool client::knows_will() {
  if (!request_->will || !zone().check_wills || !checks_access())
    return true;
  if (acl_ && acl_->asked && acl_->asked->chain != home().acl())
    acl_->asked->forget(); // others decide now
  if (home().acl()->asks() && !knows_publish(request_->will->topic))
    return false;
  check_will();
  return true;
}

// The client is let in nevertheless.
void client::check_will() {
  holds_answers_ = acl_ && acl_->asked && acl_->asked->any();
  const auto& topic = request_->will->topic;
  if (!may_publish(topic)) {
    count_refused_publish(mqtt::reason_code::not_authorized);
    log_problem("will dropped, it may not publish to", log::printable(topic));
    request_->will = nullptr;
  }
  if (holds_answers_)
    settle_answers();
}

} // namespace troupe
