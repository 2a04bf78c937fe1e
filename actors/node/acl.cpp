#include "troupe/actors/acl.hpp"

#include "troupe/actors/exceptions.hpp"
#include "troupe/actors/log.hpp"
#include "troupe/actors/messages.hpp"
#include "troupe/actors/tell_all.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

namespace troupe {

namespace {

using file_ptr = std::shared_ptr<const access::acl_decider>;

class acl final : public vital<acl_actor> {
public:
  acl(caf::actor_config& c, const acl_settings& config, std::vector<router_actor> routers, file_ptr file)
      : vital<acl_actor>(c), config_(config), routers_(std::move(routers)), file_(std::move(file)) {}

  const char* name() const override { return "acl"; }

protected:
  behavior_type make_behavior() override {
    return {[this](const load_acl_file& m) { return change(m.what); },
            [this](use_acl_plugins& m) {
              plugins_ = std::move(m.deciders);
              return tell();
            }};
  }

private:
  caf::result<outcome> change(load_acl_file::kind what) {
    using kind = load_acl_file::kind;
    if (what == kind::unload) {
      file_ = nullptr;
      return tell();
    }
    if (what == kind::reload && !file_)
      return outcome{};
    if (what == kind::reload_strictly && !file_)
      return outcome{111, "not_started"};
    auto read = read_acl_file(config_);
    for (const auto& error : read.errors)
      log::error("[ACL] {}", log::printable(error));
    if (!read.rules) {
      if (what != kind::load)
        log::error("[ACL] the rules stay as they were");
      return what == kind::reload ? outcome{} : outcome{102, read.errors.front()};
    }
    log::info("[ACL] {} rules from {}", read.count, config_.file);
    file_ = std::move(read.rules);
    return tell();
  }

  // A success once every shard decides by what there is now.
  caf::result<outcome> tell() {
    access::acl_chain::deciders all = plugins_;
    if (file_)
      all.push_back(file_);
    auto promise = make_response_promise<outcome>();
    tell_all<switched>(this, routers_, use_acl{std::make_shared<const access::acl_chain>(std::move(all))},
                       [promise](const outcome& o) mutable { promise.deliver(o); });
    return promise;
  }

  acl_settings config_;
  std::vector<router_actor> routers_;
  file_ptr file_; // null: the module is off
  access::acl_chain::deciders plugins_;
};

} // namespace

acl_actor spawn_acl(caf::actor_system& system, const acl_settings& config, std::vector<router_actor> routers,
                    file_ptr file) {
  return system.spawn<acl>(config, std::move(routers), std::move(file));
}

} // namespace troupe
