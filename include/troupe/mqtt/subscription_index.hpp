// Who subscribes to what: a trie with one writer and any number of readers that never lock or wait.
//
// The writer copies the path that it changes (once per commit) and publishes a new root. Nodes that were
// replaced are freed when every reader has announced that it looks at a later version: the readers announce
// at the end of each turn, so matching itself costs no reference counts and no fences.
#pragma once

#include "troupe/mqtt/packet.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mqtt {

namespace trie {
struct node;
struct chunk;
struct group;
struct chunk_index;
class writer;
} // namespace trie

/// A subscription of a session, by the session's address.
struct subscriber {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
  std::uint32_t subscription_id = 0; // 0: none
  std::uint16_t shard = 0;
  std::uint8_t options = 0; // packed, and `member_away`
};

/// A bit in `subscriber::options`: the client of this member of a shared subscription is not connected, so
/// that others are to be preferred.
inline constexpr std::uint8_t member_away = 0x40;

/// Subscription options in one byte, as on the wire (MQTT 5.0 section 3.8.3.1).
constexpr std::uint8_t pack(const subscription_options& o) noexcept {
  return static_cast<std::uint8_t>(static_cast<unsigned>(o.level) | (o.no_local ? 4U : 0U) |
                                   (o.retain_as_published ? 8U : 0U) | (unsigned{o.retain_handling} << 4));
}
constexpr subscription_options unpack(std::uint8_t byte) noexcept {
  return {static_cast<qos>(byte & 3U), (byte & 4U) != 0, (byte & 8U) != 0,
          static_cast<std::uint8_t>((byte >> 4) & 3U)};
}

/// The subscribers of one filter: one chunk, or an index of chunks, tagged in the lowest bit. Sorted by
/// address.
class subscriber_set {
public:
  subscriber_set() = default;

  bool empty() const noexcept { return tagged_ == 0; }
  std::size_t size() const noexcept;
  const subscriber& operator[](std::size_t i) const noexcept;

  /// Calls `visit(const subscriber&)` for each.
  template <class Visitor>
  void for_each(Visitor&& visit) const;

private:
  friend class trie::writer;

  explicit subscriber_set(const trie::chunk* c) : tagged_(reinterpret_cast<std::uintptr_t>(c)) {}
  explicit subscriber_set(const trie::chunk_index* i) : tagged_(reinterpret_cast<std::uintptr_t>(i) | 1U) {}
  bool indexed() const noexcept { return (tagged_ & 1U) != 0; }
  trie::chunk* single() const noexcept { return reinterpret_cast<trie::chunk*>(tagged_); }
  trie::chunk_index* index() const noexcept {
    return reinterpret_cast<trie::chunk_index*>(tagged_ & ~std::uintptr_t{1});
  }

  std::uintptr_t tagged_ = 0;
};

/// A shared group whose filter matched: one of its members gets the message.
class shared_match {
public:
  explicit shared_match(const trie::group* g) : group_(g) {}

  /// A number that stays with the group as long as it has members.
  std::uint64_t id() const noexcept;
  std::size_t size() const noexcept { return members().size(); }
  const subscriber& operator[](std::size_t i) const noexcept { return members()[i]; }

  /// Whether this is the holder of an exclusive subscription rather than a group.
  bool exclusive() const noexcept;

private:
  const subscriber_set& members() const noexcept;

  const trie::group* group_;
};

/// What matches a topic. Valid until its reader's next `quiesce` or `park`.
class match_result {
public:
  template <class Visitor>
  void for_each_subscriber(Visitor&& visit) const {
    for (const auto& set : sets_)
      set.for_each(visit);
  }
  const std::vector<shared_match>& groups() const noexcept { return groups_; }

  /// The group whose id has these lower 32 bits, as much as a copy of a message keeps of it; null: none
  /// matched.
  const shared_match* find_group(std::uint32_t number) const noexcept;

  /// How many sets and groups it has.
  std::size_t size() const noexcept { return sets_.size() + groups_.size(); }

  /// The one subscriber of all that matched; nothing when there is none, or more, or a group.
  std::optional<subscriber> only_subscriber() const noexcept { return only_; }
  bool empty() const noexcept { return sets_.empty() && groups_.empty(); }

private:
  friend class subscription_reader;

  void find_only() noexcept;

  std::optional<subscriber> only_; // a copy, at hand without a look into the sets
  std::vector<subscriber_set> sets_;
  std::vector<shared_match> groups_;      // those of each filter in the order of their ids
  std::vector<std::uint32_t> group_ends_; // behind each filter's
};

class subscription_reader;

/// The writer's side. One thread at a time; `attach` and `detach` of readers are safe from any.
class subscription_index {
public:
  subscription_index();
  ~subscription_index();
  subscription_index(const subscription_index&) = delete;
  subscription_index& operator=(const subscription_index&) = delete;

  enum class result : std::uint8_t { added, replaced };

  /// Adds a subscription, or replaces the options and identifier of one with the same address. `group` is
  /// empty for plain ones. `filter` must be valid. Visible after `commit`.
  result subscribe(std::string_view filter, std::string_view group, const subscriber& s);

  /// False when there is no such subscription.
  bool unsubscribe(std::string_view filter, std::string_view group, std::uint16_t shard, std::uint32_t slot,
                   std::uint32_t generation);

  /// Publishes all changes as a new version and frees what no reader can see any more.
  void commit();

