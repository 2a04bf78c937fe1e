#include "resource_set.hpp"

#include "../actors/plugins/plugin.hpp"
#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/backend_messages.hpp"
#include "troupe/actors/bridge.hpp"
#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/gather.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/time_text.hpp"
#include "troupe/rules/hidden_password.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string_view>
#include <utility>

namespace troupe {

namespace {

constexpr std::chrono::seconds next_look{10};

// Alarms, and what bridges keep in the store, go by the names of plugins (and of their bridges) and the ids
// of resources alike.
bool is_of_plugin(std::string_view id) noexcept {
  return find_plugin(id) != nullptr || id.starts_with("emqx_bridge_mqtt:");
}

// In the place of the client of a resource that cannot be started: down, until its owner replaces it.
class waiting_client final : public resilient<resource_actor> {
public:
  waiting_client(caf::actor_config& c, std::string id, rules_actor owner)
      : resilient<resource_actor>(c), id_(std::move(id)), owner_(std::move(owner)) {}

  const char* name() const override { return "waiting_resource"; }

  void on_exit() override { owner_ = nullptr; } // which holds this actor

protected:
  behavior_type make_behavior() override {
    look_later();
    return {[](const backend_query&) { return backend_figures{.up = false}; },
            [this](const probe_tick&) { look(); }};
  }

private:
  // One timer at a time: who calls `start` sends ticks, too.
  void look_later() {
    const auto now = std::chrono::steady_clock::now();
    if (now < due_)
      return;
    delayed_send(this, next_look, probe_tick{});
    due_ = now + next_look;
  }

  // An update that changes nothing is refused, or starts the resource and ends this.
  void look() {
    if (asking_)
      return;
    const auto answered = [this] {
      asking_ = false;
      look_later();
    };
    put_resource update;
    update.how = put_mode::update;
    update.id = id_;
    request(owner_, request_timeout, std::move(update))
        .then([answered](const resource_put&) { answered(); }, [answered](const caf::error&) { answered(); });
    asking_ = true;
  }

  std::string id_;
  rules_actor owner_;
  std::chrono::steady_clock::time_point due_; // of the tick that is under way
  bool asking_ = false;
};

// Actions find that it is none of the class that they need.
class waiting_resource final : public resource {
public:
  waiting_resource(rules::resource_definition d, const resource_surroundings& around,
                   const rules_actor& owner)
      : resource(d, around.system.spawn<waiting_client>(d.id, owner)), around_(around) {}

  // What a bridge of its name has kept before the start.
  void removed() const override {
    if (around_.store && around_.loop)
      spawn_bridge_eraser({around_.system, around_.loop, around_.alarms, around_.store, {}, around_.cluster},
                          definition().id);
  }

private:
  resource_surroundings around_;
};

// As the API says it; empty: nothing is.
std::string out_of_range(const rules::resource_definition& d) {
  const auto* type = find_resource_type(d.type);
  const auto error = type == nullptr ? std::string{} : rules::check_ranges(d.config, type->parameters);
  return error.empty() ? error : "Bad Arguments: " + error;
}

} // namespace

resource_set::resource_set(resource_surroundings around, std::string folder)
    : around_(std::move(around)), files_(std::move(folder)) {}

// As the API says it; empty: nothing, and its files are there.
std::string resource_set::what_is_wrong(const rules::resource_definition& d) const {
  const auto* type = find_resource_type(d.type);
  if (type == nullptr)
    return "Resource Type " + d.type + " Not Found";
  auto error = rules::check_parameters(d.config, type->parameters);
  if (error.empty())
    error = files_.write(d);
  if (error.empty())
    if (auto made = type->make(files_.with_paths(d), nullptr, {});
        auto* wrong = std::get_if<std::string>(&made))
      error = std::move(*wrong);
  return error.empty() ? error : "Bad Arguments: " + error;
}

std::variant<rules::resource_definition, std::string> resource_set::check(const put_resource& m) {
  const auto known = definitions_.find(m.id);
  const bool fresh = known == definitions_.end();
  if (!fresh && m.how == put_mode::create)
    return "Already Exists";
  if (fresh && m.how == put_mode::update)
    return "Resource " + m.id + " Not Found";
  if (fresh && is_of_plugin(m.id))
    return "Bad Arguments: " + m.id + " is the name of a plugin";
  if (fresh && definitions_.size() == most)
    return "Bad Arguments: {too_many_resources," + std::to_string(most) + "}";
  auto d = fresh ? rules::resource_definition{} : known->second;
  if (fresh) {
    d.id = m.id.empty() ? fresh_id() : m.id;
    d.created_at = m.created_at.value_or(now_ms());
  }
  if (m.type)
    d.type = *m.type;
  if (m.config) {
    const auto before = std::exchange(d.config, *m.config);
    rules::keep_password(d.config, before);
  }
  if (m.description)
    d.description = *m.description;
  if (auto error = m.config ? out_of_range(d) : std::string{}; !error.empty())
    return error;
  if (auto error = what_is_wrong(d); !error.empty()) {
    forget(d);
    return error;
  }
  return d;
}

void resource_set::start(const rules::resource_definition& d) {
  const auto* type = find_resource_type(d.type);
  if (const auto old = all_->find(d.id); old != all_->end()) {
    if (old->second->definition().type != d.type)
      old->second->removed();
    stop_waiting(*old->second);
  }
  const auto placed = files_.with_paths(d);
  std::variant<resource_ptr, std::string> made;
  if (type->start != nullptr)
    made = type->start(placed, around_);
  else
    made = type->make(placed, &around_.system, around_.alarms);
  if (auto* started = std::get_if<resource_ptr>(&made))
    define(d, std::move(*started));
}

void resource_set::define(const rules::resource_definition& d, resource_ptr started) {
  change(d.id, std::move(started));
  const auto before = std::exchange(definitions_[d.id], d);
  files_.remove(before, definitions_);
}

void resource_set::restore(const rules::resource_definition& d, const rules_actor& owner) {
  const auto wrong = what_is_wrong(d);
  if (wrong.empty()) {
    start(d);
    return;
  }
  log::error("[Rule] the stored resource {} is down: {}", log::printable(d.id), log::printable(wrong));
  define(d, std::make_shared<const waiting_resource>(d, around_, owner));
  if (around_.alarms)
    caf::anon_send(
        around_.alarms,
        raise_alarm{alarm_kind::resource, d.id, {}, {{"id", d.id}, {"type", d.type}, {"reason", wrong}}});
}

void resource_set::stop() noexcept {
  for (const auto& [id, r] : *all_)
    caf::anon_send_exit(r->client(), caf::exit_reason::user_shutdown);
}

void resource_set::remove(const std::string& id) {
  if (const auto old = all_->find(id); old != all_->end()) {
    old->second->removed();
    stop_waiting(*old->second);
  }
  change(id, nullptr);
  if (const auto old = definitions_.extract(id); !old.empty())
    files_.remove(old.mapped(), definitions_);
}

// Before the next one of its name may raise the alarm. Others clear it themselves.
void resource_set::stop_waiting(const resource& old) {
  if (around_.alarms && dynamic_cast<const waiting_resource*>(&old) != nullptr)
    caf::anon_send(around_.alarms, clear_alarm{alarm_kind::resource, old.definition().id});
}

void resource_set::change(const std::string& id, resource_ptr to) {
  if (const auto old = all_->find(id); old != all_->end()) {
    if (to && to->definition().type == old->second->definition().type)
      old->second->replaced(*to);
    else
      caf::anon_send_exit(old->second->client(),
                          caf::exit_reason::user_shutdown); // who holds it finds it dead
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
