// What rule SQL computes with (reference/rule-engine.md sections 3 and 4): undefined, null, booleans,
// numbers, texts, lists and maps.
#pragma once

#include <boost/json/memory_resource.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::rules {

/// A value is a view: texts, lists and maps stand in the event, in the query or in the arena of the
/// evaluation that made them, and are never changed.
class value {
public:
  enum class kind : std::uint8_t { undefined, null, boolean, integer, real, text, list, map };

  constexpr value() noexcept : kind_(kind::undefined), integer_(0) {}
  constexpr explicit value(std::nullptr_t) noexcept : kind_(kind::null), integer_(0) {}
  constexpr explicit value(bool b) noexcept : kind_(kind::boolean), boolean_(b) {}
  constexpr explicit value(std::int64_t i) noexcept : kind_(kind::integer), integer_(i) {}
  constexpr explicit value(double d) noexcept : kind_(kind::real), real_(d) {}
  constexpr explicit value(std::string_view s) noexcept : kind_(kind::text), text_(s) {}
  explicit value(const boost::json::array& a) noexcept : kind_(kind::list), list_(&a) {}
  explicit value(const boost::json::object& o) noexcept : kind_(kind::map), map_(&o) {}
  explicit value(const char*) = delete; // it would become a boolean

  /// A view of JSON. An integer beyond 64 bits with sign is a real.
  static value of(const boost::json::value& v) noexcept;

  kind what() const noexcept { return kind_; }
  bool is(kind k) const noexcept { return kind_ == k; }
  bool is_number() const noexcept { return kind_ == kind::integer || kind_ == kind::real; }

  // Only for a value of that kind.
  bool boolean() const noexcept { return boolean_; }
  std::int64_t integer() const noexcept { return integer_; }
  double real() const noexcept { return real_; }
  std::string_view text() const noexcept { return text_; }
  const boost::json::array& list() const noexcept { return *list_; }
  const boost::json::object& map() const noexcept { return *map_; }

  /// Only for a number.
  double number() const noexcept { return kind_ == kind::integer ? static_cast<double>(integer_) : real_; }

private:
  kind kind_;
  union {
    bool boolean_;
    std::int64_t integer_;
    double real_;
    std::string_view text_;
    const boost::json::array* list_;
    const boost::json::object* map_;
  };
};

/// "integer", "text": for messages.
std::string_view to_string(value::kind k) noexcept;

/// Thrown by an arena that is full, and by nothing else; `query::run` catches it.
struct arena_full {};

/// The memory of one evaluation, given back all at once. Bounded: a rule can make large texts of small ones.
class arena final : public boost::json::memory_resource {
public:
  static constexpr std::size_t default_limit = 64UL * 1024 * 1024; // bytes

  explicit arena(std::size_t limit = default_limit);
  ~arena() override;
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;

  /// Everything that was made in it is gone.
  void reset() noexcept;

  boost::json::storage_ptr storage() noexcept { return boost::json::storage_ptr{this}; }

  /// Copies.
  value text(std::string_view s);

  /// New and empty, to be filled before anybody sees them.
  boost::json::array& new_list();
  boost::json::object& new_map();

  /// `v` as JSON in this arena: undefined becomes the text "undefined", as EMQ X shows it.
  boost::json::value json(value v);

  /// What `decode_json` made of this very text since `reset`; null: nothing is kept.
  const value* find_decoded(std::string_view text) const noexcept;
  void keep_decoded(std::string_view text, value v) noexcept;

  /// Texts that were decoded since `reset`.
  std::size_t decoded() const noexcept { return decoded_; }

private:
  void* do_allocate(std::size_t size, std::size_t alignment) override;
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  bool do_is_equal(const boost::json::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::array<unsigned char, 8192> first_;
  std::optional<boost::json::monotonic_resource> blocks_; // never empty
  std::size_t limit_;
  std::size_t used_ = 0;

  struct decoded_text {
    std::string_view text;
    value what;
  };
  std::array<decoded_text, 16> kept_;
  std::size_t decoded_ = 0;
};

/// A text as JSON, decoded in `memory`, once for each text that an evaluation has; undefined when it is none,
/// or nested too deep. The text stays as it is until `memory` is reset.
value decode_json(std::string_view text, arena& memory);

// -- texts ------------------------------------------------------------------------------------------------

/// What `str()` and templates show: texts as they are, lists and maps as JSON, reals with a fraction.
void append_text(std::string& out, value v);

/// The same with `digits` significant decimals behind the point at most, for reals.
std::string real_text(double d, int decimals);

/// As JSON. Bytes that are not UTF-8 become U+FFFD; undefined becomes "undefined"; no digit of a real is
/// lost.
void append_json(std::string& out, value v);
void append_json(std::string& out, const boost::json::value& v);
void append_json_string(std::string& out, std::string_view s);

} // namespace troupe::rules

template <>
struct boost::json::is_deallocate_trivial<troupe::rules::arena> : std::true_type {};