  /// Who holds the exclusive subscription to this very filter, changes before `commit` included.
  std::optional<subscriber> holder(std::string_view filter) const;

  /// Whether anybody subscribes to exactly this filter, alone or in a group.
  bool lookup(std::string_view filter) const;

  /// Filters from the `skip`-th on, at most `limit`: each once. The order is stable while nothing changes.
  std::vector<std::string> list(std::size_t skip, std::size_t limit) const;

  std::size_t filter_count() const noexcept;
  std::size_t subscription_count() const noexcept;
  std::size_t shared_subscription_count() const noexcept;

  /// Replaced nodes that wait for readers; bounded by the readers' turns.
  std::size_t retired_count() const noexcept;

private:
  friend class subscription_reader;

  // What a reader announces: the version that it may still look at.
  struct alignas(64) announcement {
    std::atomic<std::uint64_t> seen;
  };

  announcement* attach();
  void detach(announcement* a);
  const trie::node* locate(std::string_view filter, bool& hash) const;

  std::unique_ptr<trie::writer> writer_;
  std::atomic<const trie::node*> root_;
  std::atomic<std::uint64_t> version_{1};
  mutable std::mutex readers_mutex_; // taken by attach, detach and commit, never by a match
  std::vector<std::unique_ptr<announcement>> readers_;
};

/// A reader's side: one per thread.
class subscription_reader {
public:
  explicit subscription_reader(subscription_index& index);
  ~subscription_reader();
  subscription_reader(const subscription_reader&) = delete;
  subscription_reader& operator=(const subscription_reader&) = delete;

  /// All subscriptions that match a topic name, as of the newest version. Cached by topic while the version
  /// stands.
  const match_result& match(std::string_view topic);

  /// Where the cached match that was used last lies: addresses for the processor to fetch, not to look at.
  struct whereabouts {
    const void* place = nullptr;
    const void* entry = nullptr; // null: there is none
    const void* topic = nullptr;
  };
  whereabouts latest() const noexcept {
    return latest_ == nullptr ? whereabouts{} : whereabouts{latest_set_, latest_, latest_->topic.data()};
  }

  /// Announces that no earlier result is used any more.
  void quiesce() noexcept;

  /// As `quiesce`, for a thread that goes to sleep: it does not hold anything back. `match` wakes it.
  void park() noexcept;

private:
  struct cached {
    std::uint64_t version = 0;
    std::string topic;
    match_result result;
  };
  struct place {
    std::uint64_t hash = 0; // of the entry's topic
    std::unique_ptr<cached> entry;
  };
  static constexpr std::size_t ways = 4;
  struct alignas(64) cache_set {
    std::array<place, ways> places;
  };
  struct frame {
    const trie::node* at;
    std::size_t offset; // of the next level in the topic
  };

  void unpark() noexcept;
  void adopt() noexcept;
  const match_result& look_up(std::string_view topic);
  void find(std::string_view topic, match_result& out);

  static constexpr std::size_t cache_sets = 2048;
  static constexpr std::size_t longest_cached_topic = 256;
  static constexpr std::size_t largest_cached_result =
      128; // sets and groups: to deliver to more takes longer
  static constexpr std::uint32_t settled =
      64; // matches that a version must have seen before it is worth caching

  subscription_index& index_;
  subscription_index::announcement* announcement_;
  const trie::node* root_ = nullptr;
  std::uint64_t version_ = 0;
  std::uint32_t matches_of_version_ = 0;
  bool parked_ = false;
  match_result uncached_;
  std::vector<frame> stack_;
  std::vector<cache_set> cache_;          // empty until it is worth it
  const cached* latest_ = nullptr;        // the entry used last: many messages in a row have the same topic
  const cache_set* latest_set_ = nullptr; // that it is in
};

// -- inline
// ---------------------------------------------------------------------------------------------------

namespace trie {

/// Up to 64 subscribers of one filter in one allocation, sorted by address.
struct chunk {
  static constexpr std::uint32_t most = 64;

  std::uint32_t epoch;
  std::uint16_t size;
  std::uint16_t capacity;

  subscriber* items() noexcept { return reinterpret_cast<subscriber*>(this + 1); }
  const subscriber* items() const noexcept { return reinterpret_cast<const subscriber*>(this + 1); }
};

struct chunk_index {
  std::uint32_t epoch;
  std::uint32_t size;  // chunks
  std::uint32_t total; // subscribers
  std::uint32_t capacity;

  chunk** chunks() noexcept { return reinterpret_cast<chunk**>(this + 1); }
  chunk* const* chunks() const noexcept { return reinterpret_cast<chunk* const*>(this + 1); }
};

struct group {
  std::uint32_t epoch;
  std::uint64_t id;
  subscriber_set members;
  std::string name;
};

} // namespace trie

inline std::size_t subscriber_set::size() const noexcept {
  return empty() ? 0 : indexed() ? index()->total : single()->size;
}

template <class Visitor>
void subscriber_set::for_each(Visitor&& visit) const {
  const auto visit_chunk = [&visit](const trie::chunk& c) {
    for (std::uint16_t i = 0; i < c.size; ++i)
      visit(c.items()[i]);
  };
  if (empty())
    return;
  if (!indexed()) {
    visit_chunk(*single());
    return;
  }
  for (std::uint32_t i = 0; i < index()->size; ++i)
    visit_chunk(*index()->chunks()[i]);
}

} // namespace troupe::mqtt
