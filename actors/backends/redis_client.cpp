#include "redis_client.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace troupe {

namespace {

constexpr const char* not_asked = "it is not asked any more";

std::string_view text_of(const redisReply& r) noexcept {
  return r.str == nullptr ? std::string_view{} : std::string_view{r.str, static_cast<std::size_t>(r.len)};
}

bool is_error(const redisReply& r, std::string_view kind) noexcept {
  return r.type == REDIS_REPLY_ERROR && text_of(r).starts_with(kind);
}

bool is_array(const redisReply& r, std::size_t at_least) noexcept {
  return r.type == REDIS_REPLY_ARRAY && r.elements >= at_least;
}

// The address in a reply's array, at this place: host, and port as a number or a text.
redis_node node_in(const redisReply& r, std::size_t at) {
  const auto& port = *r.element[at + 1];
  const auto number =
      port.type == REDIS_REPLY_INTEGER ? port.integer : std::atoll(std::string{text_of(port)}.c_str());
  constexpr long long most_port = 65'535;
  return {std::string{text_of(*r.element[at])},
          number > 0 && number <= most_port ? static_cast<std::uint16_t>(number) : std::uint16_t{0}};
}

server_settings settings_for(server_settings base, const redis_node& node) {
  base.host = node.host;
  base.port = node.port;
  return base;
}

} // namespace

redis_client::redis_client(redis_settings config) : config_(std::move(config)) {
  if (config_.type == redis_type::cluster)
    config_.server.database.assign(1, '0'); // a cluster has no others
}

reply_ptr redis_client::ask(const std::vector<std::string>& words, std::string& error) {
  return run(words, error, mode::may_repeat);
}

reply_ptr redis_client::execute(const std::vector<std::string>& words, std::string& error) {
  sent_ = false;
  return run(words, error, mode::once);
}

void redis_client::interrupt() noexcept {
  const std::scoped_lock lock{mutex_};
  interrupted_ = true;
  if (talks_ != nullptr)
    talks_->interrupt();
}

reply_ptr redis_client::run(const std::vector<std::string>& words, std::string& error, mode how) {
  return config_.type == redis_type::cluster ? run_in_cluster(words, error, how)
                                             : run_on_server(words, error, how);
}

reply_ptr redis_client::talk(redis_connection& to, const std::vector<std::string>& words, std::string& error,
                             mode how) {
  {
    const std::scoped_lock lock{mutex_};
    if (interrupted_) {
      error = not_asked;
      return nullptr;
    }
    talks_ = &to;
  }
  auto answer = how == mode::may_repeat ? to.ask(words, error) : to.execute(words, error);
  if (how == mode::once)
    sent_ = !answer && to.has_sent();
  const std::scoped_lock lock{mutex_};
  talks_ = nullptr;
  return answer;
}

// -- one server, and sentinels
// --------------------------------------------------------------------------------

reply_ptr redis_client::run_on_server(const std::vector<std::string>& words, std::string& error, mode how) {
  const bool by_sentinels = config_.type == redis_type::sentinel;
  if (!by_sentinels && !server_)
    server_ = std::make_unique<redis_connection>(config_.server);
  for (bool again = by_sentinels;; again = false) {
    if (server_ && by_sentinels && !server_->is_alive())
      server_.reset();
    const bool fresh = !server_;
    if (fresh && !find_master(error))
      return nullptr;
    auto answer = talk(*server_, words, error, how);
    const bool demoted = answer && is_error(*answer, "READONLY");
    if (answer && !demoted)
      return answer;
    const bool may_have_happened = !answer && server_->has_sent() && how == mode::once;
    if (by_sentinels)
      server_.reset(); // who the master is may have changed
    if (!again || may_have_happened || (fresh && !demoted))
      return answer;
  }
}

bool redis_client::find_master(std::string& error) {
  for (std::size_t i = 0; i < config_.servers.size(); ++i) {
    auto plain = settings_for(config_.server, config_.servers[i]);
    plain.username.clear(); // those are of the master
    plain.password.clear();
    plain.database.assign(1, '0');
    redis_connection sentinel{plain};
    const auto named =
        talk(sentinel, {"SENTINEL", "get-master-addr-by-name", config_.sentinel}, error, mode::may_repeat);
    if (!named)
      continue;
    if (!is_array(*named, 2)) {
      error = named->type == REDIS_REPLY_ERROR ? std::string{text_of(*named)}
                                               : "the sentinel does not know " + config_.sentinel;
      continue;
    }
    auto master = std::make_unique<redis_connection>(settings_for(config_.server, node_in(*named, 0)));
    const auto role = talk(*master, {"ROLE"}, error, mode::may_repeat);
    if (!role)
      continue;
    if (!is_array(*role, 1) || text_of(*role->element[0]) != "master") {
      error = role->type == REDIS_REPLY_ERROR ? std::string{text_of(*role)} : "a sentinel names a replica";
      continue;
    }
    // Next time the one that knew is asked first.
    std::rotate(config_.servers.begin(), config_.servers.begin() + static_cast<std::ptrdiff_t>(i),
                config_.servers.end());
    server_ = std::move(master);
    return true;
  }
  return false;
}

