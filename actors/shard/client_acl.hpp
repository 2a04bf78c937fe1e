// What a connection that is checked by access rules keeps for it.
#pragma once

#include "troupe/access/acl_cache.hpp"
#include "troupe/access/acl_decider.hpp"
#include "troupe/access/client_facts.hpp"
#include "troupe/actors/config.hpp"
#include "troupe/mqtt/ip_network.hpp"
#include "troupe/mqtt/message.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// What back ends say of the packet at the front of the input, and the question that is under way.
struct asked_access {
  struct answer {
    access::topic_question question;
    access::decision result;
    bool lasts; // else it may be another one once those answer that were silent
  };
  enum class filtering : std::uint8_t { none, under_way, passed, stopped };

  std::shared_ptr<const access::client_facts> who;
  std::vector<answer> answers;              // for this packet; its filters bound their number
  std::vector<access::topic_question> open; // filters of it that come next, from next_open on
  std::size_t next_open = 0;
  access::topic_question question;
  std::shared_ptr<const access::acl_chain> chain; // that question and answers went along
  std::size_t found = 0;                          // behind the answer that was found last
  std::size_t next = 0;                           // in the chain, behind the back end that is asked
  mqtt::message_ptr message;                      // what filters have made of a PUBLISH
  std::size_t next_filter = 0;                    // behind the one that is asked
  filtering filtered = filtering::none;
  std::uint32_t number = 0; // of the last question
  bool waiting = false;     // it is under way
  bool silent = false;      // one that was asked this question did not answer

  /// Null: it was not asked for this packet.
  const answer* find(access::operation what, std::string_view topic) noexcept;
  void add(answer a);

  bool any() const noexcept { return !answers.empty() || filtered != filtering::none; }
  void forget_open() noexcept;
  void forget() noexcept;

  /// Bytes, itself included; of the topics those that are short.
  std::size_t footprint() const noexcept;

  static constexpr std::size_t most_open = 4096;

private:
  std::size_t place(access::operation what, std::string_view topic) const noexcept;

  std::map<std::string, std::size_t, std::less<>> places_; // of the answers by topic, when they are many
};

struct access_view {
  access_view(const acl_settings& config, std::optional<mqtt::ip_address> peer)
      : cache(config.cache_max_size, config.cache_ttl.count()), address(peer), remembers(config.cache) {}

  access::acl_cache cache;
  std::optional<mqtt::ip_address> address; // nothing: a name that is none
  bool remembers;                          // enable_acl_cache
  std::unique_ptr<asked_access> asked;     // null: no back end was asked yet
};

} // namespace troupe
