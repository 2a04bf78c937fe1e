#include "resource_set.hpp"

#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/rules/hidden_password.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace troupe {

std::string check_resource(const rules::resource_definition& d) {
  const auto* type = find_resource_type(d.type);
  if (type == nullptr)
    return "Resource Type " + d.type + " Not Found";
  auto error = rules::check_parameters(d.config, type->parameters);
  if (error.empty())
    if (auto made = type->make(d, nullptr, {}); auto* wrong = std::get_if<std::string>(&made))
      error = std::move(*wrong);
  return error.empty() ? error : "Bad Arguments: " + error;
}

resource_set::resource_set(resource_surroundings around) : around_(std::move(around)) {}

std::variant<rules::resource_definition, std::string> resource_set::check(const put_resource& m) {
  const auto known = all_->find(m.id);
  const bool fresh = known == all_->end();
  if (!fresh && m.how == put_mode::create)
    return "Already Exists";
  if (fresh && m.how == put_mode::update)
    return "Resource " + m.id + " Not Found";
  if (fresh && all_->size() == most)
    return "Bad Arguments: {too_many_resources," + std::to_string(most) + "}";
  auto d = fresh ? rules::resource_definition{} : known->second->definition();
  if (fresh) {
    d.id = m.id.empty() ? fresh_id() : m.id;
    d.created_at = now_ms();
  }
  if (m.type)
    d.type = *m.type;
  if (m.config) {
    const auto before = std::exchange(d.config, *m.config);
    rules::keep_password(d.config, before);
  }
  if (m.description)
    d.description = *m.description;
  if (auto error = check_resource(d); !error.empty())
    return error;
  return d;
}

void resource_set::start(const rules::resource_definition& d) {
  const auto* type = find_resource_type(d.type);
  if (const auto old = all_->find(d.id); old != all_->end() && old->second->definition().type != d.type)
    old->second->removed();
  if (type->start != nullptr) {
    change(d.id, type->start(d, around_));
    return;
  }
  auto made = type->make(d, &around_.system, around_.alarms);
  if (auto* started = std::get_if<resource_ptr>(&made))
    change(d.id, std::move(*started));
}

void resource_set::stop() noexcept {
  for (const auto& [id, r] : *all_)
    caf::anon_send_exit(r->client(), caf::exit_reason::user_shutdown);
}

void resource_set::remove(const std::string& id) {
  if (const auto old = all_->find(id); old != all_->end())
    old->second->removed();
  change(id, nullptr);
}

void resource_set::change(const std::string& id, resource_ptr to) {
  if (const auto old = all_->find(id); old != all_->end()) {
    caf::anon_send_exit(old->second->client(), caf::exit_reason::user_shutdown); // who holds it finds it dead
    if (around_.alarms)
      caf::anon_send(around_.alarms, clear_alarm{alarm_kind::plugin, id}); // of a crash
  }
  auto next = *all_;
  if (to)
    next[id] = std::move(to);
  else
    next.erase(id);
  all_ = std::make_shared<const resource_map>(std::move(next));
  max_ = std::max<std::uint64_t>(max_, all_->size());
}

std::string resource_set::fresh_id() {
  std::string id;
  do {
    char text[24];
    std::snprintf(text, sizeof text, "resource:%08x", static_cast<unsigned>(random_()));
    id = text;
  } while (all_->contains(id));
  return id;
}

} // namespace troupe