// -- a cluster
// ------------------------------------------------------------------------------------------------

redis_connection* redis_client::connected_to(const redis_node& node) {
  auto known = nodes_.find(node);
  if (known == nodes_.end()) {
    if (nodes_.size() == most_nodes)
      return nullptr;
    known =
        nodes_.emplace(node, std::make_unique<redis_connection>(settings_for(config_.server, node))).first;
  }
  return known->second.get();
}

// Asks those that are known, and then those of the settings.
bool redis_client::read_slots(std::string& error) {
  auto asked = slots_.nodes();
  asked.insert(asked.end(), config_.servers.begin(), config_.servers.end());
  for (const auto& node : asked) {
    auto* connection = connected_to(node);
    const auto said =
        connection == nullptr ? nullptr : talk(*connection, {"CLUSTER", "SLOTS"}, error, mode::may_repeat);
    if (!said)
      continue;
    if (!is_array(*said, 1)) {
      error = said->type == REDIS_REPLY_ERROR ? std::string{text_of(*said)} : "no node has any slot";
      continue;
    }
    slots_.clear();
    for (std::size_t i = 0; i < said->elements; ++i) {
      const auto& range = *said->element[i];
      if (!is_array(range, 3) || !is_array(*range.element[2], 2))
        continue;
      auto master = node_in(*range.element[2], 0);
      if (master.host.empty())
        master.host = node.host;
      const auto slot = [&](std::size_t at) {
        return static_cast<std::uint16_t>(
            std::clamp<long long>(range.element[at]->integer, 0, redis_slots - 1));
      };
      slots_.add(slot(0), slot(1), master);
    }
    const auto there = slots_.nodes();
    std::erase_if(
        nodes_, [&](const auto& n) { return std::find(there.begin(), there.end(), n.first) == there.end(); });
    return !slots_.empty();
  }
  return false;
}

// Null: nobody has it, for this reason. A command without a key goes to any node.
const redis_node* redis_client::node_of(const std::vector<std::string>& words, std::string& error) {
  if (slots_.empty() && !read_slots(error))
    return nullptr;
  const auto* node = slots_.find(redis_slot(redis_key(words)));
  if (node == nullptr)
    error = "no node of the cluster has the slot of the key";
  return node;
}

reply_ptr redis_client::run_in_cluster(const std::vector<std::string>& words, std::string& error, mode how) {
  bool refreshed = false;
  const auto* owner = node_of(words, error);
  if (owner == nullptr)
    return nullptr;
  redis_node to = *owner;
  bool asking = false;
  reply_ptr answer;
  for (int steps = 0; steps <= most_redirections; ++steps) {
    auto* connection = connected_to(to);
    if (connection == nullptr) {
      error = "the cluster has too many nodes";
      return nullptr;
    }
    std::string ignored;
    if (asking)
      talk(*connection, {"ASKING"}, ignored, mode::may_repeat);
    answer = talk(*connection, words, error, how);
    if (!answer) { // another node may have its slots by now
      if (refreshed || (how == mode::once && connection->has_sent()))
        return nullptr;
      refreshed = true;
      asking = false;
      std::string why;
      if (!read_slots(why) || (owner = node_of(words, why)) == nullptr)
        return nullptr;
      to = *owner;
      continue;
    }
    const auto elsewhere =
        answer->type == REDIS_REPLY_ERROR ? read_redirection(text_of(*answer)) : std::nullopt;
    if (!elsewhere)
      return answer;
    const auto here = to.host;
    to = elsewhere->to;
    if (to.host.empty())
      to.host = here;
    asking = !elsewhere->for_good;
    if (elsewhere->for_good) {
      if (!std::exchange(refreshed, true))
        read_slots(ignored);
      slots_.add(redis_slot(redis_key(words)), redis_slot(redis_key(words)), to);
    }
  }
  return answer; // the last redirection, an error
}

} // namespace troupe
